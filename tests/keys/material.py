"""Keys for the tests of keys, made once each: as PEM, as JWK, and as they should not be."""

import json
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt import PyJWS

from drf_jwt_kit.jose.jwk import public_members, thumbprint

MAKERS = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "RSA of 1024 bits": lambda: rsa.generate_private_key(65537, 1024),  # noqa: S505  # it is refused
    "a second ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
}
SECRET = "a secret that is longer than sixty-four bytes, so that any HMAC may use it"


@cache
def private_key(name="ES256"):
    return MAKERS[name]()


def private_pem(name="ES256", *, passphrase=None):
    encryption = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    return (
        private_key(name)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        .decode()
    )


def public_pem(name="ES256"):
    return (
        private_key(name)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


def private_jwk(name="ES256", **changes):
    jwk = PyJWS().get_algorithm_by_name(name).to_jwk(private_key(name), as_dict=True)
    jwk.pop("key_ops", None)
    return json.dumps({**jwk, **changes})


def kid_of(name="ES256"):
    return thumbprint(public_members(private_key(name).public_key(), name))


def jwk_of_a_faulty_chip():
    """Its modulus leaves a power of 65537 by every prime to 167, as those of the chips do."""
    primorial = 962947420735983927056946215901134429196419130606213075415963491270
    modulus = 65537**3 % primorial + primorial * 2**1840
    key = rsa.RSAPublicNumbers(65537, modulus).public_key()
    return json.dumps(public_members(key, "RS256"))


def jwk_of_a_secret(secret):
    return PyJWS().get_algorithm_by_name("HS256").to_jwk(secret)
