"""With cookies, no body has a token, whatever shape a project's serializer gives its answer."""

import contextvars
import time

import jwt
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from drf_jwt_kit import sessions, views
from drf_jwt_kit.models import Session
from drf_jwt_kit.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from drf_jwt_kit.tokens import AccessToken, RefreshToken
from tests.conftest import claims_of

from .browser import ACCESS, REFRESH, cleared, credentials, session_of
from .cookie_urls import urlpatterns as cookie_urlpatterns

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
HERE = "tests.flows.test_no_token_in_a_body"

SHAPES = {
    "as ours": lambda pair: pair,
    "renamed": lambda pair: {"accessToken": pair["access"], "refreshToken": pair["refresh"]},
    "nested": lambda pair: {"data": {"tokens": pair}},
    "in lists": lambda pair: {"tokens": [[pair["access"]], (pair["refresh"],)]},
    "each in a dict": lambda pair: {name: {"token": pair[name]} for name in pair},
    "in a string": lambda pair: {
        "header": f"Bearer {pair['access']}",
        "r": f"?r={pair['refresh']}",
    },
    "joined to words": lambda pair: {"a": f"is_{pair['access']}_", "b": f"é{pair['refresh']}é"},
    "as bytes": lambda pair: {"a": pair["access"].encode(), "b": pair["refresh"].encode()},
    "as a key": lambda pair: {pair["access"]: pair["refresh"]},
    "twice": lambda pair: {**pair, "tokens": pair},
    "a list": lambda pair: [*pair.values()],
}


class Shaped(TokenObtainPairSerializer):
    def validate(self, attrs):
        return SHAPES[self.context["view"].kwargs["shape"]](super().validate(attrs))


class ByItself(TokenObtainPairSerializer):
    """Writes the tokens of get_token out, as many projects with Simple JWT do."""

    def validate(self, attrs):
        super().validate(attrs)
        token = self.get_token(self.user)
        return {"tokens": {"refresh": str(token), "access": str(token.access_token)}}


class SayingNothing(TokenObtainPairSerializer):
    """Answers no token of a session that it begins in any case."""

    def validate(self, attrs):
        super().validate(attrs)
        sessions.start(self.user, self.context["request"], name="by hand")
        return {"user": self.user.get_username(), "version": "1.2.3"}


class WithAnother(TokenObtainPairSerializer):
    """Answers another session of the user, and the token that the browser came with."""

    def validate(self, attrs):
        answer = super().validate(attrs)
        other = sessions.start(self.user, name="other")
        came_with = self.context["request"].COOKIES.get(ACCESS, "")
        return {"was": came_with, "other": other.access, "tokens": answer}


class AskingAnother(TokenObtainPairSerializer):
    """Answers the tokens of a login that another request has begun as well."""

    def validate(self, attrs):
        answer = super().validate(attrs)
        other = contextvars.Context().run(sessions.start, self.user, name="other")
        return {"other": other.as_data(), "tokens": answer}


class OwnAccess(TokenObtainPairSerializer):
    """Writes the access token itself, with a claim of its own."""

    def validate(self, attrs):
        answer = super().validate(attrs)
        access = AccessToken(answer["access"])
        access["tier"] = "gold"
        return {"access": str(access), "refresh": answer["refresh"]}


class SignedElsewhere(TokenObtainPairSerializer):
    """Answers a token of another service, with which this API lets nobody in."""

    def validate(self, attrs):
        return {"elsewhere": FOREIGN, **super().validate(attrs)}


class OwnSignature(TokenObtainPairSerializer):
    """Answers a token that a class of the project's signs and verifies."""

    def validate(self, attrs):
        super().validate(attrs)
        claims = {"exp": int(time.time()) + 60}
        return {"access": jwt.encode(claims, "a secret of the project's, long enough")}


FOREIGN = ".".join(
    (
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "eyJzaWQiOiI2ZjNhN2Q1Ni0wYzVlLTRiMWQtOWU1YS0xMmFiMzRjZDU2ZWYiLCJzdWIiOiJhZGEiLCJhdWQiOiJ4In0",
        "c2lnbmF0dXJl",
    )
)


