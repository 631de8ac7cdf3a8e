"""Sessions that Chromium binds to a key of its device, and renews without any script."""

import pytest

from .chromium import running
from .keys import FEATURES, Keys
from .shop import API, FRONT

ACCESS = "__Host-access_token"
SECURE, BIND, RENEW = "/api/secure/", "/api/auth/bind/", "/api/auth/bind/refresh/"
REFRESH = "/api/auth/refresh/"
KIT = {"DEVICE_BOUND": True}
_PLAIN_FETCH = f"async () => (await fetch('{SECURE}')).status"


@pytest.fixture(scope="module")
def chromium(browser_path, binding_shop):
    """A browser that binds sessions, to keys in software where the machine has no chip."""
    pin = f"--ignore-certificate-errors-spki-list={binding_shop.pin}"
    yield from running(browser_path, f"--enable-features={FEATURES}", pin)


@pytest.fixture
def shop(binding_shop):
    """The project, which offers to bind, at its true time."""
    yield binding_shop
    binding_shop.act("configure", **KIT)


@pytest.fixture
def new_trusting_profile(new_profile):
    """``new_trusting_profile()``: another person's browser, which looks at certificates."""
    return lambda: new_profile(ignore_https_errors=False)


@pytest.fixture
def profile(chromium, new_trusting_profile):
    return chromium.run(new_trusting_profile)


@pytest.fixture
def answered(shop):
    """``answered("POST", "/path/")``: how the server answered that since the test began."""
    before = len(shop.events(event="request"))

    def statuses(method, path):
        since = shop.events(event="request")[before:]
        return [int(e["status"]) for e in since if (e["method"], e["path"]) == (method, path)]

    return statuses


@pytest.fixture
def bound(shop):
    """``bound(tab, ada)``: returns when the browser has bound the last session of Ada's."""

    def wait(tab, user):
        keys = Keys(tab.page)
        keys.wait_for(shop.sessions(user)[-1]["id"])
        return keys

    return wait


@pytest.fixture
def owner(chromium, tab, bound, ada):
    """Ada's tab, whose session is bound."""
    chromium.run(bound, tab, ada)
    return tab


@pytest.fixture
def expire(profile):
    """``expire()``: the access cookie is gone, as the browser has it after its lifetime."""
    return lambda: profile.context.clear_cookies(name=ACCESS)


class TestALogin:
    def test_a_login_is_bound_without_a_word_of_the_page(self, owner, shop, ada, profile):
        assert [row["bound"] for row in shop.sessions(ada)] == [True]
        assert profile.sent("POST", BIND) == []

    def test_a_bound_login_opens_what_any_login_does(self, owner, shop, ada):
        answer = owner.post("/api/orders/", {})

        assert (answer.status, shop.orders(ada)) == (201, 1)


