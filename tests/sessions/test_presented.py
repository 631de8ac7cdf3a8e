"""A token that a client presented, as a plain value, and what it is taken for unverified."""

import uuid
from datetime import timedelta

import jwt
import pytest
from django.test import RequestFactory, override_settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from drf_jwt_kit.exceptions import InvalidToken, KeysUnavailable, Reason
from drf_jwt_kit.jose.codec import Policy, TokenKind
from drf_jwt_kit.sessions.grant import new_session
from drf_jwt_kit.sessions.others import UNKNOWN_LOGIN, Origin
from drf_jwt_kit.sessions.presented import (
    ACCESS,
    EITHER,
    REFRESH,
    Presented,
    is_genuine,
    policy_for,
    presented_of,
    presented_with,
    read,
    sid_of,
    to_raise,
    verified,
)
from drf_jwt_kit.tokens import AccessToken
from tests.conftest import claims_of, forge

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
    def test_those_of_ours_name_a_session(self, kind):
        assert refused(kind, sid=None) is Reason.NO_SESSION

    @pytest.mark.parametrize("kind", TokenKind)
    @pytest.mark.parametrize(
        "changed", [{"jti": None}, {"jti": 1}, {"jti": "ä"}, {"user_id": ""}, {"user_id": 1}]
    )
    def test_name_the_token_and_its_user(self, kind, changed):
        assert refused(kind, **changed) is Reason.INVALID

    @pytest.mark.parametrize("auth_time", [None, True, "0", 0.0, -1, 2**40])
    def test_those_of_an_access_token_say_when_the_login_was(self, auth_time):
        assert refused(TokenKind.ACCESS, auth_time=auth_time) is Reason.INVALID

    @pytest.mark.parametrize("auth_time", [None, True, "0", -1, 2**40])
    def test_those_of_a_refresh_token_need_not_say_so(self, auth_time):
        claims = CLAIMS | {"auth_time": auth_time}

        assert Presented.of(claims, TokenKind.REFRESH, Origin.OURS).auth_time == UNKNOWN_LOGIN

    @pytest.mark.parametrize("generation", [None, True, "0", 0.0, -1, 2**31])
    def test_those_of_a_refresh_token_say_its_generation(self, generation):
        assert refused(TokenKind.REFRESH, gen=generation) is Reason.INVALID

    @pytest.mark.parametrize("generation", [0, 2**31 - 1])
    def test_may_say_any_generation_that_a_row_can_have(self, generation):
        claims = CLAIMS | {"gen": generation}

        assert Presented.of(claims, TokenKind.REFRESH, Origin.OURS).gen == generation

    def test_those_of_an_access_token_have_no_generation(self):
        assert Presented.of(CLAIMS | {"gen": 7}, TokenKind.ACCESS, Origin.OURS).gen == 0

    def test_those_of_another_issuer_name_no_session(self):
        assert Presented.of(CLAIMS, TokenKind.ACCESS, Origin.JWK_URL).sid is None


@pytest.mark.django_db
class TestReading:
    def test_gives_the_claims_the_kind_and_the_origin(self, signed_in):
        claims = claims_of(signed_in.refresh)

        assert verified(signed_in.refresh, EITHER) == (claims, TokenKind.REFRESH, Origin.OURS)
        assert read(signed_in.refresh, REFRESH).claims == claims

    @pytest.mark.parametrize("kinds", [ACCESS, EITHER])
    def test_remembers_of_an_access_token_what_it_says_and_no_more(self, signed_in, kinds):
        first, again = read(signed_in.access, kinds), read(signed_in.access, kinds)

        assert first == again
        assert first.claims == claims_of(signed_in.access)
        assert first.claims is not again.claims

    def test_reads_the_claims_of_a_token_once_that_it_remembers(self, signed_in, calls_of):
        read(signed_in.access, ACCESS)
        made = calls_of(Presented, "of")

        read(signed_in.access, ACCESS)

        assert made == []

    @pytest.mark.parametrize("kinds", [ACCESS, EITHER])
    @pytest.mark.parametrize("reading", [read, verified])
    def test_refuses_an_expired_token(self, signed_in, reading, kinds):
        with pytest.raises(InvalidToken) as refusal:
            reading(forge(signed_in.access, exp=1), kinds)

        assert refusal.value.reason is Reason.EXPIRED

    @pytest.mark.parametrize("kinds", [ACCESS, EITHER])
    def test_takes_an_expired_token_where_it_is_told_to(self, signed_in, kinds):
        expired = forge(signed_in.access, exp=1)

        assert read(expired, kinds, accept_expired=True).claims["exp"] == 1
        assert verified(expired, kinds, accept_expired=True)[0]["exp"] == 1

    @pytest.mark.parametrize("kinds", [ACCESS, EITHER])
    @pytest.mark.parametrize("reading", [read, verified])
    def test_refuses_a_token_whose_claim_says_another_kind(self, signed_in, reading, kinds):
        with pytest.raises(InvalidToken) as refusal:
            reading(forge(signed_in.access, token_type="refresh"), kinds)

        assert refusal.value.reason is Reason.WRONG_TYPE

    @pytest.mark.parametrize(("name", "kinds"), [("refresh", ACCESS), ("access", REFRESH)])
    def test_refuses_a_token_of_the_other_kind(self, signed_in, name, kinds):
        with pytest.raises(InvalidToken) as refusal:
            read(getattr(signed_in, name), kinds)

        assert refusal.value.reason is Reason.WRONG_TYPE


