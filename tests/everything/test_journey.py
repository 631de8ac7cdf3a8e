"""From the login to the end, by header and by cookie, in a project with everything at once."""

import pytest
from axes.models import AccessAttempt
from django.core.checks import run_checks

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, Session
from tests.conftest import PASSWORD
from tests.defaults.project import Throttle
from tests.flows.browser import ACCESS, REFRESH, Browser

pytestmark = pytest.mark.django_db
SHOP = "/acme/v1/"
NEW = "a staple of quite new horses"


class Page(Browser):
    """A browser at a page of the shop."""

    def send(self, method, path, body=None, **headers):
        own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
        token = self.get(f"{SHOP}auth/csrf/").json()["csrf_token"]
        content = (
            {} if method == "get" else {"data": body or {}, "content_type": "application/json"}
        )
        headers = {**own, "X-CSRFToken": token, **headers}
        return getattr(self, method)(f"{SHOP}{path}", headers=headers, **content)


def credentials(password=PASSWORD):
    return {"username": "ada", "password": password}


def bearer(tokens):
    return {"Authorization": f"Bearer {tokens['access']}"}


@pytest.fixture
def page():
    return Page()


@pytest.fixture
def tokens(kit, user):
    answer = kit.post(f"{SHOP}token/", credentials(), format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestByHeader:
    def test_a_session_lives_from_login_to_logout(self, kit, tokens):
        assert kit.get(f"{SHOP}closed/", headers=bearer(tokens)).json() == {"userName": "ada"}
        assert kit.get(f"{SHOP}own/", headers=bearer(tokens)).json() == {"userName": "ada"}
        body = {"refresh": tokens["refresh"]}
        tokens = kit.post(f"{SHOP}token/refresh/", body, format="json").json()
        assert set(tokens) == {"access", "refresh"}

        (listed,) = kit.get(f"{SHOP}token/sessions/", headers=bearer(tokens)).json()
        assert listed["current"] is True
        one = f"{SHOP}token/sessions/{listed['id']}/"
        assert kit.patch(one, {"name": "Phone"}, format="json", headers=bearer(tokens)).json()
        assert (
            kit.post(f"{SHOP}token/verify/", {"token": tokens["access"]}, format="json").json()
            == {}
        )
        assert kit.post(f"{SHOP}token/logout/", tokens, format="json").json() == {}

        assert kit.get(f"{SHOP}closed/", headers=bearer(tokens)).status_code == 401
        assert kit.post(f"{SHOP}token/refresh/", tokens, format="json").status_code == 401

    def test_a_reused_token_ends_the_session(self, kit, tokens, past_leeway):
        first = kit.post(f"{SHOP}token/refresh/", tokens, format="json").json()
        past_leeway()
        past_leeway()

        assert kit.post(f"{SHOP}token/refresh/", tokens, format="json").status_code == 401
        assert kit.get(f"{SHOP}closed/", headers=bearer(first)).status_code == 401
        assert Session.objects.get().revoked_reason == RevokedReason.REUSED

    def test_refusals_are_what_the_projects_handler_makes_of_them(self, kit, user):
        wrong = kit.post(f"{SHOP}token/", credentials("wrong"), format="json")
        missing = kit.post(f"{SHOP}token/", {}, format="json")
        nobody = kit.get(f"{SHOP}closed/")
        method = kit.get(f"{SHOP}token/")
        answers = [wrong, missing, nobody, method]

        assert [one.status_code for one in answers] == [401, 400, 401, 405]
        assert wrong.json()["errors"][0]["code"] == "no_active_account"
        assert {error["attr"] for error in missing.json()["errors"]} == {"username", "password"}
        assert all(one.json()["type"] for one in answers)

    def test_axes_locks_and_a_good_login_counts_anew(self, kit, user):
        for _ in range(2):
            kit.post(f"{SHOP}token/", credentials("wrong"), format="json")
        assert AccessAttempt.objects.get().failures_since_start == 2

        for _ in range(2):
            kit.post(f"{SHOP}token/", credentials("wrong"), format="json")
        assert kit.post(f"{SHOP}token/", credentials(), format="json").status_code == 429

    def test_the_projects_throttle_counts(self, kit, user, monkeypatch):
        monkeypatch.setattr(Throttle, "allows", False)

        assert kit.post(f"{SHOP}token/", credentials(), format="json").status_code == 429


class TestByCookie:
    def test_a_session_lives_from_login_to_logout(self, page, user):
        answer = page.send("post", "auth/", credentials())
        assert set(answer.json()) == {"expires_in", "refresh_expires_in"}
        assert page.send("get", "own/").json() == {"userName": "ada"}
        before = page.held(REFRESH)
        assert page.send("post", "auth/refresh/").status_code == 200
        assert page.held(REFRESH) != before

        (listed,) = page.send("get", "auth/sessions/").json()
        assert page.send("patch", f"auth/sessions/{listed['id']}/", {"name": "Desk"}).json()
        assert page.send("post", "auth/verify/").status_code == 200
        assert page.send("post", "auth/logout/").status_code == 200

        assert (page.held(ACCESS), page.held(REFRESH)) == ("", "")
        assert page.send("get", "own/").status_code == 401
        assert Session.objects.get().revoked_reason == RevokedReason.LOGOUT

    def test_another_site_changes_nothing(self, page, user):
        page.send("post", "auth/", credentials())
        elsewhere = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}

        assert page.send("post", "auth/logout/", **elsewhere).status_code == 403
        assert Session.objects.get().revoked_at is None

    def test_a_page_that_calls_other_hosts_holds_the_access_token(self, page, user, settings):
        settings.DRF_JWT_KIT = {"COOKIE_REFRESH_ONLY": True}
        page.send("post", "auth/", credentials())
        answer = page.send("post", "auth/refresh/").json()

        assert set(answer) == {"access", "expires_in", "refresh_expires_in"}
        assert page.send("get", "closed/", **bearer(answer)).json() == {"userName": "ada"}


