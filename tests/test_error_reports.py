"""What Django's error reports show when the project's own code fails during a login."""

import pytest
from django.test import RequestFactory, override_settings
from django.views.debug import ExceptionReporter

from drf_jwt_kit import sessions
from drf_jwt_kit.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db
FAILING = override_settings(DRF_JWT_KIT={"CLAIMS_SERIALIZER": "tests.tokens.test_claims.Failing"})


def shown_of_our_frames(work):
    """The local variables of our own frames in the report of what ``work`` raises."""
    with FAILING, override_settings(DEBUG=False), pytest.raises(ZeroDivisionError) as raised:
        work()
    reporter = ExceptionReporter(
        RequestFactory().post("/"), raised.type, raised.value, raised.value.__traceback__
    )
    frames = reporter.get_traceback_frames()
    ours = ("drf_jwt_kit", "contextlib", "debug.py")
    return str([frame["vars"] for frame in frames if any(o in frame["filename"] for o in ours)])


def test_the_password_is_hidden(user):
    body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}

    shown = shown_of_our_frames(lambda: TokenObtainPairSerializer().validate(body))

    assert PASSWORD not in shown


def test_the_refresh_token_is_hidden(user):
    refresh = sessions.start(user).refresh

    shown = shown_of_our_frames(lambda: TokenRefreshSerializer().validate({"refresh": refresh}))

    assert refresh not in shown