class OwnHandler(views.CookieObtainView):
    """Never calls ours."""

    def post(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"tokens": serializer.validated_data})


class Refusing(OwnHandler):
    def post(self, request, *args, **kwargs):
        return Response(super().post(request).data, status=403)


class Page(OwnHandler):
    def post(self, request, *args, **kwargs):
        return HttpResponse(str(super().post(request).data))


class Stream(OwnHandler):
    def post(self, request, *args, **kwargs):
        super().post(request)
        return StreamingHttpResponse([b"done"])


class ShapedRefresh(TokenRefreshSerializer):
    def validate(self, attrs):
        return SHAPES[self.context["view"].kwargs["shape"]](super().validate(attrs))


class OnlyAccess(TokenRefreshSerializer):
    """Keeps the refresh token back, or so it thinks."""

    def validate(self, attrs):
        return {"tokens": {"access": super().validate(attrs)["access"]}}


class Silent(TokenRefreshSerializer):
    def validate(self, attrs):
        super().validate(attrs)
        return {"done": True}


class Echo(TokenRefreshSerializer):
    """Answers what the browser has sent as well."""

    def validate(self, attrs):
        return {"was": attrs["refresh"], "now": super().validate(attrs)}


class ByHand(TokenRefreshSerializer):
    """As in the recipes for Simple JWT: no rotation, another access token."""

    def validate(self, attrs):
        return {"access": str(RefreshToken(attrs["refresh"]).access_token)}


class Complaining(TokenRefreshSerializer):
    def validate(self, attrs):
        raise ValidationError(super().validate(attrs))


def obtaining(serializer, base=views.CookieObtainView):
    return type("View", (base,), {"serializer_class": serializer}).as_view()


urlpatterns = [
    *cookie_urlpatterns,
    path("shaped/<shape>/", obtaining(Shaped)),
    path("refreshed/<shape>/", obtaining(ShapedRefresh, views.CookieRefreshView)),
    *[
        path(f"{cls.__name__}/", obtaining(cls))
        for cls in (
            AskingAnother,
            ByItself,
            SayingNothing,
            WithAnother,
            OwnAccess,
            OwnSignature,
            SignedElsewhere,
        )
    ],
    *[path(f"{cls.__name__}/", cls.as_view()) for cls in (OwnHandler, Refusing, Page, Stream)],
    *[
        path(f"{cls.__name__}/", obtaining(cls, views.CookieRefreshView))
        for cls in (OnlyAccess, Silent, Echo, ByHand, Complaining)
    ],
]


def log_in(browser, user, name):
    return browser.send("post", f"/{name}/", credentials(user))


def is_in(browser):
    return browser.get("/api/secure/").status_code == 200


def holds_no_token(answer):
    return b"eyJ" not in answer.content


@pytest.mark.parametrize("shape", SHAPES)
class TestALogin:
    def test_answers_no_token_in_any_shape(self, browser, user, shape):
        assert holds_no_token(log_in(browser, user, f"shaped/{shape}"))

    def test_sets_both_cookies_whatever_the_shape(self, browser, user, shape):
        log_in(browser, user, f"shaped/{shape}")

        assert is_in(browser)
        assert browser.refresh().status_code == 200


@pytest.mark.parametrize("shape", SHAPES)
class TestARefresh:
    def test_answers_no_token_in_any_shape(self, logged_in, shape):
        assert holds_no_token(logged_in.send("post", f"/refreshed/{shape}/"))

    def test_sets_both_cookies_whatever_the_shape(self, logged_in, shape):
        before = logged_in.held(REFRESH)

        logged_in.send("post", f"/refreshed/{shape}/")

        assert claims_of(logged_in.held(REFRESH))["gen"] == claims_of(before)["gen"] + 1
        assert is_in(logged_in)


def test_what_else_is_answered_stays_and_a_name_of_a_token_goes(browser, user, clock):
    answer = log_in(browser, user, "shaped/renamed")

    assert answer.json() == {"expires_in": 900, "refresh_expires_in": 86400}


def test_the_place_of_a_token_further_down_is_left_empty(browser, user):
    answer = log_in(browser, user, "shaped/nested")

    assert answer.json()["data"] == {"tokens": {"access": "", "refresh": ""}}


