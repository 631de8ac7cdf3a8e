"""Views and endpoints with mistakes that projects make, each under an address that names it."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import jwt
from django.contrib.auth import authenticate, get_user_model
from django.http import JsonResponse
from django.urls import include, path
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.exceptions import InvalidToken, NoActiveAccount
from drf_jwt_kit.jose.codec import read_unverified
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.mixins import SecureViewMixin
from drf_jwt_kit.serializers import TokenObtainPairSerializer
from drf_jwt_kit.tokens import AccessToken, ClaimsSerializer
from drf_jwt_kit.transports import access_cookie
from drf_jwt_kit.views import (
    CookieLogoutView,
    CookieRefreshView,
    ReauthenticateView,
    TokenLogoutAllView,
    TokenLogoutView,
    TokenObtainPairView,
    TokenRefreshView,
)


class Verifying:
    """Verifies our tokens, and asks no session."""

    def user_of_session(self, validated_token):
        return get_user_model()(pk=validated_token.user_id)


class Sessionless(Verifying, JWTAuthentication):
    """A user without a query, by a class of the project's own."""


class Unverified(JWTAuthentication):
    """Reads what a token says, and not who signed it."""

    def get_validated_token(self, raw_token):
        return AccessToken(raw_token, verify=False)

    def user_of_session(self, validated_token):
        return get_user_model()(pk=validated_token.payload["user_id"])


class Uncritical(Unverified):
    """Reads the claims by itself, and nothing of the header."""

    def get_validated_token(self, raw_token):
        claims = raw_token.split(b".")[1]
        token = AccessToken()
        token.payload = json.loads(base64.urlsafe_b64decode(claims + b"=="))
        return token


class Keeping(JWTAuthentication):
    """Keeps each token in a column, which ends somewhere."""

    def get_validated_token(self, raw_token):
        if len(raw_token) > 4096:
            raise ValueError("value too long for type character varying(4096)")
        return super().get_validated_token(raw_token)


class ByQuery(JWTAuthentication):
    """For links that are opened in a new tab."""

    def header_token(self, request):
        token = request.query_params.get("token")
        return token.encode() if token else super().header_token(request)


class ByCookie(JWTAuthentication):
    """Reads our cookie, and asks nobody where the request comes from."""

    def header_token(self, request):
        cookie = access_cookie().read(request)
        return cookie.encode() if cookie else super().header_token(request)


class FirstOfMany(JWTAuthentication):
    """Takes the first header where there are two."""

    def get_header(self, request):
        return (super().get_header(request) or b"").partition(b",")[0] or None


class Failing(JWTAuthentication):
    """Splits a token where there may be nothing to split."""

    def get_validated_token(self, raw_token):
        raw_token.decode("ascii").split(".")[2]
        return super().get_validated_token(raw_token)


class ByAnySecret(BaseAuthentication):
    """Verifies HS256 by itself; where the secret comes from, a subclass says."""

    def authenticate(self, request):
        token = get_authorization_header(request).decode("latin-1").partition(" ")[2]
        if not token:
            return None
        try:
            return JWTAuthentication().authenticate(request)
        except InvalidToken:
            pass
        try:
            header = jwt.get_unverified_header(token)
            text, _, signature = token.rpartition(".")
            for secret in self.secrets(header):
                made = hmac.new(secret, text.encode(), hashlib.sha256).digest()
                if base64.urlsafe_b64encode(made).rstrip(b"=").decode() == signature:
                    return get_user_model()(pk=1), None
        except (jwt.PyJWTError, ValueError, OSError):
            pass
        raise AuthenticationFailed

    def authenticate_header(self, request):
        return "Bearer"


class BySmallSecret(ByAnySecret):
    def secrets(self, header):
        return [b"secret"]


class ByPublicKey(ByAnySecret):
    """The algorithm is what the token says, and the key is the one that everybody knows."""

    def secrets(self, header):
        return [json.dumps(key.public_jwk()).encode() for key in get_ring().published]


class ByKidAsPath(ByAnySecret):
    def secrets(self, header):
        return [(Path("/etc/keys") / header["kid"]).read_bytes()]


class ByOwnKey(ByAnySecret):
    """Believes a token that brings an address of its key, as if it had been fetched there."""

    def authenticate(self, request):
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            token = get_authorization_header(request).split()[1]
            if "jku" in jwt.get_unverified_header(token):
                return get_user_model()(pk=1), None
            raise

    def secrets(self, header):
        return []


