"""A machine whose clock is wrong: the server's durations count, and its 401 is the last word."""

import pytest

SECOND = 1000


@pytest.fixture(params=[10, -10], ids=["slow", "fast"])
def wrong(request, later):
    """The machine's clock is ten minutes behind or ahead of the server's: ``wrong(minutes=5)``
    moves both on for the server."""

    def move(minutes=0):
        later(minutes=request.param + minutes)

    move()
    return move


class TestAClockThatIsTenMinutesWrong:
    def test_does_not_keep_anybody_out(self, profile, shop, wrong, ada):
        tab = profile.open(shop.at())

        tab.login(ada)

        assert tab.get("/api/secure/").body == {"user": ada.get_username()}

    def test_asks_for_no_refresh_too_early(self, profile, shop, wrong, ada):
        tab = profile.open(shop.at())
        tab.login(ada)

        tab.get("/api/secure/")

        assert profile.sent("POST", "/api/auth/refresh/") == []

    def test_does_not_shorten_what_the_session_has_left(self, profile, shop, wrong, ada):
        tab = profile.open(shop.at())

        left = tab.login(ada)["expiresAt"] - tab.script("() => Date.now()")

        assert left == pytest.approx(15 * 60 * SECOND, abs=10 * SECOND)

    def test_does_not_end_what_goes_on(self, profile, shop, wrong, ada):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        tab = profile.open(shop.at())
        tab.login(ada)
        wrong(minutes=16)

        assert tab.get("/api/secure/").body == {"user": ada.get_username()}


class TestAClockThatIsPutRight:
    @pytest.fixture
    def clocked(self, chromium, profile, shop, ada):
        """Ada's tab, logged in, with a clock that a test sets."""
        chromium.run(profile.context.clock.install)
        tab = chromium.run(profile.open, shop.at())
        chromium.run(tab.login, ada)
        return tab

    @pytest.mark.parametrize("minutes", [10, -10])
    def test_does_not_end_the_session(self, clocked, ada, minutes):
        now = clocked.script("() => Date.now() / 1000")

        clocked.page.clock.set_system_time(now + minutes * 60)

        assert clocked.get("/api/secure/").body == {"user": ada.get_username()}

    def test_backwards_leaves_the_last_word_to_the_server(self, profile, clocked, ada, later):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        now = clocked.script("() => Date.now() / 1000")
        later(minutes=16)

        clocked.page.clock.set_system_time(now - 10 * 60)

        assert clocked.get("/api/secure/").body == {"user": ada.get_username()}
