"""A proof shows who has a private key, and nothing else that a client sends counts as one."""

import json

import jwt
import pytest

from drf_jwt_kit.exceptions import InvalidToken, Reason
from drf_jwt_kit.jose.codec import MAX_TOKEN_LENGTH
from drf_jwt_kit.jose.possession import challenge_in, key_in
from tests.flows.device import Device

SYMMETRIC = {"kty": "oct", "k": "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA", "alg": "HS256"}


@pytest.fixture(params=["ES256", "RS256"])
def device(request):
    return Device(request.param)


def reason_of(function, *given):
    with pytest.raises(InvalidToken) as refused:
        function(*given)
    return refused.value.reason


class TestKey:
    def test_is_read_without_what_tells_nothing(self, device):
        registration = device.registration("a challenge")

        assert json.loads(key_in(registration)) == {**device.jwk, "alg": device.algorithm}

    def test_is_written_the_same_however_it_came(self, device):
        turned = dict(reversed(device.jwk.items()))
        other = device.proof("another challenge", jwk=turned)

        assert key_in(device.registration("a challenge")) == key_in(other)

    @pytest.mark.parametrize("jwk", [None, "", [], {}, {"kty": "EC"}, SYMMETRIC])
    def test_is_wanted_that_can_be_published(self, device, jwk):
        assert reason_of(key_in, device.proof("a challenge", jwk=jwk)) is Reason.INVALID

    def test_is_refused_with_its_private_part(self, device):
        private = jwt.get_algorithm_by_name(device.algorithm).to_jwk(device.key, as_dict=True)
        proof = device.proof("a challenge", jwk=private)

        assert reason_of(key_in, proof) is Reason.INVALID

    @pytest.mark.parametrize("text", ["", "x", "a.b.c", "\udcff", "eyJhbGciOiJub25lIn0.e30."])
    def test_is_in_no_text_that_is_no_jws(self, text):
        assert reason_of(key_in, text) is Reason.INVALID

    def test_is_not_looked_for_in_a_text_without_end(self, device):
        proof = device.registration("a" * MAX_TOKEN_LENGTH)

        assert reason_of(key_in, proof) is Reason.INVALID


class TestProof:
    def test_brings_the_challenge_that_it_answers(self, device):
        jwk = key_in(device.registration("a challenge"))

        assert challenge_in(device.proof("another"), jwk) == "another"

    def test_is_refused_of_another_key(self, device):
        jwk = key_in(device.registration("a challenge"))
        other = Device(device.algorithm)

        assert reason_of(challenge_in, other.proof("a challenge"), jwk) is Reason.INVALID

    def test_is_refused_that_is_signed_by_the_key_that_it_brings(self, device):
        jwk = key_in(device.registration("a challenge"))
        other = Device(device.algorithm)

        assert reason_of(challenge_in, other.registration("a challenge"), jwk) is Reason.INVALID

    def test_is_refused_unsigned(self, device):
        jwk = key_in(device.registration("a challenge"))
        unsigned = jwt.encode({"jti": "a challenge"}, None, "none", headers={"typ": "dbsc+jwt"})

        assert reason_of(challenge_in, unsigned, jwk) is Reason.INVALID

    def test_is_refused_of_another_type(self, device):
        jwk = key_in(device.registration("a challenge"))

        assert reason_of(challenge_in, device.proof("a", typ="JWT"), jwk) is Reason.WRONG_TYPE

    @pytest.mark.parametrize("claims", [{}, {"jti": None}, {"jti": 1}, {"jti": ["a"]}])
    def test_is_refused_without_a_challenge(self, device, claims):
        jwk = key_in(device.registration("a challenge"))
        proof = jwt.encode(claims, device.key, device.algorithm, headers={"typ": "dbsc+jwt"})

        assert reason_of(challenge_in, proof, jwk) in {Reason.INVALID, Reason.WRONG_TYPE}

    def test_is_refused_without_an_end(self, device):
        jwk = key_in(device.registration("a challenge"))

        assert reason_of(challenge_in, device.proof("a" * MAX_TOKEN_LENGTH), jwk) is Reason.INVALID
