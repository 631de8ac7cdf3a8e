"""A USER_AUTHENTICATION_RULE that refuses, and one that fails."""

import pytest
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.test import override_settings
from rest_framework import exceptions
from rest_framework_simplejwt.exceptions import AuthenticationFailed

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, Session
from tests.conftest import NOON
from tests.flows.test_adoption import refresh as token_of_simple_jwt

from .test_obtain import credentials
from .test_scopes import ask

pytestmark = pytest.mark.django_db

REFUSALS = {
    exceptions.AuthenticationFailed("Your trial is over.", code="trial_over"): 401,
    exceptions.PermissionDenied("Your trial is over.", code="trial_over"): 403,
    AuthenticationFailed("Your trial is over.", code="trial_over"): 401,
    DjangoPermissionDenied("Your trial is over."): 403,
}


def raising(error, **kit):
    def rule(user):
        if user is not None:
            raise error
        return False

    return override_settings(DRF_JWT_KIT={"USER_AUTHENTICATION_RULE": rule, **kit})


@pytest.fixture(params=REFUSALS, ids=lambda error: type(error).__module__ + type(error).__name__)
def refusal(request):
    return request.param


class TestARuleThatRaisesARefusal:
    def test_is_the_answer_to_a_login(self, kit, user, refusal):
        with raising(refusal):
            answer = kit.post_json("", credentials(user))

        assert answer.status_code == REFUSALS[refusal]
        assert "Your trial is over." in answer.content.decode()
        assert not Session.objects.exists()

    def test_ends_the_session_at_refresh_as_false_does(self, kit, signed_in, refusal):
        with raising(refusal):
            answer = kit.refresh(signed_in.refresh)

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")
        assert signed_in.session.revoked_reason == RevokedReason.USER_INACTIVE
        assert kit.refresh(signed_in.refresh).status_code == 401

    def test_hides_the_session_in_the_list(self, kit, user, signed_in, refusal):
        with raising(refusal):
            assert ask(kit, "get", "sessions/", signed_in.access).json() == []
            assert kit.verify(signed_in.refresh).status_code == 401

    def test_adopts_no_token(self, kit, user, refusal, clock):
        token = token_of_simple_jwt(user)

        with raising(refusal, ADOPT_SIMPLEJWT_TOKENS_UNTIL=NOON.replace(year=2027)):
            answer = kit.refresh(token)

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")
        assert not Session.objects.exists()


class TestARuleThatFails:
    @pytest.mark.parametrize(
        "error", [RuntimeError("down"), ConnectionError(), exceptions.APIException()]
    )
    def test_ends_no_session(self, kit, signed_in, error):
        with raising(error), pytest.raises(type(error)):
            sessions.refresh(signed_in.refresh)

        assert signed_in.session.revoked_at is None
        assert kit.refresh(signed_in.refresh).status_code == 200
