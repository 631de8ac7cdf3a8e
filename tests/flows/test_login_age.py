"""A login is as old as the proof of who the user is, whatever is begun with its tokens."""

from datetime import timedelta

import pytest
from django.test import RequestFactory, override_settings
from django.urls import include, path
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import AccessToken as TheirAccessToken

from drf_jwt_kit import sessions
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from tests.conftest import NOON, claims_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class ScriptView(SecureViewMixin, APIView):
    def post(self, request):
        user, more = request.user, {}
        if request.data.get("token"):
            more["token"] = RefreshToken.for_user(user)
        widen = bool(request.data.get("widen"))
        return Response(sessions.start(user, request, widen=widen, **more).as_data())


class RecentView(SecureViewMixin, APIView):
    max_auth_age = timedelta(minutes=5)

    def get(self, request):
        return Response({})


urlpatterns = [
    path("script/", ScriptView.as_view()),
    path("recent/", RecentView.as_view()),
    path("api/token/", include("drf_jwt_kit.urls")),
]


def begin_with(kit, access, **body):
    bearer = {"Authorization": f"Bearer {access}"}
    return kit.post("/script/", body, format="json", headers=bearer).json()


def is_recent(kit, access):
    return kit.get_with(access, "/recent/").status_code == 200


@pytest.mark.parametrize("body", [{}, {"token": True}])
class TestALoginBegunWithAToken:
    def test_is_no_younger_than_that_of_the_token(self, kit, user, clock, past_leeway, body):
        tokens = kit.sign_in(user)
        clock.shift(timedelta(minutes=10))
        made = begin_with(kit, tokens.access, **body)
        made_of_that = begin_with(kit, made["access"], **body)
        past_leeway()

        assert not is_recent(kit, made["access"])
        assert not is_recent(kit, made_of_that["access"])
        assert not is_recent(kit, kit.rotate(made["refresh"]).access)
        assert claims_of(made["access"])["auth_time"] == claims_of(tokens.access)["auth_time"]

    def test_is_recent_if_the_project_says_that_the_user_logged_in(self, kit, user, clock, body):
        tokens = kit.sign_in(user)
        clock.shift(timedelta(minutes=10))

        assert is_recent(kit, begin_with(kit, tokens.access, widen=True, **body)["access"])

    def test_is_cut_off_with_that_of_the_token(self, kit, user, clock, body):
        tokens = kit.sign_in(user)
        between = NOON + timedelta(minutes=5)
        clock.shift(timedelta(minutes=10))
        made = begin_with(kit, tokens.access, **body)
        with override_settings(DRF_JWT_KIT={"SESSIONS_VALID_AFTER": between}):
            assert kit.refresh(made["refresh"]).status_code == 401

    def test_stays_unknown_with_a_token_of_simple_jwt(self, kit, user, body):
        later = NOON.replace(year=2099)
        with override_settings(DRF_JWT_KIT={"ADOPT_SIMPLEJWT_TOKENS_UNTIL": later}):
            token = str(TheirAccessToken.for_user(user))
            made = begin_with(kit, token, **body)

            assert not is_recent(kit, token)
            assert not is_recent(kit, made["access"])


def test_a_login_is_young_where_its_user_has_just_logged_in(kit, user):
    assert is_recent(kit, kit.sign_in(user).access)


def test_a_login_with_a_younger_token_is_not_made_younger(user, clock):
    token = RefreshToken.for_user(user)
    clock.shift(timedelta(minutes=10))
    request = RequestFactory().get("/")
    request.auth = AccessToken(sessions.start(user).access)
    made = sessions.start(user, request, token=token)

    assert claims_of(made.access)["auth_time"] == int(NOON.timestamp())
