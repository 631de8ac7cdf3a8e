"""Keys: derived from SECRET_KEY, or named by SIMPLE_JWT."""

import hashlib
import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from drf_jwt_kit.jose.jwk import thumbprint
from drf_jwt_kit.keys import get_ring
from tests.conftest import claims_of
from tests.keys.material import private_pem, public_pem

OLD = "the old secret key of this project, which is long enough"
NEW = "the new secret key of this project, which is long enough"


def pem_pair(private):
    return (
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


@pytest.fixture(scope="module")
def pems():
    return {
        "RS256": pem_pair(rsa.generate_private_key(65537, 2048)),
        "PS256": pem_pair(rsa.generate_private_key(65537, 2048)),
        "ES256": pem_pair(ec.generate_private_key(ec.SECP256R1())),
        "ES384": pem_pair(ec.generate_private_key(ec.SECP384R1())),
        "EdDSA": pem_pair(ed25519.Ed25519PrivateKey.generate()),
    }


class TestDerivedFromSecretKey:
    def test_is_not_secret_key_itself(self, settings):
        assert get_ring().signing.signing_key != settings.SECRET_KEY.encode()

    @pytest.mark.parametrize(("algorithm", "length"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
    def test_is_as_long_as_its_algorithm_asks(self, algorithm, length):
        with override_settings(SIMPLE_JWT={"ALGORITHM": algorithm}):
            assert len(get_ring().signing.signing_key) == length

    def test_is_derived_as_rfc_5869_says(self):
        """So that every process and every later version derives the same key."""
        pseudorandom = hmac.digest(bytes(32), OLD.encode(), "sha256")
        info = b"drf_jwt_kit token signing HS256"

        with override_settings(SECRET_KEY=OLD):
            assert get_ring().signing.signing_key == hmac.digest(
                pseudorandom, info + b"\x01", "sha256"
            )

    def test_may_be_of_thirty_two_bytes(self):
        with override_settings(SECRET_KEY="x" * 32, SECRET_KEY_FALLBACKS=["y" * 32]):
            assert len(get_ring().verifying) == 2

    @pytest.mark.parametrize(
        "short", [{"SECRET_KEY": "x" * 31}, {"SECRET_KEY_FALLBACKS": ["y" * 31]}]
    )
    def test_is_of_nothing_shorter(self, short):
        with (
            override_settings(**short),
            pytest.raises(ImproperlyConfigured, match="is shorter than 32 bytes"),
        ):
            get_ring()

    def test_is_read_anew_where_a_test_overrides_the_fallbacks(self):
        before = get_ring()

        with override_settings(SECRET_KEY_FALLBACKS=[OLD]):
            assert len(get_ring().verifying) == len(before.verifying) + 1

    def test_also_verifies_by_the_fallbacks(self):
        with override_settings(SECRET_KEY=OLD):
            old = get_ring().signing.kid
        with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
            assert old in get_ring().verifying
            assert get_ring().signing.kid != old

    def test_shows_no_key_in_its_repr(self):
        assert str(get_ring().signing.signing_key) not in repr(get_ring())

    @pytest.mark.django_db
    def test_rotating_secret_key_logs_nobody_out(self, kit, user, past_leeway):
        with override_settings(SECRET_KEY=OLD):
            tokens = kit.sign_in(user)
        with override_settings(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[OLD]):
            assert kit.get_with(tokens.access).status_code == 200
            rotated = kit.rotate(tokens.refresh)
        past_leeway()

        with override_settings(SECRET_KEY=NEW):
            assert kit.get_with(rotated.access).status_code == 200
            assert kit.refresh(rotated.refresh).status_code == 200
            assert kit.get_with(tokens.access).status_code == 401


class TestNamedBySimpleJWT:
    @pytest.mark.django_db
    @pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "ES384", "EdDSA"])
    def test_asymmetric_keys_walk_the_journey(self, kit, user, pems, algorithm):
        private, public = pems[algorithm]
        named = {"ALGORITHM": algorithm, "SIGNING_KEY": private, "VERIFYING_KEY": public}
        with override_settings(SIMPLE_JWT=named):
            tokens = kit.sign_in(user)
            rotated = kit.rotate(tokens.refresh)

            assert kit.get_with(rotated.access).status_code == 200
            assert jwt.decode(rotated.access, public, algorithms=[algorithm])
            assert jwt.get_unverified_header(rotated.access)["alg"] == algorithm

    @pytest.mark.django_db
    def test_a_secret_of_its_own_signs(self, kit, user):
        secret = "a secret of its own, which is longer than thirty-two bytes"
        with override_settings(SIMPLE_JWT={"SIGNING_KEY": secret}):
            tokens = kit.sign_in(user)

            assert jwt.decode(tokens.access, secret, algorithms=["HS256"]) == claims_of(
                tokens.access
            )

    @pytest.mark.django_db
    def test_the_public_key_is_no_secret_to_sign_with(self, kit, user, pems):
        private, public = pems["RS256"]
        named = {"ALGORITHM": "RS256", "SIGNING_KEY": private, "VERIFYING_KEY": public}
        with override_settings(SIMPLE_JWT=named):
            tokens = kit.sign_in(user)
            header = jwt.utils.base64url_encode(
                json.dumps({**jwt.get_unverified_header(tokens.access), "alg": "HS256"}).encode()
            )
            signing_input = header + b"." + tokens.access.split(".")[1].encode()
            signature = jwt.get_algorithm_by_name("HS256").sign(signing_input, public.encode())
            confused = signing_input + b"." + jwt.utils.base64url_encode(signature)

            assert kit.get_with(confused.decode()).status_code == 401

    def test_the_public_key_may_be_in_the_format_of_ssh(self, pems):
        private = pems["ES256"][0]
        public = serialization.load_pem_public_key(pems["ES256"][1].encode()).public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        named = {"ALGORITHM": "ES256", "SIGNING_KEY": private, "VERIFYING_KEY": public.decode()}

        with override_settings(SIMPLE_JWT=named):
            assert get_ring().signing.algorithm == "ES256"

    def test_two_keys_that_are_no_pair_are_refused(self, pems):
        mixed = {
            "ALGORITHM": "RS256",
            "SIGNING_KEY": pems["RS256"][0],
            "VERIFYING_KEY": pems["PS256"][1],
        }
        with (
            override_settings(SIMPLE_JWT=mixed),
            pytest.raises(ImproperlyConfigured, match="not the private and public part of one key"),
        ):
            get_ring()

    @pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
    def test_an_unsound_pair_is_refused(self, algorithm):
        short = "RSA of 1024 bits"
        pair = {"SIGNING_KEY": private_pem(short), "VERIFYING_KEY": public_pem(short)}

        with override_settings(SIMPLE_JWT={"ALGORITHM": algorithm, **pair}):
            with pytest.raises(ImproperlyConfigured) as refused:
                get_ring()
            (said,) = run_checks()

        assert str(refused.value).startswith(
            f"SIMPLE_JWT['SIGNING_KEY'] is not fit for {algorithm}: {algorithm} needs an RSA key "
            "of 2048 to 8192 bits, not 1024."
        )
        assert said.id == "drf_jwt_kit.E022"

    def test_a_public_key_under_an_hmac_algorithm_is_refused(self, pems):
        with (
            override_settings(SIMPLE_JWT={"SIGNING_KEY": pems["RS256"][1]}),
            pytest.raises(ImproperlyConfigured, match="looks like a public or private key"),
        ):
            get_ring()

    def test_no_message_shows_a_key(self, pems):
        private = pems["RS256"][0]
        named = {"ALGORITHM": "ES256", "SIGNING_KEY": private, "VERIFYING_KEY": private}
        with override_settings(SIMPLE_JWT=named), pytest.raises(ImproperlyConfigured) as refused:
            get_ring()

        assert private.splitlines()[1] not in str(refused.value)


class TestThumbprint:
    def test_is_the_one_of_rfc_7638_section_3_1(self):
        modulus = (
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP"
            "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY"
            "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0f"
            "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
        )

        kid = thumbprint({"kty": "RSA", "n": modulus, "e": "AQAB"})

        assert kid == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"

    def test_the_thumbprint_of_a_secret_tells_nothing_but_its_hash(self):
        kid = thumbprint({"kty": "oct", "k": "c2VjcmV0"})

        assert (
            kid
            == jwt.utils.base64url_encode(
                hashlib.sha256(b'{"k":"c2VjcmV0","kty":"oct"}').digest()
            ).decode()
        )
