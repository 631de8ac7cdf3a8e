"""Whoever has logged in stays so: over a reload, in a new tab, past the access token's lifetime."""


def test_a_reload_keeps_the_session(tab, ada):
    tab.reload()

    assert tab.session is not None
    assert tab.get("/api/secure/").body == {"user": ada.get_username()}


def test_a_new_tab_has_the_session(tab, profile, shop, ada):
    another = profile.open(shop.at())

    assert another.session == tab.session
    assert another.get("/api/secure/").body == {"user": ada.get_username()}


def test_a_browser_that_has_forgotten_everything_but_its_cookies_has_it_too(tab, ada):
    tab.script("() => localStorage.clear()")
    tab.reload()

    assert tab.get("/api/secure/").body == {"user": ada.get_username()}


def test_login_says_until_when(tab):
    now = tab.script("() => Date.now()")

    assert abs(tab.session["expiresAt"] - now - 15 * 60_000) < 10_000
    assert abs(tab.session["refreshExpiresAt"] - now - 24 * 3_600_000) < 10_000


class TestAnAccessTokenThatHasExpired:
    def test_is_renewed_before_the_next_request(self, profile, shop, ada):
        profile.context.clock.install()
        tab = profile.open(shop.at())
        tab.login(ada)

        tab.page.clock.fast_forward("15:00")
        answer = tab.get("/api/secure/")

        assert answer.status == 200
        assert len(profile.sent("POST", "/api/auth/refresh/")) == 1
        assert len(profile.sent("GET", "/api/secure/")) == 1

    def test_is_renewed_after_the_server_refused_it(self, profile, shop, tab, later):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        later(minutes=16)

        answer = tab.get("/api/secure/")

        assert answer.status == 200
        assert len(profile.sent("POST", "/api/auth/refresh/")) == 1
        assert len(profile.sent("GET", "/api/secure/")) == 2

    def test_is_renewed_where_the_browser_has_dropped_its_cookie(self, profile, shop, tab):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        profile.context.clear_cookies(name="__Host-access_token")

        answer = tab.get("/api/secure/")

        assert answer.status == 200
        assert "__Host-access_token" in profile.tokens()

    def test_does_not_lose_what_was_being_sent(self, profile, shop, tab, ada, later):
        profile.expect("401 (Unauthorized) [/api/orders/]")
        later(minutes=16)

        answer = tab.post("/api/orders/", {"what": "a book"})

        assert (answer.status, shop.orders(ada)) == (201, 1)


class TestASessionThatTheServerHasEnded:
    def test_a_session_that_the_server_has_ended_ends_in_the_page_too(
        self, profile, shop, tab, ada
    ):
        profile.expect("401")
        shop.act("revoke_user", user=ada.pk)

        answer = tab.get("/api/secure/")

        assert (answer.status, answer.body["code"]) == (401, "token_not_valid")
        assert (tab.session, tab.ended) == (None, ["ended"])

    def test_is_asked_about_once(self, profile, shop, tab, ada):
        profile.expect("401")
        shop.act("revoke_user", user=ada.pk)

        tab.get("/api/secure/")

        assert len(profile.sent("POST", "/api/auth/refresh/")) == 1

    def test_leaves_no_token_behind(self, profile, shop, tab, ada):
        profile.expect("401")
        shop.act("revoke_user", user=ada.pk)

        tab.get("/api/secure/")

        assert profile.tokens() == {}


def test_logging_out_ends_it_at_the_server(profile, shop, tab, ada):
    tab.logout()

    assert [row["revoked"] for row in shop.sessions(ada)] == [True]
    assert (profile.tokens(), tab.session, tab.ended) == ({}, None, ["logout"])


def test_logging_in_again_ends_the_session_before(profile, shop, tab, ada):
    tab.login(ada)

    assert [row["revoked"] for row in shop.sessions(ada)] == [True, False]


def test_a_wrong_password_is_said_in_words_that_a_program_can_read(profile, shop, tab, ada):
    profile.expect("401")
    call = f"client.login({{ username: '{ada.get_username()}', password: 'wrong' }})"

    refused = tab.outcome(call)["refused"]

    assert refused == {"name": "AuthError", "status": 401, "code": "no_active_account"}
