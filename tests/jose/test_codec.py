"""Which token the codec takes, rule by rule, for a policy alone: no settings, no session."""

import json
from datetime import timedelta
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.utils import base64url_decode, base64url_encode
from rest_framework.utils.encoders import JSONEncoder

from drf_jwt_kit.exceptions import ClaimsError, InvalidToken, Reason
from drf_jwt_kit.jose.codec import (
    MAX_TOKEN_LENGTH,
    Policy,
    TokenKind,
    decode_typed,
    decode_unnamed,
    encode,
    read_unverified,
)
from drf_jwt_kit.jose.jwk import Key, key_of_material
from tests.conftest import NOON
from tests.keys.material import SECRET, private_key

NOW = int(NOON.timestamp())
DAY = 86400
KEY = key_of_material(SECRET.encode(), "HS256", "ours")
OTHER = key_of_material(b"b" * 64, "HS256", "other")
KEYS = {"ours": KEY}
ACCESS = "at+jwt"
KIDS = ["ours", "ours1", "ours12", "ours123"]

pytestmark = pytest.mark.usefixtures("clock")


def token_of(claims=(), key=KEY, **header):
    claims = {"exp": NOW + 60} | dict(claims)
    payload = json.dumps({name: value for name, value in claims.items() if value is not None})
    headers = {"kid": key.kid, "typ": ACCESS} | header
    signed = {name: value for name, value in headers.items() if value is not None}
    return jwt.PyJWS().encode(payload.encode(), key.signing_key, "HS256", headers=signed)


def longest_token():
    """A token of exactly as many characters as one may have, by a key of one of ``KIDS``."""
    near = (MAX_TOKEN_LENGTH - len(token_of({"a": ""}))) * 3 // 4
    texts = ["x" * (near - less) for less in range(9)]
    made = (token_of({"a": text}, kid=kid) for text in texts for kid in KIDS)
    return next(token for token in made if len(token) == MAX_TOKEN_LENGTH)


def claims_in(claims, **policy):
    return decode_typed(token_of(claims), KEYS, Policy(**policy))[0]


def refused(token, keys=KEYS, decode=decode_typed, **policy):
    with pytest.raises(InvalidToken) as refusal:
        decode(token, keys, Policy(**policy))
    return refusal.value.reason, refusal.value.final


INVALID = (Reason.INVALID, True)


class TestAToken:
    @pytest.mark.parametrize("kind", TokenKind)
    def test_is_read_with_its_kind(self, kind):
        token = encode({"exp": NOW + 60, "a": [1]}, KEY, kind)

        assert decode_typed(token, KEYS, Policy()) == ({"exp": NOW + 60, "a": [1]}, kind)

    def test_has_the_name_of_its_key_its_algorithm_and_its_kind_in_its_header(self):
        header = jwt.get_unverified_header(encode({"exp": 1}, KEY, TokenKind.REFRESH))

        assert header == {"alg": "HS256", "kid": "ours", "typ": "rt+jwt"}

    def test_is_taken_as_bytes(self):
        assert decode_typed(token_of().encode(), KEYS, Policy())[1] == ACCESS

    @pytest.mark.parametrize("presented", [None, 7, ["a.b.c"]])
    def test_is_text(self, presented):
        assert refused(presented) == INVALID

    def test_is_as_long_as_a_token_may_be(self):
        assert decode_typed(longest_token(), dict.fromkeys(KIDS, KEY), Policy())[1] == ACCESS

    def test_is_no_longer(self):
        assert refused(token_of({"a": "x" * MAX_TOKEN_LENGTH})) == INVALID

    @pytest.mark.parametrize("spell", [lambda token: f"{token}=", lambda t: f"{t}=".encode()])
    def test_has_no_padding(self, spell):
        assert refused(spell(token_of())) == INVALID

    @pytest.mark.parametrize("header", ["", "W10", "bm8", "!", "\ud800"])
    def test_has_a_header_that_is_an_object(self, header):
        assert refused(header + token_of()[token_of().index(".") :]) == INVALID


def signed_elsewhere(message):
    return private_key("ES256").sign(message, ec.ECDSA(hashes.SHA256()))


ELSEWHERE = Key(
    kid="there",
    algorithm="ES256",
    signing_key=signed_elsewhere,
    verifying_key=private_key("ES256").public_key(),
)