class TestRenewal:
    def test_a_renewal_needs_no_script(self, owner, profile, expire, shop, ada, answered):
        expire()

        assert owner.script(_PLAIN_FETCH) == 200
        assert [row["generation"] for row in shop.sessions(ada)] == [1]
        assert answered("POST", RENEW) == [403, 200]
        assert profile.sent("POST", REFRESH) == []

    def test_a_renewal_is_made_for_a_page_that_is_opened(self, owner, profile, expire, shop):
        expire()

        page = profile.visit(shop.at("/blank/"))

        assert page.title() == "Elsewhere"
        assert ACCESS in profile.tokens()

    def test_a_renewal_does_not_lose_what_was_being_sent(self, owner, expire, shop, ada, answered):
        expire()

        answer = owner.post("/api/orders/", {"what": "a book"})

        assert (answer.status, shop.orders(ada)) == (201, 1)
        assert answered("POST", "/api/orders/") == [201]

    def test_a_renewal_asks_for_no_second_key(self, owner, expire, answered):
        expire()
        owner.script(_PLAIN_FETCH)
        expire()
        owner.script(_PLAIN_FETCH)

        assert answered("POST", BIND) == []

    def test_one_renewal_is_enough_for_many_requests(self, owner, expire, shop, ada, answered):
        expire()

        statuses = owner.script(
            f"() => Promise.all([1, 2, 3, 4, 5].map({_PLAIN_FETCH}))",
        )

        assert statuses == [200] * 5
        assert answered("POST", RENEW) == [403, 200]
        assert [row["generation"] for row in shop.sessions(ada)] == [1]

    def test_tabs_that_renew_together_are_not_logged_out(self, owner, profile, expire, shop, ada):
        tabs = [owner, *(profile.open(shop.at()) for _ in range(2))]
        at = owner.script("() => Date.now() + 300")
        expire()

        for tab in tabs:
            tab.begin(SECURE, at=at)

        assert [tab.finish() for tab in tabs] == [200] * 3
        assert [(row["generation"], row["revoked"]) for row in shop.sessions(ada)] == [(1, False)]

    @pytest.mark.parametrize(("minutes", "generation"), [(0, 1), (30, 2)])
    def test_a_renewal_with_the_cookie_of_before_logs_nobody_out(
        self, owner, profile, expire, shop, ada, later, minutes, generation
    ):
        before = profile.context.cookies()
        expire()
        owner.script(_PLAIN_FETCH)
        later(minutes=minutes)
        profile.context.add_cookies(before)
        expire()

        assert owner.script(_PLAIN_FETCH) == 200
        assert [(row["generation"], row["revoked"]) for row in shop.sessions(ada)] == [
            (generation, False)
        ]

    def test_a_renewal_goes_on_for_hours(self, owner, expire, shop, ada, later):
        later(hours=20)
        expire()
        owner.script(_PLAIN_FETCH)
        later(hours=40)
        expire()

        assert owner.script(_PLAIN_FETCH) == 200
        assert [row["generation"] for row in shop.sessions(ada)] == [2]


class TestAFrontEndOnAnotherHost:
    @pytest.fixture
    def front(self, chromium, profile, shop, bound, ada):
        """A page of the front end that the project trusts, with Ada's bound session."""
        base = shop.at("/api/auth/", host=API)
        tab = chromium.run(profile.open, shop.at(host=FRONT), baseUrl=base)
        chromium.run(tab.login, ada)
        chromium.run(bound, tab, ada)
        return tab

    def test_a_front_end_on_another_host_has_its_session_renewed(
        self, front, expire, shop, ada, answered
    ):
        expire()

        assert front.get(shop.at(SECURE)).status == 200
        assert [row["generation"] for row in shop.sessions(ada)] == [1]
        assert answered("POST", RENEW) == [403, 200]

    def test_a_front_end_on_another_host_keeps_it_without_refreshes(
        self, front, profile, expire, shop
    ):
        for _ in range(2):
            expire()
            front.get(shop.at(SECURE))

        assert profile.sent("POST", REFRESH) == []


class TestACopiedJar:
    @pytest.fixture
    def thief(self, chromium, owner, profile, new_trusting_profile, shop):
        """A page of somebody who has all cookies of Ada's browser, and not her device."""

        def steal():
            another = new_trusting_profile()
            another.tolerate("401 (Unauthorized)")
            another.context.add_cookies(profile.context.cookies())
            return another, another.open(shop.at())

        return chromium.run(steal)

    def test_a_copied_jar_opens_what_its_access_token_does(self, thief):
        _, page = thief

        assert page.script(_PLAIN_FETCH) == 200

    def test_a_copied_jar_is_worthless_once_the_access_cookie_is_gone(self, thief, shop, ada):
        stolen, page = thief
        stolen.context.clear_cookies(name=ACCESS)

        assert page.script(_PLAIN_FETCH) == 401
        assert page.get(SECURE).status == 401
        assert [row["generation"] for row in shop.sessions(ada)] == [0]

    def test_a_copied_jar_that_is_used_is_told_of(self, thief, shop, ada):
        stolen, page = thief
        stolen.context.clear_cookies(name=ACCESS)

        page.get(SECURE)

        told = shop.events(event="refresh_unproven", user=ada.pk)
        assert {event["proof"] for event in told} == {"missing"}

    def test_a_copied_jar_does_not_log_its_owner_out(self, thief, owner, expire, shop, ada):
        stolen, page = thief
        stolen.context.clear_cookies(name=ACCESS)
        page.get(SECURE)
        expire()

        assert owner.get(SECURE).status == 200
        assert [(row["generation"], row["revoked"]) for row in shop.sessions(ada)] == [(1, False)]


