"""Why a key must not be used, whole sentence by whole sentence; nothing of the key is in them."""

import json
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.utils import base64url_decode, base64url_encode

from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.jose.algorithms import ALGORITHMS, UnsoundKey, names_for_key, require_sound
from drf_jwt_kit.jose.codec import TokenKind, encode
from drf_jwt_kit.jose.jwk import Key, key_of, key_of_material, keys_of, public_members, read_jwk
from drf_jwt_kit.jose.key_text import key_in, new_key_text, suffix
from tests.keys.material import jwk_of_a_faulty_chip, private_key

from .test_algorithms import rsa_of
from .test_jwk import ec_jwk, okp_jwk, private_rsa, rsa_jwk

NAMES = "HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA"
SECRET = {"kty": "oct", "k": "A" * 43, "kid": "s", "alg": "HS256"}


def why(judge, *given, **more):
    with pytest.raises(UnsoundKey) as refusal:
        judge(*given, **more)
    return str(refusal.value)


class TestAKeyForAnAlgorithm:
    @pytest.mark.parametrize(
        ("algorithm", "needs"),
        [
            ("HS256", "a secret, not a public or private key"),
            ("RS256", "an RSA key"),
            ("PS512", "an RSA key"),
            ("ES256", "a key on the curve P-256"),
            ("ES384", "a key on the curve P-384"),
            ("ES512", "a key on the curve P-521"),
            ("EdDSA", "an Ed25519 or Ed448 key"),
        ],
    )
    def test_one_of_another_kind_is_told_what_is_needed(self, algorithm, needs):
        assert why(require_sound, None, algorithm) == f"{algorithm} needs {needs}."

    def test_one_for_an_algorithm_that_is_not_ours_is_told_which_are(self):
        assert why(require_sound, b"", "none") == f"'none' is not one of: {NAMES}."

    def test_one_that_is_too_short_is_told_what_follows(self):
        assert why(require_sound, b"a" * 31, "HS256") == (
            "HS256 needs a secret of at least 32 bytes: whoever guesses a shorter one logs in as "
            "anybody."
        )

    def test_one_of_too_few_bits_is_told_how_many(self):
        assert why(require_sound, rsa_of(2**1024 - 1), "RS256") == (
            "RS256 needs an RSA key of 2048 to 8192 bits, not 1024."
        )

    def test_one_of_another_exponent_is_told_which(self):
        assert why(require_sound, rsa_of(2**2048 - 1, 2**64 + 1), "RS256") == (
            "The exponent of an RSA key must be odd and at least 3; it is usually 65537."
        )

    def test_one_of_a_faulty_chip_is_told(self):
        modulus = base64url_decode(json.loads(jwk_of_a_faulty_chip())["n"])

        assert why(require_sound, rsa_of(int.from_bytes(modulus, "big")), "RS256") == (
            "This RSA key was made by a faulty chip, so its private key can be computed (ROCA, "
            "CVE-2017-15361). Make another one elsewhere."
        )

    def test_one_that_looks_like_another_is_told(self):
        pem = b"-----BEGIN PUBLIC KEY-----\n" + b"a" * 64 + b"\n-----END PUBLIC KEY-----"

        assert why(key_of_material, pem, "HS256") == (
            "It looks like a public or private key, not like a secret."
        )

    @pytest.mark.parametrize(
        ("key", "names"),
        [
            (b"", ["HS256", "HS384", "HS512"]),
            (private_key("RS256"), ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]),
            (private_key("ES384").public_key(), ["ES384"]),
            (private_key("secp256k1"), []),
            (private_key("EdDSA"), ["EdDSA"]),
            (None, []),
        ],
    )
    def test_may_be_for_these(self, key, names):
        assert names_for_key(key) == names


class TestAJwk:
    @pytest.mark.parametrize(
        ("jwk", "text"),
        [
            ("RSA", "It is not a JSON object."),
            ({"kty": "AKP"}, "Its kty is not one of: RSA, EC, OKP, oct."),
            (
                private_rsa(),
                "It contains its private part, so whoever reads it can sign with it.",
            ),
            (rsa_jwk(use="enc"), "Its use is not sig, so it is not for signatures."),
            (rsa_jwk(key_ops=["sign"]), "Its key_ops do not include verify."),
            (rsa_jwk(key_ops="verify"), "Its key_ops do not include verify."),
            (
                rsa_jwk(key_ops=["verify", "encrypt"]),
                "Its key_ops include more than sign and verify.",
            ),
            (
                rsa_jwk(alg="ES256"),
                "Its kty, crv and alg do not fit an algorithm that is used here.",
            ),
            (
                okp_jwk(crv="P-256"),
                "Its kty, crv and alg do not fit an algorithm that is used here.",
            ),
            (rsa_jwk(kid=""), "Its kid is not a string of at most 256 characters."),
            (rsa_jwk(kid="x" * 257), "Its kid is not a string of at most 256 characters."),
            (rsa_jwk(n=5), "It is an incomplete or inconsistent JWK."),
        ],
    )
    def test_one_that_is_unfit_is_told_why(self, jwk, text):
        assert why(key_of, jwk, ALGORITHMS) == text

    def test_one_of_ours_may_sign_and_may_hold_its_private_part(self):
        material, algorithm, kid = read_jwk(
            {**private_rsa(), "key_ops": ["sign"], "kid": "a"}, ALGORITHMS, is_ours=True
        )

        assert material.private_numbers().d
        assert (material.key_size, algorithm, kid) == (2048, "RS256", "a")

    def test_one_of_a_secret_has_no_private_part(self):
        assert key_of({**SECRET, "d": "AQAB"}, ALGORITHMS).is_secret

    def test_one_of_ours_that_does_neither_is_told(self):
        jwk = {**private_rsa(), "key_ops": ["encrypt"]}

        assert why(read_jwk, jwk, ALGORITHMS, is_ours=True) == (
            "Its key_ops do not include sign or verify."
        )

    def test_may_have_a_name_of_256_characters(self):
        assert key_of(rsa_jwk(kid="x" * 256), ALGORITHMS).kid == "x" * 256

    def test_one_of_a_secret_is_named_by_a_thumbprint_too(self):
        members = b'{"k":"%s","kty":"oct"}' % base64url_encode(b"a" * 32)

        named = base64url_encode(sha256(members).digest()).decode()
        assert key_of_material(b"a" * 32, "HS256").kid == named

    def test_one_of_another_issuer_never_signs(self):
        assert key_of(SECRET, ALGORITHMS).signing_key is None

    def test_one_of_rsa_may_have_a_member_named_crv(self):
        assert key_of(rsa_jwk(crv="P-256"), ALGORITHMS).algorithm == "RS256"


