"""Signing where the private key never enters the process: by a function of the project's."""

import jwt
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from drf_jwt_kit.keys import get_ring
from tests.keys.material import private_key, public_pem

HERE = "tests.keys.test_signing_functions"


def sign_es256(message: bytes) -> bytes:
    """What most services answer: DER."""
    return private_key("ES256").sign(message, ec.ECDSA(hashes.SHA256()))


def sign_es256_as_numbers(message: bytes) -> bytes:
    return jwt.utils.der_to_raw_signature(sign_es256(message), ec.SECP256R1())


def sign_ps256(message: bytes) -> bytes:
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
    return private_key("PS256").sign(message, pss, hashes.SHA256())


def sign_eddsa(message: bytes) -> bytes:
    return private_key("EdDSA").sign(message)


def sign_with_another_key(message: bytes) -> bytes:
    return private_key("a second ES256").sign(message, ec.ECDSA(hashes.SHA256()))


def signed_elsewhere(name, sign):
    key = {"key": public_pem(name), "algorithm": name, "sign": sign}
    return override_settings(DRF_JWT_KIT={"KEYS": [key]})


@pytest.mark.django_db
class TestAFunctionThatSigns:
    @pytest.mark.parametrize(
        ("name", "sign"),
        [
            ("ES256", sign_es256),
            ("ES256", sign_es256_as_numbers),
            ("ES256", f"{HERE}.sign_es256"),
            ("PS256", sign_ps256),
            ("EdDSA", sign_eddsa),
        ],
    )
    def test_a_function_that_signs_serves_a_whole_session(self, kit, user, name, sign):
        with signed_elsewhere(name, sign):
            tokens = kit.sign_in(user)
            rotated = kit.rotate(tokens.refresh)

            assert kit.get_with(rotated.access).status_code == 200
            assert jwt.decode(rotated.access, public_pem(name), algorithms=[name])

    def test_needs_no_private_key_here(self, user):
        with signed_elsewhere("ES256", sign_es256):
            ring = get_ring()

            assert ring.signing.signing_key is sign_es256
            assert isinstance(ring.signing.verifying_key, ec.EllipticCurvePublicKey)

    @pytest.mark.parametrize(
        "sign",
        [
            sign_with_another_key,
            *(lambda _, answer=answer: answer for answer in (b"", b"x", None, "x")),
        ],
    )
    def test_a_function_that_signs_with_another_key_gives_no_token_away(self, kit, user, sign):
        with signed_elsewhere("ES256", sign), pytest.raises(ImproperlyConfigured) as refused:
            kit.sign_in(user)

        assert str(refused.value) == (
            f"The signature for {get_ring_kid()} (ES256) does not fit its public key. Let 'sign' "
            f"sign exactly the given bytes with the private key of that public key."
        )


def get_ring_kid():
    with signed_elsewhere("ES256", sign_es256):
        return get_ring().signing.kid
