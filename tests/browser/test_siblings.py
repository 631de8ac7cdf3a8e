"""Hosts of one site: a front end that the project trusts, and one whose owner is somebody else."""

import pytest

from .shop import API, FRONT, STRANGER


@pytest.fixture
def grace(secure_shop):
    """Somebody with an account."""
    return secure_shop.newcomer()


@pytest.fixture
def front(chromium, profile, secure_shop):
    """A tab with the front end, which asks the API on another host."""
    url = secure_shop.at(host=FRONT)
    return chromium.run(profile.open, url, baseUrl=secure_shop.at("/api/auth/", host=API))


class TestATrustedFrontEnd:
    def test_logs_in_and_reads(self, front, secure_shop, grace):
        front.login(grace)

        answer = front.get(secure_shop.at("/api/secure/"))

        assert answer.body == {"user": grace.get_username()}

    def test_changes_what_its_user_may(self, front, secure_shop, grace):
        front.login(grace)

        answer = front.post(secure_shop.at("/api/orders/"), {})

        assert (answer.status, secure_shop.orders(grace)) == (201, 1)

    def test_stays_logged_in_over_a_reload(self, front, secure_shop, grace):
        front.login(grace)

        front.reload()

        assert front.get(secure_shop.at("/api/secure/")).status == 200

    def test_a_trusted_front_end_refreshes(self, profile, front, secure_shop, grace):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        front.login(grace)
        profile.context.clear_cookies(name="__Host-access_token")

        answer = front.get(secure_shop.at("/api/secure/"))

        assert answer.status == 200
        assert [row["generation"] for row in secure_shop.sessions(grace)] == [1]

    def test_a_trusted_front_end_logs_out(self, profile, front, secure_shop, grace):
        front.login(grace)

        front.logout()

        assert [row["revoked"] for row in secure_shop.sessions(grace)] == [True]
        assert profile.tokens() == {}

    def test_has_no_cookie_of_its_own(self, profile, front, grace):
        front.login(grace)

        assert {cookie["domain"] for cookie in profile.cookies().values()} == {API}


class TestAFrontEndThatNobodyTrusts:
    def test_a_front_end_that_nobody_trusts_cannot_log_in(self, profile, secure_shop, grace):
        profile.expect("403")
        url = secure_shop.at(host=STRANGER)
        tab = profile.open(url, baseUrl=secure_shop.at("/api/auth/", host=API))
        credentials = f"{{ username: '{grace.get_username()}', password: 'any' }}"

        refused = tab.outcome(f"client.login({credentials})")["refused"]

        assert refused == {"name": "AuthError", "status": 403, "code": "csrf_failed"}


class TestCookiesThatASiblingTosses:
    """Set for the whole domain, so that the API's host gets them too."""

    @pytest.fixture
    def toss(self, profile, secure_shop):
        """``toss("name=value")``: by a script of the stranger's host."""

        def set_cookie(pair):
            page = profile.visit(secure_shop.at("/blank/", host=STRANGER))
            page.evaluate(
                "(pair) => { document.cookie = `${pair}; Domain=shop.localhost; Path=/; Secure`; }",
                pair,
            )
            page.close()

        return set_cookie

    @pytest.fixture
    def mallorys(self, chromium, new_profile, secure_shop):
        """The tokens of somebody who would like to be taken for others, or others for herself."""
        profile = chromium.run(new_profile)
        tab = chromium.run(profile.open, secure_shop.at())
        chromium.run(tab.login, secure_shop.newcomer())
        tokens = chromium.run(profile.tokens)
        return {name.removeprefix("__Host-"): token for name, token in tokens.items()}

    @pytest.fixture
    def api(self, chromium, profile, secure_shop):
        """A tab on the API's own host."""
        return chromium.run(profile.open, secure_shop.at())

    def test_arrive_without_the_prefix(self, profile, api, secure_shop, toss):
        toss("access_token=anything")

        api.get("/api/public/")

        (request,) = secure_shop.events(event="request", path="/api/public/")[-1:]
        assert "access_token" in request["cookies"].split(",")

    def test_are_not_kept_with_the_prefix(self, profile, toss, mallorys):
        toss(f"__Host-access_token={mallorys['access_token']}")
        toss(f"__Host-refresh_token={mallorys['refresh_token']}")

        assert profile.tokens() == {}

    def test_are_not_taken_for_ours_where_a_strange_space_hides_the_prefix(
        self, profile, api, toss, mallorys
    ):
        profile.expect("401")
        toss(f"\u2000__Host-access_token={mallorys['access_token']}")
        toss(f"\u2000__Host-refresh_token={mallorys['refresh_token']}")

        assert len(profile.tokens()) == 2  # the browser keeps those
        assert api.script("async () => (await fetch('/api/public/')).json()") == {"user": None}
        assert api.get("/api/secure/").status == 401

    def test_tossed_cookies_log_nobody_in(self, profile, api, toss, mallorys):
        profile.expect("401")
        toss(f"access_token={mallorys['access_token']}")
        toss(f"refresh_token={mallorys['refresh_token']}")

        assert api.get("/api/secure/").status == 401
        assert api.script("async () => (await fetch('/api/public/')).json()") == {"user": None}

    def test_make_nobody_somebody_else(self, profile, api, secure_shop, grace, toss, mallorys):
        api.login(grace)

        toss(f"access_token={mallorys['access_token']}")
        toss(f"refresh_token={mallorys['refresh_token']}")
        answer = api.post("/api/orders/", {})

        assert (answer.status, secure_shop.orders(grace)) == (201, 1)

    def test_refresh_no_other_session(self, profile, api, secure_shop, grace, toss, mallorys):
        profile.expect("401")
        api.login(grace)
        toss(f"refresh_token={mallorys['refresh_token']}")
        profile.context.clear_cookies(name="__Host-access_token")

        answer = api.get("/api/secure/")

        assert answer.body == {"user": grace.get_username()}
        assert [row["generation"] for row in secure_shop.sessions(grace)] == [1]

    def test_a_tossed_csrf_cookie_opens_no_door(self, profile, api, secure_shop, grace, toss):
        profile.expect("403")
        api.login(grace)
        known = "a" * 32
        toss(f"csrftoken={known}")

        status = profile.visit(secure_shop.at("/blank/", host=STRANGER)).evaluate(
            """async ([url, token]) => {
                const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
                const init = { method: "POST", credentials: "include", headers, body: "{}" };
                return (await fetch(url, init)).status;
            }""",
            [secure_shop.at("/api/orders/"), known],
        )

        assert (status, secure_shop.orders(grace)) == (403, 0)

    def test_a_tossed_csrf_cookie_locks_nobody_out(self, profile, api, secure_shop, grace, toss):
        profile.expect("403")  # the token that the page knew is not that cookie's
        api.login(grace)
        api.post("/api/orders/", {})
        toss(f"csrftoken={'a' * 32}")

        answer = api.post("/api/orders/", {})

        assert (answer.status, secure_shop.orders(grace)) == (201, 2)