def test_text_around_a_token_stays_as_it_was(browser, user):
    answer = log_in(browser, user, "shaped/in a string")

    assert (answer.json()["header"], answer.json()["r"]) == ("Bearer ", "?r=")


def test_a_token_of_another_service_is_left_alone(browser, user):
    assert log_in(browser, user, "SignedElsewhere").json()["elsewhere"] == FOREIGN


def test_tokens_that_the_serializer_writes_itself_go_into_cookies(browser, user):
    answer = log_in(browser, user, "ByItself")

    assert holds_no_token(answer)
    assert (is_in(browser), Session.objects.count()) == (True, 1)


def test_a_login_that_begins_in_any_case_needs_no_token_in_the_answer(browser, user):
    answer = log_in(browser, user, "SayingNothing")

    assert (answer.json()["user"], answer.json()["version"]) == (user.get_username(), "1.2.3")
    assert session_of(browser).name == "by hand"


def test_a_token_that_the_browser_came_with_does_not_come_back(logged_in, user):
    before = session_of(logged_in)

    answer = log_in(logged_in, user, "WithAnother")

    assert holds_no_token(answer)
    assert session_of(logged_in).pk != before.pk
    assert session_of(logged_in).name == ""


def test_the_login_of_this_request_counts_and_no_token_of_another_one_stays(browser, user):
    answer = log_in(browser, user, "AskingAnother")

    assert holds_no_token(answer)
    assert session_of(browser).name == ""


def test_an_access_token_with_more_claims_is_the_one_that_is_kept(browser, user):
    log_in(browser, user, "OwnAccess")

    assert claims_of(browser.held(ACCESS))["tier"] == "gold"
    assert browser.refresh().status_code == 200


def test_a_token_that_the_project_signs_itself_goes_by_its_name(browser, user):
    answer = log_in(browser, user, "OwnSignature")

    assert (set(answer.json()), holds_no_token(answer)) == ({"expires_in"}, True)
    assert browser.held(ACCESS)


def test_a_handler_of_the_project_answers_no_token_either(browser, user):
    answer = log_in(browser, user, "OwnHandler")

    assert (holds_no_token(answer), is_in(browser)) == (True, True)


def test_a_login_that_its_handler_refuses_sets_no_cookie(browser, user):
    answer = log_in(browser, user, "Refusing")

    assert (answer.status_code, holds_no_token(answer)) == (403, True)
    assert set(answer.cookies) == set()


def test_a_page_has_no_token_in_it(browser, user):
    assert holds_no_token(log_in(browser, user, "Page"))


def test_a_stream_is_sent_as_it_is(browser, user):
    assert log_in(browser, user, "Stream").getvalue() == b"done"


@pytest.mark.parametrize("name", ["OnlyAccess", "Silent", "Echo"])
def test_a_refresh_sets_what_was_refreshed_however_little_is_answered(logged_in, name):
    before = logged_in.held(REFRESH)

    answer = logged_in.send("post", f"/{name}/")

    assert holds_no_token(answer)
    assert claims_of(logged_in.held(REFRESH))["gen"] == claims_of(before)["gen"] + 1


def test_a_refresh_that_rotates_nothing_leaves_the_refresh_cookie(logged_in):
    before = logged_in.held(REFRESH)

    answer = logged_in.send("post", "/ByHand/")

    assert (set(answer.cookies), cleared(answer)) == ({ACCESS}, set())
    assert (logged_in.held(REFRESH), is_in(logged_in)) == (before, True)


def test_a_refusal_says_no_token(logged_in):
    answer = logged_in.send("post", "/Complaining/")

    assert (answer.status_code, holds_no_token(answer)) == (400, True)


def test_the_presented_token_does_not_come_back_without_rotation(logged_in, settings):
    settings.SIMPLE_JWT = {**getattr(settings, "SIMPLE_JWT", {}), "ROTATE_REFRESH_TOKENS": False}
    before = logged_in.held(REFRESH)

    answer = logged_in.send("post", "/Echo/")

    assert (holds_no_token(answer), logged_in.held(REFRESH)) == (True, before)
