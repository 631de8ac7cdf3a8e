"""A key in the wrong place is not shown, whatever its form: a JWK, hexadecimal, base64, a PEM."""

import base64
import json
import logging
from pathlib import PurePosixPath

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import RequestFactory

from drf_jwt_kit.conf.asking import for_request
from drf_jwt_kit.exceptions import KeysUnavailable, UnusableKey
from drf_jwt_kit.jose.algorithms import UnsoundKey
from drf_jwt_kit.jose.jwk import key_of_material
from drf_jwt_kit.jose.key_text import new_key_text
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.keys.identity import identity_of

from .material import private_pem

PEM = private_pem()
JWK = new_key_text("HS256").decode()
HEX = "a3f9c2e17b604d58" * 4
SLASHED = "k3j4/" + base64.b64encode(bytes(range(200, 232))).decode()
TEXTS = {"a PEM": PEM, "a JWK": JWK, "hexadecimal": HEX, "base64 with a slash": SLASHED}
PARTS = [PEM.splitlines()[1], json.loads(JWK)["k"], HEX, SLASHED]
PLACES = {
    "all of KEYS": lambda text: text,
    "a source": lambda text: [text],
    "a path": lambda text: [PurePosixPath(text)],
    "a variable": lambda text: [{"env": text, "algorithm": "HS256"}],
    "a file": lambda text: [{"file": text, "algorithm": "HS256"}],
    "a path of a file": lambda text: [{"file": PurePosixPath(text), "algorithm": "HS256"}],
    "an algorithm": lambda text: [{"key": PEM, "algorithm": text}],
    "a state": lambda text: [{"key": PEM, "state": text}],
    "a time": lambda text: [{"key": PEM, "since": text}],
    "a function that signs": lambda text: [{"key": PEM, "sign": text}],
    "the name of a member": lambda text: [{text: "EdDSA"}],
    "the only member": lambda text: [{"default": text}],
    "an answer": lambda text: lambda: text,
    "an answer for a request": lambda text: lambda request: text,
    "a file in an answer": lambda text: lambda request: [{"file": text, "algorithm": "HS256"}],
    "a variable in an answer": lambda text: lambda request: [{"env": text}],
}


@pytest.fixture(params=TEXTS.values(), ids=TEXTS.keys())
def text(request):
    return request.param


@pytest.fixture(params=PLACES.values(), ids=PLACES.keys())
def misplaced(request, text, settings):
    settings.DRF_JWT_KIT = {"KEYS": request.param(text)}


def everything(error):
    """What an error and those behind it say."""
    return "" if error is None else f"{error!r} {everything(error.__cause__ or error.__context__)}"


def shown_in(told):
    return [part for part in PARTS if part in told]


@pytest.mark.usefixtures("misplaced")
class TestMisplacedKey:
    def test_is_refused_without_being_shown(self):
        with pytest.raises(UnusableKey) as refused:
            get_ring()

        assert not shown_in(everything(refused.value))

    def test_is_refused_for_a_request_without_being_logged(self, caplog):
        caplog.set_level(logging.DEBUG)

        asking, refusing = for_request(RequestFactory().get("/")), (UnusableKey, KeysUnavailable)
        with asking, pytest.raises(refusing) as refused:
            get_ring()

        assert not shown_in(everything(refused.value) + caplog.text)

    def test_is_an_error_of_check_that_shows_nothing(self):
        said = [f"{one} {one.hint}" for one in run_checks() if "drf_jwt_kit.E" in one.id]

        assert said
        assert not shown_in("".join(said))


@pytest.mark.parametrize("place", ["file", "env", "algorithm", "kid", "state", "sign", "since"])
def test_a_jwk_in_the_place_of_a_word_is_told_as_a_key(place, settings):
    settings.DRF_JWT_KIT = {"KEYS": [{"key": PEM, place: JWK}]}

    with pytest.raises(UnusableKey) as refused:
        get_ring()

    assert refused.value.problem.endswith(f"has the text of a key as its '{place}'.")


@pytest.mark.parametrize("named", [PEM, JWK], ids=["a PEM", "a JWK"])
def test_a_key_as_a_name_is_told_without_it(named, settings):
    settings.DRF_JWT_KIT = {"KEYS": [{named: "HS256"}]}

    with pytest.raises(UnusableKey) as refused:
        get_ring()

    assert refused.value.problem.endswith("has the text of a key as the name of a member.")


def test_a_value_in_the_place_of_a_name_is_told(settings):
    settings.DRF_JWT_KIT = {"KEYS": [{"env": HEX, "algorithm": "HS256"}]}

    with pytest.raises(UnusableKey) as refused:
        get_ring()

    assert refused.value.hint == (
        "Set it, by its name and not its value, for every process of this project, or remove the "
        "key from the list."
    )


def test_a_text_with_a_slash_is_told_how_a_key_is_written(settings):
    settings.DRF_JWT_KIT = {"KEYS": [SLASHED]}

    with pytest.raises(UnusableKey) as refused:
        get_ring()

    assert "write {'key': …} around it" in refused.value.hint


@pytest.mark.parametrize("name", [HEX, f"{HEX}\0"], ids=["hexadecimal", "with a NUL"])
def test_a_directory_that_cannot_be_opened_is_not_shown(name, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.DRF_JWT_KIT = {"KEYS": [tmp_path / "file" / name]}

    with pytest.raises(UnusableKey) as refused:
        get_ring()

    assert refused.value.id == "drf_jwt_kit.E064"
    assert not shown_in(everything(refused.value))


def test_a_directory_in_one_that_is_open_to_others_is_not_shown(settings, tmp_path):
    tmp_path.chmod(0o777)
    settings.DRF_JWT_KIT = {"KEYS": [tmp_path / HEX]}

    said = [str(one) for one in run_checks() if one.id == "drf_jwt_kit.E029"]

    assert said
    assert not shown_in("".join(said))


def test_a_directory_that_cannot_be_made_is_not_shown(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.DRF_JWT_KIT = {"KEYS": [tmp_path / "file" / HEX]}

    with pytest.raises(CommandError, match=r"^\(not shown: PosixPath\) cannot be changed"):
        call_command("jwtkit", "keys", "generate")


def test_an_algorithm_that_there_is_not_is_not_shown():
    with pytest.raises(UnsoundKey) as refused:
        key_of_material(b"k" * 32, HEX)

    assert not shown_in(str(refused.value))


@pytest.mark.parametrize(
    "source_of",
    [str, PurePosixPath, *(lambda text, n=name: {n: text} for name in ("env", "file", "state"))],
)
def test_the_name_of_a_source_is_a_hash_where_it_may_be_a_key(text, source_of):
    name = identity_of(source_of(text))

    assert not shown_in(name)
    assert name == identity_of(source_of(text))


def test_two_sources_that_may_be_keys_have_two_names():
    assert identity_of({"env": HEX}) != identity_of({"env": HEX[::-1]})