class TestALostKey:
    @pytest.fixture
    def keyless(self, chromium, tab, bound, profile, expire, shop, ada):
        """Ada's tab, whose browser cannot renew any more."""
        profile.tolerate("401 (Unauthorized)")
        keys = chromium.run(bound, tab, ada)
        chromium.run(keys.lose, shop.sessions(ada)[-1]["id"])
        chromium.run(expire)
        return tab

    def test_a_lost_key_ends_the_session_for_the_page(self, keyless):
        answers = [keyless.get(SECURE).status for _ in range(2)]

        assert answers == [401, 401]
        assert (keyless.session, keyless.ended) == (None, ["ended"])

    def test_a_lost_key_is_no_theft(self, keyless, shop, ada):
        for _ in range(2):
            keyless.get(SECURE)

        assert shop.events(event="refresh_unproven", user=ada.pk) == []

    def test_a_lost_key_is_replaced_at_the_next_login(self, keyless, bound, expire, shop, ada):
        keyless.login(ada)
        bound(keyless, ada)
        expire()

        assert keyless.script(_PLAIN_FETCH) == 200
        assert [(row["bound"], row["revoked"]) for row in shop.sessions(ada)] == [
            (True, True),
            (True, False),
        ]


class TestTheClientOfThePage:
    @pytest.fixture
    def clocked(self, chromium, profile, bound, shop, ada):
        """Ada's tab with a bound session, and a clock that a test sets."""
        chromium.run(profile.context.clock.install)
        tab = chromium.run(profile.open, shop.at())
        chromium.run(tab.login, ada)
        chromium.run(bound, tab, ada)
        return tab

    def test_the_client_asks_for_no_refresh_of_a_bound_session(
        self, clocked, profile, expire, shop, ada
    ):
        for _ in range(3):
            clocked.page.clock.fast_forward("15:00")
            expire()
            assert clocked.get(SECURE).status == 200

        assert profile.sent("POST", REFRESH) == []
        assert shop.events(event="refresh_unproven", user=ada.pk) == []

    def test_the_client_keeps_the_session_of_a_bound_login(self, clocked, expire):
        clocked.page.clock.fast_forward("15:00")
        expire()

        clocked.get(SECURE)

        assert (clocked.session is None, clocked.ended) == (False, [])

    def test_the_client_goes_on_after_a_renewal_that_failed(
        self, clocked, profile, expire, shop, ada
    ):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        clocked.page.clock.fast_forward("15:00")
        clocked.get(SECURE)  # now the page knows that the session is bound
        shop.act("fail", path=RENEW, times=1)
        expire()

        assert clocked.get(SECURE).status == 200
        assert (clocked.ended, profile.sent("POST", REFRESH)) == ([], [])
        assert shop.events(event="refresh_unproven", user=ada.pk) == []

    def test_the_client_tells_of_a_bound_session_that_the_server_has_ended(
        self, owner, profile, expire, shop, ada
    ):
        profile.tolerate("401 (Unauthorized)")
        shop.act("revoke_user", user=ada.pk)
        expire()

        assert owner.get(SECURE).status == 401
        assert (owner.session, owner.ended, profile.tokens()) == (None, ["ended"], {})

    def test_the_client_ends_a_bound_session(self, owner, profile, shop, ada):
        owner.logout()

        assert [row["revoked"] for row in shop.sessions(ada)] == [True]
        assert profile.tokens() == {}


