"""What an attacker sends for a token, by the name of the attack: refused everywhere, and no 500.

The project signs with ES256 and still verifies by an RSA key and a secret. Sources: RFC 8725
sections 2 and 3, RFC 7515 section 10.
"""

import json
import socket
import time
import zlib
from contextlib import contextmanager

import jwt
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import override_settings
from jwt.utils import base64url_encode

from drf_jwt_kit.keys import get_ring
from tests.conftest import claims_of
from tests.keys.material import (
    SECRET,
    kid_of,
    private_key,
    private_pem,
    public_pem,
)

pytestmark = pytest.mark.django_db

ATTACKERS = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(autouse=True)
def ring():
    keys = [
        {"key": private_pem("ES256")},
        {"key": public_pem("RS256")},
        {"key": SECRET, "algorithm": "HS256", "kid": "secret"},
    ]
    with override_settings(DRF_JWT_KIT={"KEYS": keys}):
        yield get_ring()


def encoded(part):
    return base64url_encode(part if isinstance(part, bytes) else json.dumps(part).encode())


def compact(header, claims, sign):
    """A JWS with exactly this header and these claims, or bytes, and what ``sign`` makes of it."""
    signing_input = encoded(header) + b"." + encoded(claims)
    return (signing_input + b"." + base64url_encode(sign(signing_input))).decode()


def by(algorithm, key):
    return lambda message: jwt.get_algorithm_by_name(algorithm).sign(message, key)


GENUINELY = by("ES256", private_key("ES256"))
HEADER = {"alg": "ES256", "kid": kid_of("ES256"), "typ": "at+jwt"}


@pytest.fixture
def claims(kit, user):
    """Those of a genuine access token."""
    return claims_of(kit.sign_in(user).access)


@pytest.fixture
def refused(kit):
    def check(token):
        answers = [
            kit.get_with(token),
            kit.verify(token),
            kit.refresh(token),
            kit.logout(token),
        ]
        said = [(answer.status_code, answer.json()["code"]) for answer in answers]
        return said == [(401, "token_not_valid")] * 4

    return check


def test_the_same_token_without_an_attack_is_taken(kit, claims):
    """So that what is refused below is refused for what it is named after."""
    assert kit.get_with(compact(HEADER, claims, GENUINELY)).status_code == 200


class TestTheAlgorithm:
    @pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", " none", "none ", "", None])
    def test_the_algorithm_none_is_refused(self, refused, claims, alg):
        header = {**HEADER, "alg": alg}

        assert refused(compact(header, claims, lambda message: b""))
        assert refused(compact(header, claims, GENUINELY))

    @pytest.mark.parametrize("alg", [[], {}, 1, True, ["none"], ["ES256"], "es256", "ES256K"])
    def test_an_algorithm_of_another_kind_is_refused(self, refused, claims, alg):
        assert refused(compact({**HEADER, "alg": alg}, claims, GENUINELY))

    def test_a_header_without_an_algorithm_is_refused(self, refused, claims):
        assert refused(compact({"kid": HEADER["kid"], "typ": "at+jwt"}, claims, GENUINELY))

    @pytest.mark.parametrize(
        "kid", [kid_of("RS256"), kid_of("ES256"), "secret"], ids=["rsa", "ec", "secret"]
    )
    @pytest.mark.parametrize(
        "form", ["pem", "pem without its last line break", "der", "ssh", "jwk"]
    )
    @pytest.mark.parametrize("name", ["RS256", "ES256"])
    def test_hs256_with_the_public_key_as_secret(self, refused, claims, name, form, kid):
        sign = by("HS256", PUBLIC_FORMS[form](private_key(name).public_key(), name))

        assert refused(compact({**HEADER, "alg": "HS256", "kid": kid}, claims, sign))

    @pytest.mark.parametrize("alg", ["PS256", "RS384", "RS512", "PS512"])
    def test_another_one_of_the_same_rsa_key(self, refused, claims, alg):
        header = {**HEADER, "alg": alg, "kid": kid_of("RS256")}

        assert refused(compact(header, claims, by(alg, private_key("RS256"))))

    @pytest.mark.parametrize("alg", ["HS384", "HS512"])
    def test_another_one_of_the_same_secret(self, refused, claims, alg):
        header = {**HEADER, "alg": alg, "kid": "secret"}

        assert refused(compact(header, claims, by(alg, SECRET.encode())))

    @pytest.mark.parametrize("name", ["ES384", "EdDSA", "RS256"])
    def test_an_algorithm_of_another_key_under_our_name_is_refused(self, refused, claims, name):
        header = {**HEADER, "alg": name}

        assert refused(compact(header, claims, by(name, private_key(name))))

    def test_es256_with_a_key_on_another_curve(self, refused, claims):
        def sign(message):
            der = private_key("ES384").sign(message, ec.ECDSA(hashes.SHA256()))
            return jwt.utils.der_to_raw_signature(der, ec.SECP384R1())

        assert refused(compact(HEADER, claims, sign))


