"""A refresh token: how long its access tokens live, and which token a text is."""

from datetime import timedelta

import pytest
from django.test import override_settings
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import sessions
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import SessionLimits, grant
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from drf_jwt_kit.tokens.access import KitTokenBackend
from drf_jwt_kit.tokens.refresh import read
from tests.conftest import NOON, claims_of, forge

pytestmark = pytest.mark.django_db
HERE = "tests.tokens.test_refresh"
MINUTE = timedelta(minutes=1)


class LongAccess(AccessToken):
    lifetime = 60 * MINUTE


class WithLongAccess(RefreshToken):
    access_token_class = LongAccess


class OfTheNorth(KitTokenBackend):
    def encode(self, payload):
        return super().encode({**payload, "shop": "north"})


class WithABackend(RefreshToken):
    token_backend = OfTheNorth(TokenKind.REFRESH)


class OneTenant(AccessToken):
    def verify(self):
        raise TokenError("Wrong tenant")


def five_minutes(user, request):
    return SessionLimits(access_lifetime=5 * MINUTE)


def lifetime_of(access):
    return timedelta(seconds=claims_of(access)["exp"] - claims_of(access)["iat"])


@pytest.mark.usefixtures("clock")
class TestItsAccessTokens:
    def test_live_no_longer_than_those_of_the_login_whatever_their_class_says(self, user):
        token = WithLongAccess.for_user(user)

        with override_settings(DRF_JWT_KIT={"SESSION_LIMITS": five_minutes}):
            pair = sessions.start(user, token=token)

        assert lifetime_of(pair.access) == 5 * MINUTE

    def test_end_with_the_refresh_token(self, user):
        token = RefreshToken.for_user(user)
        token.set_exp(lifetime=5 * MINUTE)

        assert lifetime_of(str(token.access_token)) == 5 * MINUTE

    def test_live_from_when_the_refresh_token_was_made(self, user, clock):
        token = RefreshToken.for_user(user)
        clock.shift(MINUTE)

        access = token.access_token

        assert access["exp"] == token["iat"] + (15 * MINUTE).total_seconds()


class TestAClassOfTheProjects:
    def test_writes_the_tokens_of_its_sessions_by_its_own_backend(self, user):
        pair = sessions.start(user, token=WithABackend.for_user(user))

        assert claims_of(pair.refresh)["shop"] == "north"


class TestSetExp:
    def test_counts_from_the_time_that_it_is_given(self, signed_in):
        token = RefreshToken(signed_in.refresh)

        token.set_exp(from_time=NOON, lifetime=MINUTE)

        assert token["exp"] == (NOON + MINUTE).timestamp()


class TestItsSession:
    def test_begins_once_and_a_token_that_is_written_again_asks_nothing(self, user, queries):
        token = RefreshToken.for_user(user)
        str(token)

        with queries() as made:
            str(token)

        assert made == []

    def test_lives_as_long_as_the_class_says(self, user):
        token = type("Short", (RefreshToken,), {"lifetime": 90 * MINUTE}).for_user(user)

        str(token)

        assert token.session.refresh_lifetime == 90 * MINUTE

    def test_keeps_its_lifetime_where_another_claim_is_set(self, user):
        token = RefreshToken.for_user(user)

        token.set_exp("other", lifetime=MINUTE)

        assert token.session.refresh_lifetime == timedelta(days=1)


class TestAScopeThatIsSetOnIt:
    def test_limits_the_session_also_where_nothing_is_left_of_it(self, user):
        token = RefreshToken.for_user(user)
        token["scope"] = ""

        assert claims_of(str(token))["scope"] == ""
        assert token.session.scope_source == grant.GIVEN

    def test_limits_later_access_tokens_where_the_session_has_begun_without(self, user):
        token = RefreshToken.for_user(user)
        str(token)

        token["scope"] = "orders:read"

        assert token.access_token["scope"] == "orders:read"
        assert Session.objects.get().scope == ""

    def test_narrows_later_access_tokens_where_the_session_has_begun_with_more(self, user):
        token = RefreshToken.for_user(user)
        token["scope"] = "orders:read orders:write"
        str(token)

        token["scope"] = "orders:read"

        assert token.access_token["scope"] == "orders:read"
        assert Session.objects.get().scope == "orders:read orders:write"


class TestWhichTokenATextIs:
    def test_is_said_by_its_class(self, signed_in):
        assert type(read(signed_in.access)) is AccessToken
        assert type(read(signed_in.refresh)) is RefreshToken

    def test_a_text_that_is_none_is_refused_for_good(self):
        with pytest.raises(TokenError) as refused:
            read("no token")

        assert (refused.value.reason, refused.value.final) == ("invalid", True)

    def test_one_by_a_key_that_is_unread_here_may_be_one_later(self, signed_in):
        with override_settings(DRF_JWT_KIT={"KEYS": [{"key": "b" * 64, "algorithm": "HS256"}]}):
            unread = forge(signed_in.access)

        with pytest.raises(TokenError) as refused:
            read(unread)

        assert (refused.value.reason, refused.value.final) == ("invalid", False)

    def test_one_that_a_class_of_the_projects_refuses_is_refused_for_good(self, signed_in):
        one_tenant = override_settings(SIMPLE_JWT={"AUTH_TOKEN_CLASSES": [f"{HERE}.OneTenant"]})

        with one_tenant, pytest.raises(TokenError) as refused:
            read(signed_in.access)

        assert (refused.value.reason, refused.value.final) == ("invalid", True)
