"""What we publish: never anything that helps to sign."""

import json

import pytest
from jwt.algorithms import get_default_algorithms

from drf_jwt_kit.jose.algorithms import ALGORITHMS
from drf_jwt_kit.jose.jwk import keys_of
from drf_jwt_kit.keys import Key, KeyRing
from tests.jose.test_algorithms import KEYS

PUBLISHED = [algorithm for algorithm in ALGORITHMS if not algorithm.startswith("HS")]
PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def key(algorithm, kid):
    private = KEYS[algorithm]()
    public = private if isinstance(private, bytes) else private.public_key()
    return Key(kid=kid, algorithm=algorithm, signing_key=private, verifying_key=public)


def published(ring):
    return json.loads(ring.jwks.body)["keys"]


@pytest.mark.parametrize("algorithm", PUBLISHED)
class TestEveryPublishedKey:
    def test_shows_no_private_member(self, algorithm):
        (jwk,) = published(KeyRing(signing=key(algorithm, "a")))

        assert PRIVATE.isdisjoint(jwk)
        assert jwk.keys() <= {"kty", "n", "e", "crv", "x", "y", "kid", "alg", "use"}

    def test_shows_no_private_member_even_where_a_private_key_verifies(self, algorithm):
        signing = key(algorithm, "a")
        careless = Key(kid="a", algorithm=algorithm, signing_key=None,
                       verifying_key=signing.signing_key)  # fmt: skip

        (jwk,) = published(KeyRing(signing=careless))

        assert PRIVATE.isdisjoint(jwk)

    def test_shows_no_number_of_its_private_part(self, algorithm):
        signing = key(algorithm, "a")
        private = get_default_algorithms()[algorithm].to_jwk(signing.signing_key, as_dict=True)

        body = KeyRing(signing=signing).jwks.body.decode()

        assert [name for name in PRIVATE & private.keys() if private[name] in body] == []

    def test_says_what_it_is_for(self, algorithm):
        (jwk,) = published(KeyRing(signing=key(algorithm, "a")))

        assert (jwk["kid"], jwk["alg"], jwk["use"]) == ("a", algorithm, "sig")

    def test_is_a_key_that_a_resource_server_takes(self, algorithm):
        document = {"keys": published(KeyRing(signing=key(algorithm, "a")))}

        usable, refused = keys_of(document, ALGORITHMS)

        assert (usable["a"].algorithm, refused) == (algorithm, [])


class TestSet:
    def test_lists_the_next_key_the_signing_one_and_the_retiring_ones(self):
        ring = KeyRing(
            next=(key("ES256", "next"),),
            signing=key("EdDSA", "signing"),
            retiring=(key("RS256", "retiring"),),
        )

        assert [jwk["kid"] for jwk in published(ring)] == ["next", "signing", "retiring"]

    @pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
    def test_never_lists_an_hmac_key(self, algorithm):
        ring = KeyRing(signing=key("ES256", "a"), retiring=(key(algorithm, "secret"),))

        assert [jwk["kid"] for jwk in published(ring)] == ["a"]

    def test_is_empty_where_every_key_is_secret(self):
        assert KeyRing(signing=key("HS256", "secret")).jwks.body == b'{"keys":[]}'

    def test_has_an_etag_that_changes_with_the_keys(self):
        first, second = key("ES256", "a"), key("ES256", "b")

        assert KeyRing(signing=first).jwks == KeyRing(signing=first).jwks
        assert KeyRing(signing=first).jwks.etag != KeyRing(signing=second).jwks.etag