def _openssh(key, name):
    return key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)


def _der(key, name):
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


PUBLIC_FORMS = {
    "pem": lambda key, name: public_pem(name).encode(),
    "pem without its last line break": lambda key, name: public_pem(name).strip().encode(),
    "der": _der,
    "ssh": _openssh,
    "jwk": lambda key, name: jwt.get_algorithm_by_name(name).to_jwk(key).encode(),
}


class TestTheSignature:
    @pytest.mark.parametrize(
        "signature",
        [
            bytes(64),
            bytes(63) + b"\x01",
            b"\x01" + bytes(63),
            b"\xff" * 64,
            bytes(63),
            bytes(65),
            b"",
            bytes.fromhex("3006020100020100"),
        ],
        ids=["zero", "r zero", "s zero", "all ones", "short", "long", "none", "zero as DER"],
    )
    def test_a_signature_of_nothing_is_refused(self, refused, claims, signature):
        assert refused(compact(HEADER, claims, lambda message: signature))

    def test_a_signature_with_the_order_of_the_curve_for_r_and_s_is_refused(self, refused, claims):
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        number = order.to_bytes(32, "big")

        assert refused(compact(HEADER, claims, lambda message: number + number))

    def test_a_signature_in_der_is_refused(self, refused, claims):
        sign = private_key("ES256").sign

        assert refused(
            compact(HEADER, claims, lambda message: sign(message, ec.ECDSA(hashes.SHA256())))
        )

    def test_a_signature_of_another_token_is_refused(self, refused, claims):
        other = compact(HEADER, {**claims, "user_id": "1"}, GENUINELY).rpartition(".")[2]
        token = compact(HEADER, {**claims, "user_id": "2"}, GENUINELY)

        assert refused(token.rpartition(".")[0] + "." + other)

    def test_a_signature_with_a_detached_payload_is_refused(self, refused, claims):
        header, _, signature = compact(HEADER, claims, GENUINELY).split(".")

        assert refused(f"{header}..{signature}")

    def test_a_signature_over_a_payload_that_is_not_encoded_is_refused(self, refused, claims):
        header = {**HEADER, "b64": False, "crit": ["b64"]}
        raw = json.dumps({**claims, "iss": "no.dots"}).replace(".", "").replace(" ", "").encode()
        signing_input = encoded(header) + b"." + raw
        token = signing_input + b"." + base64url_encode(GENUINELY(signing_input))

        assert refused(token.decode())
        assert refused(compact(header, claims, GENUINELY))
        assert refused(compact({**HEADER, "b64": False}, claims, GENUINELY))


class TestTheNameOfTheKey:
    @pytest.mark.parametrize(
        "kid",
        [
            "../../../../dev/null",
            "/etc/passwd",
            "keyring.json",
            "x' UNION SELECT 'secret",
            "'; DROP TABLE drf_jwt_kit_session; --",
            "x" * 10_000,
            "",
            "\0",
            "SECRET",
            "__class__",
            None,
            True,
            0,
            [],
            {},
            [kid_of("ES256")],
        ],
        ids=lambda kid: "the right one, in a list" if kid == [kid_of("ES256")] else str(kid),
    )
    def test_is_only_looked_up_among_our_own(self, refused, claims, kid):
        assert refused(compact({**HEADER, "kid": kid}, claims, GENUINELY))
        assert refused(compact({**HEADER, "alg": "HS256", "kid": kid}, claims, by("HS256", b"")))

    def test_a_header_without_the_name_of_a_key_is_refused(self, refused, claims):
        header = {"alg": "ES256", "typ": "at+jwt"}

        assert refused(compact(header, claims, GENUINELY))


