"""What a view may require of a token: scopes by method, and a login of some kind."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import override_settings
from django.urls import path
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from drf_jwt_kit import sessions
from drf_jwt_kit.asynchronous import secured
from drf_jwt_kit.exceptions import LoginTooWeak
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.permissions import HasRequiredACR
from drf_jwt_kit.resource_server.mixins import ResourceServerMixin
from drf_jwt_kit.scopes import required_by
from drf_jwt_kit.tokens import ClaimsSerializer, LoginClaims
from tests.conftest import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


class Ok(APIView):
    def get(self, request):
        return Response({})

    post = put = delete = get


class ByMethod(SecureViewMixin, Ok):
    required_scopes = {"GET": ["orders:read"], "POST": ["orders:write", "orders:read"], "PUT": []}


class NoMethod(SecureViewMixin, Ok):
    required_scopes = {}


class HeadApart(SecureViewMixin, Ok):
    required_scopes = {"GET": ["orders:read"], "HEAD": [], "OPTIONS": ["meta"]}


class Strong(SecureViewMixin, Ok):
    acr_values = ["mfa", "phr"]


class StrongAndRecent(Strong):
    max_auth_age = timedelta(minutes=5)


class Orders(SecureViewMixin, ViewSet):
    required_scopes = {"GET": ["orders:read"]}

    def list(self, request):
        return Response({})

    def create(self, request):
        return Response({})

    @action(detail=False, methods=["post"], required_scopes={"POST": ["orders:write"]})
    def send(self, request):
        return Response({})


class OwnProperty(SecureViewMixin, Ok):
    @property
    def required_scopes(self):
        return ["orders:read"] if self.request.method == "GET" else []


router = SimpleRouter()
router.register("orders", Orders, basename="orders")
urlpatterns = [
    *router.urls,
    path("by-method/", ByMethod.as_view()),
    path("no-method/", NoMethod.as_view()),
    path("head-apart/", HeadApart.as_view()),
    path("strong/", Strong.as_view()),
    path("strong-and-recent/", StrongAndRecent.as_view()),
    path("property/", OwnProperty.as_view()),
]


@pytest.fixture
def ask(kit, user):
    def asking(method, address, scope="", **login):
        access = sessions.start(user, scope=scope, **login).access
        headers = {"Authorization": f"Bearer {access}"}
        return getattr(kit, method)(address, headers=headers)

    return asking


def refused_for(answer):
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
    return answer["WWW-Authenticate"].removeprefix('Bearer realm="api", error="insufficient_scope"')


class TestScopesByMethod:
    def test_are_those_of_the_method(self, ask):
        assert ask("get", "/by-method/", "orders:read").status_code == 200
        assert ask("post", "/by-method/", "orders:read orders:write").status_code == 200

    def test_are_named_in_the_challenge(self, ask):
        answer = ask("post", "/by-method/", "orders:read")

        assert refused_for(answer) == ', scope="orders:write orders:read"'

    def test_a_method_with_none_asks_for_none(self, ask):
        assert ask("put", "/by-method/").status_code == 200

    @pytest.mark.parametrize("scope", ["", "orders:read orders:write"])
    def test_a_method_that_is_not_named_is_refused(self, ask, scope):
        assert refused_for(ask("delete", "/by-method/", scope)) == ""

    def test_an_empty_dict_opens_nothing(self, ask):
        assert refused_for(ask("get", "/no-method/", "orders:read")) == ""

    def test_head_follows_get(self, ask):
        assert ask("head", "/by-method/", "orders:read").status_code == 200
        assert ask("head", "/by-method/", "orders:write").status_code == 403

    def test_head_and_options_may_be_named(self, ask):
        assert ask("head", "/head-apart/").status_code == 200
        assert refused_for(ask("options", "/head-apart/")) == ', scope="meta"'

    def test_options_asks_for_a_token_alone(self, ask, kit):
        assert ask("options", "/by-method/").status_code == 200
        assert kit.options("/by-method/").status_code == 401

    def test_hold_for_viewsets_and_their_actions(self, ask):
        assert ask("get", "/orders/", "orders:read").status_code == 200
        assert ask("post", "/orders/", "orders:read").status_code == 403
        assert ask("post", "/orders/send/", "orders:write").status_code == 200
        assert ask("post", "/orders/send/", "orders:read").status_code == 403

    def test_may_come_from_a_property(self, ask):
        assert ask("get", "/property/").status_code == 403
        assert ask("post", "/property/").status_code == 200

    def test_a_list_is_asked_of_every_method(self):
        assert required_by(["orders:read"], "OPTIONS") == ["orders:read"]


WRONG = [
    ("orders:read more", r"is a string. Write it as a list: \['orders:read', 'more'\]"),
    (["orders:read more"], r"is not a list of words"),
    (5, r"is not a list of words"),
    ({"GET": "orders:read"}, r"\['GET'\] is a string. Write it as a list: \['orders:read'\]"),
    ({"GET": [5]}, r"\['GET'\] is not a list of words"),
    ({"get": ["orders:read"]}, r"names 'get', which is no method. Write one of GET, HEAD"),
    ({"list": ["orders:read"]}, r"names 'list', which is no method"),
]


class TestWhatCannotBeRequired:
    @pytest.mark.parametrize(("required", "told"), WRONG)
    @pytest.mark.parametrize("mixin", [SecureViewMixin, ResourceServerMixin])
    def test_is_refused_when_the_view_is_defined(self, mixin, required, told):
        with pytest.raises(TypeError, match=r"Wrong\.required_scopes.*" + told):
            type("Wrong", (mixin, APIView), {"required_scopes": required})

    @pytest.mark.parametrize(("required", "told"), WRONG)
    def test_is_refused_for_an_async_view_too(self, required, told):
        async def view(request):
            raise APIException

        with pytest.raises(TypeError, match=told):
            secured(required_scopes=required)(view)

    def test_is_one_acr_that_is_no_list(self):
        with pytest.raises(TypeError, match=r"acr_values is a string. Write it as a list: \['mfa'"):
            type("Wrong", (SecureViewMixin, APIView), {"acr_values": "mfa"})


class OfTheUser(LoginClaims):
    """The project's own claim wins."""

    def to_representation(self, user):
        return {**super().to_representation(user), "acr": "mfa"}


