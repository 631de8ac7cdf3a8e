"""What the throttles promise beyond a request: while one is being decided, and at start-up."""

import pytest
from django.core.cache import caches
from django.core.checks import run_checks
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from rest_framework.exceptions import Throttled

from drf_jwt_kit import throttling
from drf_jwt_kit.exceptions import NoActiveAccount
from drf_jwt_kit.throttling import KitThrottle, counted_login

OURS = {f"drf_jwt_kit.{id}" for id in ("W010", "W140", "W141")}
SHARED = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "c"}}
BEHIND = ("HTTP_X_FORWARDED_PROTO", "https")


def said(*, deploy=False):
    messages = run_checks(include_deployment_checks=deploy)
    return [(one.id[-4:], one.msg, one.hint) for one in messages if one.id in OURS]


@pytest.fixture
def two(settings):
    settings.DRF_JWT_KIT = {"THROTTLE_RATES": {"login_user": "2/min"}}


@pytest.fixture
def attempt():
    request = RequestFactory().post("/")
    return lambda: counted_login(request, "ada")


class TestLoginsOfTheSameMoment:
    """Hashing a password takes a third of a second: a stranger sends many requests meanwhile."""

    def test_those_that_are_being_decided_count(self, attempt, two):
        with attempt(), attempt(), pytest.raises(Throttled), attempt():
            pass

    def test_one_that_begins_makes_room_for_another(self, attempt, two):
        with attempt() as first, attempt():
            first.forget()

            with attempt():
                pass

    def test_one_that_begins_forgets_only_itself(self, attempt, two):
        with attempt() as first, attempt():
            first.forget()
            first.forget()

        with attempt(), pytest.raises(Throttled), attempt():
            pass

    def test_whoever_was_let_through_by_chance_gets_a_time_too(self, clock, two):
        """Two that read at the same moment both count, and are one more than may be."""
        one, *others = [KitThrottle("login_user", "x") for _ in range(4)]
        one.allows()
        caches["default"].set(one.key, [one.now] * 3)

        assert not others[0].allows()
        assert others[0].wait() == 60


class TestWhatCounts:
    @pytest.mark.parametrize("refusal", [NoActiveAccount(), PermissionDenied()])
    def test_a_refusal_does(self, attempt, two, refusal):
        for _ in range(2):
            with pytest.raises(type(refusal)), attempt():
                raise refusal

        with pytest.raises(Throttled), attempt():
            pass

    def test_an_error_of_ours_does_not(self, attempt, two):
        for _ in range(9):
            with pytest.raises(ZeroDivisionError), attempt():
                raise ZeroDivisionError

    def test_a_login_without_a_request_does_not(self, two):
        for _ in range(9):
            with counted_login(None, "ada"):
                pass

    def test_what_the_cache_has_forgotten_is_forgotten(self, attempt, two):
        with attempt() as first:
            caches["default"].clear()

            first.forget()

        assert not caches["default"]._cache


def test_a_cache_that_fails_is_told_of_once_a_minute(attempt, two, monkeypatch, caplog):
    now = [1000.0]
    monkeypatch.setattr(throttling, "_said_at", {"seconds": float("-inf")})
    monkeypatch.setattr(throttling, "monotonic", lambda: now[0])
    monkeypatch.setattr(caches["default"], "get", lambda *_, **__: 1 / 0)

    for seconds in (0, 1, 58, 1):
        now[0] += seconds
        with attempt():
            pass

    assert len(caplog.messages) == 2


class TestChecks:
    @pytest.fixture(autouse=True)
    def shared(self, settings):
        settings.CACHES = SHARED

    def test_a_cache_that_is_shared_is_fine(self):
        assert said(deploy=True) == []

    @pytest.mark.parametrize("cache", ["locmem.LocMemCache", "dummy.DummyCache"])
    def test_a_cache_of_one_process_is_a_warning(self, settings, cache):
        settings.CACHES = {"default": {"BACKEND": f"django.core.cache.backends.{cache}"}}

        assert said(deploy=True) == [
            (
                "W140",
                f"The default cache is django.core.cache.backends.{cache}, so each process counts "
                "by itself: with four of them, passwords can be guessed four times as often as "
                "THROTTLE_RATES says.",
                "Name a cache in CACHES that all processes share, such as Redis, Memcached or the "
                "database. With one process alone, silence this.",
            )
        ]
        assert said() == []

    def test_a_proxy_of_unknown_number_is_a_warning(self, settings):
        settings.SECURE_PROXY_SSL_HEADER = BEHIND

        assert said(deploy=True) == [
            (
                "W141",
                "SECURE_PROXY_SSL_HEADER says that a proxy is in front of this server, and "
                "NUM_PROXIES is not set: all clients have the proxy's address, and one of them "
                "can keep everybody from logging in.",
                'Set DRF_JWT_KIT["NUM_PROXIES"] to the number of your own proxies.',
            )
        ]

    def test_a_proxy_that_is_counted_is_fine(self, settings):
        settings.SECURE_PROXY_SSL_HEADER = BEHIND
        settings.DRF_JWT_KIT = {"NUM_PROXIES": 1}

        assert said(deploy=True) == []

    def test_a_proxy_that_rest_framework_counts_is_known_to_the_throttles(self, settings):
        settings.SECURE_PROXY_SSL_HEADER = BEHIND
        settings.DRF_JWT_KIT = {"RECORD_CLIENT": False}
        settings.REST_FRAMEWORK = {"NUM_PROXIES": 1}

        assert said(deploy=True) == []

    @pytest.mark.parametrize(("kit", "ours"), [({}, 0), ({"NUM_PROXIES": 1}, 1)])
    def test_two_numbers_of_proxies_are_a_warning(self, settings, kit, ours):
        settings.DRF_JWT_KIT = kit
        settings.REST_FRAMEWORK = {"NUM_PROXIES": 2}

        assert said() == [
            (
                "W010",
                f"DRF_JWT_KIT['NUM_PROXIES'] is {ours}, and REST_FRAMEWORK['NUM_PROXIES'] is 2: "
                "sessions remember another address than throttles count.",
                "Set both to the number of your own proxies, or only ours.",
            )
        ]

    @pytest.mark.parametrize("both", [0, 1])
    def test_one_number_of_proxies_is_fine(self, settings, both):
        settings.DRF_JWT_KIT = settings.REST_FRAMEWORK = {"NUM_PROXIES": both}

        assert said() == []

    def test_two_numbers_are_fine_where_sessions_remember_no_address(self, settings):
        settings.DRF_JWT_KIT = {"NUM_PROXIES": 1, "RECORD_CLIENT": False}
        settings.REST_FRAMEWORK = {"NUM_PROXIES": 2}

        assert said() == []

    def test_nothing_is_said_where_nothing_is_counted(self, settings):
        off = {"login_user": None, "login_ip": None, "refresh_session": None}
        settings.DRF_JWT_KIT = {"THROTTLE_RATES": off}
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

        assert said(deploy=True) == []