@contextmanager
def listening():
    """A server that nobody may call: its port, and whether somebody has."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        yield server.getsockname()[1]
        with pytest.raises(TimeoutError):
            server.accept()


def attackers_jwk():
    return jwt.get_algorithm_by_name("ES256").to_jwk(ATTACKERS.public_key(), as_dict=True)


class TestAKeyThatTheTokenBrings:
    """By its own word: never read, and never fetched."""

    @pytest.mark.parametrize(
        "kid", [kid_of("ES256"), "attacker", None], ids=["ours", "theirs", "none"]
    )
    def test_a_key_embedded_in_the_token_is_not_believed(self, refused, claims, kid):
        header = {**HEADER, "kid": kid, "jwk": {**attackers_jwk(), "kid": kid}}

        assert refused(compact(header, claims, by("ES256", ATTACKERS)))

    @pytest.mark.parametrize("kid", [kid_of("ES256"), "attacker"], ids=["ours", "theirs"])
    @pytest.mark.parametrize("name", ["jku", "x5u"])
    def test_address_of_a_key(self, refused, claims, name, kid):
        with listening() as port:
            header = {**HEADER, "kid": kid, name: f"http://127.0.0.1:{port}/keys"}

            assert refused(compact(header, claims, by("ES256", ATTACKERS)))

    def test_address_for_a_name(self, refused, claims):
        with listening() as port:
            header = {**HEADER, "kid": f"http://127.0.0.1:{port}/key.pem"}

            assert refused(compact(header, claims, by("ES256", ATTACKERS)))

    def test_a_certificate_chain_in_the_token_is_not_believed(self, refused, claims):
        header = {**HEADER, "x5c": [encoded(public_pem("ES256").encode()).decode()], "x5t": "x"}

        assert refused(compact(header, claims, by("ES256", ATTACKERS)))


class TestTheHeader:
    @pytest.mark.parametrize("crit", [["exp"], ["unknown"], [], "b64", None, [1], {}])
    def test_a_critical_extension_is_refused(self, refused, claims, crit):
        assert refused(compact({**HEADER, "crit": crit, "unknown": 1}, claims, GENUINELY))

    def test_a_compressed_payload_is_refused(self, refused, claims):
        deflated = zlib.compress(json.dumps(claims).encode())[2:-4]

        assert refused(compact({**HEADER, "zip": "DEF"}, deflated, GENUINELY))

    def test_a_header_with_two_algorithms_is_refused(self, refused, claims):
        kid = HEADER["kid"]
        twice = f'{{"alg":"ES256","kid":"{kid}","typ":"at+jwt","alg":"none"}}'.encode()

        assert refused(compact(twice, claims, lambda message: b""))
        assert refused(compact(twice, claims, GENUINELY))

    @pytest.mark.parametrize(
        "raw",
        [b"[]", b"1", b'"x"', b"null", b"true", b"", b"{", b"\xff", b'{"alg":"ES256",}', b"NaN"],
    )
    def test_a_header_that_is_no_object_is_refused(self, refused, claims, raw):
        assert refused(compact(raw, claims, GENUINELY))

    @pytest.mark.parametrize("opening", [b"[", b'{"a":'])
    def test_a_header_nested_deeply_is_refused(self, refused, claims, opening):
        assert refused(compact(opening * 900, claims, GENUINELY))
        assert refused(compact(b'{"alg":"ES256","x":' + b"[" * 5000, {}, GENUINELY))
        assert refused(compact({**HEADER, "x": nested(900)}, b"", GENUINELY))


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


class TestThePayload:
    @pytest.mark.parametrize(
        "raw", [b"[]", b"1", b'"x"', b"null", b"true", b"", b"{", b"\xff", b"{]", b"NaN"]
    )
    def test_a_payload_that_is_no_object_is_refused(self, refused, raw):
        assert refused(compact(HEADER, raw, GENUINELY))

    @pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"exp":['])
    def test_a_payload_nested_deeply_is_refused(self, refused, opening):
        assert refused(compact(HEADER, opening * 900, GENUINELY))

    def test_a_claim_said_twice_means_the_last_one(self, kit, user, claims):
        """As every reader must take it (RFC 7519 section 4), so that all see the same user."""
        twice = json.dumps(claims)[:-1] + ',"user_id":"nobody"}'

        assert kit.get_with(compact(HEADER, twice.encode(), GENUINELY)).status_code == 401

    @pytest.mark.parametrize(
        "exp",
        [
            *('"4102444800"', "4102444800.5", "4102444800.0", "1e12", "NaN", "Infinity"),
            *("-Infinity", "-1", "true", "null", "[]", "{}", '""', "1e400", "9" * 400),
            str(2**31), str(2**63), str(2**64), "253402300800", "4102444800",
        ],
    )  # fmt: skip
    def test_end_of_another_kind_or_beyond_any_sane_future(self, refused, claims, exp):
        raw = json.dumps({**claims, "exp": "EXP"}).replace('"EXP"', exp)

        assert refused(compact(HEADER, raw.encode(), GENUINELY))

    @pytest.mark.parametrize("name", ["nbf", "iat"])
    @pytest.mark.parametrize("value", ['"x"', "NaN", "Infinity", "1e400", "[]", "{}", "9" * 400])
    def test_other_time_of_another_kind(self, refused, claims, name, value):
        raw = json.dumps({**claims, name: "TIME"}).replace('"TIME"', value)

        assert refused(compact(HEADER, raw.encode(), GENUINELY))

    def test_a_token_that_is_not_valid_yet_is_refused(self, refused, claims):
        assert refused(compact(HEADER, {**claims, "nbf": int(time.time()) + 600}, GENUINELY))

    @pytest.mark.parametrize("iss", [1, [], {}, True, None])
    def test_issuer_of_another_kind(self, refused, claims, iss):
        assert refused(compact(HEADER, {**claims, "iss": iss}, GENUINELY))

    @pytest.mark.parametrize("aud", ["x", [], [1], {}, None, 1])
    def test_any_audience_where_none_is_set(self, refused, claims, aud):
        assert refused(compact(HEADER, {**claims, "aud": aud}, GENUINELY))


class TestTheLength:
    """Nothing longer than 8,192 characters is parsed."""

    def of_length(self, claims, length):
        bare = compact(HEADER, {**claims, "x": ""}, GENUINELY)
        return compact(HEADER, {**claims, "x": "x" * ((length - len(bare)) * 3 // 4)}, GENUINELY)

    def test_a_token_up_to_the_limit_is_taken(self, kit, claims):
        token = self.of_length(claims, 8190)

        assert 8180 < len(token) <= 8192
        assert kit.get_with(token).status_code == 200

    def test_a_token_beyond_the_limit_is_refused(self, refused, claims):
        token = self.of_length(claims, 8200)

        assert 8192 < len(token) < 8210
        assert refused(token)


class TestTheForm:
    @pytest.mark.parametrize("extra", ["", "=", ".", "x", ".x"])
    def test_a_token_with_more_at_its_end_is_refused(self, refused, claims, extra):
        assert refused(compact(HEADER, claims, GENUINELY) + "." + extra)

    @pytest.mark.parametrize("part", [0, 1, 2])
    @pytest.mark.parametrize("extra", ["=", "==", "====", "!", "%", "A==="])
    def test_a_token_with_a_part_that_is_not_base64url_is_refused(
        self, refused, claims, part, extra
    ):
        """One token has one form, or whoever remembers tokens is told many times of one."""
        parts = compact(HEADER, claims, GENUINELY).split(".")
        parts[part] += extra

        assert refused(".".join(parts))

    def test_a_token_in_json_serialization_is_refused(self, refused, claims):
        protected, payload, signature = compact(HEADER, claims, GENUINELY).split(".")
        flattened = {"protected": protected, "payload": payload, "signature": signature}

        assert refused(json.dumps(flattened).replace(" ", ""))

    def test_an_encrypted_token_is_refused(self, refused):
        header = {"alg": "dir", "enc": "A256GCM", "kid": kid_of("ES256")}

        assert refused(".".join([encoded(header).decode(), "", "x", "x", "x"]))
