"""Which keys are fit for their algorithm?"""

import json
from functools import cache

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from jwt.utils import base64url_decode

from drf_jwt_kit.jose.algorithms import ALGORITHMS, UnsoundKey, require_sound
from tests.keys.material import jwk_of_a_faulty_chip, private_key


@cache
def rsa_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def rsa_of(modulus, exponent=65537):
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


KEYS = {
    **{f"HS{bits}": (lambda bits=bits: bytes(bits // 8)) for bits in (256, 384, 512)},
    **dict.fromkeys(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"], rsa_key),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ES512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
class TestEveryAlgorithm:
    def test_takes_a_key_of_its_kind(self, algorithm):
        require_sound(KEYS[algorithm](), algorithm)

    def test_refuses_a_key_on_a_curve_of_another(self, algorithm):
        with pytest.raises(UnsoundKey):
            require_sound(ec.generate_private_key(ec.SECP256K1()), algorithm)

    def test_refuses_what_is_no_key(self, algorithm):
        with pytest.raises(UnsoundKey):
            require_sound(None, algorithm)


@pytest.mark.parametrize("algorithm", ["RS256", "ES384", "EdDSA"])
def test_a_public_key_is_judged_like_its_private_one(algorithm):
    require_sound(KEYS[algorithm]().public_key(), algorithm)


def test_ed448_is_fit_for_eddsa():
    require_sound(ed448.Ed448PrivateKey.generate(), "EdDSA")


@pytest.mark.parametrize("algorithm", ["none", "HS1", "ES256K", "RSA-OAEP", ""])
def test_an_algorithm_that_is_not_ours_is_refused(algorithm):
    with pytest.raises(UnsoundKey, match="is not one of"):
        require_sound(rsa_key(), algorithm)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_secret_shorter_than_its_hash_is_refused(algorithm):
    with pytest.raises(UnsoundKey, match="whoever guesses"):
        require_sound(KEYS[algorithm]()[1:], algorithm)


class TestRsa:
    def test_rsa_of_1024_bits_is_refused(self):
        with pytest.raises(UnsoundKey, match="2048 to 8192 bits, not 1024"):
            require_sound(private_key("RSA of 1024 bits"), "RS256")

    def test_rsa_of_very_many_bits_is_refused(self):
        with pytest.raises(UnsoundKey, match="not 9000"):
            require_sound(rsa_of(2**8999 + 1), "RS256")

    def test_rsa_with_an_enormous_exponent_is_refused(self):
        modulus = rsa_key().public_key().public_numbers().n

        with pytest.raises(UnsoundKey, match="exponent"):
            require_sound(rsa_of(modulus, 2**70 + 1), "RS256")

    @pytest.mark.parametrize("exponent", [3, 17, 65537, 2**64 - 1])
    def test_may_have_any_odd_exponent_to_64_bits(self, exponent):
        modulus = rsa_key().public_key().public_numbers().n

        require_sound(rsa_of(modulus, exponent), "RS256")

    def test_a_key_with_an_exponent_of_65_bits_is_refused(self):
        modulus = rsa_key().public_key().public_numbers().n

        with pytest.raises(UnsoundKey, match="exponent"):
            require_sound(rsa_of(modulus, 2**64 + 1), "RS256")

    @pytest.mark.parametrize("bits", [2048, 8192])
    def test_may_have_any_number_of_bits_within_the_limits(self, bits):
        require_sound(rsa_of(2**bits - 1), "RS256")

    @pytest.mark.parametrize("bits", [2047, 8193])
    def test_a_key_with_one_bit_more_or_less_is_refused(self, bits):
        with pytest.raises(UnsoundKey, match=f"not {bits}"):
            require_sound(rsa_of(2**bits - 1), "RS256")

    def test_rsa_with_the_fingerprint_of_roca_is_refused(self):
        faulty = json.loads(jwk_of_a_faulty_chip())["n"]

        with pytest.raises(UnsoundKey, match="CVE-2017-15361"):
            require_sound(rsa_of(int.from_bytes(base64url_decode(faulty), "big")), "PS256")


def test_the_reason_holds_nothing_of_the_key():
    with pytest.raises(UnsoundKey) as refusal:
        require_sound(b"hunter2", "HS256")

    assert "hunter2" not in str(refusal.value)
