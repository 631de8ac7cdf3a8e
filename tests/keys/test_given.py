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

HERE = "tests.keys.test_given"


def keys(*sources):
    return override_settings(DRF_JWT_KIT={"KEYS": list(sources)})


def from_a_manager():
    return [{"key": private_pem("ES256")}, {"key": public_pem("EdDSA")}]


def refusing():
    raise PermissionError("hunter2")


class TestWhereAKeyIs:
    def test_in_a_file(self, tmp_path):
        path = tmp_path / "key.pem"
        path.write_text(private_pem())
        with keys({"file": path}):
            assert get_ring().signing.kid == kid_of()

    def test_in_the_environment(self, monkeypatch):
        monkeypatch.setenv("JWT_KEY", private_pem())
        with keys({"env": "JWT_KEY"}):
            assert get_ring().signing.kid == kid_of()

    def test_in_the_environment_as_bytes_that_are_no_text(self, monkeypatch):
        secret = b"\xff" * 32
        monkeypatch.setitem(os.environb, b"JWT_KEY", secret)
        with keys({"env": "JWT_KEY", "algorithm": "HS256"}):
            assert get_ring().signing.verifying_key == secret

    def test_in_the_settings(self):
        with keys({"key": private_pem()}):
            assert get_ring().signing.kid == kid_of()

    def test_where_a_function_gets_it(self):
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

    def test_a_key_that_does_not_sign_is_not_able_to(self):
        with keys({"key": private_pem("EdDSA")}, {"key": private_pem("ES256")}):
            assert get_ring().retiring[0].signing_key is None

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
    "A key is a dict with one of 'file', 'env' or 'key', and where needed 'algorithm', 'kid', "
    "'state', 'since', 'passphrase' or 'sign'."
)
MAKE = "Make another one: python manage.py jwtkit keys generate --algorithm "
WRONG = {
    "a member that there is not": (
        [{"key": SECRET, "algo": "HS256"}],
        "E020",
        f"{FIRST} has a member 'algo', which means nothing. {DICT}",
    ),
    "two places for one key": (
        [{"key": SECRET, "env": "X"}],
        "E020",
        f"{FIRST} does not say in one way where its key is. {DICT}",
    ),
    "a name that is no string": (
        [{"key": SECRET, "kid": 7}],
        "E020",
        f"{FIRST} has a member 'kid' that is not a string. {DICT}",
    ),
    "a file that is no path": (
        [{"file": 7}],
        "E020",
        f"{FIRST} has a 'file' that is no path. {DICT}",
    ),
    "a variable that is no name": (
        [{"env": 7}],
        "E020",
        f"{FIRST} has a member 'env' that is not a string. {DICT}",
    ),
    "a state that there is not": (
        [{"key": private_pem(), "state": "current"}],
        "E020",
        f"{FIRST} has a 'state' that is none. Use one of: next, signing, retiring. Without one, "
        "the first key signs.",
    ),
    "a time without a time zone": (
        [{"key": private_pem(), "since": "2026-01-01T12:00:00"}],
        "E020",
        f"{FIRST} has a 'since' that is no time with a time zone. Say since when the key is in "
        "its state: '2026-01-31T12:00:00+00:00', or an aware datetime.",
    ),
    "an algorithm that there is not": (
        [{"key": private_pem(), "algorithm": "none"}],
        "E020",
        f"{FIRST} is for 'none', which is no algorithm of ours. Use one of: HS256, HS384, HS512, "
        "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA.",
    ),
    "no key that signs": (
        [{"key": private_pem(), "state": "retiring"}],
        "E020",
        "None of the keys in DRF_JWT_KIT['KEYS'] signs: each is next or retiring. Put the key "
        "that signs first, without a state.",
    ),
    "a function that is not there": (
        [f"{HERE}.gone"],
        "E020",
        f"{FIRST} is '{HERE}.gone', which cannot be imported: Module \"{HERE}\" does not define "
        'a "gone" attribute/class. Give the path of a directory (with a slash in it), the dotted '
        "path of a function that returns keys, or 'SECRET_KEY'.",
    ),
    "a function that fails": (
        [refusing],
        "E021",
        f"{FIRST} is refusing, which raised PermissionError. Ask what it asks by hand: what it "
        "needs may be away, or refuse this process.",
    ),
    "a function that signs and is not there": (
        [{"key": public_pem(), "sign": f"{HERE}.gone"}],
        "E020",
        f"{FIRST} is to be signed for by '{HERE}.gone', which is no function that can be "
        "imported. Give the dotted path of a function from bytes to their signature, or itself.",
    ),
    "a function that returns something else": (
        [lambda: [7]],
        "E020",
        f"the answer of <lambda>[0] is no source of keys. {DICT}",
    ),
    "a key that is no text": (
        [{"key": 7}],
        "E021",
        f"{FIRST} has a 'key' that is not a text. Give a PEM, a JWK or a secret.",
    ),
    "a text that is none in UTF-8": (
        [{"key": "hunter2 \ud800", "algorithm": "HS256"}],
        "E021",
        f"{FIRST} has a 'key' that is no text in UTF-8. Give a secret of arbitrary bytes as bytes, "
        "or encoded.",
    ),
    "a file that there cannot be": (
        [{"file": "key\0.pem"}],
        "E021",
        f"{FIRST} is in the file key\0.pem, which cannot be read: embedded null byte. Give the "
        "path of a file that the user of this process may read.",
    ),
    "a variable that is not set": (
        [{"env": "JWT_KEY_THAT_IS_NOT_SET"}],
        "E021",
        f"{FIRST} is in the environment variable JWT_KEY_THAT_IS_NOT_SET, which is not set here. "
        "Set JWT_KEY_THAT_IS_NOT_SET for every process of this project, or take the key out of "
        "the list.",
    ),
    "a file that is not there": (
        [{"file": "/nowhere/key.pem"}],
        "E021",
        f"{FIRST} is in the file /nowhere/key.pem, which cannot be read: No such file or "
        "directory. Give the path of a file that the user of this process may read.",
    ),
    "what is neither PEM nor JWK": (
        [{"key": "hunter2 hunter2 hunter2 hunter2 hunter2"}],
        "E021",
        f"{FIRST} is neither a PEM nor a JWK. Give the whole text of the key, with its "
        "'-----BEGIN' line and its line breaks. If it is a secret for HMAC, say so: 'algorithm': "
        "'HS256'.",
    ),
    "a PEM that is unreadable": (
        [{"key": private_pem().replace(private_pem()[60:90], "")}],
        "E021",
        f"{FIRST} cannot be read as a PEM. It must hold one key, in PKCS 8, PKCS 1, SEC 1 or "
        "SubjectPublicKeyInfo, with its line breaks. Try: openssl pkey -in KEY.pem -noout",
    ),
    "an encrypted PEM without its passphrase": (
        [{"key": private_pem(passphrase="open sesame")}],
        "E021",
        f"{FIRST} is encrypted. Give its 'passphrase', from the environment; or decrypt it: "
        "openssl pkey -in KEY.pem -out PLAIN.pem",
    ),
    "an encrypted PEM with another passphrase": (
        [{"key": private_pem(passphrase="open sesame"), "passphrase": "hunter2"}],
        "E021",
        f"{FIRST} cannot be read as a PEM, or its passphrase is another one. It must hold one "
        "key, in PKCS 8, PKCS 1, SEC 1 or SubjectPublicKeyInfo, with its line breaks. Try: "
        "openssl pkey -in KEY.pem -noout",
    ),
    "a passphrase for what is not encrypted": (
        [{"key": private_pem(), "passphrase": "hunter2"}],
        "E021",
        f"{FIRST} has a passphrase, but is not encrypted. Take 'passphrase' out.",
    ),
    "a JWK that is no JSON": (
        [{"key": "{"}],
        "E021",
        f"{FIRST} begins as a JWK, and is not JSON. Give one whole JWK (RFC 7517), or a PEM.",
    ),
    "a JWK that lacks a member": (
        [{"key": '{"kty": "EC"}'}],
        "E021",
        f"{FIRST} is a JWK whose members make no key. Its kty must be oct, RSA, EC or OKP, with "
        "all members of that kind (RFC 7518 section 6).",
    ),
    "a JWK whose name is no string": (
        [{"key": private_jwk(kid=7)}],
        "E021",
        f"{FIRST} is a JWK whose alg or kid is not a string. Write both as strings, or leave "
        "them out.",
    ),
    "a public key where a private one is needed": (
        [{"key": public_pem()}],
        "E021",
        f"{FIRST} is to sign, and holds a public key, which can only verify. Give the private "
        "key, or name a function to 'sign' elsewhere; or put the key that signs before it.",
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
        f"{FIRST} is not fit for HS256: it is a public or private key, and no secret. "
        f"{MAKE}HS256",
    ),
    "an RSA key of the ROCA chips": (
        [{"key": jwk_of_a_faulty_chip()}],
        "E022",
        f"{FIRST} is not fit for RS256: This RSA key was made by a faulty chip, and its private "
        "key can be computed from the public one (ROCA, CVE-2017-15361). Make another one "
        f"elsewhere. {MAKE}RS256",
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
        f"{FIRST} is not fit for ES256: ES256 needs a key on the curve secp256r1. {MAKE}ES256",
    ),
    "a key on a curve of no algorithm": (
        [{"key": private_pem("secp256k1")}],
        "E022",
        f"{FIRST} holds a key of a kind that signs no token. Use RSA, or a key on the curve "
        "P-256, P-384 or P-521, or Ed25519.",
    ),
    "a JWK for encryption": (
        [{"key": private_jwk(use="enc")}],
        "E022",
        f"{FIRST} is a JWK that is for something else: its use, key_ops or alg say so. Its use "
        "must be sig, its key_ops at most sign and verify, and its alg the algorithm that it is "
        "to be used with.",
    ),
    "a JWK for other operations": (
        [{"key": private_jwk(key_ops=["sign", "encrypt"])}],
        "E022",
        f"{FIRST} is a JWK that is for something else: its use, key_ops or alg say so. Its use "
        "must be sig, its key_ops at most sign and verify, and its alg the algorithm that it is "
        "to be used with.",
    ),
    "a JWK of another algorithm": (
        [{"key": private_jwk("PS256", alg="PS256"), "algorithm": "RS256"}],
        "E022",
        f"{FIRST} is a JWK that is for something else: its use, key_ops or alg say so. Its use "
        "must be sig, its key_ops at most sign and verify, and its alg the algorithm that it is "
        "to be used with.",
    ),
    "one key twice": (
        [{"key": private_pem()}, {"key": public_pem()}],
        "E023",
        f"{FIRST} and DRF_JWT_KIT['KEYS'][1] have the same kid, '{kid_of()}': a token would not "
        "say which of them verifies it. Take one of them out if they are the same key; otherwise "
        "give each a 'kid' of its own, or none.",
    ),
    "SECRET_KEY itself": (
        [{"key": settings.SECRET_KEY, "algorithm": "HS256"}],
        "E024",
        f"{FIRST} is SECRET_KEY itself. Whoever learns one use of it would have the other, and "
        "neither could be replaced alone. Write KEYS = ['SECRET_KEY'], and a key is derived from "
        "it; or make a key that is for tokens alone.",
    ),
    "SECRET_KEY as a JWK": (
        [{"key": jwk_of_a_secret(settings.SECRET_KEY)}],
        "E024",
        f"{FIRST} is SECRET_KEY itself. Whoever learns one use of it would have the other, and "
        "neither could be replaced alone. Write KEYS = ['SECRET_KEY'], and a key is derived from "
        "it; or make a key that is for tokens alone.",
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
