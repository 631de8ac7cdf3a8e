"""Somebody else's keys: what a JWK becomes, and which ones are refused."""

import json
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from drf_jwt_kit.jose.algorithms import ALGORITHMS, UnsoundKey
from drf_jwt_kit.jose.jwk import MOST_KEYS, key_of, keys_of
from tests.keys.material import private_key


@cache
def private_rsa():
    return RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048), as_dict=True)


def rsa_jwk(**more):
    return {"kty": "RSA", "n": private_rsa()["n"], "e": private_rsa()["e"], **more}


def ec_jwk(curve=ec.SECP256R1, **more):
    public = ec.generate_private_key(curve()).public_key()
    return {**ECAlgorithm.to_jwk(public, as_dict=True), **more}


def okp_jwk(**more):
    public = ed25519.Ed25519PrivateKey.generate().public_key()
    return {**OKPAlgorithm.to_jwk(public, as_dict=True), **more}


class TestAlgorithm:
    def test_is_what_the_key_says(self):
        assert key_of(rsa_jwk(alg="PS384"), ALGORITHMS).algorithm == "PS384"

    @pytest.mark.parametrize(
        ("jwk", "algorithm"),
        [(rsa_jwk(), "RS256"), (ec_jwk(), "ES256"), (ec_jwk(ec.SECP384R1), "ES384"),
         (ec_jwk(ec.SECP521R1), "ES512"), (okp_jwk(), "EdDSA")],
    )  # fmt: skip
    def test_is_the_first_that_fits_where_the_key_says_none(self, jwk, algorithm):
        assert key_of(jwk, ALGORITHMS).algorithm == algorithm

    def test_is_one_of_those_that_the_caller_lists(self):
        assert key_of(rsa_jwk(), ["ES256", "PS256", "RS256"]).algorithm == "PS256"

    @pytest.mark.parametrize(
        "jwk",
        [rsa_jwk(alg="ES256"), rsa_jwk(alg="HS256"), rsa_jwk(alg="none"), rsa_jwk(alg=["RS256"]),
         rsa_jwk(alg=None), ec_jwk(alg="ES384"), ec_jwk(crv="P-384"), ec_jwk(crv=["P-256"]),
         ec_jwk(ec.SECP256K1), okp_jwk(crv="X25519"), okp_jwk(alg="ES256")],
    )  # fmt: skip
    def test_an_algorithm_that_contradicts_the_key_is_refused(self, jwk):
        with pytest.raises(UnsoundKey):
            key_of(jwk, ALGORITHMS)

    def test_an_algorithm_that_the_caller_leaves_out_is_refused(self):
        with pytest.raises(UnsoundKey, match="do not fit an algorithm that is used here"):
            key_of(rsa_jwk(alg="RS256"), ["ES256"])


class TestPurpose:
    @pytest.mark.parametrize(
        "more", [{"use": "sig"}, {"key_ops": ["verify"]}, {"key_ops": ["sign", "verify"]}]
    )
    def test_a_key_for_verifying_is_accepted(self, more):
        assert key_of(rsa_jwk(**more), ALGORITHMS).signing_key is None

    @pytest.mark.parametrize(
        "more",
        [{"use": "enc"}, {"use": None}, {"use": ["sig"]}, {"key_ops": []}, {"key_ops": "verify"},
         {"key_ops": ["sign"]}, {"key_ops": ["verify", "encrypt"]}, {"key_ops": ["verify", {}]},
         {"use": "sig", "key_ops": ["deriveKey"]}],
    )  # fmt: skip
    def test_a_key_for_anything_but_verifying_is_refused(self, more):
        with pytest.raises(UnsoundKey):
            key_of(rsa_jwk(**more), ALGORITHMS)


