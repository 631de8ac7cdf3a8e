"""The keyring: which key verifies, which is published, and what of it the world sees."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from drf_jwt_kit.jose.jwk import PUBLIC_MEMBERS, thumbprint
from drf_jwt_kit.keys import Key, KeyRing


def key(kid, algorithm="EdDSA", private=None):
    private = private or ed25519.Ed25519PrivateKey.generate()
    return Key(
        kid=kid, algorithm=algorithm, signing_key=private, verifying_key=private.public_key()
    )


def secret(kid):
    return Key(kid=kid, algorithm="HS256", signing_key=b"s" * 32, verifying_key=b"s" * 32)


PRIVATE_KEYS = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


class TestKeyRing:
    def test_verifies_by_keys_of_every_state(self):
        ring = KeyRing(signing=key("b"), next=(key("a"),), retiring=(key("c"),))

        assert set(ring.verifying) == {"a", "b", "c"}

    def test_publishes_next_signing_and_retiring_in_this_order(self):
        ring = KeyRing(signing=key("b"), next=(key("a"),), retiring=(key("c"), key("d")))

        assert [published.kid for published in ring.published] == ["a", "b", "c", "d"]

    def test_never_publishes_an_hmac_key(self):
        ring = KeyRing(signing=key("b"), next=(secret("a"),), retiring=(secret("c"),))

        assert [published.kid for published in ring.published] == ["b"]


class TestPublicJWK:
    @pytest.mark.parametrize("algorithm", PRIVATE_KEYS)
    def test_has_public_members_and_no_others(self, algorithm):
        jwk = key("k", algorithm, PRIVATE_KEYS[algorithm]()).public_jwk()

        assert set(jwk) == {*PUBLIC_MEMBERS[jwk["kty"]], "kid", "alg", "use"}
        assert (jwk["kid"], jwk["alg"], jwk["use"]) == ("k", algorithm, "sig")

    @pytest.mark.parametrize("algorithm", PRIVATE_KEYS)
    def test_has_no_private_member_even_of_a_private_key(self, algorithm):
        private = PRIVATE_KEYS[algorithm]()
        careless = Key(
            kid="k", algorithm=algorithm, signing_key=private, verifying_key=private
        ).public_jwk()

        assert set(careless) == {*PUBLIC_MEMBERS[careless["kty"]], "kid", "alg", "use"}

    def test_is_named_by_its_thumbprint_wherever_it_is_computed(self):
        jwk = key("k").public_jwk()
        again = {name: jwk[name] for name in PUBLIC_MEMBERS["OKP"]}

        assert thumbprint(again) == thumbprint(dict(reversed(again.items())))

    def test_the_public_jwk_of_an_hmac_key_is_refused(self):
        with pytest.raises(ValueError, match="secret and has no public members"):
            secret("k").public_jwk()
