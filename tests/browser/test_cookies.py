"""The cookies that a real browser keeps, and what it does with those that are planted or broken."""

import time

import pytest

from .shop import API, FRONT

DAY = 24 * 3600


def kept(cookie):
    """What a browser knows of a cookie, but for its value and the second in which it ends."""
    left_out = {"value", "expires", "name"}
    return {name: value for name, value in cookie.items() if name not in left_out}


def lifetime(cookie):
    """How many seconds it has left."""
    return cookie["expires"] - time.time()


@pytest.fixture(
    params=[("shop", "localhost"), ("shop", "127.0.0.1"), ("secure_shop", API)],
    ids=["http-localhost", "http-127.0.0.1", "https"],
)
def place(request):
    """Where the project is served, and by which name."""
    name, host = request.param
    return request.getfixturevalue(name), host


@pytest.fixture
def cookies(chromium, profile, place):
    """What the browser keeps after a login there."""
    shop, host = place
    tab = chromium.run(profile.open, shop.at(host=host))
    chromium.run(tab.login, shop.newcomer())
    return chromium.run(profile.cookies)


class TestTheCookies:
    def test_are_bound_to_the_host_and_out_of_scripts_reach(self, place, cookies):
        bound = {"domain": place[1], "path": "/", "httpOnly": True, "secure": True}

        assert kept(cookies["__Host-access_token"]) == {**bound, "sameSite": "Lax"}
        assert kept(cookies["__Host-refresh_token"]) == {**bound, "sameSite": "Strict"}

    def test_live_as_long_as_their_tokens(self, cookies):
        assert lifetime(cookies["__Host-access_token"]) == pytest.approx(15 * 60, abs=10)
        assert lifetime(cookies["__Host-refresh_token"]) == pytest.approx(DAY, abs=10)

    def test_are_two_beside_djangos_own(self, cookies):
        assert set(cookies) == {"__Host-access_token", "__Host-refresh_token", "csrftoken"}

    def test_the_cookies_are_sent_back(self, chromium, profile, place):
        shop, host = place
        user = shop.newcomer()
        tab = chromium.run(profile.open, shop.at(host=host))

        tab.login(user)

        assert tab.get("/api/secure/").body == {"user": user.get_username()}

    def test_are_gone_after_logging_out(self, profile, place):
        shop, host = place
        tab = profile.open(shop.at(host=host))
        tab.login(shop.newcomer())

        tab.logout()

        assert set(profile.cookies()) == {"csrftoken"}


class TestCookiesForTheWholeSite:
    """COOKIE_DOMAIN is set, so the names begin with ``__Secure-``."""

    @pytest.fixture
    def wide(self, chromium, profile, wide_shop):
        """A tab of somebody who has logged in there."""
        tab = chromium.run(profile.open, wide_shop.at())
        chromium.run(tab.login, wide_shop.newcomer())
        return tab

    def test_are_kept_for_the_domain(self, profile, wide):
        bound = {"domain": ".shop.localhost", "path": "/", "httpOnly": True, "secure": True}

        cookies = profile.cookies()

        assert kept(cookies["__Secure-access_token"]) == {**bound, "sameSite": "Lax"}
        assert kept(cookies["__Secure-refresh_token"]) == {**bound, "sameSite": "Strict"}

    def test_are_sent_to_a_sibling_host(self, profile, wide, wide_shop):
        page = profile.visit(wide_shop.at("/blank/", host=FRONT))

        answer = page.evaluate("async () => (await fetch('/api/public/')).json()")

        assert answer["user"] is not None

    def test_are_gone_after_logging_out(self, profile, wide):
        wide.logout()

        assert profile.tokens() == {}


class TestAnAccessCookieThatIsNoGood:
    """It is expired, of a session that has ended, or no token at all."""

    @pytest.fixture(params=["expired", "ended", "broken"])
    def spoilt(self, request, chromium, profile, shop, tab, ada, later):
        """Ada's tab, whose access cookie is no good, while her refresh cookie may be."""
        if request.param == "expired":
            later(minutes=16)
        elif request.param == "ended":
            shop.act("revoke_user", user=ada.pk)
        else:
            chromium.run(profile.put, "__Host-access_token", "no.token.atall")
        return tab

    def test_does_not_block_logging_in(self, spoilt, ada):
        spoilt.login(ada)

        assert spoilt.get("/api/secure/").body == {"user": ada.get_username()}

    def test_does_not_block_logging_out(self, spoilt, profile):
        spoilt.logout()

        assert profile.tokens() == {}

    def test_does_not_block_a_public_view(self, spoilt, profile):
        answer = spoilt.script("async () => (await fetch('/api/public/')).json()")

        assert answer == {"user": None}
        assert len(profile.tokens()) == 2


def test_a_broken_access_cookie_does_not_block_refreshing(profile, tab, ada):
    profile.expect("401 (Unauthorized) [/api/secure/]")
    profile.put("__Host-access_token", "no.token.atall")

    assert tab.get("/api/secure/").body == {"user": ada.get_username()}


def test_a_spoilt_refresh_cookie_ends_the_session_here_and_is_taken_away(profile, tab):
    profile.expect("401")
    profile.context.clear_cookies(name="__Host-access_token")
    profile.put("__Host-refresh_token", "no.token.atall")

    answer = tab.get("/api/secure/")

    assert (answer.status, tab.session, profile.tokens()) == (401, None, {})