class TestMembers:
    def test_private_members_make_a_key_unfit_to_believe(self):
        with pytest.raises(UnsoundKey, match="whoever reads it can sign"):
            key_of(private_rsa(), ALGORITHMS)

    @pytest.mark.parametrize(
        "jwk",
        [rsa_jwk(n=None), rsa_jwk(n=5), rsa_jwk(n=""), rsa_jwk(e="AQ"), rsa_jwk(e="AA"),
         rsa_jwk(n="é"), ec_jwk(x="AA"), ec_jwk(y=None), ec_jwk(y=ec_jwk()["y"]), okp_jwk(x="AA"),
         {"kty": "RSA"}, {"kty": "EC", "crv": "P-256"}, {"kty": "oct"}, {"kty": "oct", "k": 7}],
    )  # fmt: skip
    def test_members_that_make_no_key_are_refused(self, jwk):
        with pytest.raises(UnsoundKey):
            key_of(jwk, ALGORITHMS)

    @pytest.mark.parametrize("jwk", [None, [], "RSA", 1, {}, {"kty": None}, {"kty": ["RSA"]}])
    def test_members_of_something_else_are_refused(self, jwk):
        with pytest.raises(UnsoundKey):
            key_of(jwk, ALGORITHMS)

    def test_members_of_a_weak_key_are_refused(self):
        weak = private_key("RSA of 1024 bits").public_key()

        with pytest.raises(UnsoundKey, match="1024"):
            key_of(RSAAlgorithm.to_jwk(weak, as_dict=True), ALGORITHMS)


class TestKid:
    def test_is_the_keys_own(self):
        assert key_of(rsa_jwk(kid="2026-11"), ALGORITHMS).kid == "2026-11"

    def test_is_the_thumbprint_where_it_has_none(self):
        jwk = {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        }  # RFC 8037 appendix A.3

        assert key_of(jwk, ALGORITHMS).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

    @pytest.mark.parametrize("kid", [None, 1, "", ["a"], "x" * 257])
    def test_a_kid_of_another_type_or_length_is_refused(self, kid):
        with pytest.raises(UnsoundKey, match="kid"):
            key_of(rsa_jwk(kid=kid), ALGORITHMS)


class TestSet:
    def test_gives_its_keys_by_kid(self):
        usable, _ = keys_of({"keys": [rsa_jwk(kid="a"), ec_jwk(kid="b")]}, ALGORITHMS)

        assert {kid: key.algorithm for kid, key in usable.items()} == {"a": "RS256", "b": "ES256"}

    def test_keeps_the_good_keys_beside_bad_ones_and_says_why(self):
        usable, refused = keys_of(
            {"keys": [rsa_jwk(use="enc"), ec_jwk(kid="b"), "nonsense"]}, ALGORITHMS
        )

        assert list(usable) == ["b"]
        assert refused == [
            (0, "Its use is not sig, so it is not for signatures."),
            (2, "It is not a JSON object."),
        ]

    @pytest.mark.parametrize(
        "unknown",
        [
            {"kty": "AKP", "alg": "ML-DSA-44", "pub": "A" * 1750, "kid": "pq"},  # RFC 9964
            {"kty": "AKP", "alg": "ES256", "pub": "A", "kid": "pq"},
            {"kty": ["RSA"], "kid": "pq"},
            {"kid": "pq"},
        ],
    )
    def test_a_key_of_a_type_that_we_do_not_know_is_skipped_and_the_others_serve(self, unknown):
        usable, refused = keys_of({"keys": [unknown, ec_jwk(kid="b")]}, ALGORITHMS)

        assert list(usable) == ["b"]
        assert refused == [(0, "Its kty is not one of: RSA, EC, OKP, oct.")]

    def test_a_set_with_one_kid_twice_gives_neither_key(self):
        usable, refused = keys_of({"keys": [rsa_jwk(kid="a"), ec_jwk(kid="a")]}, ALGORITHMS)

        assert (usable, len(refused)) == ({}, 2)

    def test_a_set_with_a_secret_beside_public_keys_does_not_give_the_secret(self):
        secret = {"kty": "oct", "k": "A" * 43, "kid": "s", "alg": "HS256"}

        usable, _ = keys_of({"keys": [secret, ec_jwk(kid="b")]}, ALGORITHMS)

        assert list(usable) == ["b"]

    @pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, {"keys": None}, "keys"])
    def test_a_document_that_is_no_set_is_refused(self, document):
        with pytest.raises(UnsoundKey, match="JWK Set"):
            keys_of(document, ALGORITHMS)

    def test_a_set_of_too_many_keys_is_refused(self):
        with pytest.raises(UnsoundKey, match="101 keys"):
            keys_of({"keys": [{}] * (MOST_KEYS + 1)}, ALGORITHMS)

    def test_may_hold_members_that_nobody_knows(self):
        document = json.loads(json.dumps({"keys": [ec_jwk(kid="a", x5c=["…"], new=1)], "new": 2}))

        assert list(keys_of(document, ALGORITHMS)[0]) == ["a"]
