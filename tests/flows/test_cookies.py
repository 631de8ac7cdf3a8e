"""Tokens in cookies: what a browser is given, and what becomes of it."""

from datetime import timedelta
from importlib import import_module

import pytest
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason
from drf_jwt_kit.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from tests.conftest import claims_of

from .browser import (
    ACCESS,
    REFRESH,
    Browser,
    attributes,
    cleared,
    credentials,
    session_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.flows.cookie_urls")]


class TestLogin:
    def test_answers_lifetimes_in_seconds_and_no_token(self, browser, user, clock):
        answer = browser.log_in(user)

        assert answer.json() == {"expires_in": 900, "refresh_expires_in": 86400}

    def test_puts_the_access_token_out_of_reach_of_scripts_and_other_hosts(self, browser, user):
        assert attributes(browser.log_in(user), ACCESS) == {
            "path": "/",
            "domain": "",
            "secure": True,
            "httponly": True,
            "samesite": "Lax",
        }

    def test_keeps_the_refresh_token_from_other_sites_altogether(self, browser, user):
        assert attributes(browser.log_in(user), REFRESH) == {
            "path": "/",
            "domain": "",
            "secure": True,
            "httponly": True,
            "samesite": "Strict",
        }

    def test_has_cookies_that_go_when_their_tokens_do(self, browser, user, clock):
        answer = browser.log_in(user)

        assert answer.cookies[ACCESS]["max-age"] == 900
        assert answer.cookies[REFRESH]["max-age"] == 86400

    def test_is_not_stored_by_any_cache(self, browser, user):
        assert browser.log_in(user)["Cache-Control"] == "private, no-store"

    def test_lets_the_browser_in(self, logged_in, user):
        assert logged_in.get("/api/secure/").json() == {"user": str(user.pk)}

    def test_voids_the_csrf_token_that_was_known_before(self, browser, user):
        known = browser.get("/api/auth/csrf/").json()["csrf_token"]
        browser.log_in(user)

        answer = browser.send("post", "/api/secure/", X_CSRFToken=known)

        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")

    def test_refused_sets_no_cookie(self, browser, user):
        answer = browser.send("post", "/api/auth/", {**credentials(user), "password": "wrong"})

        assert (answer.status_code, answer.json()["code"]) == (401, "no_active_account")
        assert set(answer.cookies) == set()

    def test_ends_the_session_that_the_browser_was_in(self, logged_in, other_user):
        before = session_of(logged_in)

        logged_in.log_in(other_user)

        before.refresh_from_db()
        assert before.revoked_reason == RevokedReason.REPLACED
        assert logged_in.get("/api/secure/").json() == {"user": str(other_user.pk)}

    def test_ends_no_other_device_for_the_limit(self, browser, user, settings):
        settings.DRF_JWT_KIT = {"MAX_SESSIONS_PER_USER": 2}
        elsewhere = Browser()
        elsewhere.log_in(user)
        browser.log_in(user)

        browser.log_in(user)

        assert elsewhere.get("/api/secure/").status_code == 200

    def test_ends_no_other_device_for_the_limit_where_an_older_token_has_expired(
        self, clock, browser, user, settings
    ):
        settings.DRF_JWT_KIT = {"MAX_SESSIONS_PER_USER": 2}
        elsewhere = Browser()
        elsewhere.log_in(user)
        clock.shift(1)
        browser.log_in(user)
        held = browser.held(REFRESH)
        clock.shift(timedelta(hours=23))
        elsewhere.refresh()
        browser.refresh()

        clock.shift(timedelta(hours=1))
        browser.cookies[REFRESH] = held  # the answer was lost
        browser.log_in(user)

        assert elsewhere.refresh().status_code == 200

    def test_refused_leaves_that_session_alone(self, logged_in, user):
        logged_in.send("post", "/api/auth/", {**credentials(user), "password": "wrong"})

        assert session_of(logged_in).revoked_at is None
        assert logged_in.get("/api/secure/").status_code == 200

    @pytest.mark.parametrize("junk", [[], ["planted"], ["a.b.c"]])
    def test_a_login_ends_the_session_of_each_refresh_cookie(self, browser, kit, user, junk):
        tokens, other = [kit.sign_in(user) for _ in range(2)], kit.sign_in(user)
        sent = [f"{REFRESH}={token}" for token in [*junk, *(one.refresh for one in tokens)]]
        browser.get("/api/auth/csrf/")
        sent.append(f"csrftoken={browser.cookies['csrftoken'].value}")

        answer = browser.send("post", "/api/auth/", credentials(user), Cookie="; ".join(sent))

        assert answer.status_code == 200
        assert [one.session.revoked_reason for one in tokens] == [RevokedReason.REPLACED] * 2
        assert other.session.revoked_at is None
        assert session_of(browser).revoked_at is None

    def test_spares_the_users_other_browsers(self, logged_in, user):
        Browser().log_in(user)

        assert logged_in.get("/api/secure/").status_code == 200

    def test_makes_three_queries_and_two_more_for_the_session_before(self, browser, user, queries):
        with queries() as first:
            browser.log_in(user)
        with queries() as second:
            browser.log_in(user)

        assert (len(first), len(second)) == (3, 5)


class TestRefresh:
    def test_puts_the_next_pair_into_the_cookies(self, logged_in):
        before = logged_in.held(REFRESH)

        answer = logged_in.refresh()

        assert (answer.status_code, set(answer.json())) == (
            200,
            {"expires_in", "refresh_expires_in"},
        )
        assert claims_of(logged_in.held(REFRESH))["gen"] == claims_of(before)["gen"] + 1
        assert logged_in.get("/api/secure/").status_code == 200

    def test_leaves_the_refresh_cookie_alone_if_it_answers_the_same_generation(self, logged_in):
        logged_in.refresh()

        again = logged_in.refresh()

        assert set(again.cookies) - {"csrftoken"} == {ACCESS}
        assert again.json()["refresh_expires_in"] > 0

    def test_sets_the_refresh_cookie_for_whoever_is_a_generation_behind(self, logged_in):
        before = logged_in.held(REFRESH)
        newest = logged_in.refresh().cookies[REFRESH].value
        logged_in.cookies[REFRESH] = before

        answer = logged_in.refresh()

        assert claims_of(answer.cookies[REFRESH].value)["jti"] == claims_of(newest)["jti"]

    def test_reads_no_token_from_the_body(self, browser, user, kit):
        tokens = kit.post_json("", credentials(user)).json()

        answer = browser.send("post", "/api/auth/refresh/", {"refresh": tokens["refresh"]})

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")

    def test_collects_a_lost_answer_with_its_retry_key(self, clock, logged_in):
        before = logged_in.held(REFRESH)
        logged_in.refresh(Idempotency_Key="a key of a dozen and more")
        logged_in.cookies[REFRESH] = before
        clock.shift(timedelta(minutes=1))

        assert logged_in.refresh(Idempotency_Key="a key of a dozen and more").status_code == 200

    @pytest.mark.parametrize("broken", ["rubbish", "a.b.c", "ü", "\\000", "x" * 5000, "null", "{}"])
    def test_a_refresh_by_a_broken_cookie_is_401_and_clears_both(self, browser, broken):
        browser.cookies[REFRESH] = broken

        answer = browser.refresh()

        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
        assert cleared(answer) == {ACCESS, REFRESH}

    @pytest.mark.parametrize("sent", [r'"a\000b"', '"   "', '"', "\x7f"])
    def test_a_refresh_by_a_cookie_that_python_would_not_send_is_401(self, browser, sent):
        csrf = browser.get("/api/auth/csrf/")
        cookies = f"csrftoken={csrf.cookies['csrftoken'].value}; {REFRESH}={sent}"

        answer = browser.post(
            "/api/auth/refresh/",
            content_type="application/json",
            headers={
                "Cookie": cookies,
                "Origin": "http://testserver",
                "X-CSRFToken": csrf.json()["csrf_token"],
            },
        )

        assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")

    def test_a_refresh_without_a_cookie_is_401_and_clears_nothing(self, browser):
        """A login in another tab may have been answered before it."""
        answer = browser.refresh()

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert cleared(answer) == set()

    def test_a_refresh_of_an_ended_session_clears_both(self, logged_in):
        sessions.revoke(session_of(logged_in).pk)

        answer = logged_in.refresh()

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")
        assert cleared(answer) == {ACCESS, REFRESH}

    def test_clears_them_by_the_attributes_that_they_were_set_with(self, browser):
        browser.cookies[REFRESH] = "rubbish"
        answer = browser.refresh()

        assert attributes(answer, ACCESS) | {"httponly": True} == {
            "path": "/",
            "domain": "",
            "secure": True,
            "httponly": True,
            "samesite": "Lax",
        }
        assert answer.cookies[REFRESH]["samesite"] == "Strict"

    def test_unanswered_by_the_database_clears_nothing(self, logged_in, monkeypatch):
        monkeypatch.setattr(
            import_module("drf_jwt_kit.sessions.refresh"), "store", lambda *args: False
        )

        answer = logged_in.refresh()

        assert answer.status_code == 503
        assert set(answer.cookies) == set()

    def test_a_refresh_by_another_page_clears_nothing(self, logged_in):
        answer = logged_in.post("/api/auth/refresh/", content_type="application/json")

        assert answer.status_code == 403
        assert set(answer.cookies) == set()

    def test_a_refresh_without_rotation_keeps_the_refresh_cookie(self, clock, logged_in, settings):
        settings.DRF_JWT_KIT = {"ROTATE_REFRESH_TOKENS": False}
        before = logged_in.held(REFRESH)

        answer = logged_in.refresh()

        assert answer.json() == {"expires_in": 900, "refresh_expires_in": 86400}
        assert logged_in.held(REFRESH) == before

    def test_a_refresh_that_a_projects_serializer_refuses_clears_both(self, logged_in, settings):
        path = "tests.flows.test_cookies.Refusing"
        settings.DRF_JWT_KIT = {"TOKEN_REFRESH_SERIALIZER": path}

        answer = logged_in.refresh()

        assert (answer.status_code, cleared(answer)) == (401, {ACCESS, REFRESH})

    def test_a_body_that_cannot_be_read_is_400_and_rotates_nothing(self, logged_in):
        token = logged_in.get("/api/auth/csrf/").json()["csrf_token"]
        headers = {"Origin": "http://testserver", "X-CSRFToken": token}

        answer = logged_in.generic(
            "POST", "/api/auth/refresh/", "{", "application/json", headers=headers
        )

        assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
        assert session_of(logged_in).generation == 0

    def test_is_kept_apart_by_caches_for_each_cookie_and_header(self, browser, logged_in):
        answers = [browser.refresh(), logged_in.refresh()]

        vary = [set(answer["Vary"].split(", ")) for answer in answers]
        assert [{"Cookie", "Authorization"} <= headers for headers in vary] == [True, True]

    def test_a_refresh_by_cookie_makes_two_queries(self, logged_in, queries):
        with queries() as made:
            assert logged_in.refresh().status_code == 200

        assert len(made) == 2


class TestLogout:
    def test_ends_the_session_and_clears_both(self, logged_in):
        session = session_of(logged_in)

        answer = logged_in.send("post", "/api/auth/logout/")

        session.refresh_from_db()
        assert (answer.status_code, answer.json()) == (200, {})
        assert session.revoked_reason == RevokedReason.LOGOUT
        assert cleared(answer) == {ACCESS, REFRESH}

    def test_works_with_the_access_cookie_alone(self, logged_in):
        session = session_of(logged_in)
        del logged_in.cookies[REFRESH]

        logged_in.send("post", "/api/auth/logout/")

        session.refresh_from_db()
        assert session.revoked_reason == RevokedReason.LOGOUT

    @pytest.mark.parametrize("broken", ["rubbish", "ü", "", "x" * 5000])
    def test_a_logout_by_broken_cookies_clears_them(self, browser, broken):
        browser.cookies[ACCESS] = browser.cookies[REFRESH] = broken

        answer = browser.send("post", "/api/auth/logout/")

        assert answer.status_code == 200
        assert cleared(answer) == {ACCESS, REFRESH}

    @pytest.mark.parametrize("name", [ACCESS, REFRESH])
    @pytest.mark.parametrize("first", [True, False])
    def test_a_logout_by_doubled_cookies_ends_what_is_good_in_them(
        self, browser, user, name, first
    ):
        browser.log_in(user)
        planted, own = f"{name}=planted", f"{name}={browser.held(name)}"
        session = session_of(browser)
        csrf = f"csrftoken={browser.cookies['csrftoken'].value}"
        both = [planted, own] if first else [own, planted]

        answer = browser.send("post", "/api/auth/logout/", Cookie="; ".join([csrf, *both]))

        session.refresh_from_db()
        assert (answer.status_code, cleared(answer)) == (200, {ACCESS, REFRESH})
        assert session.revoked_reason == RevokedReason.LOGOUT

    def test_a_logout_ends_each_session_that_its_cookies_and_its_header_name(
        self, browser, kit, user
    ):
        tokens = [kit.sign_in(user) for _ in range(5)]
        browser.log_in(user)
        unnamed = session_of(browser)
        sent = [f"csrftoken={browser.cookies['csrftoken'].value}"]
        sent += [f"{REFRESH}={one.refresh}" for one in tokens[:2]]
        sent += [f"{ACCESS}={one.access}" for one in tokens[2:4]]

        answer = browser.send(
            "post", "/api/auth/logout/", Cookie="; ".join(sent),
            Authorization=f"Bearer {tokens[4].access}",
        )  # fmt: skip

        assert answer.status_code == 200
        assert [one.session.revoked_reason for one in tokens] == [RevokedReason.LOGOUT] * 5
        unnamed.refresh_from_db()
        assert unnamed.revoked_at is None

    @pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic x"])
    def test_a_logout_by_cookie_ends_its_session_whatever_the_header_says(self, logged_in, header):
        session = session_of(logged_in)

        answer = logged_in.send("post", "/api/auth/logout/", Authorization=header)

        session.refresh_from_db()
        assert (answer.status_code, session.revoked_reason) == (200, RevokedReason.LOGOUT)

    @pytest.mark.parametrize("junk", ["junk{}", "a.b.{}", "{}.b.c"])
    def test_a_logout_finds_its_token_behind_any_number_of_others(self, browser, kit, user, junk):
        tokens = [kit.sign_in(user) for _ in range(12)]
        browser.log_in(user)
        sent = [f"{REFRESH}={junk.format(n)}" for n in range(100)]
        sent += [f"{REFRESH}={one.refresh}" for one in tokens]
        sent.append(f"csrftoken={browser.cookies['csrftoken'].value}")

        answer = browser.send("post", "/api/auth/logout/", Cookie="; ".join(sent))

        assert answer.status_code == 200
        assert all(one.session.revoked_at for one in tokens)

    def test_a_logout_by_both_cookies_makes_two_queries(self, logged_in, queries):
        csrf = logged_in.get("/api/auth/csrf/").json()["csrf_token"]
        headers = {"Sec-Fetch-Site": "same-origin", "X-CSRFToken": csrf}

        with queries() as made:
            logged_in.post("/api/auth/logout/", {}, "application/json", headers=headers)

        assert len(made) == 2

    def test_a_logout_without_cookies_is_no_error(self, browser):
        assert browser.send("post", "/api/auth/logout/").status_code == 200

    def test_a_logout_by_expired_tokens_ends_the_session(self, clock, logged_in):
        session = session_of(logged_in)
        clock.shift(timedelta(days=2))

        logged_in.send("post", "/api/auth/logout/")

        session.refresh_from_db()
        assert session.revoked_reason == RevokedReason.LOGOUT

    def test_a_logout_by_simple_jwts_address_clears_both(self, logged_in):
        assert cleared(logged_in.send("post", "/api/auth/blacklist/")) == {ACCESS, REFRESH}

    def test_a_logout_everywhere_clears_both(self, logged_in):
        answer = logged_in.send("post", "/api/auth/logout/all/")

        assert answer.json() == {"ended": 1}
        assert cleared(answer) == {ACCESS, REFRESH}

    def test_everywhere_else_clears_nothing(self, logged_in, user):
        Browser().log_in(user)

        answer = logged_in.send("post", "/api/auth/logout/all/?except=current")

        assert answer.json() == {"ended": 1}
        assert cleared(answer) == set()
        assert logged_in.get("/api/secure/").status_code == 200


class TestSessions:
    def test_are_listed_by_the_cookie(self, logged_in):
        assert [one["current"] for one in logged_in.get("/api/auth/sessions/").json()] == [True]

    def test_one_that_is_ended_from_here_leaves_the_cookies(self, logged_in, user):
        elsewhere = Browser()
        elsewhere.log_in(user)

        answer = logged_in.send("delete", f"/api/auth/sessions/{session_of(elsewhere).pk}/")

        assert (answer.status_code, cleared(answer)) == (204, set())
        assert elsewhere.get("/api/secure/").status_code == 401

    def test_ending_ones_own_clears_them(self, logged_in):
        answer = logged_in.send("delete", f"/api/auth/sessions/{session_of(logged_in).pk}/")

        assert (answer.status_code, cleared(answer)) == (204, {ACCESS, REFRESH})

    @pytest.mark.parametrize("spelt", ["{.hex}", "{{{}}}", "urn:uuid:{}"])
    def test_ending_ones_own_by_another_spelling_clears_them(self, logged_in, spelt):
        path = f"/api/auth/sessions/{spelt.format(session_of(logged_in).pk)}/"

        assert cleared(logged_in.send("delete", path)) == {ACCESS, REFRESH}

    def test_sessions_can_be_named_by_a_browser(self, logged_in):
        path = f"/api/auth/sessions/{session_of(logged_in).pk}/"

        assert logged_in.send("patch", path, {"name": "laptop"}).json()["name"] == "laptop"


class TestVerify:
    def test_takes_what_the_api_would_take(self, logged_in):
        assert logged_in.send("post", "/api/auth/verify/").json() == {}

    def test_refuses_what_the_api_would_refuse(self, logged_in):
        sessions.revoke(session_of(logged_in).pk)

        answer = logged_in.send("post", "/api/auth/verify/")

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")

    def test_refuses_a_refresh_token_in_the_access_cookie(self, logged_in):
        logged_in.cookies[ACCESS] = logged_in.held(REFRESH)

        answer = logged_in.send("post", "/api/auth/verify/")

        assert (answer.status_code, answer.json()["reason"]) == (401, "wrong_type")

    def test_verify_without_a_cookie_is_401(self, browser):
        assert browser.send("post", "/api/auth/verify/").status_code == 401


@pytest.mark.parametrize(
    ("kit_settings", "name", "where"),
    [
        ({}, "__Host-access_token", ("", True)),
        ({"COOKIE_DOMAIN": "example.com"}, "__Secure-access_token", ("example.com", True)),
        ({"COOKIE_SECURE": False}, "access_token", ("", "")),
        ({"COOKIE_ACCESS_NAME": "a"}, "__Host-a", ("", True)),
        ({"COOKIE_ACCESS_NAME": "__Secure-a"}, "__Secure-a", ("", True)),
    ],
)
def test_the_name_says_what_a_browser_must_hold_to(settings, user, kit_settings, name, where):
    settings.DRF_JWT_KIT = kit_settings

    set_as = attributes(Browser().log_in(user), name)

    assert (set_as["domain"], set_as["secure"]) == where


def test_what_a_projects_serializer_answers_besides_stays_in_the_body(browser, user, settings):
    path = "tests.flows.test_cookies.WithGreeting"
    settings.DRF_JWT_KIT = {"TOKEN_OBTAIN_SERIALIZER": path}

    assert browser.log_in(user).json()["greeting"] == "hello"


def test_a_projects_serializer_may_answer_no_refresh_token(logged_in, user, settings):
    path = "tests.flows.test_cookies.WithoutRefresh"
    settings.DRF_JWT_KIT = {"TOKEN_OBTAIN_SERIALIZER": path}

    answer = logged_in.log_in(user)

    assert (set(answer.json()), cleared(answer)) == ({"expires_in"}, {REFRESH})
    assert logged_in.get("/api/secure/").status_code == 200


def test_a_projects_serializer_that_asks_for_more_leaves_the_cookies_as_they_are(
    logged_in, user, settings
):
    path = "tests.flows.test_cookies.AskingForMore"
    settings.DRF_JWT_KIT = {"TOKEN_OBTAIN_SERIALIZER": path}

    answer = logged_in.log_in(user)

    assert (answer.json(), dict(answer.cookies)) == ({"second_factor": "required"}, {})
    assert logged_in.get("/api/secure/").status_code == 200


class AskingForMore(TokenObtainPairSerializer):
    def validate(self, attrs):
        return {"second_factor": "required"}


class WithoutRefresh(TokenObtainPairSerializer):
    def validate(self, attrs):
        return {"access": super().validate(attrs)["access"]}


class Refusing(TokenRefreshSerializer):
    def validate(self, attrs):
        raise TokenError("Not any more")


class WithGreeting(TokenObtainPairSerializer):
    def validate(self, attrs):
        return {**super().validate(attrs), "greeting": "hello"}


@pytest.mark.parametrize("held", ["garbage", "a.b.c"])
def test_a_cookie_that_names_no_session_does_not_stop_a_login_under_a_limit(
    browser, user, settings, held
):
    settings.DRF_JWT_KIT = {"MAX_SESSIONS_PER_USER": 1}
    browser.cookies[REFRESH] = held

    browser.log_in(user)

    assert session_of(browser).revoked_at is None
