"""Serializers of the project's own, at logins beside the one that settings name."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings
from django.urls import path
from rest_framework import serializers
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import sessions, views
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.serializers import (
    TokenBlacklistSerializer,
    TokenObtainPairSerializer,
    TokenRefreshSerializer,
)
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from tests.conftest import claims_of

from .browser import session_of
from .cookie_urls import urlpatterns as cookie_urlpatterns
from .test_obtain import credentials

pytestmark = pytest.mark.django_db
HERE = "tests.flows.test_own_logins"


class ByLink(serializers.Serializer):
    """As docs/how-to/other-logins.md has it."""

    def validate(self, attrs):
        user = get_user_model().objects.get()
        return sessions.start(user, self.context["request"]).as_data()


class Configured(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["staff"] = True
        token["scope"] = "everything"
        return token


class OfAKiosk(TokenObtainPairSerializer):
    """Says nothing of its own about tokens."""


class WithAStaticMethod(TokenObtainPairSerializer):
    @staticmethod
    def get_token(user):
        token = RefreshToken.for_user(user)
        token["tier"] = "gold"
        return token


class LongAccess(AccessToken):
    lifetime = timedelta(hours=1)


class OfAnotherType(AccessToken):
    token_type = "another"


class ShortByItself(AccessToken):
    def set_exp(self, claim="exp", from_time=None, lifetime=None):
        super().set_exp(claim, from_time, timedelta(seconds=30))


def serializer_of(own_access_token):
    class OwnRefreshToken(RefreshToken):
        access_token_class = own_access_token

    class WithOwnTokens(TokenObtainPairSerializer):
        token_class = OwnRefreshToken

    return WithOwnTokens


class ByLinkView(views.CookieObtainView):
    serializer_class = ByLink


class KioskView(views.TokenObtainPairView):
    serializer_class = OfAKiosk


class StaticView(views.TokenObtainPairView):
    serializer_class = WithAStaticMethod


urlpatterns = [
    *cookie_urlpatterns,
    path("api/auth/link/", ByLinkView.as_view()),
    path("kiosk/", KioskView.as_view()),
    path("static/", StaticView.as_view()),
]


def logged_in_by(serializer_class, user):
    serializer = serializer_class(data=credentials(user))
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


@pytest.mark.urls(HERE)
class TestALoginIntoCookies:
    def test_a_serializer_that_starts_the_session_ends_the_one_before(self, logged_in):
        before = session_of(logged_in)

        assert logged_in.send("post", "/api/auth/link/").status_code == 200

        before.refresh_from_db()
        assert before.revoked_reason == RevokedReason.REPLACED


@pytest.mark.urls(HERE)
class TestALoginBesideTheConfiguredOne:
    def test_gets_no_claim_and_no_scope_of_the_configured_one(self, kit, user):
        with override_settings(SIMPLE_JWT={"TOKEN_OBTAIN_SERIALIZER": f"{HERE}.Configured"}):
            answer = kit.post("/kiosk/", credentials(user), format="json")

            rotated = kit.rotate(answer.json()["refresh"])

        assert {"staff", "scope"}.isdisjoint(claims_of(answer.json()["access"]))
        assert {"staff", "scope"}.isdisjoint(claims_of(rotated.access))
        assert Session.objects.get().scope == ""

    def test_may_have_a_static_get_token(self, kit, user):
        answer = kit.post("/static/", credentials(user), format="json")

        assert claims_of(answer.json()["access"])["tier"] == "gold"


@pytest.mark.usefixtures("clock")
class TestAnAccessTokenClassOfTheProjects:
    def test_may_live_longer_than_the_setting(self, user):
        claims = claims_of(logged_in_by(serializer_of(LongAccess), user)["access"])

        assert claims["exp"] - claims["iat"] == 60 * 60

    def test_may_live_longer_after_a_refresh_as_well(self, kit, user, settings):
        settings.DRF_JWT_KIT = {"TOKEN_OBTAIN_SERIALIZER": serializer_of(LongAccess)}

        claims = claims_of(kit.rotate(kit.sign_in(user).refresh).access)

        assert claims["exp"] - claims["iat"] == 60 * 60

    def test_may_have_a_type_of_its_own(self, user):
        claims = claims_of(logged_in_by(serializer_of(OfAnotherType), user)["access"])

        assert claims["token_type"] == "another"

    def test_may_set_its_end_itself(self, user):
        claims = claims_of(logged_in_by(serializer_of(ShortByItself), user)["access"])

        assert claims["exp"] - claims["iat"] == 30


class TestARefusal:
    """Simple JWT's users catch TokenError around a serializer, as its own views do."""

    @pytest.mark.parametrize("serializer_class", [TokenRefreshSerializer, TokenBlacklistSerializer])
    def test_a_serializers_refusal_is_one_of_simple_jwts(self, serializer_class, db):
        serializer = serializer_class(data={"refresh": "bad.bad.bad"})

        with pytest.raises(TokenError):
            serializer.is_valid(raise_exception=True)

    def test_the_refusal_of_an_ended_session_is_one_of_simple_jwts(self, signed_in):
        sessions.revoke(signed_in.session)
        serializer = TokenRefreshSerializer(data={"refresh": signed_in.refresh})

        with pytest.raises(TokenError):
            serializer.is_valid(raise_exception=True)

    def test_the_refusal_of_blacklist_is_one_of_simple_jwts(self, signed_in):
        token = RefreshToken(signed_in.refresh)
        Session.objects.update(secret="of another row")

        with pytest.raises(TokenError):
            token.blacklist()


class TestARowThatNamesWhatCannotBeImported:
    @pytest.mark.parametrize("fault", ["raise RuntimeError", "def (", "raise SystemExit"])
    def test_is_refreshed_without_it(self, kit, signed_in, tmp_path, monkeypatch, fault):
        (tmp_path / "unsound_module.py").write_text(fault)
        monkeypatch.syspath_prepend(tmp_path)
        Session.objects.update(obtain_serializer="unsound_module:Serializer")

        assert kit.refresh(signed_in.refresh).status_code == 200

    def test_runs_no_module_that_holds_no_serializer(self, kit, signed_in, tmp_path, monkeypatch):
        (tmp_path / "stray_module.py").write_text(
            "import pathlib\npathlib.Path(__file__).with_name('ran').touch()\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        Session.objects.update(obtain_serializer="stray_module:Serializer")

        kit.refresh(signed_in.refresh)

        assert not (tmp_path / "ran").exists()


def test_a_session_started_with_a_token_of_get_token_keeps_its_claims(user):
    pair = sessions.start(user, token=Configured.get_token(user))

    rotated = sessions.refresh(pair.refresh)

    assert claims_of(pair.access)["staff"] is True
    assert claims_of(rotated.access).get("staff") is True
