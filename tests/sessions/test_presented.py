"""A token that a client presented, as a plain value, and what it is taken for unverified."""

import uuid

import jwt
import pytest
from django.test import RequestFactory
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from drf_jwt_kit.exceptions import InvalidToken, KeysUnavailable, Reason
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.sessions.others import UNKNOWN_LOGIN, Origin
from drf_jwt_kit.sessions.presented import Presented, presented_with, sid_of, to_raise
from drf_jwt_kit.tokens import AccessToken

SID = uuid.UUID("a0000000-0000-4000-8000-00000000000a")


CLAIMS = {"jti": "a", "user_id": "1", "sid": str(SID), "auth_time": 0, "gen": 0}


class Asked(BaseAuthentication):
    def authenticate(self, request):
        raise AssertionError("presented_with asks nobody")


def naming(sid):
    return jwt.encode({"sid": sid}, "a" * 64, "HS256")


def refused(kind, **changed):
    with pytest.raises(InvalidToken) as refusal:
        Presented.of(CLAIMS | changed, kind, Origin.OURS)
    return refusal.value.reason


class TestTheClaimsOfAToken:
    @pytest.mark.parametrize("kind", TokenKind)
    def test_are_taken_where_each_is_of_its_kind(self, kind):
        presented = Presented.of(CLAIMS, kind, Origin.OURS)

        assert (presented.kind, presented.origin, presented.sid) == (kind, Origin.OURS, SID)
        assert (presented.jti, presented.user_id, presented.auth_time) == ("a", "1", 0)

    @pytest.mark.parametrize("kind", TokenKind)
    @pytest.mark.parametrize("sid", ["", "no id", 7, str(SID).upper(), f"{{{SID}}}", [str(SID)]])
    def test_name_no_session_by_another_spelling(self, kind, sid):
        assert refused(kind, sid=sid) is Reason.INVALID

    @pytest.mark.parametrize("kind", TokenKind)
    def test_of_ours_name_a_session(self, kind):
        assert refused(kind, sid=None) is Reason.NO_SESSION

    @pytest.mark.parametrize("kind", TokenKind)
    @pytest.mark.parametrize(
        "changed", [{"jti": None}, {"jti": 1}, {"jti": "ä"}, {"user_id": ""}, {"user_id": 1}]
    )
    def test_name_the_token_and_its_user(self, kind, changed):
        assert refused(kind, **changed) is Reason.INVALID

    @pytest.mark.parametrize("auth_time", [None, True, "0", 0.0, -1, 2**40])
    def test_of_an_access_token_say_when_the_login_was(self, auth_time):
        assert refused(TokenKind.ACCESS, auth_time=auth_time) is Reason.INVALID

    @pytest.mark.parametrize("auth_time", [None, True, "0", -1, 2**40])
    def test_of_a_refresh_token_need_not_say_so(self, auth_time):
        claims = CLAIMS | {"auth_time": auth_time}

        assert Presented.of(claims, TokenKind.REFRESH, Origin.OURS).auth_time == UNKNOWN_LOGIN

    @pytest.mark.parametrize("generation", [None, True, "0", 0.0, -1, 2**31])
    def test_of_a_refresh_token_say_its_generation(self, generation):
        assert refused(TokenKind.REFRESH, gen=generation) is Reason.INVALID

    @pytest.mark.parametrize("generation", [0, 2**31 - 1])
    def test_may_say_any_generation_that_a_row_can_have(self, generation):
        claims = CLAIMS | {"gen": generation}

        assert Presented.of(claims, TokenKind.REFRESH, Origin.OURS).gen == generation

    def test_of_an_access_token_have_no_generation(self):
        assert Presented.of(CLAIMS | {"gen": 7}, TokenKind.ACCESS, Origin.OURS).gen == 0

    def test_of_another_issuer_name_no_session(self):
        assert Presented.of(CLAIMS, TokenKind.ACCESS, Origin.JWK_URL).sid is None


class TestTheTimeForACutOff:
    def test_is_that_of_the_login(self):
        claims = CLAIMS | {"auth_time": 5, "iat": 7}

        assert Presented.of(claims, TokenKind.ACCESS, Origin.OURS).cutoff_time == 5

    @pytest.mark.parametrize(("issued", "seconds"), [(7, 7), (None, 0), (True, 0), ("7", 0)])
    def test_is_that_of_the_issue_for_a_token_of_another_issuer(self, issued, seconds):
        claims = CLAIMS | {"auth_time": 5, "iat": issued}

        assert Presented.of(claims, TokenKind.ACCESS, Origin.JWK_URL).cutoff_time == seconds


class TestTheSessionThatATokenNames:
    def test_is_read_without_the_signature(self):
        assert sid_of(naming(str(SID))) == SID

    @pytest.mark.parametrize(
        "presented",
        ["no token", naming("no id"), naming(None), jwt.PyJWS().encode(b"[" * 100_000, "a" * 64)],
        ids=["no token", "no id", "none", "too deep"],
    )
    def test_is_none_where_it_cannot_be_read(self, presented):
        assert sid_of(presented) is None


class TestTheRefusalThatALogoutRaises:
    def test_is_none_of_a_token_that_is_refused_for_good_beside_one_that_ended_its_session(self):
        refused = [(InvalidToken(Reason.INVALID), naming(str(uuid.uuid4())))]

        assert to_raise(refused, {SID}) is None

    def test_is_none_of_an_error_that_does_not_say_whether_it_is_final(self):
        refused = [(ValueError(), naming(str(uuid.uuid4())))]

        assert to_raise(refused, {SID}) is None

    def test_is_first_one_that_says_how_long_to_wait_for_keys(self):
        unread, unavailable = InvalidToken(Reason.INVALID, final=False), KeysUnavailable()

        assert to_raise([(unread, "one"), (unavailable, "other")], set()) is unavailable


@pytest.mark.django_db
class TestTheTokenOfARequest:
    def test_is_that_of_rest_frameworks_request(self, signed_in):
        request, token = Request(RequestFactory().get("/")), AccessToken(signed_in.access)
        request._auth = token

        assert presented_with(request) is token.presented

    def test_is_that_of_the_request_inside_where_nobody_has_asked_yet(self, signed_in):
        request, token = Request(RequestFactory().get("/")), AccessToken(signed_in.access)
        request._request.auth = token

        assert presented_with(request) is token.presented

    def test_is_that_of_djangos_request(self, signed_in):
        request, token = RequestFactory().get("/"), AccessToken(signed_in.access)
        request.auth = token

        assert presented_with(request) is token.presented

    def test_may_be_a_plain_value_already(self, signed_in):
        request, presented = RequestFactory().get("/"), AccessToken(signed_in.access).presented
        request.auth = presented

        assert presented_with(request) is presented

    def test_is_none_and_asks_nobody_who_makes_the_request(self):
        assert presented_with(Request(RequestFactory().get("/"), authenticators=[Asked()])) is None

    def test_is_none_where_the_token_has_no_session(self):
        request = RequestFactory().get("/")
        request.auth = AccessToken()

        assert presented_with(request) is None
