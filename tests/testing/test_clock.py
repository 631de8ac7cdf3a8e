"""A clock that a test moves: for this package, beside whatever clock the test has frozen."""

import datetime
import importlib
import re
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import jwt
import pytest
import time_machine
from django.test import override_settings
from django.urls import path
from rest_framework_simplejwt import utils

import drf_jwt_kit
from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTStatelessAuthentication
from drf_jwt_kit.conf.moments import now
from drf_jwt_kit.sessions import feed
from drf_jwt_kit.testing import assert_session_ended, later
from drf_jwt_kit.testing.clock import _IN_PLACE_OF
from tests.conftest import NOON

from .mistakes import closed_by

AN_HOUR = timedelta(hours=1)
ROOT = Path(drf_jwt_kit.__file__).parent
# Patience with a database, a server or a socket, and when keys are read again: the machine's.
OF_THE_MACHINE = {
    "contrib/channels/sockets.py",
    "jose/fetch.py",
    "management/subcommands/doctor/surroundings.py",
    "keys/by_request.py",
    "keys/memory.py",
    "keys/sources.py",
    "sessions/causal.py",
    "sessions/faults.py",
    "testing/clock.py",
}


READS = re.compile(r"\btime\.time\(|\bmonotonic\(|\bdatetime\.now\(")


def test_every_module_that_reads_a_clock_reads_this_one():
    reading = {path for path in ROOT.rglob("*.py") if READS.search(path.read_text())}
    moved = {module for _, modules in _IN_PLACE_OF.values() for module in modules}

    left_out = reading - {Path(module.__file__) for module in moved}

    assert {path.relative_to(ROOT).as_posix() for path in left_out} == OF_THE_MACHINE


def test_an_access_token_expires(kit, user, signed_in):
    with later(timedelta(minutes=16)):
        assert kit.get_with(signed_in.access).json()["reason"] == "expired"

    assert kit.get_with(signed_in.access).status_code == 200


def test_a_token_that_is_made_later_is_good_then(kit, user):
    with later(AN_HOUR):
        signed_in = kit.sign_in(user)
        assert kit.get_with(signed_in.access).status_code == 200


def test_a_session_that_nobody_refreshes_is_idle(kit, signed_in):
    with later(timedelta(days=2)):
        assert_session_ended(signed_in.refresh, reason="idle")


def test_time_passes_bit_by_bit(clock):
    with later() as moved:
        moved.shift(AN_HOUR)
        moved.shift(AN_HOUR)

        assert now() == NOON + 2 * AN_HOUR
    assert now() == NOON


def test_one_travel_inside_another_adds_to_it(clock):
    with later(AN_HOUR):
        with later(-2 * AN_HOUR):
            assert now() == NOON - AN_HOUR
        assert now() == NOON + AN_HOUR


@later(AN_HOUR)
def decorated():
    return now()


def test_a_decorated_test_runs_then(clock):
    assert decorated() == NOON + AN_HOUR
    assert decorated() == NOON + AN_HOUR


def test_a_travel_that_fails_is_over(clock):
    with pytest.raises(RuntimeError), later(AN_HOUR):
        raise RuntimeError

    assert now() == NOON


def test_a_clock_that_is_frozen_inside_is_what_this_one_is_ahead_of():
    with later(AN_HOUR), time_machine.travel(NOON.timestamp(), tick=False):
        assert now() == NOON + AN_HOUR


class Frozen(datetime.datetime):
    """What freezegun puts in the place of the class."""

    @classmethod
    def now(cls, tz=None):
        return NOON.astimezone(tz)


@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_a_clock_that_takes_the_place_of_names_is_followed(first, monkeypatch):
    def freeze():
        monkeypatch.setattr(datetime, "datetime", Frozen)
        monkeypatch.setattr(time, "time", NOON.timestamp)

    steps = {"ours": lambda: None, "theirs": freeze}
    steps[first]()
    with later(AN_HOUR):
        freeze()

        assert now() == NOON + AN_HOUR
        token = jwt.encode({"exp": int(NOON.timestamp()) + 60}, "x" * 32)
        with pytest.raises(jwt.ExpiredSignatureError):
            jwt.decode(token, "x" * 32, ["HS256"])


def test_pyjwt_still_knows_a_datetime(clock):
    with later():
        token = jwt.encode({"exp": NOON}, "x" * 32)

    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] == NOON.timestamp()


def test_simple_jwt_still_makes_times(clock):
    with later():
        made = utils.datetime_from_epoch(NOON.timestamp())

    assert made == NOON


def test_what_was_read_of_another_time_is_forgotten(monkeypatch):
    known = {"a database": SimpleNamespace()}
    monkeypatch.setattr(feed, "_feeds", known)

    with later():
        pass

    assert known == {}


def test_a_stateless_view_hears_of_an_end_a_second_later(jwt_client, user):
    view = closed_by(JWTStatelessAuthentication)
    with override_settings(ROOT_URLCONF=(path("stateless/", view),)):
        jwt_client.sign_in(user)
        assert jwt_client.get("/stateless/").status_code == 200
        sessions.revoke(user=user)

        with later(timedelta(seconds=2)):
            assert jwt_client.get("/stateless/").status_code == 401


def test_the_clock_of_the_feed_moves_as_well():
    before = time.monotonic()

    with later(AN_HOUR):
        assert importlib.import_module("drf_jwt_kit.sessions.feed").monotonic() > before + 3599
