"""A stale header is nobody where a public view says so, and keeps nothing open that is closed."""

from datetime import timedelta

import pytest
from django.urls import path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTOptionalAuthentication
from drf_jwt_kit.mixins import SecureViewMixin
from tests.urls import urlpatterns as those_of_the_suite

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class PublicView(APIView):
    authentication_classes = (JWTOptionalAuthentication,)
    permission_classes = ()

    def get(self, request):
        return Response({"user": request.user.pk and str(request.user.pk)})


class SecureView(SecureViewMixin, PublicView):
    """The mixin closes it."""


class PlainView(PublicView):
    permission_classes = (IsAuthenticated,)


urlpatterns = [
    *those_of_the_suite,
    path("public/", PublicView.as_view()),
    path("closed/", SecureView.as_view()),
    path("plain/", PlainView.as_view()),
]


@pytest.fixture(params=["expired", "ended", "broken", "a refresh token", "two words"])
def stale(request, clock, kit, user):
    tokens = kit.sign_in(user)
    if request.param == "expired":
        clock.shift(timedelta(minutes=16))
    elif request.param == "ended":
        sessions.revoke(tokens.session.pk)
    named = {"broken": "undefined", "a refresh token": tokens.refresh, "two words": "a b"}
    return named.get(request.param, tokens.access)


def test_a_stale_header_is_nobody_on_a_public_view(kit, stale):
    answer = kit.get_with(stale, "/public/")

    assert (answer.status_code, answer.json()) == (200, {"user": None})


def test_a_good_header_is_its_user(kit, user):
    access = kit.sign_in(user).access

    assert kit.get_with(access, "/public/").json() == {"user": str(user.pk)}


def test_no_header_is_nobody(kit):
    assert kit.get("/public/").json() == {"user": None}


def test_a_stale_header_is_refused_with_its_reason_by_the_mixin(kit, stale):
    answer = kit.get_with(stale, "/closed/")

    assert answer.status_code == 401
    assert answer.json()["code"] in {"token_not_valid", "bad_authorization_header"}
    assert "error=" in answer["WWW-Authenticate"]


def test_a_stale_header_is_401_on_a_view_that_is_closed_in_frameworks_own_way(kit, stale):
    assert kit.get_with(stale, "/plain/").status_code == 401
