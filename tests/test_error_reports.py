"""What Django's error reports show when the project's own code fails during a login."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory, override_settings
from django.views.debug import ExceptionReporter
from rest_framework.request import Request

import drf_jwt_kit
from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTCookieAuthentication
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from drf_jwt_kit.sessions import binding
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
FAILING = override_settings(DRF_JWT_KIT={"CLAIMS_SERIALIZER": "tests.tokens.test_claims.Failing"})


def shown_of_our_frames(work, *, raises=ZeroDivisionError):
    """The local variables of our own frames in the report of what ``work`` raises."""
    with override_settings(DEBUG=False), pytest.raises(raises) as raised:
        work()
    reporter = ExceptionReporter(
        RequestFactory().post("/"), raised.type, raised.value, raised.value.__traceback__
    )
    frames = reporter.get_traceback_frames()
    package = str(Path(drf_jwt_kit.__file__).parent)
    assert any(frame["filename"].startswith(package) for frame in frames)
    shown = [frame["vars"] for frame in frames
             if frame["filename"].startswith(package)
             or frame["filename"].endswith(("contextlib.py", "debug.py"))]  # fmt: skip
    return "".join(re.findall(r"[\w. -]+", str(shown)))  # long values are broken into lines


def shown_of_a_login(work):
    with FAILING:
        return shown_of_our_frames(work)


def test_the_password_is_hidden(user):
    body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}

    shown = shown_of_a_login(lambda: TokenObtainPairSerializer().validate(body))

    assert PASSWORD not in shown


def test_the_refresh_token_is_hidden(user):
    refresh = sessions.start(user).refresh

    shown = shown_of_a_login(lambda: TokenRefreshSerializer().validate({"refresh": refresh}))

    assert refresh[-20:] not in shown


def failing_rule(user):
    raise ZeroDivisionError


@pytest.mark.parametrize("ask", [binding.is_bound, binding.let_go])
def test_the_token_of_a_session_that_may_be_bound_is_hidden(user, ask):
    refresh = sessions.start(user).refresh

    with override_settings(DRF_JWT_KIT={"USER_AUTHENTICATION_RULE": failing_rule}):
        shown = shown_of_our_frames(lambda: ask(refresh))

    assert refresh[-20:] not in shown


class Failing(JWTCookieAuthentication):
    def get_user(self, validated_token):
        raise ZeroDivisionError


def shown_of_a_request(**headers):
    request = Request(RequestFactory().get("/", headers=headers))
    return shown_of_our_frames(lambda: Failing().authenticate(request))


def test_a_token_in_the_header_is_hidden(user):
    access = sessions.start(user).access

    shown = shown_of_a_request(Authorization=f"Bearer {access}")

    assert access[-20:] not in shown


def test_a_token_in_a_cookie_is_hidden(user):
    access = sessions.start(user).access

    shown = shown_of_a_request(Cookie=f"__Host-access_token={access}")

    assert access[-20:] not in shown


BROKEN = {
    "an unreadable PEM": {"key": "-----BEGIN PRIVATE KEY-----\nhunter2"},
    "a passphrase": {"key": "-----BEGIN PRIVATE KEY-----\nx", "passphrase": "hunter2"},
    "no key at all": {"key": "hunter2"},
    "a broken JWK": {"key": '{"k": "hunter2"'},
    "a JWK of no kind": {"key": '{"k": "hunter2", "kty": "x"}'},
    "a JWK for something else": {"key": '{"k": "hunter2", "kty": "oct", "use": "enc"}'},
    "a short secret": {"key": "hunter2", "algorithm": "HS256"},
    "a member too many": {"key": "hunter2", "colour": "red"},
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_key_is_hidden(case):
    with override_settings(DRF_JWT_KIT={"KEYS": [BROKEN[case]]}):
        assert "hunter2" not in shown_of_our_frames(get_ring, raises=ImproperlyConfigured)


@pytest.mark.parametrize(
    "named",
    [
        {"SIGNING_KEY": "hunter2"},
        {"SIGNING_KEY": "hunter2", "ALGORITHM": "RS256", "VERIFYING_KEY": "x"},
        {"SIGNING_KEY": "hunter2", "ALGORITHM": "RS256"},
        {"SIGNING_KEY": "hunter2", "ALGORITHM": "none"},
    ],
)
def test_a_key_of_simple_jwt_is_hidden(named):
    with override_settings(SIMPLE_JWT=named):
        assert "hunter2" not in shown_of_our_frames(get_ring, raises=ImproperlyConfigured)


def test_secret_key_is_hidden():
    with override_settings(SECRET_KEY="hunter2"):
        assert "hunter2" not in shown_of_our_frames(get_ring, raises=ImproperlyConfigured)