class TestALoginOfTheProjects:
    def test_somebody_acts_as_the_user_and_is_seen(self, kit, user, other_user):
        acting = sessions.start(
            user, actor=other_user, reason="Ticket 4711", data={"organization": "engines"}
        )
        held = {"access": acting.access}

        assert kit.get(f"{SHOP}closed/", headers=bearer(held)).json() == {"userName": "ada"}
        (listed,) = kit.get(f"{SHOP}token/sessions/", headers=bearer(held)).json()
        assert listed["acted_for"] is True
        refused = kit.post(f"{SHOP}token/logout/all/", headers=bearer(held))
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "acted_for")
        assert Session.objects.get().data == {"organization": "engines"}


class TestBesideOurs:
    def test_a_login_at_dj_rest_auth_is_ended_by_its_logout(self, kit, user):
        body = kit.post("/dj-rest-auth/login/", credentials(), format="json").json()
        tokens = {"access": body["access"], "refresh": body["refresh"]}
        assert kit.get(f"{SHOP}closed/", headers=bearer(tokens)).status_code == 200

        assert kit.post("/dj-rest-auth/logout/", tokens, format="json").status_code == 200

        assert kit.get(f"{SHOP}closed/", headers=bearer(tokens)).status_code == 401

    def test_a_login_at_allauth_is_ended_by_its_logout(self, kit, user):
        meta = kit.post("/_allauth/app/v1/auth/login", credentials(), format="json").json()["meta"]
        tokens = {"access": meta["access_token"]}
        assert kit.get(f"{SHOP}closed/", headers=bearer(tokens)).status_code == 200

        kit.delete(
            "/_allauth/app/v1/auth/session", headers={"X-Session-Token": meta["session_token"]}
        )

        assert kit.get(f"{SHOP}closed/", headers=bearer(tokens)).status_code == 401

    def test_a_new_password_ends_the_sessions(self, kit, user, tokens):
        user.set_password(NEW)
        user.save()

        assert kit.get(f"{SHOP}closed/", headers=bearer(tokens)).status_code == 401


def test_the_only_message_of_ours_is_about_the_open_door():
    ours = [one.id for one in run_checks() if one.id.startswith("drf_jwt_kit.")]

    assert ours == ["drf_jwt_kit.W053"]
