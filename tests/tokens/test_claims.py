"""Claims: a serializer of the user, computed again at every refresh."""

import uuid

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.test import override_settings
from rest_framework import serializers

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import ClaimsError
from drf_jwt_kit.models import Session
from drf_jwt_kit.tokens import ClaimsSerializer, ProfileClaims, RefreshToken
from tests.conftest import claims_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_user_model")]
HERE = "tests.tokens.test_claims"


class ShopClaims(ProfileClaims):
    tier = serializers.CharField(source="first_name")
    customer = serializers.SerializerMethodField()

    def get_customer(self, user):
        return uuid.UUID(int=7)  # no JSON by itself


class Contextual(ClaimsSerializer):
    host = serializers.SerializerMethodField()
    login = serializers.SerializerMethodField()

    def get_host(self, user):
        request = self.context["request"]
        return request and request.get_host()

    def get_login(self, user):
        return str(self.context["session"].pk)


class Enormous(ClaimsSerializer):
    small = serializers.CharField(source="username")
    everything = serializers.SerializerMethodField()

    def get_everything(self, user):
        return ["permission"] * 500


class AlmostTooLarge(ClaimsSerializer):
    padding = serializers.SerializerMethodField()

    def get_padding(self, user):
        return "x" * 2700


class Dynamic(ClaimsSerializer):
    def to_representation(self, user):
        return {"sub": user.pk, "exp": 1, "sid": "x", "scope": "everything", "jti": "mine", "a": 1}


class NeedsALogin(ClaimsSerializer):
    def get_fields(self):
        return {self.context["session"].name: serializers.CharField()}


class Failing(ClaimsSerializer):
    broken = serializers.SerializerMethodField()

    def get_broken(self, user):
        raise ZeroDivisionError


def claims_serializer(name):
    return override_settings(DRF_JWT_KIT={"CLAIMS_SERIALIZER": name})


def almost_too_large(**settings):
    return override_settings(
        DRF_JWT_KIT={"CLAIMS_SERIALIZER": f"{HERE}.AlmostTooLarge", **settings}
    )


class TestProfileClaims:
    @pytest.fixture(autouse=True)
    def _profile(self, settings):
        settings.DRF_JWT_KIT = {"CLAIMS_SERIALIZER": "drf_jwt_kit.tokens.ProfileClaims"}

    def test_give_username_roles_and_email(self, kit, user):
        user.groups.add(Group.objects.create(name="staff"), Group.objects.create(name="admins"))

        claims = claims_of(kit.sign_in(user).access)

        assert (claims["username"], claims["email"]) == ("ada", "ada@example.com")
        assert claims["roles"] == ["admins", "staff"]

    def test_are_never_in_a_refresh_token(self, kit, user):
        assert not {"username", "roles", "email"} & set(claims_of(kit.sign_in(user).refresh))

    def test_cost_one_query_at_login_and_at_refresh(self, kit, user, queries):
        with queries() as at_login:
            tokens = kit.sign_in(user)
        with queries() as at_refresh:
            kit.rotate(tokens.refresh)

        assert (len(at_login), len(at_refresh)) == (4, 3)

    def test_a_role_that_is_taken_away_is_gone_at_the_next_refresh(self, kit, user):
        user.groups.add(Group.objects.create(name="admins"))
        tokens = kit.sign_in(user)
        user.groups.clear()

        assert claims_of(tokens.access)["roles"] == ["admins"]
        assert claims_of(kit.rotate(tokens.refresh).access)["roles"] == []

    def test_hold_for_other_logins_too(self, user):
        assert claims_of(sessions.start(user).access)["username"] == "ada"
        assert claims_of(str(RefreshToken.for_user(user).access_token))["username"] == "ada"


class TestOwnClaims:
    @claims_serializer(f"{HERE}.ShopClaims")
    def test_take_a_few_lines(self, kit, user):
        user.first_name = "gold"
        user.save()

        claims = claims_of(kit.sign_in(user).access)

        assert (claims["tier"], claims["username"]) == ("gold", "ada")
        assert claims["customer"] == str(uuid.UUID(int=7))

    @claims_serializer(f"{HERE}.Contextual")
    def test_see_the_request_and_the_session(self, kit, user):
        tokens = kit.sign_in(user)
        rotated = kit.rotate(tokens.refresh)

        for access in (tokens.access, rotated.access):
            assert claims_of(access)["host"] == "testserver"
            assert claims_of(access)["login"] == claims_of(access)["sid"]

    @claims_serializer(f"{HERE}.Contextual")
    def test_get_no_request_where_there_is_none(self, user):
        assert claims_of(sessions.start(user).access)["host"] is None

    @claims_serializer(f"{HERE}.Enormous")
    def test_claims_that_are_too_large_are_named_and_start_no_session(self, kit, user):
        with pytest.raises(ClaimsError, match="Its largest claim is 'everything'"):
            kit.sign_in(user)
        assert not Session.objects.exists()

    @claims_serializer(f"{HERE}.AlmostTooLarge")
    def test_fit_a_cookie_of_4096_bytes_with_its_name_and_no_longer_one(self, user):
        name = "n" * (4096 - len("__Host-") - len(sessions.start(user).access))

        with almost_too_large(COOKIE_ACCESS_NAME=name):
            assert len(f"__Host-{name}{sessions.start(user).access}") == 4096
        with almost_too_large(COOKIE_ACCESS_NAME=name + "n"), pytest.raises(ClaimsError):
            sessions.start(user)

    def test_claims_that_grow_too_large_at_a_refresh_cost_no_generation(self, kit, signed_in):
        with claims_serializer(f"{HERE}.Enormous"), pytest.raises(ClaimsError):
            kit.refresh(signed_in.refresh)

        assert signed_in.session.generation == 0

    @claims_serializer(f"{HERE}.Contextual")
    def test_claims_that_need_a_login_do_not_stop_check(self):
        with claims_serializer(f"{HERE}.NeedsALogin"):
            call_command("check", fail_level="WARNING")

    @claims_serializer(f"{HERE}.Dynamic")
    def test_cannot_take_the_protocols_names_while_running(self, kit, user):
        tokens = kit.sign_in(user)

        claims = claims_of(tokens.access)
        assert (claims["a"], claims["sub"]) == (1, str(user.pk))
        assert "scope" not in claims
        assert kit.get_with(tokens.access).status_code == 200

    def test_claims_that_fail_lose_nothing(self, kit, signed_in):
        with claims_serializer(f"{HERE}.Failing"), pytest.raises(ZeroDivisionError):
            kit.refresh(signed_in.refresh)

        assert signed_in.session.generation == 0
        assert kit.refresh(signed_in.refresh).status_code == 200