def with_claims(cls):
    return override_settings(DRF_JWT_KIT={"CLAIMS_SERIALIZER": cls})


class TestAViewThatAsksForAnAcr:
    def test_is_open_for_one_of_them(self, ask):
        with with_claims(LoginClaims):
            assert ask("get", "/strong/", data={"acr": "phr"}).status_code == 200

    @pytest.mark.parametrize("data", [{}, {"acr": "pwd"}, {"acr": ["mfa"]}, {"acr": None}])
    def test_challenges_every_other(self, ask, data):
        with with_claims(LoginClaims):
            answer = ask("get", "/strong/", data=data)

        assert answer.status_code == 401
        assert answer.json() == {
            "detail": "This needs a stronger proof of who you are.",
            "code": "insufficient_user_authentication",
        }
        assert answer["WWW-Authenticate"] == (
            'Bearer realm="api", error="insufficient_user_authentication", acr_values="mfa phr"'
        )

    @pytest.mark.parametrize("acr", ["p", "", "ph"])
    def test_takes_no_part_of_a_word_for_the_word(self, acr):
        view = SimpleNamespace(acr_values="phr")

        with pytest.raises(LoginTooWeak):
            HasRequiredACR().has_permission(SimpleNamespace(auth={"acr": acr}), view)
        assert HasRequiredACR().has_permission(SimpleNamespace(auth={"acr": "phr"}), view)

    def test_asks_for_all_at_once(self, ask, clock):
        answer = ask("get", "/strong-and-recent/")

        assert answer["WWW-Authenticate"].endswith('acr_values="mfa phr", max_age="300"')

    def test_asks_for_all_at_once_where_the_login_is_old(self, kit, user, clock):
        with with_claims(LoginClaims):
            access = sessions.start(user, data={"acr": "mfa"}).access
            clock.shift(timedelta(minutes=6))
            answer = kit.get_with(access, "/strong-and-recent/")

        assert answer.json()["detail"] == "This needs a more recent login. Log in again."
        assert answer["WWW-Authenticate"].endswith('acr_values="mfa phr", max_age="300"')

    def test_believes_no_data_that_no_claim_has(self, ask):
        """What is remembered is in no token by itself."""
        with with_claims(ClaimsSerializer):
            assert ask("get", "/strong/", data={"acr": "mfa"}).status_code == 401

    def test_believes_the_projects_own_claim(self, ask):
        with with_claims(OfTheUser):
            assert ask("get", "/strong/").status_code == 200

    def test_goes_by_the_claims_of_a_refresh(self, kit):
        with with_claims(LoginClaims):
            pair = sessions.start(make_user("ada"), data={"acr": "mfa"})
            access = sessions.refresh(pair.refresh).access

            assert kit.get_with(access, "/strong/").status_code == 200


def test_claims_of_a_login_without_a_session_are_none(user):
    assert LoginClaims(user, context={"session": None}).data == {}