@pytest.mark.parametrize("key", [KEY, ELSEWHERE])
class TestWriting:
    def test_writes_claims_and_header_without_a_space(self, key):
        header, payload, _ = encode({"exp": 1, "a": [1, 2]}, key, TokenKind.ACCESS).split(".")

        assert base64url_decode(payload) == b'{"exp":1,"a":[1,2]}'
        assert b" " not in base64url_decode(header)

    def test_writes_what_the_encoder_of_the_project_can(self, key):
        claims = {"exp": NOW + 60, "id": UUID(int=7)}

        token = encode(claims, key, TokenKind.ACCESS, json_encoder=JSONEncoder)

        assert read_unverified(token)["id"] == str(UUID(int=7))

    def test_names_the_claim_that_it_cannot(self, key):
        claims = {"id": UUID(int=7), "role": object()}

        with pytest.raises(ClaimsError, match=r"^The claim 'role' cannot be written"):
            encode(claims, key, TokenKind.ACCESS, json_encoder=JSONEncoder)


class TestItsKey:
    @pytest.mark.parametrize("kid", [None, "another"])
    def test_is_one_that_it_names(self, kid):
        assert refused(token_of(kid=kid)) == INVALID

    @pytest.mark.parametrize("kid", ["1", '["ours"]', "{}", "null"])
    def test_is_named_by_a_text(self, kid):
        header = base64url_encode(f'{{"alg":"HS256","kid":{kid}}}'.encode()).decode()

        assert refused(f"{header}.{token_of().partition('.')[2]}", {1: KEY, None: KEY}) == INVALID

    def test_signs_it(self):
        assert refused(token_of(key=OTHER, kid="ours")) == INVALID

    @pytest.mark.parametrize(("ago", "final"), [(3599, False), (3600, True), (DAY, True)])
    def test_may_be_unread_here_for_an_hour_after_the_issue(self, ago, final):
        unread = token_of({"iat": NOW - ago}, key=OTHER)

        assert refused(unread) == (Reason.INVALID, final)

    @pytest.mark.parametrize("issued", ["soon", [1], float("inf")])
    def test_is_not_awaited_for_a_token_that_says_no_time(self, issued):
        assert refused(token_of({"iat": issued}, key=OTHER)) == INVALID

    def test_is_not_awaited_for_a_text_without_claims(self):
        assert refused(token_of(key=OTHER).split(".")[0] + ".a.b") == INVALID


class TestItsKind:
    @pytest.mark.parametrize("typ", ["AT+JWT", "application/at+jwt", "Application/AT+JWT"])
    def test_may_be_spelled_as_a_media_type(self, typ):
        assert decode_typed(token_of(typ=typ), KEYS, Policy())[1] == ACCESS

    @pytest.mark.parametrize("typ", ["JWT", "at+jwt/", "text/at+jwt", ""])
    def test_is_one_of_the_policys(self, typ):
        assert refused(token_of(typ=typ)) == (Reason.WRONG_TYPE, True)

    def test_is_not_the_other_one(self):
        kinds = frozenset({TokenKind.REFRESH})

        assert refused(token_of(), kinds=kinds) == (Reason.WRONG_TYPE, True)


class TestWhenItExpires:
    def test_is_the_second_that_it_says(self):
        assert claims_in({"exp": NOW + 1}) == {"exp": NOW + 1}
        assert refused(token_of({"exp": NOW})) == (Reason.EXPIRED, True)

    def test_is_later_by_the_leeway(self):
        leeway = timedelta(seconds=10)

        assert claims_in({"exp": NOW - 9}, leeway=leeway) == {"exp": NOW - 9}
        assert refused(token_of({"exp": NOW - 10}), leeway=leeway) == (Reason.EXPIRED, True)

    def test_does_not_matter_where_expired_ones_are_accepted(self):
        assert claims_in({"exp": 0}, accept_expired=True) == {"exp": 0}

    @pytest.mark.parametrize("exp", [None, True, NOW + 60.5, str(NOW + 60), "soon", -1])
    def test_is_said_in_whole_seconds(self, exp):
        assert refused(token_of({"exp": exp}), accept_expired=True) == INVALID

    def test_is_at_most_400_days_ahead(self):
        assert claims_in({"exp": NOW + 400 * DAY}) == {"exp": NOW + 400 * DAY}
        assert refused(token_of({"exp": NOW + 400 * DAY + 1})) == INVALID

    def test_may_be_as_far_ahead_as_any_token_that_the_project_makes(self):
        longest = timedelta(days=500)

        assert claims_in({"exp": NOW + 500 * DAY}, longest_lifetime=longest)
        assert refused(token_of({"exp": NOW + 500 * DAY + 1}), longest_lifetime=longest) == INVALID


