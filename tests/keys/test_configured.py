"""DRF_JWT_KIT["KEYS"]: which keys a project may name, and how it is told what is wrong."""

import os

import jwt
import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from drf_jwt_kit.keys import get_ring
from tests.keys.material import (
    SECRET,
    jwk_of_a_faulty_chip,
    jwk_of_a_secret,
    kid_of,
    private_jwk,
    private_pem,
    public_pem,
)

HERE = "tests.keys.test_configured"


def keys(*sources):
    return override_settings(DRF_JWT_KIT={"KEYS": list(sources)})


def from_a_manager():
    return [{"key": private_pem("ES256")}, {"key": public_pem("EdDSA")}]


def refusing():
    raise PermissionError("hunter2")


class TestWhereAKeyIs:
    def test_a_key_can_be_in_a_file(self, tmp_path):
        path = tmp_path / "key.pem"
        path.write_text(private_pem())
        with keys({"file": path}):
            assert get_ring().signing.kid == kid_of()

    def test_a_key_can_be_in_the_environment(self, monkeypatch):
        monkeypatch.setenv("JWT_KEY", private_pem())
        with keys({"env": "JWT_KEY"}):
            assert get_ring().signing.kid == kid_of()

    def test_a_secret_in_the_environment_can_be_bytes_that_are_no_text(self, monkeypatch):
        secret = b"\xff" * 32
        monkeypatch.setitem(os.environb, b"JWT_KEY", secret)
        with keys({"env": "JWT_KEY", "algorithm": "HS256"}):
            assert get_ring().signing.verifying_key == secret

    def test_a_key_can_be_in_the_settings(self):
        with keys({"key": private_pem()}):
            assert get_ring().signing.kid == kid_of()

    def test_a_key_can_come_from_a_function(self):
        with keys(f"{HERE}.from_a_manager"):
            assert get_ring().signing.kid == kid_of()
            assert set(get_ring().verifying) == {kid_of(), kid_of("EdDSA")}

    def test_a_function_may_be_given_itself(self):
        with override_settings(DRF_JWT_KIT={"KEYS": from_a_manager}):
            assert get_ring().signing.kid == kid_of()

    def test_one_alone_needs_no_list(self):
        with override_settings(DRF_JWT_KIT={"KEYS": {"key": private_pem()}}):
            assert get_ring().signing.kid == kid_of()

    def test_the_word_secret_key_means_derived_keys(self):
        derived = get_ring().signing.kid
        with keys({"key": private_pem()}, "SECRET_KEY"):
            assert [key.kid for key in get_ring().retiring] == [derived]


class TestWhatAKeyIs:
    @pytest.mark.parametrize("name", ["RS256", "ES256", "ES384", "EdDSA"])
    def test_a_pem_has_the_usual_algorithm_of_its_kind(self, name):
        with keys({"key": private_pem(name)}):
            assert get_ring().signing.algorithm == name

    @pytest.mark.parametrize("name", ["RS256", "ES256", "ES384", "EdDSA"])
    def test_a_jwk_is_the_same_key_as_its_pem(self, name):
        with keys({"key": private_jwk(name), "algorithm": name}):
            assert get_ring().signing.kid == kid_of(name)

    def test_an_algorithm_that_is_named_is_the_one(self):
        with keys({"key": private_pem("PS256"), "algorithm": "PS256"}):
            assert get_ring().signing.algorithm == "PS256"

    @pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
    def test_a_secret_names_its_algorithm(self, algorithm):
        with keys({"key": SECRET, "algorithm": algorithm}):
            assert get_ring().signing.signing_key == SECRET.encode()
            assert get_ring().signing.algorithm == algorithm

    def test_a_jwk_says_its_own_algorithm_and_name(self):
        with keys({"key": private_jwk("PS256", alg="PS256", kid="mine")}):
            assert (get_ring().signing.kid, get_ring().signing.algorithm) == ("mine", "PS256")

    def test_the_project_may_name_it(self):
        with keys({"key": private_pem(), "kid": "2026-11"}):
            assert get_ring().signing.kid == "2026-11"

    def test_it_may_be_encrypted(self):
        encrypted = private_pem(passphrase="open sesame")
        with keys({"key": encrypted, "passphrase": "open sesame"}):
            assert get_ring().signing.kid == kid_of()


