"""SecureViewMixin: a view that cannot be opened by accident."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.test import override_settings
from django.urls import include, path
from django.views import View
from rest_framework.authentication import BasicAuthentication
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.permissions import AllowAny, IsAdminUser
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.mixins import SecureViewMixin

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.test_mixins")]


class Guest:
    is_authenticated = True


class Ok(APIView):
    def get(self, request):
        return Response({"user": str(request.user)})


class NoPermissions(SecureViewMixin, Ok):
    permission_classes = ()


class AnyoneAllowed(SecureViewMixin, Ok):
    permission_classes = (AllowAny,)


class OwnGetPermissions(SecureViewMixin, Ok):
    def get_permissions(self):
        return [AllowAny()]


class NoAuthentication(SecureViewMixin, Ok):
    authentication_classes = ()


class OwnGetAuthenticators(SecureViewMixin, Ok):
    def get_authenticators(self):
        return []


class BasicFirst(SecureViewMixin, Ok):
    authentication_classes = (BasicAuthentication,)


class OwnCheckPermissions(SecureViewMixin, Ok):
    def check_permissions(self, request):
        pass


class LogsOnly(SecureViewMixin, Ok):
    def permission_denied(self, request, message=None, code=None):
        pass


class AdminsOnly(SecureViewMixin, Ok):
    permission_classes = (IsAdminUser,)


class Cacheable(SecureViewMixin, APIView):
    def get(self, request):
        return Response({}, headers={"Cache-Control": "private, max-age=60"})


class Failing(SecureViewMixin, APIView):
    def get(self, request):
        raise {
            "fields": ValidationError({"code": ["wrong"], "name": ["missing"]}),
            "list": ValidationError(["wrong"]),
            "denied": PermissionDenied(),
            "missing": Http404(),
        }[request.query_params["how"]]


class Broken(SecureViewMixin, APIView):
    def get(self, request):
        raise OperationalError("no such column: shop.tier")


class Scoped(SecureViewMixin, Ok):
    required_scopes = ("orders:read", "orders:write")


class Recent(SecureViewMixin, Ok):
    max_auth_age = timedelta(minutes=5)


class JustNow(SecureViewMixin, Ok):
    max_auth_age = timedelta(0)


class OwnClass(JWTAuthentication):
    www_authenticate_realm = "shop"


class WithOwnClass(SecureViewMixin, Ok):
    authentication_classes = (BasicAuthentication, OwnClass)


class Orders(SecureViewMixin, ViewSet):
    def list(self, request):
        return Response([])

    @action(detail=False, permission_classes=[AllowAny], authentication_classes=[])
    def public(self, request):
        return Response([])


router = SimpleRouter()
router.register("orders", Orders, basename="orders")
VIEWS = [NoPermissions, AnyoneAllowed, OwnGetPermissions, NoAuthentication, OwnGetAuthenticators,
         BasicFirst, AdminsOnly, OwnCheckPermissions, LogsOnly, Cacheable, Failing, Broken,
         Scoped, Recent, JustNow, WithOwnClass]  # fmt: skip
urlpatterns = [
    path("api/token/", include("drf_jwt_kit.urls")),
    path("", include(router.urls)),
    *(path(f"{view.__name__}/", view.as_view()) for view in VIEWS),
]


class TestCannotBeOpened:
    @pytest.mark.parametrize(
        "where",
        ["NoPermissions", "AnyoneAllowed", "OwnGetPermissions", "NoAuthentication",
         "BasicFirst", "AdminsOnly", "orders", "orders/public"],
    )  # fmt: skip
    def test_nothing_that_a_class_or_an_action_sets_opens_a_view(self, kit, db, where):
        answer = kit.get(f"/{where}/")

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")

    def test_taking_all_authentication_away_opens_no_view(self, kit, db):
        """403: nothing is left that could say how to authenticate (RFC 9110 section 15.5.2)."""
        answer = kit.get("/OwnGetAuthenticators/")

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")

    @pytest.mark.parametrize("where", ["NoAuthentication", "BasicFirst", "orders", "orders/public"])
    def test_a_closed_view_answers_401_with_the_bearer_challenge(self, kit, db, where):
        answer = kit.get(f"/{where}/")

        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')

    @override_settings(
        REST_FRAMEWORK={
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
            "DEFAULT_AUTHENTICATION_CLASSES": [],
        }
    )
    def test_the_projects_defaults_open_no_view(self, kit, db):
        assert kit.get("/orders/").status_code == 401

    @pytest.mark.parametrize("method", ["get", "head", "options", "post", "put", "patch", "delete"])
    def test_another_method_opens_no_view(self, kit, db, method):
        assert getattr(kit, method)("/orders/").status_code == 401

    def test_a_guest_of_the_projects_who_counts_as_authenticated_opens_no_view(self, kit, db):
        with override_settings(REST_FRAMEWORK={"UNAUTHENTICATED_USER": Guest}):
            answer = kit.get("/NoPermissions/")

        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")

    def test_get_permissions_says_so_to_whoever_reads_it(self):
        names = [type(permission).__name__ for permission in AnyoneAllowed().get_permissions()]

        assert names == ["IsAuthenticated", "AllowAny"]


class TestInnocentMixins:
    """Classes before ours that forget super()."""

    @pytest.mark.parametrize("where", ["OwnCheckPermissions", "LogsOnly"])
    def test_innocent_mixins_open_nothing(self, kit, db, where):
        assert kit.get(f"/{where}/").status_code == 401


class TestOpens:
    @pytest.mark.parametrize(
        "where",
        ["NoPermissions", "AnyoneAllowed", "OwnGetPermissions", "NoAuthentication", "BasicFirst",
         "WithOwnClass", "orders", "orders/public"],
    )  # fmt: skip
    def test_a_token_opens_a_view(self, kit, signed_in, where):
        assert kit.get_with(signed_in.access, f"/{where}/").status_code == 200

    def test_a_token_alone_does_not_open_a_view_that_asks_for_more(self, kit, signed_in):
        answer = kit.get_with(signed_in.access, "/AdminsOnly/")

        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")

    def test_a_challenge_names_the_realm_of_a_subclass_of_ours(self, kit, db):
        bad = kit.get_with("garbage", "/WithOwnClass/")

        assert kit.get("/WithOwnClass/")["WWW-Authenticate"] == 'Bearer realm="shop"'
        assert bad["WWW-Authenticate"] == 'Bearer realm="shop", error="invalid_token"'


class TestRefusesToBeDefined:
    def test_a_mixin_after_apiview_is_refused(self):
        with pytest.raises(TypeError, match=r"class Wrong\(SecureViewMixin, APIView\)"):

            class Wrong(APIView, SecureViewMixin):
                pass

    def test_a_mixin_after_a_view_made_from_it_is_refused(self):
        with pytest.raises(TypeError, match=r"class Wrong\(SecureViewMixin, Ok\)"):

            class Wrong(Ok, SecureViewMixin):
                pass

    def test_a_mixin_on_a_view_that_is_not_rest_frameworks_is_refused(self):
        with pytest.raises(TypeError, match=r"class Wrong\(SecureViewMixin, APIView\)"):

            class Wrong(SecureViewMixin, View):
                pass

    def test_scopes_that_are_one_string_are_refused(self):
        with pytest.raises(TypeError, match=r"as a list: \['orders:read', 'more'\]"):

            class Wrong(SecureViewMixin, APIView):
                required_scopes = "orders:read more"

    def test_a_mixin_may_be_the_base_of_another_mixin(self):
        class Shop(SecureViewMixin):
            pass

        class Fine(Shop, APIView):
            pass

        assert issubclass(Fine, SecureViewMixin)


class TestCaching:
    def test_is_forbidden_where_the_view_says_nothing(self, kit, signed_in):
        answer = kit.get_with(signed_in.access, "/orders/")

        assert answer["Cache-Control"] == "private, no-store"
        assert "Authorization" in answer["Vary"]

    def test_is_left_to_the_view_that_says_something(self, kit, signed_in):
        answer = kit.get_with(signed_in.access, "/Cacheable/")

        assert answer["Cache-Control"] == "private, max-age=60"


class TestErrors:
    def test_errors_of_fields_keep_their_names_and_get_a_code_where_it_is_free(
        self, kit, signed_in
    ):
        answer = kit.get_with(signed_in.access, "/Failing/?how=fields").json()

        assert (answer["code"], answer["name"]) == (["wrong"], ["missing"])
        assert isinstance(answer["detail"], str)

    def test_errors_of_no_field_get_a_code(self, kit, signed_in):
        answer = kit.get_with(signed_in.access, "/Failing/?how=list").json()

        assert (answer["code"], answer["non_field_errors"]) == ("invalid_request", ["wrong"])

    @pytest.mark.parametrize(
        ("how", "status", "code"),
        [("denied", 403, "permission_denied"), ("missing", 404, "not_found")],
    )
    def test_exceptions_that_are_djangos_own_get_a_code_too(
        self, kit, signed_in, how, status, code
    ):
        answer = kit.get_with(signed_in.access, f"/Failing/?how={how}")

        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_errors_of_the_views_own_database_are_not_hidden(self, kit, signed_in):
        with pytest.raises(OperationalError):
            kit.get_with(signed_in.access, "/Broken/")


class TestScopes:
    def test_must_all_be_there(self, jwt_client, user):
        jwt_client.sign_in(user, scopes=["orders:write", "orders:read", "more"])

        assert jwt_client.get("/Scoped/").status_code == 200

    @pytest.mark.parametrize("scopes", [[], ["orders:read"], ["orders:read", "orders:writer"]])
    def test_a_missing_scope_is_403_and_the_challenge_names_the_scopes(
        self, jwt_client, user, scopes
    ):
        jwt_client.sign_in(user, scopes=scopes)

        answer = jwt_client.get("/Scoped/")

        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
        assert answer["WWW-Authenticate"] == (
            'Bearer realm="api", error="insufficient_scope", scope="orders:read orders:write"'
        )


class TestRecentLogin:
    def test_opens_for_a_recent_login(self, clock, kit, signed_in):
        clock.shift(timedelta(minutes=5))

        assert kit.get_with(signed_in.access, "/Recent/").status_code == 200

    def test_may_have_to_be_of_this_very_moment(self, clock, kit, signed_in):
        assert kit.get_with(signed_in.access, "/JustNow/").status_code == 200
        clock.shift(timedelta(seconds=1))

        assert kit.get_with(signed_in.access, "/JustNow/").status_code == 401

    def test_asks_to_log_in_again_however_fresh_the_token(self, clock, kit, signed_in):
        clock.shift(timedelta(minutes=5, seconds=1))
        fresh = kit.rotate(signed_in.refresh)

        answer = kit.get_with(fresh.access, "/Recent/")

        assert answer.status_code == 401
        assert answer.json()["code"] == "insufficient_user_authentication"
        assert answer["WWW-Authenticate"] == (
            'Bearer realm="api", error="insufficient_user_authentication", max_age="300"'
        )
