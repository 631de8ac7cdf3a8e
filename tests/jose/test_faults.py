"""What is wrong with a token, whole sentence by whole sentence."""

import json
from datetime import timedelta

import pytest
from jwt.utils import base64url_encode

from drf_jwt_kit.jose.codec import Policy, TokenKind
from drf_jwt_kit.jose.faults import faults_of, span, unverified_parts
from drf_jwt_kit.jose.jwk import key_of_material
from tests.conftest import NOON

from .test_codec import KEY, KEYS, NOW, OTHER, token_of

DAY = 86400


def found(token, keys=KEYS, **policy):
    return [(one.code, one.text) for one in faults_of(token, keys, Policy(**policy), NOW)]


def written(header, claims):
    """A token of two texts, which nobody has signed."""
    parts = [base64url_encode(json.dumps(part).encode()) for part in (header, claims)]
    return b".".join([*parts, b"c2ln"]).decode()


class TestTheForm:
    def test_one_of_a_good_token_has_no_fault(self):
        assert found(token_of()) == []

    @pytest.mark.parametrize(
        ("token", "text"),
        [
            ("x" * 8193, "It is longer than 8192 characters."),
            ("a.b.c.d.e", "It has five parts: it is encrypted (JWE), and none of ours is."),
            ("a.b", "It has 2 parts between dots, and a token has three."),
            ("x" * 8192, "It has 1 parts between dots, and a token has three."),
            (
                "a b.c.d",
                "It has characters that no token has: one was lost, added or escaped on the way.",
            ),
            (
                "ä.c.d",
                "It has characters that no token has: one was lost, added or escaped on the way.",
            ),
            ("a.e30.c", "Its header cannot be read as a JSON object with members."),
            ("W10.e30.c", "Its header cannot be read as a JSON object with members."),
            (
                written({"alg": "HS256"}, []),
                "Its claims cannot be read as a JSON object with members.",
            ),
            (
                written({"alg": "HS256"}, [1]),
                "Its claims cannot be read as a JSON object with members.",
            ),
        ],
    )
    def test_one_of_what_is_no_token_is_told(self, token, text):
        assert found(token) == [("form", text)]

    def test_is_read_in_two_parts(self):
        assert unverified_parts(written({"alg": "a"}, {"b": 1})) == ({"alg": "a"}, {"b": 1})
        assert unverified_parts("no token") == ({}, {})

    def test_is_read_without_a_signature_too(self):
        unsigned = written({"alg": "a"}, {"b": 1}).rpartition(".")[0]

        assert unverified_parts(unsigned) == ({"alg": "a"}, {"b": 1})


class TestTheSignature:
    def test_one_by_no_name_is_told_with_the_keys_that_are_known(self):
        says = "Its header names no key (kid), as tokens of Simple JWT do. Known are: "

        assert found(token_of(kid=None)) == [("unknown_key", says + "ours.")]
        assert found(token_of(kid=None), {}) == [("unknown_key", says + "none.")]

    def test_one_by_an_unknown_key_is_told_with_those_that_are_known(self):
        keys = {"z": KEY, "a": KEY}
        says = "It is signed by a key that is not known here: 'ours'. Known are: a, z."

        assert found(token_of(), keys) == [("unknown_key", says)]

    def test_one_by_another_algorithm_is_told(self):
        keys = {"ours": key_of_material(b"c" * 64, "HS512", "ours")}
        says = "Its header says 'HS256', and the key that it names is for HS512."

        assert found(token_of(), keys) == [("algorithm", says)]

    def test_one_with_an_extension_is_told(self):
        says = "It demands an extension (crit), and none is known here."
        token = written(
            {"alg": "HS256", "kid": "ours", "typ": "at+jwt", "crit": ["b64"]}, {"exp": NOW + 60}
        )

        assert found(token) == [("crit", says)]

    def test_one_that_is_wrong_is_told(self):
        says = "Its signature is wrong: it was changed, or another key has the same name."

        assert found(token_of(key=OTHER, kid="ours")) == [("signature", says)]


NO_END = "It does not say when it expires (exp), in whole seconds."