class TestASet:
    def test_one_that_is_none_is_told(self):
        assert why(keys_of, {"keys": {}}, ALGORITHMS) == (
            'It is not a JWK Set: a JSON object with a list of "keys".'
        )

    def test_one_of_too_many_keys_is_told(self):
        assert why(keys_of, {"keys": [{}] * 101}, ALGORITHMS) == (
            "It holds 101 keys; at most 100 are read."
        )
        assert len(keys_of({"keys": [{}] * 100}, ALGORITHMS)[1]) == 100

    def test_one_with_two_keys_of_one_name_is_told_of_both(self):
        reason = "Another key of the set has the same kid."

        assert keys_of({"keys": [ec_jwk(kid="a"), rsa_jwk(kid="a")]}, ALGORITHMS) == (
            {},
            [(0, reason), (1, reason)],
        )

    def test_one_with_a_secret_beside_a_public_key_is_told_of_the_secret(self):
        _, refused = keys_of({"keys": [SECRET, ec_jwk(kid="b"), "nonsense"]}, ALGORITHMS)

        assert refused[0] == (0, "It is a secret key in a set with public keys.")

    def test_may_hold_secrets_alone(self):
        usable, refused = keys_of({"keys": [SECRET, {**SECRET, "kid": "t"}]}, ALGORITHMS)

        assert (sorted(usable), refused) == (["s", "t"], [])


class TestAPublicJwk:
    def test_one_of_a_secret_is_refused(self):
        with pytest.raises(ValueError, match=r"^A key for HS256 is secret and has no public memb"):
            public_members(b"a" * 32, "HS256")

    def test_has_the_name_the_algorithm_and_the_use(self):
        jwk = key_of_material(private_key("ES256"), "ES256", "ours").public_jwk()

        assert (jwk["kid"], jwk["alg"], jwk["use"]) == ("ours", "ES256", "sig")
        assert set(jwk) == {"kty", "crv", "x", "y", "kid", "alg", "use"}

    def test_is_not_shown_with_its_key(self):
        assert repr(key_of_material(b"a" * 32, "HS256", "ours")) == "<Key HS256 ours>"


class TestANewKey:
    @pytest.mark.parametrize("algorithm", ["HS256", "HS512"])
    def test_one_of_a_secret_is_a_jwk_of_its_length(self, algorithm):
        made = new_key_text(algorithm)
        jwk = json.loads(made)

        assert made.endswith(b"}\n")
        assert (jwk["kty"], jwk["alg"]) == ("oct", algorithm)
        assert len(base64url_decode(jwk["k"])) == ALGORITHMS[algorithm].secret_bytes
        assert suffix(algorithm) == ".jwk"

    def test_one_of_a_pair_is_a_pem_without_a_passphrase(self):
        assert new_key_text("EdDSA").startswith(b"-----BEGIN PRIVATE KEY-----\n")
        assert suffix("EdDSA") == ".pem"


class TestAText:
    @pytest.mark.parametrize("name", ["ES256", "EdDSA", "RS256"])
    def test_may_be_a_public_key_as_openssh_writes_it(self, name):
        public = private_key(name).public_key()
        text = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)

        key = key_in(text, where="here")

        assert (key.algorithm, key.signing_key) == (name, None)
        assert key.public_jwk() == key_of_material(public, name).public_jwk()


class TestASignatureOfAFunction:
    @pytest.mark.parametrize("answer", [b"", b"x" * 64, b"x" * 70, None, "text"])
    def test_one_that_does_not_fit_is_told_with_the_cure(self, answer):
        public = key_of_material(private_key("ES256").public_key(), "ES256", "ours")
        key = Key(
            kid="ours",
            algorithm="ES256",
            signing_key=lambda message: answer,
            verifying_key=public.verifying_key,
        )

        with pytest.raises(UnusableKey) as refusal:
            encode({"exp": 1}, key, TokenKind.ACCESS)

        assert (refusal.value.problem, refusal.value.hint, refusal.value.id) == (
            "The signature for ours (ES256) does not fit its public key.",
            "Let 'sign' sign exactly the given bytes with the private key of that public key.",
            "drf_jwt_kit.E054",
        )
