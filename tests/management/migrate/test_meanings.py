"""What means something else after the move: only what follows from the project itself."""

import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from rest_framework_simplejwt import authentication, models, serializers, tokens, views

from drf_jwt_kit.conf.documentation import SITE
from drf_jwt_kit.management.subcommands.migrate.classes import Extension
from drf_jwt_kit.management.subcommands.migrate.meanings import Meaning, meanings
from drf_jwt_kit.management.subcommands.migrate.routes import Route
from tests.docs.pages import ROOT

QUIET = {
    "ACCESS_TOKEN_LIFETIME": object(),
    "ROTATE_REFRESH_TOKENS": False,
    "SIGNING_KEY": "a key of its own",
}
LEFT = 3  # that of the rotation, and two that clients notice


def said(chosen, kit=None, *, routes=(), found=()):
    with override_settings(SIMPLE_JWT={**QUIET, **chosen}, DRF_JWT_KIT=kit or {}):
        return [one.said for one in meanings([*routes], [*found])]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"BLACKLIST_AFTER_ROTATION": True}, "BLACKLIST_AFTER_ROTATION does nothing"),
        ({"CHECK_REVOKE_TOKEN": True}, "CHECK_REVOKE_TOKEN counts for tokens of Simple JWT alone"),
        ({"UPDATE_LAST_LOGIN": True}, "UPDATE_LAST_LOGIN sends user_logged_in"),
        ({"SIGNING_KEY": django_settings.SECRET_KEY}, "SIGNING_KEY is SECRET_KEY"),
        ({"SIGNING_KEY": django_settings.SECRET_KEY.encode()}, "SIGNING_KEY is SECRET_KEY"),
        ({"SIGNING_KEY": None}, "SIGNING_KEY is SECRET_KEY"),
        ({"JWK_URL": "https://x.example", "ALGORITHM": "RS256"}, "JWK_URL: access tokens of that"),
        ({"TOKEN_USER_CLASS": "shop.TokenUser"}, "TOKEN_USER_CLASS does nothing"),
        ({"SLIDING_TOKEN_LIFETIME": None}, "The settings SLIDING_TOKEN_… do nothing"),
        ({"TOKEN_TYPE_CLAIM": None}, "TOKEN_TYPE_CLAIM is None"),
        ({"JTI_CLAIM": None}, "JTI_CLAIM is None"),
    ],
)
def test_a_setting_with_another_meaning_is_told(chosen, expected):
    told = said(chosen)

    assert len(told) == LEFT + 1
    assert any(one.startswith(expected) for one in told)


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"BLACKLIST_AFTER_ROTATION": False, "CHECK_REVOKE_TOKEN": False},
        {"TOKEN_USER_CLASS": "rest_framework_simplejwt.models.TokenUser"},
        {"USER_ID_CLAIM": "sub", "JTI_CLAIM": "id", "LEEWAY": 5},
        {"JWK_URL": "https://x.example", "ALGORITHM": "HS512"},
        {"ALGORITHM": "RS256", "SIGNING_KEY": django_settings.SECRET_KEY},
    ],
)
def test_a_setting_with_the_same_meaning_is_not_told(chosen):
    assert len(said(chosen)) == LEFT


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"ROTATE_REFRESH_TOKENS": False}, "ROTATE_REFRESH_TOKENS is False, and stays so"),
        ({"ROTATE_REFRESH_TOKENS": True}, "ROTATE_REFRESH_TOKENS: an exchanged refresh token"),
    ],
)
def test_the_rotation_is_told_as_it_will_be(chosen, expected):
    assert any(one.startswith(expected) for one in said(chosen))


def test_a_blacklist_that_is_not_installed_refused_nothing():
    told = said({"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True})

    assert any("With Simple JWT it was as good as the new one." in one for one in told)


@pytest.mark.parametrize("chosen", [{}, None, ["a list"]])
def test_defaults_that_differ_are_told_where_nothing_is_set(chosen):
    with override_settings(SIMPLE_JWT=chosen):
        told = [one.said for one in meanings([], [])]

    assert any(one.startswith("ACCESS_TOKEN_LIFETIME is not set: the default") for one in told)
    assert any(one.startswith("ROTATE_REFRESH_TOKENS is not set: the default") for one in told)


def test_keys_of_ours_leave_nothing_to_say_of_secret_key():
    told = said({"SIGNING_KEY": django_settings.SECRET_KEY}, {"KEYS": "SECRET_KEY"})

    assert len(told) == LEFT


def test_no_value_is_told():
    told = said({"SIGNING_KEY": "hunter2", "VERIFYING_KEY": "hunter2", "JWK_URL": "hunter2"})

    assert "hunter2" not in str(told)


def test_a_view_of_sliding_tokens_is_told():
    (*_, told, _, _) = said({}, routes=[Route("", views.TokenObtainSlidingView, "")])

    assert (
        told == "Sliding tokens are issued. They are not taken here, and their users log in once."
    )


class Login(serializers.TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        return super().get_token(user)


class Refresh(serializers.TokenRefreshSerializer):
    def validate(self, attrs):
        return super().validate(attrs)


class ByCookie(authentication.JWTAuthentication):
    def authenticate(self, request):
        return request.COOKIES.get("access")


class Sliding(tokens.SlidingToken):
    pass


class Holder(models.TokenUser):
    pass


class Plain(serializers.TokenObtainPairSerializer):
    pass


MADE = type("Made", (authentication.JWTAuthentication,), {"__module__": "shop.made"})


@pytest.mark.parametrize(
    ("cls", "expected"),
    [
        (Login, "Login.get_token is called at every refresh too: it must have no other effects."),
        (Refresh, "Refresh.validate: super().validate(attrs) uses the token."),
        (ByCookie, "ByCookie reads a cookie without a CSRF check."),
        (Sliding, "Sliding: there are no sliding tokens."),
        (Holder, "Holder is not used: request.user is the project's own user."),
    ],
)
def test_what_a_class_of_the_project_must_know_is_told(cls, expected):
    (*_, told, _, _) = said({}, found=[Extension(cls, object)])

    assert expected in told


@pytest.mark.parametrize("cls", [Plain, MADE])
def test_a_class_that_goes_on_as_it_is_is_not_told(cls):
    assert len(said({}, found=[Extension(cls, object)])) == LEFT


def test_every_page_that_is_named_is_there():
    classes = [Extension(cls, object) for cls in (Login, Refresh, ByCookie, Sliding, Holder)]
    with override_settings(SIMPLE_JWT={}):
        pages = {one.page.partition("#")[0] for one in meanings([], classes)}

    assert [page for page in pages if not (ROOT / page).exists()] == []


def test_a_page_is_printed_by_its_address():
    meaning = Meaning("What is new.", "docs/how-to/browsers.md#tabs")

    assert meaning.lines() == ["What is new.", f"    {SITE}page/docs/how-to/browsers.html#tabs"]
