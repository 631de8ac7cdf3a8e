"""What Simple JWT's users have keeps working, and its whole settings block may be pasted in."""

from datetime import timedelta

import jwt
import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.test import override_settings
from django.urls import path
from django.utils.timezone import now
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView
from rest_framework_simplejwt import tokens as simplejwt_tokens
from rest_framework_simplejwt.exceptions import AuthenticationFailed as SimpleJWTFailed
from rest_framework_simplejwt.exceptions import InvalidToken as SimpleJWTInvalidToken
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import DEFAULTS

from drf_jwt_kit import views
from drf_jwt_kit.authentication import JWTAuthentication, JWTStatelessAuthentication
from drf_jwt_kit.exceptions import Reason
from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from drf_jwt_kit.tokens.access import RefusedToken
from tests.conftest import PASSWORD, claims_of
from tests.urls import urlpatterns as tests_urlpatterns

pytestmark = pytest.mark.django_db
HERE = "tests.test_simplejwt"


class WithSuper(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["tier"] = user.email.split("@")[0]
        return token


class WithScope(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["scope"] = "orders:read"
        return token


class WithoutSuper(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = RefreshToken.for_user(user)
        token["tier"] = user.email.split("@")[0]
        return token


class WithMoreInTheAnswer(TokenObtainPairSerializer):
    def validate(self, attrs):
        data = super().validate(attrs)
        data["email"] = self.user.email
        return data


class ByHand(TokenObtainPairSerializer):
    def validate(self, attrs):
        super().validate(attrs)
        token = self.get_token(self.user)
        return {"refresh": str(token), "access": str(token.access_token)}


class Eager(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token["first"] = str(token.access_token)[:3]
        return token


class Login:
    class Nested(TokenObtainPairSerializer):
        @classmethod
        def get_token(cls, user):
            token = super().get_token(user)
            token["tier"] = "nested"
            return token


class Stranger:
    """Looks like an obtain serializer, and is none."""

    asked = []

    @classmethod
    def get_token(cls, user):
        cls.asked.append(user)

    own_token = get_token


class ByEmailAddress(TokenObtainPairSerializer):
    username_field = "email"
    default_error_messages = {"no_active_account": "Who are you?"}


class OneTenant(AccessToken):
    def verify(self):
        super().verify()
        raise TokenError("Wrong tenant")


class OfAnotherType(AccessToken):
    token_type = "another"


class RefusingRefresh(TokenRefreshSerializer):
    def validate(self, attrs):
        raise TokenError("Not today")


class OfAnotherPackage(TokenObtainPairSerializer):
    @classmethod
    def get_token(cls, user):
        return simplejwt_tokens.RefreshToken.for_user(user)


class NestedLoginView(views.TokenObtainPairView):
    serializer_class = Login.Nested


class LoginView(views.TokenObtainPairView):
    serializer_class = WithSuper


class OlderLoginView(views.TokenObtainPairView):
    _serializer_class = f"{HERE}.WithSuper"


class ByEmail(JWTAuthentication):
    def get_user(self, validated_token):
        return get_user_model().objects.get()


class ByEmailView(APIView):
    authentication_classes = (ByEmail,)

    def get(self, request):
        return Response({})


class ShoutingRefresh(TokenRefreshSerializer):
    def validate(self, attrs):
        return {**super().validate(attrs), "loud": True}


def only_staff(user):
    return user is not None and user.email.startswith("ada")


urlpatterns = [
    *tests_urlpatterns,
    path("login/", LoginView.as_view()),
    path("nested/", NestedLoginView.as_view()),
    path("functions/", views.token_obtain_pair),
    path("older/", OlderLoginView.as_view()),
    path("by-email/", ByEmailView.as_view()),
]


def simple_jwt(**settings):
    return override_settings(SIMPLE_JWT=settings)


class TestGetToken:
    @pytest.mark.parametrize("name", ["WithSuper", "WithoutSuper"])
    def test_adds_its_claims_at_login_and_at_refresh(self, kit, user, name):
        with simple_jwt(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.{name}"):
            tokens = kit.sign_in(user)
            get_user_model().objects.update(email="lovelace@example.com")
            rotated = kit.rotate(tokens.refresh)

        assert claims_of(tokens.access)["tier"] == "ada"
        assert claims_of(rotated.access)["tier"] == "lovelace"
        assert "tier" not in claims_of(rotated.refresh)

    @pytest.mark.parametrize("name", ["WithSuper", "WithoutSuper"])
    def test_leaves_one_row_after_a_login_and_ten_refreshes(self, past_leeway, kit, user, name):
        with simple_jwt(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.{name}"):
            tokens = kit.sign_in(user)
            for _ in range(10):
                past_leeway()
                tokens = kit.rotate(tokens.refresh)

        assert Session.objects.count() == 1

    def test_may_set_a_scope_which_the_session_keeps(self, kit, user):
        with simple_jwt(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.WithScope"):
            tokens = kit.sign_in(user)
            rotated = kit.rotate(tokens.refresh)

        assert claims_of(tokens.access)["scope"] == claims_of(rotated.access)["scope"]
        assert tokens.session.scope == "orders:read"

    @pytest.mark.parametrize("where", ["/login/", "/older/"])
    @override_settings(ROOT_URLCONF=HERE)
    def test_claims_of_a_views_own_serializer_hold_at_refresh_too(self, kit, user, where):
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}
        tokens = kit.post(where, body, format="json").json()

        assert claims_of(tokens["access"])["tier"] == "ada"
        assert claims_of(kit.rotate(tokens["refresh"]).access)["tier"] == "ada"

    @override_settings(ROOT_URLCONF=HERE)
    def test_claims_are_the_projects_where_the_serializer_was_renamed_since(self, kit, user):
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}
        tokens = kit.post("/login/", body, format="json").json()
        Session.objects.update(obtain_serializer="shop.serializers.Gone")

        assert "tier" not in claims_of(kit.rotate(tokens["refresh"]).access)

    @pytest.mark.parametrize(
        "path",
        ["os:system", "os", f"{HERE}:only_staff", f"{HERE}:Login", f"{HERE}:Stranger", "a b", "."],
    )
    def test_a_path_in_the_table_runs_nothing_but_an_obtain_serializer(self, kit, signed_in, path):
        Session.objects.update(obtain_serializer=path)

        rotated = kit.rotate(signed_in.refresh)

        assert "tier" not in claims_of(rotated.access)
        assert Stranger.asked == []

    @pytest.mark.parametrize("where", ["/nested/", "/functions/"])
    @override_settings(ROOT_URLCONF=HERE)
    def test_get_token_may_be_anywhere(self, kit, user, where):
        body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}
        tokens = kit.post(where, body, format="json").json()

        claims = claims_of(kit.rotate(tokens["refresh"]).access)
        assert claims.get("tier") == {"/nested/": "nested"}.get(where)

    def test_may_write_the_token_out_at_once(self, kit, user):
        with simple_jwt(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.Eager"):
            tokens = kit.sign_in(user, User_Agent="Phone")

        assert claims_of(tokens.access)["first"] == "eyJ"
        assert Session.objects.get().user_agent == "Phone"

    def test_adds_no_query_at_login_and_at_refresh(self, kit, user, queries):
        with simple_jwt(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.WithSuper"):
            with queries() as at_login:
                tokens = kit.sign_in(user)
            with queries() as at_refresh:
                kit.rotate(tokens.refresh)

        assert (len(at_login), len(at_refresh)) == (3, 2)

    def test_a_get_token_that_returns_simple_jwts_token_says_what_to_import(self, kit, user):
        with (
            simple_jwt(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.OfAnotherPackage"),
            pytest.raises(ImproperlyConfigured, match="Import RefreshToken from drf_jwt_kit"),
        ):
            kit.sign_in(user)


class TestSerializers:
    def test_validate_may_answer_more(self, kit, user):
        with simple_jwt(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.WithMoreInTheAnswer"):
            body = {user.USERNAME_FIELD: user.get_username(), "password": PASSWORD}
            answer = kit.post_json("", body).json()

        assert set(answer) == {"access", "refresh", "email"}

    def test_validate_may_write_tokens_by_hand(self, kit, user):
        with simple_jwt(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.ByHand"):
            tokens = kit.sign_in(user)

        assert Session.objects.count() == 1
        assert kit.get_with(tokens.access).status_code == 200

    def test_token_refresh_serializer_is_honoured(self, kit, signed_in):
        with simple_jwt(TOKEN_REFRESH_SERIALIZER=f"{HERE}.ShoutingRefresh"):
            assert kit.refresh(signed_in.refresh).json()["loud"] is True


class TestOtherHooks:
    def test_username_field_of_a_subclass_is_honoured(self, kit, user, settings):
        settings.AUTHENTICATION_BACKENDS = [f"{HERE}.EmailBackend"]
        with simple_jwt(TOKEN_OBTAIN_SERIALIZER=f"{HERE}.ByEmailAddress"):
            good = kit.post_json("", {"email": user.email, "password": PASSWORD})
            bad = kit.post_json("", {"email": user.email, "password": "wrong"})

        assert good.status_code == 200
        assert bad.json() == {"detail": "Who are you?", "code": "no_active_account"}

    def test_a_token_class_that_refuses_is_401(self, kit, signed_in):
        with simple_jwt(AUTH_TOKEN_CLASSES=[f"{HERE}.OneTenant"]):
            answer = kit.get_with(signed_in.access)
            assert answer.status_code == kit.verify(signed_in.access).status_code == 401

        assert answer.json()["messages"][0]["message"] == "Wrong tenant"

    def test_a_serializer_that_refuses_is_401(self, kit, signed_in):
        with simple_jwt(TOKEN_REFRESH_SERIALIZER=f"{HERE}.RefusingRefresh"):
            answer = kit.refresh(signed_in.refresh)

        assert (answer.status_code, answer.json()["detail"]) == (401, "Not today")
        assert answer.json()["code"] == "token_not_valid"


class TestSeveralTokenClasses:
    @pytest.fixture(autouse=True)
    def _two(self):
        ours = "drf_jwt_kit.tokens.AccessToken"
        with simple_jwt(AUTH_TOKEN_CLASSES=[f"{HERE}.OfAnotherType", ours]):
            yield

    def test_are_tried_in_order(self, kit, user):
        assert kit.get_with(kit.sign_in(user).access).status_code == 200

    def test_give_the_reason_of_the_one_whose_type_it_is(self, kit, user):
        answer = kit.get_with(str(AccessToken.for_user(user)))

        assert (answer.status_code, answer.json()["reason"]) == (401, "no_session")


class EmailBackend(ModelBackend):
    def authenticate(self, request, email=None, password=None):
        user = get_user_model().objects.get(email=email)
        return user if user.check_password(password) else None


class TestAuthentication:
    @override_settings(ROOT_URLCONF=HERE)
    def test_an_overridden_get_user_is_asked_and_the_session_still_checked(self, kit, signed_in):
        assert kit.get_with(signed_in.access, "/by-email/").status_code == 200
        kit.logout(signed_in.refresh)

        assert kit.get_with(signed_in.access, "/by-email/").status_code == 401

    @pytest.mark.parametrize("types", [("JWT", "Bearer"), ["JWT"], "JWT"])
    def test_auth_header_types_are_honoured(self, kit, signed_in, types):
        with simple_jwt(AUTH_HEADER_TYPES=types):
            good = kit.get("/api/secure/", headers={"Authorization": f"jwt {signed_in.access}"})
            none = kit.get("/api/secure/")

        assert good.status_code == 200
        assert none["WWW-Authenticate"] == 'JWT realm="api"'

    def test_auth_header_name_is_honoured(self, kit, signed_in):
        with simple_jwt(AUTH_HEADER_NAME="HTTP_X_TOKEN"):
            answer = kit.get("/api/secure/", headers={"X-Token": f"Bearer {signed_in.access}"})

        assert answer.status_code == 200

    def test_user_authentication_rule_holds_at_login_and_at_refresh(self, kit, user, other_user):
        with simple_jwt(USER_AUTHENTICATION_RULE=f"{HERE}.only_staff"):
            tokens = kit.sign_in(user)
            refused = kit.post_json(
                "",
                {
                    user.USERNAME_FIELD: other_user.get_username(),
                    "password": PASSWORD,
                },
            )
            get_user_model().objects.filter(pk=user.pk).update(email="grace2@example.com")

            assert refused.json()["code"] == "no_active_account"
            assert kit.refresh(tokens.refresh).status_code == 401


class TestClaimNames:
    def test_claim_names_of_user_type_and_identifier_are_honoured(self, kit, user):
        names = {"USER_ID_FIELD": "email", "USER_ID_CLAIM": "uid", "JTI_CLAIM": "id",
                 "TOKEN_TYPE_CLAIM": "kind"}  # fmt: skip
        with simple_jwt(**names):
            tokens = kit.sign_in(user)
            rotated = kit.rotate(tokens.refresh)

            assert kit.get_with(rotated.access).status_code == 200
        claims = claims_of(rotated.access)
        assert (claims["uid"], claims["kind"]) == (user.email, "access")
        assert "id" in claims
        assert not {"user_id", "token_type", "jti"} & set(claims)

    def test_may_be_switched_off_and_types_are_still_told_apart(self, kit, user):
        with simple_jwt(TOKEN_TYPE_CLAIM=None, JTI_CLAIM=None):
            tokens = kit.sign_in(user)

            assert "token_type" not in claims_of(tokens.access)
            assert kit.get_with(tokens.access).status_code == 200
            assert kit.get_with(tokens.refresh).json()["reason"] == "wrong_type"
            assert kit.refresh(tokens.refresh).status_code == 200

    def test_issuer_and_audience_are_put_in_and_demanded(self, kit, user):
        stranger = kit.sign_in(user)
        with simple_jwt(ISSUER="https://shop.example", AUDIENCE=["shop", "admin"]):
            tokens = kit.sign_in(user)

            assert claims_of(tokens.access)["aud"] == ["shop", "admin"]
            assert kit.get_with(tokens.access).status_code == 200
            assert kit.get_with(stranger.access).status_code == 401
        assert kit.get_with(tokens.access).status_code == 401

    @pytest.mark.parametrize("leeway", [10, 10.0, timedelta(seconds=10)])
    def test_the_leeway_of_simple_jwt_is_honoured(self, clock, kit, signed_in, leeway):
        clock.shift(timedelta(minutes=15, seconds=9))

        with simple_jwt(LEEWAY=leeway):
            assert kit.get_with(signed_in.access).status_code == 200
            clock.shift(timedelta(seconds=1))
            assert kit.get_with(signed_in.access).status_code == 401


class TestWholeBlock:
    """Simple JWT's documented settings, every key of them, as its documentation shows them."""

    BLOCK = DEFAULTS | {"SIGNING_KEY": django_settings.SECRET_KEY}

    @override_settings(SIMPLE_JWT=BLOCK)
    def test_the_whole_block_passes_every_check(self):
        call_command("check", fail_level="WARNING")

    @override_settings(SIMPLE_JWT=BLOCK)
    def test_the_whole_block_serves_a_whole_session(self, clock, kit, user):
        tokens = kit.sign_in(user)
        assert kit.get_with(tokens.access).status_code == 200
        assert set(kit.refresh(tokens.refresh).json()) == {"access"}  # ROTATE_… is False in it
        kit.logout(tokens.refresh)

        assert kit.get_with(tokens.access).status_code == 401
        assert claims_of(tokens.access)["exp"] - claims_of(tokens.access)["iat"] == 5 * 60

    @override_settings(SIMPLE_JWT=BLOCK | {"ROTATE_REFRESH_TOKENS": True})
    def test_finds_reuse_where_it_rotates(self, past_leeway, kit, user):
        tokens = kit.sign_in(user)
        newest = kit.rotate(tokens.refresh)
        past_leeway()

        assert kit.refresh(tokens.refresh).status_code == 401
        assert kit.refresh(newest.refresh).status_code == 401

    @override_settings(SIMPLE_JWT=BLOCK)
    def test_never_signs_with_secret_key_itself(self, signed_in):
        with pytest.raises(jwt.InvalidSignatureError):
            jwt.decode(signed_in.access, django_settings.SECRET_KEY, algorithms=["HS256"])


class AnyView(APIView):
    """A view of the project's, with nothing of ours but the authentication."""

    authentication_classes = (JWTAuthentication,)

    def get(self, request):
        return Response()


class Strange:
    """What may be given to ``get_user`` instead of a token of ours."""

    @staticmethod
    def simple_jwts_own(user):
        return simplejwt_tokens.AccessToken.for_user(user)

    @staticmethod
    def a_dict(user):
        return {"user_id": str(user.pk)}


def get_with_header(header):
    return APIRequestFactory().get("/", headers={"Authorization": header})


class TestRefusals:
    """They are Simple JWT's too, for a project's ``except`` around what it calls by itself."""

    @pytest.mark.parametrize("caught", [SimpleJWTInvalidToken, SimpleJWTFailed])
    def test_refusals_of_an_ended_session_are_caught_around_authenticate(self, signed_in, caught):
        Session.objects.update(revoked_at=now())

        with pytest.raises(caught):
            JWTAuthentication().authenticate(get_with_header(f"Bearer {signed_in.access}"))

    @pytest.mark.parametrize("caught", [SimpleJWTInvalidToken, SimpleJWTFailed])
    def test_refusals_of_a_bad_token_are_caught_around_get_validated_token(self, caught):
        with pytest.raises(caught):
            JWTAuthentication().get_validated_token(b"a.b.c")

    def test_refusals_of_a_bad_header_are_caught_around_get_raw_token(self):
        with pytest.raises(SimpleJWTFailed):
            JWTAuthentication().get_raw_token(b"Bearer one two")

    @pytest.mark.parametrize("stateless", [JWTAuthentication, JWTStatelessAuthentication])
    @pytest.mark.parametrize("make", [Strange.simple_jwts_own, Strange.a_dict])
    def test_get_user_refuses_what_is_no_token_of_ours(self, user, stateless, make):
        with pytest.raises(RefusedToken) as refused:
            stateless().get_user(make(user))

        assert refused.value.reason is Reason.NO_SESSION

    def test_a_malformed_header_has_its_code_on_a_view_that_is_not_ours(self):
        answer = AnyView.as_view()(get_with_header("Bearer one two"))

        assert answer.status_code == 401
        assert answer.data["code"] == "bad_authorization_header"
        assert answer.data["detail"]

    def test_a_malformed_header_challenges_on_a_view_that_is_not_ours(self):
        answer = AnyView.as_view()(get_with_header("Bearer one two"))

        assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_request"'


@pytest.mark.parametrize("of_class", [JWTAuthentication, JWTStatelessAuthentication])
def test_an_authentication_class_names_the_user_model(of_class):
    assert of_class().user_model is get_user_model()
