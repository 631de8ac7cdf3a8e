"""Keys change in a running process: within KEYS_RELOAD_INTERVAL, and never to worse ones."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from drf_jwt_kit.keys import get_ring, sources
from tests.keys.material import kid_of, private_pem

INTERVAL = timedelta(seconds=10)


class Manager:
    """A secret manager, and how often it was asked."""

    def __init__(self):
        self.asked, self.keys, self.error = 0, [{"key": private_pem("ES256")}], None

    def __call__(self):
        self.asked += 1
        if self.error:
            raise self.error
        return self.keys


@pytest.fixture
def manager():
    manager = Manager()
    with override_settings(DRF_JWT_KIT={"KEYS": manager, "KEYS_RELOAD_INTERVAL": INTERVAL}):
        yield manager


@pytest.fixture
def later(monkeypatch):
    """Move the monotonic clock."""
    moved = [1000.0]
    monkeypatch.setattr(sources.time, "monotonic", lambda: moved[0])

    def move(seconds):
        moved[0] += seconds

    return move


class TestAChange:
    def test_is_seen_after_the_interval(self, manager, later):
        get_ring()
        manager.keys = [{"key": private_pem("EdDSA")}, *manager.keys]
        later(10)

        assert get_ring().signing.kid == kid_of("EdDSA")

    def test_is_not_looked_for_before(self, manager, later):
        get_ring()
        later(9.9)
        get_ring()

        assert manager.asked == 1

    def test_reading_the_same_keys_again_leaves_the_same_ring(self, manager, later):
        before = get_ring()
        manager.keys = [dict(key) for key in manager.keys]
        later(10)

        assert get_ring() is before

    def test_a_change_of_a_file_is_seen_without_a_restart(self, tmp_path, later):
        path = tmp_path / "key.pem"
        path.write_text(private_pem("ES256"))
        with override_settings(DRF_JWT_KIT={"KEYS": {"file": path}}):
            get_ring()
            path.write_text(private_pem("EdDSA"))
            later(10)

            assert get_ring().signing.kid == kid_of("EdDSA")

    def test_is_logged_with_the_name_of_the_key_that_signs(self, manager, later, caplog):
        caplog.set_level("INFO", "drf_jwt_kit")
        get_ring()
        manager.keys = [{"key": private_pem("EdDSA")}]
        later(10)
        get_ring()

        assert caplog.messages == [f"event=keys_changed signing={kid_of('EdDSA')}"]


class TestWhereKeysCannotBeRead:
    def test_those_that_were_read_stay(self, manager, later):
        before = get_ring()
        manager.error = OSError("the manager is down")
        later(10)

        assert get_ring() is before

    def test_it_is_logged_once_an_interval(self, manager, later, caplog):
        get_ring()
        manager.error = OSError("the manager is down")
        later(10)
        get_ring()
        get_ring()

        assert len(caplog.messages) == 1
        assert caplog.messages[0].startswith(
            "event=keys_kept error=\"DRF_JWT_KIT['KEYS'] is the function Manager, which raised "
            "OSError. "
        )

    def test_they_are_read_when_they_can_be(self, manager, later):
        get_ring()
        manager.error = OSError("the manager is down")
        later(10)
        get_ring()
        manager.error, manager.keys = None, [{"key": private_pem("EdDSA")}]
        later(10)

        assert get_ring().signing.kid == kid_of("EdDSA")

    def test_a_broken_key_does_not_replace_a_good_one(self, manager, later):
        before = get_ring()
        manager.keys = [{"key": "-----BEGIN PRIVATE KEY-----"}]
        later(10)

        assert get_ring() is before

    def test_a_process_without_any_says_so_each_time(self, manager):
        manager.keys = [{"key": "-----BEGIN PRIVATE KEY-----"}]
        with pytest.raises(ImproperlyConfigured):
            get_ring()
        with pytest.raises(ImproperlyConfigured):
            get_ring()


class TestThreads:
    def test_go_on_with_the_old_keys_while_one_reads(self, manager, later):
        before = get_ring()
        later(10)
        with sources._reading:
            assert get_ring() is before

    def test_threads_that_start_together_read_once(self, manager):
        with ThreadPoolExecutor(4) as threads:
            with sources._reading:
                rings = [threads.submit(get_ring) for _ in range(4)]
            rings = [ring.result() for ring in rings]

        assert manager.asked == 1
        assert [ring.signing.kid for ring in rings] == [kid_of("ES256")] * 4

    def test_requests_that_waited_for_the_first_reading_get_what_it_has_read(self):
        asked, answered = threading.Event(), threading.Event()

        def slow():
            asked.set()
            assert answered.wait(10)
            return [{"key": private_pem("ES256")}]

        with override_settings(DRF_JWT_KIT={"KEYS": slow}), ThreadPoolExecutor(4) as threads:
            reading = threads.submit(get_ring)
            assert asked.wait(10)
            waiting = [threads.submit(get_ring) for _ in range(3)]
            time.sleep(0.1)  # until they wait
            answered.set()
            rings = [thread.result(10) for thread in (reading, *waiting)]

        assert rings[0].signing.kid == kid_of("ES256")
        assert [ring is rings[0] for ring in rings] == [True] * 4