class TestAnotherLogin:
    @pytest.fixture
    def grace(self, shop):
        return shop.newcomer()

    def test_another_login_after_a_logout_is_bound_anew(self, owner, bound, expire, shop, grace):
        owner.logout()

        owner.login(grace)
        bound(owner, grace)
        expire()

        assert owner.get(SECURE).body == {"user": grace.get_username()}
        assert [row["bound"] for row in shop.sessions(grace)] == [True]

    def test_another_login_over_a_bound_one_is_bound_anew(self, owner, bound, expire, shop, grace):
        owner.login(grace)
        bound(owner, grace)
        expire()

        assert owner.get(SECURE).body == {"user": grace.get_username()}
        assert [row["generation"] for row in shop.sessions(grace)] == [1]

    def test_another_login_ends_the_renewal_of_the_one_before(
        self, owner, bound, expire, grace, answered
    ):
        owner.login(grace)
        bound(owner, grace)
        expire()
        owner.get(SECURE)
        before = len(answered("POST", RENEW))
        expire()
        owner.get(SECURE)

        assert len(answered("POST", RENEW)) == before + 2


class TestTheSetting:
    @pytest.fixture
    def unbound(self, chromium, profile, shop, ada):
        """Ada's tab, in which she has logged in while nothing was bound."""
        shop.act("configure")
        tab = chromium.run(profile.open, shop.at())
        chromium.run(tab.login, ada)
        return tab

    def test_the_setting_binds_nothing_while_it_is_off(self, unbound, shop, ada, answered):
        assert unbound.script(_PLAIN_FETCH) == 200
        assert answered("POST", BIND) == []

    def test_the_setting_turned_on_binds_at_the_next_refresh(
        self, unbound, bound, profile, expire, shop, ada
    ):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        shop.act("configure", **KIT)
        expire()

        assert unbound.get(SECURE).status == 200
        bound(unbound, ada)
        expire()
        assert unbound.script(_PLAIN_FETCH) == 200

    def test_the_setting_turned_off_lets_bound_sessions_go_on_by_script(
        self, owner, profile, expire, shop, ada, answered
    ):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        shop.act("configure")
        expire()

        assert owner.get(SECURE).status == 200
        assert [(row["bound"], row["revoked"]) for row in shop.sessions(ada)] == [(False, False)]

    def test_the_setting_turned_off_holds_no_request_back_for_long(
        self, owner, profile, expire, shop, answered
    ):
        profile.tolerate("401 (Unauthorized)")
        shop.act("configure")
        expire()
        owner.script(_PLAIN_FETCH)
        expire()
        owner.script(_PLAIN_FETCH)

        assert answered("POST", RENEW) == [200]

    def test_the_setting_turned_off_and_on_binds_anew(
        self, owner, bound, profile, expire, shop, ada, later
    ):
        profile.expect("401 (Unauthorized) [/api/secure/]")
        shop.act("configure")
        expire()
        owner.get(SECURE)
        shop.act("configure", **KIT)
        later(minutes=1)
        expire()
        owner.get(SECURE)
        bound(owner, ada)
        expire()

        assert owner.script(_PLAIN_FETCH) == 200
        assert [row["revoked"] for row in shop.sessions(ada)] == [False]


class TestHeaderMode:
    @pytest.fixture
    def by_header(self, chromium, profile, shop, ada):
        """Ada, logged in by header."""
        tab = chromium.run(profile.open, shop.at(), baseUrl="/api/token/", mode="header")
        chromium.run(tab.login, ada)
        return tab

    def test_header_mode_is_never_bound(self, by_header, shop, ada, answered):
        by_header.get("/api/secure-by-header/")

        assert answered("POST", BIND) == []
        assert [row["bound"] for row in shop.sessions(ada)] == [False]

    def test_header_mode_refreshes_as_ever(self, by_header, profile, shop, ada, later):
        profile.expect("401 (Unauthorized) [/api/secure-by-header/]")
        later(minutes=16)

        assert by_header.get("/api/secure-by-header/").status == 200
        assert [row["generation"] for row in shop.sessions(ada)] == [1]

    def test_header_mode_refreshes_beside_a_bound_session(
        self, owner, by_header, profile, shop, ada, later
    ):
        profile.expect("401 (Unauthorized) [/api/secure-by-header/]")
        later(minutes=16)

        by_header.get("/api/secure-by-header/")

        assert [(row["bound"], row["generation"]) for row in shop.sessions(ada)] == [
            (True, 0),
            (False, 1),
        ]
