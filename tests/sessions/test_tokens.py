"""The claims of both kinds of token, and the strings that they become."""

from datetime import timedelta
from types import SimpleNamespace

import jwt
import pytest
from django.contrib.auth import get_user_model
from django.test import override_settings
from rest_framework import serializers

from drf_jwt_kit.exceptions import ClaimsError
from drf_jwt_kit.jose.codec import TokenKind
from drf_jwt_kit.sessions import grant
from drf_jwt_kit.sessions.tokens import (
    Additions,
    TokenPair,
    access_claims,
    claims_of,
    claims_to_keep,
    pair_of,
    reserved_names,
    session_claims,
    short_enough,
    signed,
)
from tests.conftest import NOON
from tests.conftest import claims_of as claims_in

HERE = "tests.sessions.test_tokens"
NOW = int(NOON.timestamp())
DAY = 86400
SIGNED = {"exp": NOW + 60}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


class Told(serializers.Serializer):
    """What the serializer of claims is given."""

    def to_representation(self, user):
        return {"of": user.name, **self.context}


@pytest.fixture
def session(clock):
    return grant.new_session(None)


@pytest.fixture
def somebody():
    return get_user_model()(pk=7, username="ada")


class TestReservedNames:
    @pytest.mark.parametrize(("name", "reserved"), [("kind", "kind"), (None, "token_type")])
    def test_have_the_type_claim_by_its_name_or_its_usual_one(self, name, reserved):
        with override_settings(SIMPLE_JWT={"TOKEN_TYPE_CLAIM": name}):
            assert reserved in reserved_names()

    def test_are_those_of_the_rfc_of_the_protocol_and_of_the_settings(self):
        names = "iss aud exp nbf iat jti sid gen auth_time scope cnf act place user_id token_type"

        assert reserved_names() == set(names.split())


class TestTheClaimsOfASession:
    def test_are_those_of_one_generation(self, session):
        session.generation = 3

        assert session_claims(session) == {
            "sid": str(session.id),
            "auth_time": NOW,
            "gen": 3,
            "jti": session.jti_of(3),
            "exp": NOW + DAY,
        }

    def test_name_who_acts(self, session):
        session.actor = "9"

        assert session_claims(session)["act"] == {"sub": "9"}

    @pytest.mark.parametrize(
        ("scope", "source"), [("orders:read", ""), ("orders:read", grant.GIVEN), ("", grant.GIVEN)]
    )
    def test_name_a_limit_also_where_nothing_is_left(self, session, scope, source):
        session.scope, session.scope_source = scope, source

        assert session_claims(session)["scope"] == scope

    def test_have_the_identifier_by_the_name_of_the_settings(self, session):
        with override_settings(SIMPLE_JWT={"JTI_CLAIM": "id"}):
            assert session_claims(session)["id"] == session.jti_of(0)


class TestTheClaimsOfAUser:
    def test_are_those_that_get_token_adds_where_the_project_names_no_serializer(self, session):
        added = Additions(claims={"tier": "gold"})

        assert claims_of(None, request=None, session=session, added=added) == {"tier": "gold"}

    def test_are_the_serializers_and_those_of_get_token_over_them(self, session):
        added, ada = Additions(claims={"session": "mine"}), SimpleNamespace(name="ada")

        with override_settings(DRF_JWT_KIT={"CLAIMS_SERIALIZER": f"{HERE}.Told"}):
            claims = claims_of(ada, request="this", session=session, added=added)

        assert claims == {"of": "ada", "request": "this", "session": "mine"}

    def test_know_the_session(self, session):
        ada = SimpleNamespace(name="ada")

        with override_settings(DRF_JWT_KIT={"CLAIMS_SERIALIZER": f"{HERE}.Told"}):
            claims = claims_of(ada, request=None, session=session, added=Additions())

        assert claims["session"] is session

    def test_keep_no_reserved_name_and_make_text_of_a_subject(self):
        claims = {"sub": 7, "tier": "gold", "exp": 1, "sid": "x", "gen": 5}

        assert claims_to_keep({}, claims) == {"sub": "7", "tier": "gold"}

    def test_stand_beside_what_the_refresh_token_says_as_well(self):
        said = {"sid": "s", "auth_time": 1, "scope": "a", "act": {"sub": "9"}, "user_id": "1"}
        own = {"gen": 0, "jti": "j", "exp": 1, "iat": 1, "token_type": "refresh", "tier": "gold"}

        assert claims_to_keep({**said, **own}, {}) == said


