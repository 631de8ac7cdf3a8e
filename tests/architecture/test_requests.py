"""How far does one request travel through the package? Counted, so that it stays readable.

In a two-line project, on the second request of its kind: each function that is entered belongs to a
file, and each time that the next one belongs to another file is a crossing. Left out is the
vocabulary, which every layer speaks.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest

import drf_jwt_kit
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("default_user_model")]

ROOT = Path(drf_jwt_kit.__file__).parent
VOCABULARY = {
    *("exceptions.py", "signals.py", "guards.py"),
    *("sessions/faults.py", "sessions/events.py"),
}


class Journey:
    """The files of the package whose functions were entered, in order."""

    def __init__(self) -> None:
        self.entered: list[str] = []

    def __enter__(self) -> Journey:
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _see(self, frame, event, _argument) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and ROOT in path.parents:
            file = path.relative_to(ROOT).as_posix()
            if file not in VOCABULARY and not file.startswith(("conf/", "models/")):
                self.entered.append(file)

    @property
    def files(self) -> set[str]:
        return set(self.entered)

    @property
    def crossings(self) -> int:
        pairs = zip(self.entered, self.entered[1:], strict=False)
        return sum(one != other for one, other in pairs)


def obtain(kit, user):
    body = {"username": user.get_username(), "password": PASSWORD}
    return lambda: kit.post_json("", body)


def refresh(kit, user):
    tokens = [kit.sign_in(user), kit.sign_in(user)]
    return lambda: kit.refresh(tokens.pop().refresh)


def log_out(kit, user):
    tokens = [kit.sign_in(user), kit.sign_in(user)]
    return lambda: kit.logout(tokens.pop().refresh)


def authenticate(kit, user):
    access = kit.sign_in(user).access
    return lambda: kit.get_with(access)


def read_keys(kit, user):
    return lambda: kit.get("/api/token/jwks/")


@pytest.fixture(autouse=True)
def _keys_that_are_not_due(settings):
    """On a busy machine they would be due again at the second request."""
    settings.DRF_JWT_KIT = {"KEYS_RELOAD_INTERVAL": timedelta(minutes=10)}


@pytest.mark.parametrize(
    ("request_of", "files", "crossings"),
    [
        (obtain, 13, 48),
        (refresh, 13, 45),
        (log_out, 9, 25),
        (authenticate, 9, 20),
        (read_keys, 4, 4),
    ],
)
def test_a_request_crosses_few_files(kit, user, request_of, files, crossings):
    send = request_of(kit, user)
    assert send().status_code == 200

    with Journey() as journey:
        answer = send()

    assert answer.status_code == 200
    assert len(journey.files) <= files, sorted(journey.files)
    assert journey.crossings <= crossings, journey.entered


def test_the_counting_sees_what_is_entered(kit, user):
    with Journey() as journey:
        kit.sign_in(user)

    assert {"views/tokens.py", "sessions/begin.py", "jose/codec.py"} <= journey.files
    assert journey.crossings > len(journey.files)