class TestWhatAKeyDoes:
    def test_the_first_signs_and_the_others_verify(self):
        with keys({"key": private_pem("EdDSA")}, {"key": private_pem("ES256")}):
            assert get_ring().signing.kid == kid_of("EdDSA")
            assert [key.kid for key in get_ring().retiring] == [kid_of("ES256")]

    def test_a_next_one_is_published_before_it_signs(self):
        with keys({"key": private_pem("EdDSA"), "state": "next"}, {"key": private_pem("ES256")}):
            assert get_ring().signing.kid == kid_of("ES256")
            assert [key.kid for key in get_ring().published] == [kid_of("EdDSA"), kid_of("ES256")]

    def test_one_that_says_so_signs_wherever_it_stands(self):
        with keys({"key": private_pem("EdDSA")}, {"key": private_pem("ES256"), "state": "signing"}):
            assert get_ring().signing.kid == kid_of("ES256")

    @pytest.mark.parametrize("state", ["next", "retiring"])
    def test_a_key_that_does_not_sign_is_not_able_to(self, state):
        with keys({"key": private_pem("EdDSA")}, {"key": private_pem("ES256"), "state": state}):
            assert get_ring().verifying[kid_of("ES256")].signing_key is None

    @pytest.mark.django_db
    @pytest.mark.parametrize("name", ["HS256", "RS256", "PS256", "ES256", "EdDSA"])
    def test_it_walks_the_journey(self, kit, user, name):
        text = SECRET if name == "HS256" else private_pem(name)
        with keys({"key": text, "algorithm": name}):
            tokens = kit.sign_in(user)
            rotated = kit.rotate(tokens.refresh)

            assert kit.get_with(rotated.access).status_code == 200
            assert jwt.get_unverified_header(rotated.access)["alg"] == name

    @pytest.mark.django_db
    def test_replacing_it_by_the_list_logs_nobody_out(self, kit, user, past_leeway):
        with keys("SECRET_KEY"):
            tokens = kit.sign_in(user)
        with keys({"key": private_pem()}, "SECRET_KEY"):
            assert kit.get_with(tokens.access).status_code == 200
            rotated = kit.rotate(tokens.refresh)
        past_leeway()

        with keys({"key": private_pem()}):
            assert kit.get_with(rotated.access).status_code == 200
            assert kit.refresh(rotated.refresh).status_code == 200
            assert kit.get_with(tokens.access).status_code == 401


