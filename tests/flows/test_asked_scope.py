"""A client asks for less than is granted: at login for good, at a refresh for one access token."""

import pytest
from django.test import override_settings
from rest_framework import serializers

from drf_jwt_kit import sessions
from drf_jwt_kit.exceptions import InvalidScope
from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenRefreshSerializer
from drf_jwt_kit.tokens import RefreshToken
from tests.conftest import claims_of

from .test_obtain import credentials
from .test_scopes import ByGroups, give

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_user_model")]


class OwnToken(RefreshToken):
    pass


class WithOwnToken(ByGroups):
    token_class = OwnToken


class OwnField(ByGroups):
    scope = serializers.CharField(required=False)


class OwnRefreshField(TokenRefreshSerializer):
    scope = serializers.CharField(required=False)


def configured(cls):
    return override_settings(SIMPLE_JWT={"TOKEN_OBTAIN_SERIALIZER": f"{__name__}.{cls.__name__}"})


@pytest.fixture(params=[ByGroups, WithOwnToken])
def granted(request, user):
    """Logins that are granted to read and to write."""
    give(user, "read", "write")
    with configured(request.param):
        yield user


def log_in(kit, user, scope):
    return kit.post_json("", {**credentials(user), "scope": scope})


def scope_of(token):
    return claims_of(token).get("scope")


class TestALogin:
    def test_gets_what_it_asks_for_and_is_granted(self, kit, granted):
        answer = log_in(kit, granted, "write delete write")

        assert answer.status_code == 200
        assert answer.json()["scope"] == "write"
        assert scope_of(answer.json()["access"]) == scope_of(answer.json()["refresh"]) == "write"

    def test_keeps_it_in_its_session(self, kit, granted, past_leeway):
        tokens = log_in(kit, granted, "write").json()
        rotated = kit.rotate(tokens["refresh"])

        assert Session.objects.get().scope == "write"
        assert scope_of(rotated.access) == "write"

    def test_never_gets_more_at_a_refresh(self, kit, granted):
        tokens = log_in(kit, granted, "write").json()
        answer = kit.post_json("refresh/", {"refresh": tokens["refresh"], "scope": "read"})

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_scope")

    @pytest.mark.parametrize("scope", ["delete", "READ", "read,write"])
    def test_is_refused_if_nothing_of_it_is_granted(self, kit, granted, scope):
        answer = log_in(kit, granted, scope)

        assert answer.status_code == 400
        assert answer.json() == {
            "detail": "Nothing of this scope is granted.",
            "code": "invalid_scope",
        }
        assert not Session.objects.exists()

    @pytest.mark.parametrize("scope", ["", "  "])
    def test_gets_all_of_it_where_it_asks_for_nothing(self, kit, granted, scope):
        answer = log_in(kit, granted, scope)

        assert "scope" not in answer.json()
        assert scope_of(answer.json()["access"]) == "read write"

    def test_is_granted_nothing_where_the_project_grants_nothing(self, kit, user):
        """Or a stranger would open views that no password opens."""
        answer = log_in(kit, user, "orders:read")

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_scope")

    @pytest.mark.parametrize("scope", [["read"], {"read": 1}, "x" * 513])
    def test_is_a_400_with_what_is_no_scope(self, kit, granted, scope):
        assert log_in(kit, granted, scope).json()["code"] == "invalid_request"

    def test_a_field_of_the_project_is_no_scope(self, kit, user):
        give(user, "read")
        with configured(OwnField):
            answer = log_in(kit, user, "delete")

        assert answer.status_code == 200
        assert scope_of(answer.json()["access"]) == "read"


class TestARefresh:
    def test_narrows_the_access_token_alone(self, kit, granted, past_leeway):
        tokens = kit.sign_in(granted)
        answer = kit.refresh_for(tokens.refresh, scope="read")

        assert answer["scope"] == scope_of(answer["access"]) == "read"
        assert scope_of(answer["refresh"]) == Session.objects.get().scope == "read write"
        past_leeway()
        assert scope_of(kit.rotate(answer["refresh"]).access) == "read write"

    def test_uses_no_token_up_where_nothing_is_granted(self, kit, granted, rows):
        tokens, before = kit.sign_in(granted), rows()
        answer = kit.post_json("refresh/", {"refresh": tokens.refresh, "scope": "delete"})

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_scope")
        assert rows() == before

    def test_gets_nothing_that_the_role_has_lost(self, kit, granted):
        tokens = kit.sign_in(granted)
        give(granted, "read")

        assert kit.refresh_for(tokens.refresh, scope="read write")["scope"] == "read"

    def test_gets_nothing_that_the_role_has_won(self, kit, granted):
        tokens = kit.sign_in(granted)
        give(granted, "read", "write", "delete")
        answer = kit.post_json("refresh/", {"refresh": tokens.refresh, "scope": "delete"})

        assert answer.status_code == 400

    def test_gets_none_where_its_session_has_none(self, kit, signed_in):
        answer = kit.post_json("refresh/", {"refresh": signed_in.refresh, "scope": "read"})

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_scope")

    def test_tells_who_has_no_good_token_nothing_of_it(self, kit, granted):
        """A scope that is granted or not says nothing to who has no token."""
        tokens = kit.sign_in(granted)
        sessions.revoke(user=granted)
        answer = kit.post_json("refresh/", {"refresh": tokens.refresh, "scope": "delete"})

        assert (answer.status_code, answer.json()["reason"]) == (401, "session_ended")

    def test_raises_the_same_in_python(self, granted):
        pair = sessions.start(granted, scope="read")

        with pytest.raises(InvalidScope):
            sessions.refresh(pair.refresh, scope="write")

    def test_a_field_of_the_project_is_no_scope(self, kit, signed_in, settings):
        settings.SIMPLE_JWT = {"TOKEN_REFRESH_SERIALIZER": f"{__name__}.OwnRefreshField"}
        answer = kit.post_json("refresh/", {"refresh": signed_in.refresh, "scope": "anything"})

        assert answer.status_code == 200
        assert "scope" not in answer.json()


@pytest.mark.urls("tests.flows.cookie_urls")
class TestABrowser:
    def test_asks_in_its_body(self, browser, granted):
        answer = browser.send("post", "/api/auth/", {**credentials(granted), "scope": "read"})

        assert answer.json()["scope"] == "read"
        assert {"access", "refresh"}.isdisjoint(answer.json())

    def test_asks_for_less_at_a_refresh(self, browser, granted):
        browser.log_in(granted)
        answer = browser.send("post", "/api/auth/refresh/", {"scope": "read"})

        assert answer.json()["scope"] == "read"
        assert scope_of(browser.held("__Host-access_token")) == "read"
        assert scope_of(browser.held("__Host-refresh_token")) == "read write"

    def test_keeps_its_cookies_where_nothing_is_granted(self, browser, granted):
        browser.log_in(granted)
        answer = browser.send("post", "/api/auth/refresh/", {"scope": "delete"})

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_scope")
        assert not answer.cookies