class TestTheClaimsOfAnAccessToken:
    def test_are_of_its_kind_and_expire_after_the_usual_time(self):
        claims = access_claims({"exp": NOW + DAY, "sid": "s"}, {"tier": "gold"})

        assert (claims["token_type"], claims["iat"], claims["exp"]) == ("access", NOW, NOW + 900)
        assert (claims["sid"], claims["tier"]) == ("s", "gold")
        assert len(claims["jti"]) == 32

    def test_are_of_no_kind_where_the_settings_name_no_claim_for_it(self):
        with override_settings(SIMPLE_JWT={"TOKEN_TYPE_CLAIM": None}):
            claims = access_claims({"exp": NOW + DAY}, {})

        assert set(claims) == {"exp", "iat", "jti", "place"}

    @pytest.mark.parametrize(("minutes", "seconds"), [(5, 300), (15, 900), (60, 900)])
    def test_expire_earlier_where_the_login_says_so_and_never_later(self, minutes, seconds):
        claims = access_claims({"exp": NOW + DAY}, {}, timedelta(minutes=minutes))

        assert claims["exp"] == NOW + seconds

    def test_expire_with_the_refresh_token(self):
        assert access_claims({"exp": NOW + 60}, {})["exp"] == NOW + 60

    def test_have_an_identifier_of_their_own(self):
        made = [access_claims({"exp": NOW + DAY}, {})["jti"] for _ in range(2)]

        assert made[0] != made[1]


class TestSigning:
    @pytest.mark.parametrize("audience", ["shop", ["shop", "stock"]])
    def test_says_who_issued_it_and_for_whom(self, audience):
        with override_settings(DRF_JWT_KIT={"ISSUER": "us", "AUDIENCE": audience}):
            claims = claims_in(signed(SIGNED, TokenKind.ACCESS))

        assert claims == SIGNED | {"iss": "us", "aud": audience}

    def test_says_neither_where_the_settings_do_not_and_changes_nothing(self):
        claims = dict(SIGNED)

        assert claims_in(signed(claims, TokenKind.ACCESS)) == claims == SIGNED

    @pytest.mark.parametrize("kind", TokenKind)
    def test_says_the_kind(self, kind):
        assert jwt.get_unverified_header(signed(SIGNED, kind))["typ"] == kind.value


class TestTheLength:
    def test_is_what_a_cookie_of_that_name_can_hold(self):
        longest = 4096 - len("__Host-access_token")

        assert short_enough("x" * longest, {}) == "x" * longest
        with pytest.raises(ClaimsError) as refused:
            short_enough("x" * (longest + 1), {"tier": "gold", "roles": ["a"] * 99, "b": 10**40})
        assert str(refused.value) == (
            "An access token of 4078 bytes is longer than 4077: browsers drop such cookies, and "
            "proxies refuse such headers. Its largest claim is 'roles'. Put less into it, or read "
            "it from the user instead."
        )


class TestThePair:
    def test_is_of_one_user_and_one_session(self, session, somebody):
        pair = pair_of(session, somebody, {"tier": "gold"})

        access, refresh = claims_in(pair.access), claims_in(pair.refresh)
        assert access["sid"] == refresh["sid"] == str(session.id)
        assert access["user_id"] == refresh["user_id"] == "7"
        assert (access["token_type"], refresh["token_type"]) == ("access", "refresh")
        assert (access["tier"], "tier" in refresh) == ("gold", False)
        assert refresh["jti"] == session.jti_of(0)

    def test_has_no_refresh_token_where_none_is_rotated(self, session, somebody):
        assert pair_of(session, somebody, {}, rotates=False).refresh is None

    def test_narrows_the_access_token_alone(self, session, somebody):
        session.scope = "a b"
        pair = pair_of(session, somebody, {}, scope="a")

        assert (claims_in(pair.access)["scope"], claims_in(pair.refresh)["scope"]) == ("a", "a b")

    def test_lives_as_long_as_its_login_says(self, session, somebody):
        session.access_lifetime = timedelta(minutes=5)

        assert claims_in(pair_of(session, somebody, {}).access)["exp"] == NOW + 300

    def test_is_refused_where_its_access_token_is_too_long(self, session, somebody):
        with pytest.raises(ClaimsError, match="Its largest claim is 'roles'"):
            pair_of(session, somebody, {"roles": "r" * 4096})

    @pytest.mark.parametrize(("rotates", "refresh"), [(True, "r"), (False, None)])
    def test_is_written_by_the_classes_of_the_project(self, session, somebody, rotates, refresh):
        asked = []

        def write(*given):
            asked.append(given)
            return TokenPair(access="a", refresh="r")

        pair = pair_of(session, somebody, {"b": 1}, write=write, rotates=rotates, scope="c")

        assert pair == TokenPair(access="a", refresh=refresh)
        assert asked == [(session, {"b": 1}, "c")]

    def test_is_answered_with_what_there_is_of_it(self):
        assert TokenPair(access="a", refresh=None).as_data() == {"access": "a"}
        assert TokenPair(access="a", refresh="r", scope="").as_data() == {
            "access": "a",
            "refresh": "r",
            "scope": "",
        }
