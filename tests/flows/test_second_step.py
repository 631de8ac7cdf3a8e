"""What a project asks for between the password and the session; and our URLs without a login."""

import pytest
from django.contrib.auth.signals import user_logged_in
from django.urls import include, path, reverse
from rest_framework.exceptions import AuthenticationFailed

from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer

from .browser import ACCESS, REFRESH, Browser
from .test_obtain import credentials

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("api/auth/", include("drf_jwt_kit.urls.cookie")),
    path("elsewhere/token/", include(("drf_jwt_kit.urls.without_login", "without"))),
    path("elsewhere/auth/", include("drf_jwt_kit.urls.cookie_without_login", "elsewhere")),
]


class Asking(TokenObtainPairSerializer):
    def password_accepted(self, user):
        raise AuthenticationFailed(
            {"detail": "Enter the code.", "code": "code_required", "ticket": f"for {user.pk}"}
        )


@pytest.fixture
def asking(settings):
    settings.SIMPLE_JWT = {
        "TOKEN_OBTAIN_SERIALIZER": f"{__name__}.Asking",
        "UPDATE_LAST_LOGIN": True,
    }


@pytest.fixture
def announced():
    heard = []

    def hear(user, **_):
        heard.append(user)

    user_logged_in.connect(hear)
    yield heard
    user_logged_in.disconnect(hear)


class TestBetweenThePasswordAndTheSession:
    def test_the_refusal_is_the_answer(self, asking, kit, user):
        answer = kit.post_json("", credentials(user))

        assert answer.status_code == 401
        assert answer.json() == {
            "detail": "Enter the code.",
            "code": "code_required",
            "ticket": f"for {user.pk}",
        }

    def test_nothing_has_begun(self, asking, announced, kit, user):
        kit.post_json("", credentials(user))

        user.refresh_from_db()
        assert not Session.objects.exists()
        assert user.last_login is None
        assert announced == []

    def test_a_browser_gets_no_cookie_and_loses_none(self, user, settings):
        browser = Browser()
        browser.log_in(user)
        before = browser.held(ACCESS), browser.held(REFRESH)
        settings.SIMPLE_JWT = {"TOKEN_OBTAIN_SERIALIZER": f"{__name__}.Asking"}

        answer = browser.send("post", "/api/auth/", credentials(user))

        assert answer.status_code == 401
        assert answer.json()["ticket"] == f"for {user.pk}"
        assert not answer.cookies
        assert (browser.held(ACCESS), browser.held(REFRESH)) == before
        assert Session.objects.get().revoked_at is None

    def test_a_wrong_password_is_not_asked_for_more(self, asking, kit, user):
        assert kit.post_json("", credentials(user, "wrong")).json()["code"] == "no_active_account"

    def test_it_is_called_once_with_the_user(self, kit, user, settings, monkeypatch):
        called = []
        settings.SIMPLE_JWT = {"TOKEN_OBTAIN_SERIALIZER": f"{__name__}.Asking"}
        monkeypatch.setattr(Asking, "password_accepted", lambda self, user: called.append(user))

        assert kit.post_json("", credentials(user)).status_code == 200

        assert called == [user]


class TestWithoutTheLogin:
    @pytest.mark.parametrize("place", ["token", "auth"])
    def test_there_is_none(self, kit, user, place):
        assert kit.post(f"/elsewhere/{place}/", credentials(user)).status_code == 404

    def test_all_else_is_there(self, kit, signed_in):
        bearer = {"Authorization": f"Bearer {signed_in.access}"}

        assert kit.get("/elsewhere/token/sessions/", headers=bearer).status_code == 200
        body = {"refresh": signed_in.refresh}
        assert kit.post("/elsewhere/token/refresh/", body, format="json").status_code == 200

    def test_the_names_are_the_same(self):
        assert reverse("without:token_refresh") == "/elsewhere/token/refresh/"
        assert reverse("elsewhere:token_csrf") == "/elsewhere/auth/csrf/"