FIRST = "DRF_JWT_KIT['KEYS'][0]"
DICT = (
    "A key is a dict with one of 'file', 'env' and 'key', and where needed 'algorithm', 'kid', "
    "'state', 'since', 'passphrase' or 'sign'."
)
INVALID = "is not a valid source of keys: it"
PEM = (
    "It must hold one key with its line breaks, in PKCS 8, PKCS 1, SEC 1 or "
    "SubjectPublicKeyInfo. Give a 'passphrase' only if it is encrypted. Rewrite: openssl pkey "
    "-in KEY.pem -out PLAIN.pem"
)
JWK = "Give a whole JWK (RFC 7517). Its use, key_ops and alg, if any, must be for signing."
FUNCTION = (
    "KEYS takes the path of a directory (with a slash in it), 'SECRET_KEY', or the dotted "
    "path of a function that returns keys; 'sign' takes the dotted path of a function "
    "that signs bytes."
)
READABLE = "Let the user of the server read it. A directory of keys must belong to that user."
MAKE = "Make another one: python manage.py jwtkit keys generate --algorithm "
WRONG = {
    "a member that there is not": (
        [{"key": SECRET, "algo": "HS256"}],
        "E020",
        f"{FIRST} {INVALID} has an unknown member 'algo'. {DICT}",
    ),
    "two places for one key": (
        [{"key": SECRET, "env": "X"}],
        "E020",
        f"{FIRST} {INVALID} must have exactly one of 'file', 'env' and 'key'. {DICT}",
    ),
    "a name that is no string": (
        [{"key": SECRET, "kid": 7}],
        "E020",
        f"{FIRST} {INVALID} must have a string as its 'kid'. {DICT}",
    ),
    "a file that is no path": (
        [{"file": 7}],
        "E020",
        f"{FIRST} {INVALID} must have a path as its 'file'. {DICT}",
    ),
    "a variable that is no name": (
        [{"env": 7}],
        "E020",
        f"{FIRST} {INVALID} must have the name of a variable as its 'env'. {DICT}",
    ),
    "a variable without a name": (
        [{"env": None}],
        "E020",
        f"{FIRST} {INVALID} must have the name of a variable as its 'env'. {DICT}",
    ),
    "a state that there is not": (
        [{"key": private_pem(), "state": "current"}],
        "E020",
        f"{FIRST} {INVALID} must have one of next, signing, retiring as its 'state'. {DICT}",
    ),
    "a time without a time zone": (
        [{"key": private_pem(), "since": "2026-01-01T12:00:00"}],
        "E020",
        f"{FIRST} {INVALID} must have a time with a time zone, such as "
        f"'2026-01-31T12:00:00+00:00', as its 'since'. {DICT}",
    ),
    "a time that is none": (
        [{"key": private_pem(), "since": "yesterday"}],
        "E020",
        f"{FIRST} {INVALID} must have a time with a time zone, such as "
        f"'2026-01-31T12:00:00+00:00', as its 'since'. {DICT}",
    ),
    "a time at the end of the calendar": (
        [{"key": private_pem(), "since": "9999-12-31T23:59:59+00:00"}],
        "E020",
        f"{FIRST} {INVALID} must have a time with a time zone, such as "
        f"'2026-01-31T12:00:00+00:00', as its 'since'. {DICT}",
    ),
    "an algorithm that there is not": (
        [{"key": private_pem(), "algorithm": "none"}],
        "E050",
        f"{FIRST} has the algorithm 'none', which is not supported. Use one of: HS256, HS384, "
        "HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA.",
    ),
    "no key that signs": (
        [{"key": private_pem(), "state": "retiring"}],
        "E055",
        "No key of DRF_JWT_KIT['KEYS'] signs: the state of each is next or retiring. "
        "Put the key that signs first, without a state.",
    ),
    "a function that is not there": (
        [f"{HERE}.gone"],
        "E062",
        f"{FIRST} names '{HERE}.gone' as a function, which cannot be used: Module \"{HERE}\" does "
        f'not define a "gone" attribute/class. {FUNCTION}',
    ),
    "a function that is none": (
        [f"{HERE}.FIRST"],
        "E062",
        f"{FIRST} names '{HERE}.FIRST' as a function, which cannot be used: it cannot be called. "
        f"{FUNCTION}",
    ),
    "a function that fails": (
        [refusing],
        "E061",
        f"{FIRST} is the function refusing, which raised PermissionError. Call it in a shell of "
        f"this project: the service it asks may be down or refuse it.",
    ),
    "a function that signs and is not there": (
        [{"key": public_pem(), "sign": f"{HERE}.gone"}],
        "E062",
        f"{FIRST} names '{HERE}.gone' as a function, which cannot be used: Module \"{HERE}\" does "
        f'not define a "gone" attribute/class. {FUNCTION}',
    ),
    "a function that signs and is none": (
        [{"key": public_pem(), "sign": 7}],
        "E020",
        f"{FIRST} {INVALID} must have a function or its path as its 'sign'. {DICT}",
    ),
    "a function that returns something else": (
        [lambda: [7]],
        "E020",
        f"the answer of <lambda>[0] {INVALID} is not a dict. {DICT}",
    ),
    "a function that returns what is no source": (
        [lambda: 7],
        "E020",
        f"the answer of <lambda> {INVALID} is not a dict. {DICT}",
    ),
    "a key that is no text": (
        [{"key": 7}],
        "E020",
        f"{FIRST} {INVALID} must have bytes, or text in UTF-8, as its 'key'. {DICT}",
    ),
    "a text that is none in UTF-8": (
        [{"key": "hunter2 \ud800", "algorithm": "HS256"}],
        "E020",
        f"{FIRST} {INVALID} must have bytes, or text in UTF-8, as its 'key'. {DICT}",
    ),
    "a file that there cannot be": (
        [{"file": "key\0.pem"}],
        "E064",
        f"{FIRST} (the file key\0.pem) cannot be read: embedded null byte. {READABLE}",
    ),
    "a variable that is not set": (
        [{"env": "JWT_KEY_THAT_IS_NOT_SET"}],
        "E063",
        f"{FIRST} is in the environment variable JWT_KEY_THAT_IS_NOT_SET, which is not set here. "
        "Set JWT_KEY_THAT_IS_NOT_SET for every process of this project, or remove the key from "
        "the list.",
    ),
    "a file that is not there": (
        [{"file": "/nowhere/key.pem"}],
        "E064",
        f"{FIRST} (the file /nowhere/key.pem) cannot be read: No such file or directory. "
        f"{READABLE}",
    ),
    "what is neither PEM nor JWK": (
        [{"key": "hunter2 hunter2 hunter2 hunter2 hunter2"}],
        "E051",
        f"{FIRST} is neither a PEM nor a JWK. Give the PEM with all its lines; for an HMAC "
        "secret, name its 'algorithm'.",
    ),
    "a PEM that is unreadable": (
        [{"key": private_pem().replace(private_pem()[60:90], "")}],
        "E021",
        f"{FIRST} cannot be read as a PEM. {PEM}",
    ),
    "a PEM whose line breaks are written out, as many .env files have it": (
        [{"key": private_pem().replace("\n", r"\n")}],
        "E066",
        f"{FIRST} is a PEM whose line breaks are written as a backslash and an n. Put them back "
        'in the settings: {"key": os.environ["NAME"].replace(r"\\n", "\\n")}; or give the '
        "variable real line breaks, or the path of a file.",
    ),
    "a key in the format of SSH that is unreadable": (
        [{"key": "ssh-rsa hunter2"}],
        "E021",
        f"{FIRST} cannot be read as a PEM. {PEM}",
    ),
    "an encrypted PEM without its passphrase": (
        [{"key": private_pem(passphrase="open sesame")}],
        "E021",
        f"{FIRST} cannot be read as a PEM without its 'passphrase'. {PEM}",
    ),
    "an encrypted PEM with another passphrase": (
        [{"key": private_pem(passphrase="open sesame"), "passphrase": "hunter2"}],
        "E021",
        f"{FIRST} cannot be read as a PEM with this 'passphrase'. {PEM}",
    ),
    "a passphrase for what is not encrypted": (
        [{"key": private_pem(), "passphrase": "hunter2"}],
        "E021",
        f"{FIRST} cannot be read as a PEM with this 'passphrase': it is not encrypted. {PEM}",
    ),
    "a JWK that is no JSON": (
        [{"key": "{"}],
        "E052",
        f"{FIRST} cannot be read as a JWK: It is not JSON. {JWK}",
    ),
    "a JWK that lacks a member": (
        [{"key": '{"kty": "EC", "crv": "P-256"}'}],
        "E052",
        f"{FIRST} cannot be read as a JWK: It is an incomplete or inconsistent JWK. {JWK}",
    ),
    "a JWK that lacks its curve": (
        [{"key": '{"kty": "EC"}'}],
        "E052",
        f"{FIRST} cannot be read as a JWK: Its kty, crv and alg do not fit an algorithm that is "
        f"used here. {JWK}",
    ),
    "a JWK whose name is no string": (
        [{"key": private_jwk(kid=7)}],
        "E052",
        f"{FIRST} cannot be read as a JWK: Its kid is not a string of at most 256 characters. "
        f"{JWK}",
    ),
    "a public key where a private one is needed": (
        [{"key": public_pem()}],
        "E056",
        f"{FIRST} is the key that signs, but a public key can only verify. Give the private key, "
        f"or a function that signs as 'sign', or put another key first.",
    ),
    "an HMAC secret that is shorter than its hash": (
        [{"key": "hunter2", "algorithm": "HS512"}],
        "E022",
        f"{FIRST} is not fit for HS512: HS512 needs a secret of at least 64 bytes: whoever "
        f"guesses a shorter one logs in as anybody. {MAKE}HS512",
    ),
    "a public key as a secret": (
        [{"key": public_pem("RS256"), "algorithm": "HS256"}],
        "E022",
        f"{FIRST} is not fit for HS256: HS256 needs a secret, not a public or private "
        f"key. {MAKE}HS256",
    ),
    "an RSA key of the ROCA chips": (
        [{"key": jwk_of_a_faulty_chip()}],
        "E022",
        f"{FIRST} is not fit for RS256: This RSA key was made by a faulty chip, so its private "
        "key can be computed (ROCA, CVE-2017-15361). Make another one elsewhere. "
        f"{MAKE}RS256",
    ),
    "RSA under 2048 bits": (
        [{"key": private_pem("RSA of 1024 bits")}],
        "E022",
        f"{FIRST} is not fit for RS256: RS256 needs an RSA key of 2048 to 8192 bits, not 1024. "
        f"{MAKE}RS256",
    ),
    "a key on another curve": (
        [{"key": private_pem("ES384"), "algorithm": "ES256"}],
        "E022",
        f"{FIRST} is not fit for ES256: ES256 needs a key on the curve P-256. {MAKE}ES256",
    ),
    "a key on a curve of no algorithm": (
        [{"key": private_pem("secp256k1")}],
        "E053",
        f"{FIRST} holds a key type that cannot sign tokens. Use RSA, or a key on the curve P-256, "
        "P-384 or P-521, or Ed25519.",
    ),
    "a JWK for encryption": (
        [{"key": private_jwk(use="enc")}],
        "E052",
        f"{FIRST} cannot be read as a JWK: Its use is not sig, so it is not for signatures. {JWK}",
    ),
    "a JWK for other operations": (
        [{"key": private_jwk(key_ops=["sign", "encrypt"])}],
        "E052",
        f"{FIRST} cannot be read as a JWK: Its key_ops include more than sign and verify. {JWK}",
    ),
    "a JWK of another algorithm": (
        [{"key": private_jwk("PS256", alg="PS256"), "algorithm": "RS256"}],
        "E052",
        f"{FIRST} cannot be read as a JWK: Its kty, crv and alg do not fit an algorithm that is "
        f"used here. {JWK}",
    ),
    "one key twice": (
        [{"key": private_pem()}, {"key": public_pem()}],
        "E023",
        f"{FIRST} and DRF_JWT_KIT['KEYS'][1] have the same kid ('{kid_of()}'), so a token does "
        f"not say which of them verifies it. Remove one if they are the same key. Otherwise give "
        f"each its own 'kid'.",
    ),
    "SECRET_KEY itself": (
        [{"key": settings.SECRET_KEY, "algorithm": "HS256"}],
        "E024",
        f"{FIRST} is SECRET_KEY itself. Whoever learns one would have both, and neither could be "
        f"replaced alone. Write KEYS = ['SECRET_KEY'] to derive a key from it, or make another "
        f"key.",
    ),
    "SECRET_KEY without an algorithm": (
        [{"key": f"{settings.SECRET_KEY}\n"}],
        "E024",
        f"{FIRST} is SECRET_KEY itself. Whoever learns one would have both, and neither could be "
        f"replaced alone. Write KEYS = ['SECRET_KEY'] to derive a key from it, or make another "
        f"key.",
    ),
    "SECRET_KEY as a JWK": (
        [{"key": jwk_of_a_secret(settings.SECRET_KEY)}],
        "E024",
        f"{FIRST} is SECRET_KEY itself. Whoever learns one would have both, and neither could be "
        f"replaced alone. Write KEYS = ['SECRET_KEY'] to derive a key from it, or make another "
        f"key.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
class TestWhatIsWrong:
    def test_is_an_error_at_start_up(self, case):
        sources, number, message = WRONG[case]
        with keys(*sources):
            said = [m for m in run_checks() if m.id.startswith("drf_jwt_kit.")]

        assert [(m.id, f"{m.msg} {m.hint}") for m in said] == [(f"drf_jwt_kit.{number}", message)]

    def test_is_raised_at_first_use_in_the_same_words(self, case):
        sources, _, message = WRONG[case]
        with keys(*sources), pytest.raises(ImproperlyConfigured) as refused:
            get_ring()

        assert str(refused.value) == message

    def test_is_said_without_showing_the_key(self, case):
        assert "hunter2" not in WRONG[case][2]


@pytest.mark.parametrize("value", [[], "", 7, [None], [7]])
def test_what_is_no_source_at_all_is_a_wrong_setting(value):
    with override_settings(DRF_JWT_KIT={"KEYS": value}):
        assert [m.id for m in run_checks()] == ["drf_jwt_kit.E001"]