class TestWhenItWasIssued:
    @pytest.mark.parametrize("issued", [0, NOW + 3600, NOW + 400 * DAY, NOW + 0.5])
    def test_may_be_later_by_another_clock(self, issued):
        assert claims_in({"iat": issued})["iat"] == issued

    @pytest.mark.parametrize("issued", [NOW + 400 * DAY + 1, "soon", [1], float("inf")])
    def test_is_a_time(self, issued):
        assert refused(token_of({"iat": issued})) == INVALID


class TestSinceWhenItIsValid:
    def test_may_be_a_minute_from_now(self):
        assert claims_in({"nbf": NOW + 60})["nbf"] == NOW + 60

    def test_later_is_refused_for_now(self):
        assert refused(token_of({"nbf": NOW + 61})) == (Reason.INVALID, False)

    def test_may_be_later_by_a_longer_leeway(self):
        leeway = timedelta(seconds=90)

        assert claims_in({"nbf": NOW + 90}, leeway=leeway)["nbf"] == NOW + 90
        assert refused(token_of({"nbf": NOW + 91}), leeway=leeway) == (Reason.INVALID, False)


class TestItsAudience:
    @pytest.mark.parametrize("said", ["shop", ["shop"], ["stock", "shop"]])
    @pytest.mark.parametrize("expected", ["shop", ["bakery", "shop"]])
    def test_is_the_policys(self, said, expected):
        assert claims_in({"aud": said}, audience=expected)["aud"] == said

    @pytest.mark.parametrize("said", [None, "stock", ["stock"], [], 7])
    def test_is_no_other(self, said):
        assert refused(token_of({"aud": said}), audience="shop") == INVALID

    @pytest.mark.parametrize("said", ["shop", []])
    def test_is_none_where_the_policy_has_none(self, said):
        assert refused(token_of({"aud": said})) == INVALID


class TestItsIssuer:
    def test_is_the_policys(self):
        assert claims_in({"iss": "us"}, issuer="us")["iss"] == "us"

    @pytest.mark.parametrize("said", [None, "them", ["us"]])
    def test_is_no_other(self, said):
        assert refused(token_of({"iss": said}), issuer="us") == INVALID

    def test_may_be_any_where_the_policy_has_none(self):
        assert claims_in({"iss": "them"})["iss"] == "them"

    def test_is_a_name(self):
        assert refused(token_of({"iss": 7})) == INVALID

    def test_is_none_where_a_function_of_the_project_says_so(self):
        assert refused(token_of({"iss": "them"}), refuses_issuers=True) == INVALID
        assert claims_in({}, refuses_issuers=True) == {"exp": NOW + 60}

    def test_is_the_one_that_a_function_of_the_project_says(self):
        assert claims_in({"iss": "us"}, issuer="us", refuses_issuers=True)["iss"] == "us"


class TestATokenThatNamesNoKey:
    def test_is_verified_with_each_of_the_keys(self):
        claims = decode_unnamed(token_of(kid=None, typ="JWT"), [OTHER, KEY], Policy())

        assert claims == {"exp": NOW + 60}

    def test_is_verified_with_one_of_the_keys(self):
        assert refused(token_of(kid=None, typ="JWT"), [OTHER], decode_unnamed) == INVALID
        assert refused(token_of(kid=None, typ="JWT"), [], decode_unnamed) == INVALID

    def test_may_have_no_kind_at_all(self):
        claims = decode_unnamed(token_of(kid=None, typ=""), [KEY], Policy())

        assert claims == {"exp": NOW + 60}

    @pytest.mark.parametrize("header", [{"typ": "JWT"}, {"kid": None}, {"kid": None, "typ": "jwt"}])
    def test_names_none_and_is_of_no_kind(self, header):
        assert refused(token_of(**header), [KEY], decode_unnamed) == INVALID

    @pytest.mark.parametrize("keys", [[KEY, OTHER], [OTHER, KEY]])
    def test_an_expired_one_is_said_to_have_expired(self, keys):
        token = token_of({"exp": NOW - 1}, kid=None, typ="JWT")

        assert refused(token, keys, decode_unnamed) == (Reason.EXPIRED, True)


class TestReadUnverified:
    def test_verifies_nothing(self):
        assert read_unverified(token_of({"exp": 0, "aud": "a"}, key=OTHER)) == {
            "exp": 0,
            "aud": "a",
        }

    @pytest.mark.parametrize("presented", ["", "a.b.c", "\ud800", "no token"])
    def test_what_is_no_token_is_refused(self, presented):
        with pytest.raises(InvalidToken) as refusal:
            read_unverified(presented)

        assert refusal.value.reason is Reason.INVALID
