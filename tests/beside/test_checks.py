"""Doors of other packages beside ours, that hand out or end nothing of ours, are named."""

import pytest
from django.core.checks import Tags, run_checks
from django.test import override_settings
from django.urls import include, path
from rest_framework_simplejwt import views as simplejwt

from drf_jwt_kit.serializers import TokenObtainPairSerializer

OURS = "drf_jwt_kit.contrib.dj_rest_auth.claims.ClaimsSerializer"
THEIRS = "rest_framework_simplejwt.serializers.TokenObtainPairSerializer"


class Urls:
    def __init__(self, *urlpatterns):
        self.urlpatterns = [*urlpatterns]


def names(*urlpatterns, rest_auth=None):
    """What the checks name, with the id."""
    changes = {} if rest_auth is None else {"REST_AUTH": rest_auth}
    with override_settings(ROOT_URLCONF=Urls(*urlpatterns), **changes):
        messages = run_checks(tags=[Tags.security])
    doors = [one for one in messages if one.id in {"drf_jwt_kit.W054", "drf_jwt_kit.W055"}]
    return {(one.id[-4:], one.msg.partition(" ")[0].rpartition(".")[2]) for one in doors}


def test_what_the_pages_say_is_without_a_word():
    assert names(path("", include("tests.beside.urls"))) == set()


def test_the_jwt_urls_of_djoser():
    views = {"TokenObtainPairView", "TokenRefreshView", "TokenVerifyView"}

    assert names(path("", include("djoser.urls.jwt"))) == {("W054", view) for view in views}


def test_the_urls_of_dj_rest_auth():
    found = names(path("a/", include(("dj_rest_auth.urls", "nested"))))

    assert found == {
        ("W054", "TokenVerifyView"),
        ("W054", "RefreshViewWithCookieSupport"),
        ("W055", "LogoutView"),
    }


@pytest.mark.parametrize("serializer", [None, THEIRS, "missing.Serializer"])
def test_its_logins_with_tokens_of_others(serializer):
    chosen = {"USE_JWT": True, "JWT_TOKEN_CLAIMS_SERIALIZER": serializer}
    logins = include("drf_jwt_kit.contrib.dj_rest_auth.urls")

    assert names(path("", logins), rest_auth=chosen) == {("W055", "LoginView")}


@pytest.mark.parametrize("chosen", [{}, {"USE_JWT": True, "JWT_TOKEN_CLAIMS_SERIALIZER": OURS}])
def test_its_logins_with_ours_or_with_no_jwt(chosen):
    logins = include("drf_jwt_kit.contrib.dj_rest_auth.urls")

    assert names(path("", logins), rest_auth=chosen) == set()


def test_a_view_of_simple_jwt_with_a_serializer_of_ours():
    class Theirs(simplejwt.TokenObtainPairView):
        serializer_class = TokenObtainPairSerializer

    assert names(path("a/", Theirs.as_view())) == set()


def test_a_view_whose_serializer_cannot_be_imported():
    class Theirs(simplejwt.TokenObtainPairView):
        _serializer_class = "missing.Serializer"

    assert names(path("a/", Theirs.as_view())) == {("W054", "Theirs")}


def test_functions_are_no_doors():
    assert names(path("a/", lambda request: None)) == set()


@pytest.mark.parametrize("chosen", ["x", ["a"], None])
def test_what_is_no_dict_of_theirs_is_no_login_of_theirs(chosen):
    logins = include("drf_jwt_kit.contrib.dj_rest_auth.urls")

    assert names(path("", logins), rest_auth=chosen) == set()