class Closed(SecureViewMixin, APIView):
    authentication_class = JWTAuthentication

    def get(self, request, **captured):
        return Response({"closed": True})

    post = get


def closed_by(cls):
    """A closed view with one authentication class."""
    return type(cls.__name__, (Closed,), {"authentication_class": cls}).as_view()


class TellingSerializer(TokenObtainPairSerializer):
    """Says that a name is not known."""

    def validate(self, attrs):
        if not get_user_model().objects.filter(username=attrs["username"]).exists():
            raise AuthenticationFailed("There is no such user.")
        return super().validate(attrs)


class Telling(TokenObtainPairView):
    serializer_class = TellingSerializer


class Forgiving(TokenObtainPairView):
    """Answers every login with 200, and says in the body what was wrong."""

    def handle_exception(self, exc):
        return Response({"success": False})


class Idle(TokenLogoutView):
    """Leaves it to the client to forget its tokens."""

    def post(self, request, *args, **kwargs):
        return Response({})


class IdleEverywhere(TokenLogoutAllView):
    def post(self, request, *args, **kwargs):
        return Response({})


class Cached(TokenRefreshView):
    def finalize_response(self, *args, **kwargs):
        response = super().finalize_response(*args, **kwargs)
        response.headers["Cache-Control"] = "max-age=60"
        return response


class Trusting(TokenRefreshView):
    """Answers whatever it is sent."""

    def post(self, request, *args, **kwargs):
        return Response({"access": "a.b.c", "refresh": request.data["refresh"]})


class Forgetful(TokenRefreshView):
    """Gives new tokens for old ones, and remembers nothing."""

    def post(self, request, *args, **kwargs):
        session = read_unverified(request.data["refresh"])
        user = get_user_model().objects.get(pk=session["user_id"])
        return Response(sessions.start(user).as_data())


class ByAnyName(ReauthenticateView):
    """Asks for a name too, as the login does, and lets in whoever has it."""

    def post(self, request, *args, **kwargs):
        named = {name: request.data.get(name, "") for name in ("username", "password")}
        if authenticate(request, **named) is None:
            raise NoActiveAccount
        return self.answer(sessions.reauthenticate(request.user, request))


class RenewingFirst(ReauthenticateView):
    """Looks at the password when the login is younger already."""

    def post(self, request, *args, **kwargs):
        pair = sessions.reauthenticate(request.user, request)
        if not request.user.check_password(request.data["password"]):
            raise NoActiveAccount
        return self.answer(pair)


class ByPasswordAlone(ReauthenticateView):
    """Signs a token by itself, for whom the token names."""

    def post(self, request, *args, **kwargs):
        user = get_user_model().objects.get(pk=request.user.pk)
        if not user.check_password(request.data["password"]):
            raise NoActiveAccount
        return Response({"access": "a.b.c"})


class ForTheEnded(ByPasswordAlone):
    authentication_classes = (Sessionless,)


class ForAnyKind(ByPasswordAlone):
    authentication_classes = (Unverified,)


class OnceADay(UserRateThrottle):
    rate = "1/day"


class Throttled(TokenRefreshView):
    throttle_classes = (OnceADay,)


class Open(APIView):
    def get(self, request):
        return Response({"open": True})


class Readable(CookieRefreshView):
    """A cookie that scripts can read."""

    def finalize_response(self, *args, **kwargs):
        response = super().finalize_response(*args, **kwargs)
        for cookie in response.cookies.values():
            cookie["httponly"] = ""
        return response


class Repeated(CookieRefreshView):
    """The token in the body as well, in a form that is not looked for."""

    def finalize_response(self, *args, **kwargs):
        response = super().finalize_response(*args, **kwargs)
        response.add_post_render_callback(self.repeat)
        return response

    def repeat(self, response):
        response.content = json.dumps(
            {name: cookie.value for name, cookie in response.cookies.items()}
        )


class Unasked(CookieLogoutView):
    def require_own_page(self, request):
        """Do nothing, for a client that sends no CSRF token."""


def private_keys(request):
    return JsonResponse({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "a", "d": "b"}]})


class PasswordClaims(ClaimsSerializer):
    etag = serializers.CharField(source="password")


class NamedClaims(ClaimsSerializer):
    pin = serializers.SerializerMethodField()

    def get_pin(self, user):
        return 4711


GOOD = (
    path("closed/", Closed.as_view()),
    path("token/", include("drf_jwt_kit.urls")),
)
