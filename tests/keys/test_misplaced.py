"""The text of a key in the wrong place is refused, and shown nowhere."""

import logging
from pathlib import Path, PurePosixPath

import pytest
from django.core.checks import run_checks

from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.keys.configured import key_files

from .material import private_pem

PEM = private_pem()
BODY = PEM.splitlines()[1]
SECRET = "a secret of more than thirty-two characters, and no path"
MISPLACED = {
    "in place of the sources": PEM,
    "in one line, as variables have it": PEM.replace("\n", "\\n"),
    "in a list": [PEM],
    "as a path": PurePosixPath(PEM),
    "answered by a function": lambda: PEM,
    "answered for a request": lambda request: PEM,
    **{
        f"as {name}": [{"key": PEM, name: PEM}]
        for name in ("file", "env", "algorithm", "kid", "state", "sign", "since", "unknown")
    },
    "a secret in place of the sources": SECRET,
    "a secret that signs": {"key": PEM, "sign": SECRET},
}


@pytest.fixture(params=MISPLACED.values(), ids=MISPLACED.keys())
def misplaced(request, settings):
    settings.DRF_JWT_KIT = {"KEYS": request.param}
    return request.param


def shows_it(text):
    return BODY in text or SECRET in text


def test_it_is_refused_without_being_shown(misplaced, caplog):
    caplog.set_level(logging.DEBUG)

    with pytest.raises(UnusableKey) as refused:
        get_ring()

    shown = [refused.value, refused.value.__cause__, refused.value.__context__]
    assert not any(shows_it(str(one)) for one in shown)
    assert not shows_it(caplog.text)


def test_a_check_says_so_without_showing_it(misplaced):
    said = [message for message in run_checks() if message.id.startswith("drf_jwt_kit.E")]

    assert said
    assert not any(shows_it(str(message)) for message in said)


def test_it_is_the_name_of_no_file():
    assert key_files([{"file": PEM}, {"file": "key.pem"}]) == [Path("key.pem")]


def test_the_message_says_where_a_text_goes(settings):
    settings.DRF_JWT_KIT = {"KEYS": [{"file": PEM}]}

    with pytest.raises(UnusableKey) as refused:
        get_ring()

    assert "has the text of a key as its 'file'." in refused.value.problem
    assert "{'key': …}" in refused.value.hint