class TestTheTimes:
    @pytest.mark.parametrize("exp", [None, True, "1", 1.5, 2**40, -(2**40), 10**400])
    def test_those_that_are_none_are_told(self, exp):
        assert found(token_of({"exp": exp, "a": 1})) == [("exp", NO_END)]

    @pytest.mark.parametrize(
        ("exp", "text"), [(NOW, "It expired 0 s ago."), (NOW - 7200, "It expired 2 h ago.")]
    )
    def test_those_that_have_passed_are_told(self, exp, text):
        assert found(token_of({"exp": exp})) == [("expired", text)]

    def test_pass_by_the_leeway_later(self):
        leeway = timedelta(seconds=10)

        assert found(token_of({"exp": NOW - 9}), leeway=leeway) == []
        assert found(token_of({"exp": NOW - 10}), leeway=leeway) == [
            ("expired", "It expired 10 s ago.")
        ]

    def test_those_that_are_too_far_are_told(self):
        longest = timedelta(days=500)

        assert found(token_of({"exp": NOW + 400 * DAY})) == []
        assert found(token_of({"exp": NOW + 500 * DAY}), longest_lifetime=longest) == []
        assert found(token_of({"exp": NOW + 400 * DAY + 1})) == [
            ("exp", "It says that it expires in 400 days: too far.")
        ]

    @pytest.mark.parametrize("nbf", ["soon", [1], None, 2**40, float("inf")])
    def test_the_start_is_a_number(self, nbf):
        token = written(
            {"alg": "HS256", "kid": "ours", "typ": "at+jwt"}, {"exp": NOW + 60, "nbf": nbf}
        )

        assert ("nbf", "Its nbf is no number.") in found(token)

    @pytest.mark.parametrize(("nbf", "leeway"), [(60, 0), (0, 0), (-60, 0), (90, 90)])
    def test_the_start_may_be_a_minute_or_the_leeway_ahead(self, nbf, leeway):
        assert found(token_of({"nbf": NOW + nbf}), leeway=timedelta(seconds=leeway)) == []

    def test_those_that_come_later_are_told(self):
        says = "It is not valid before 1 min from now (nbf). Is a clock off?"

        assert found(token_of({"nbf": NOW + 61})) == [("nbf", says)]


class TestIssuerAndAudience:
    def test_another_issuer_is_told(self):
        says = "Its issuer (iss) is 'them'. Expected is 'us'."

        assert found(token_of({"iss": "them"}), issuer="us") == [("issuer", says)]
        assert found(token_of({"iss": "us"}), issuer="us") == []

    def test_an_issuer_where_none_is_wanted_is_told(self):
        says = "Its issuer (iss) is 'them'. Expected is None."

        assert found(token_of({"iss": "them"}), refuses_issuers=True) == [("issuer", says)]
        assert found(token_of({"iss": "them"})) == found(token_of(), refuses_issuers=True) == []

    def test_an_audience_where_none_is_set_is_told(self):
        says = "It is meant for an audience (aud), 'shop', and none is set here."

        assert found(token_of({"aud": "shop"})) == [("audience", says)]

    @pytest.mark.parametrize("said", ["stock", ["stock", 1], None])
    def test_another_audience_is_told(self, said):
        says = f"Its audience (aud) is {said!r}. Expected is bakery or shop."

        assert found(token_of({"aud": said}), audience=["shop", "bakery"]) == [("audience", says)]

    @pytest.mark.parametrize("said", ["shop", ["stock", "shop"]])
    @pytest.mark.parametrize("expected", ["shop", ["shop", "bakery"]])
    def test_the_right_audience_is_no_fault(self, said, expected):
        assert found(token_of({"aud": said}), audience=expected) == []


class TestTheKind:
    @pytest.mark.parametrize("typ", ["JWT", None, 7])
    def test_one_that_is_another_is_told(self, typ):
        says = f"Its header says that it is {typ!r} (typ). Expected is at+jwt or rt+jwt."

        assert found(written({"alg": "none", "typ": typ}, {"exp": NOW + 60}))[-1] == (
            "wrong_type",
            says,
        )

    def test_one_that_is_the_other_one_is_told(self):
        says = "Its header says that it is 'at+jwt' (typ). Expected is rt+jwt."

        kinds = frozenset({TokenKind.REFRESH})
        assert found(token_of(), kinds=kinds) == [("wrong_type", says)]

    def test_may_be_spelled_as_a_media_type(self):
        assert found(token_of(typ="Application/AT+JWT")) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.9, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (DAY - 1, "23 h"),
        (DAY, "1 day"),
        (2 * DAY, "2 days"),
        (2 * 3600, "2 h"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_unit(seconds, text):
    assert span(seconds) == text


def test_the_time_is_the_callers():
    later = faults_of(token_of(), KEYS, Policy(), (NOON + timedelta(hours=1)).timestamp())

    assert [one.text for one in later] == ["It expired 59 min ago."]