@pytest.mark.django_db
class TestATokenThatWasRead:
    def test_is_taken_where_it_is_of_the_kind(self, signed_in):
        presented = read(signed_in.access, ACCESS)

        assert presented_of(presented, TokenKind.ACCESS) is presented
        assert presented_of(AccessToken(signed_in.access), TokenKind.ACCESS) == presented

    def test_is_refused_where_it_is_of_the_other(self, signed_in):
        with pytest.raises(InvalidToken) as refusal:
            presented_of(read(signed_in.access, ACCESS), TokenKind.REFRESH)

        assert refusal.value.reason is Reason.WRONG_TYPE

    @pytest.mark.parametrize("token", [None, "a.b.c", object()])
    def test_is_none_of_another_package(self, token):
        with pytest.raises(InvalidToken) as refusal:
            presented_of(token, TokenKind.ACCESS)

        assert refusal.value.reason is Reason.NO_SESSION

    def test_has_a_session_or_is_refused_by_whoever_needs_one(self):
        ours = Presented.of(CLAIMS, TokenKind.ACCESS, Origin.OURS)

        assert ours.session_id == SID
        with pytest.raises(InvalidToken) as refusal:
            _ = Presented.of(CLAIMS, TokenKind.ACCESS, Origin.JWK_URL).session_id
        assert refusal.value.reason is Reason.NO_SESSION

    @pytest.mark.parametrize(("said", "scope"), [("a b", "a b"), (["a", "b"], "a b"), (5, "")])
    def test_says_what_it_may_do(self, said, scope):
        claims = CLAIMS | {"scope": said}

        assert Presented.of(claims, TokenKind.ACCESS, Origin.OURS).scope == scope

    def test_may_do_anything_where_it_says_nothing(self):
        assert Presented.of(CLAIMS, TokenKind.ACCESS, Origin.OURS).scope is None

    def test_is_the_same_with_its_claims_in_another_dict(self):
        token = Presented.of(CLAIMS, TokenKind.ACCESS, Origin.OURS)

        assert token.with_claims(dict(CLAIMS)) == token
        assert token.with_claims({}).claims == {}


class TestAGenuineToken:
    @pytest.mark.parametrize(("generation", "genuine"), [(2, True), (1, False)])
    def test_has_the_identifier_of_its_row_and_generation(self, generation, genuine):
        session = new_session(None)
        claims = CLAIMS | {"jti": session.jti_of(2), "gen": generation}

        presented = Presented.of(claims, TokenKind.REFRESH, Origin.OURS)

        assert is_genuine(presented, session) is genuine

    def test_one_of_simple_jwt_is_one_whose_row_was_derived_from_it(self):
        presented = Presented.of(CLAIMS, TokenKind.REFRESH, Origin.SIMPLE_JWT)

        assert is_genuine(presented, new_session(None))


class TestThePolicy:
    def test_is_the_same_object_while_the_settings_are(self):
        assert policy_for(ACCESS) is policy_for(ACCESS, False)
        assert policy_for(ACCESS) is not policy_for(ACCESS, True)

    def test_is_what_the_settings_say(self):
        settings = {"ISSUER": "us", "AUDIENCE": ["shop"], "SESSION_MAX_AGE": timedelta(days=500)}

        with override_settings(DRF_JWT_KIT=settings, SIMPLE_JWT={"LEEWAY": 7}):
            policy = policy_for(REFRESH, True)

        assert policy == Policy(
            kinds=REFRESH,
            issuer="us",
            audience=("shop",),
            leeway=timedelta(seconds=7),
            longest_lifetime=timedelta(days=500),
            accept_expired=True,
        )


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
