"""When are an issuer's keys fetched, how long are they kept, and what is told of it?"""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import override_settings

from drf_jwt_kit.exceptions import KeysUnavailable
from drf_jwt_kit.jose.algorithms import ASYMMETRIC
from drf_jwt_kit.jose.fetch import FetchFailed
from drf_jwt_kit.jose.remote import Issuer, IssuerKeys
from drf_jwt_kit.resource_server import issuer
from drf_jwt_kit.resource_server.issuer import get_issuer_keys
from drf_jwt_kit.resource_server.settings import ResourceServerSettings
from tests.resource_server.issuer import ISSUER, SETTINGS, Network, key

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.fixture
def network():
    return Network()


@pytest.fixture
def clock():
    """Seconds, in a list so that a test can move them."""
    return [1000.0]


@pytest.fixture
def keys(network, clock):
    issuer = Issuer(jwks_url=SETTINGS["JWKS_URL"], issuer=ISSUER, algorithms=ASYMMETRIC)
    return IssuerKeys(issuer, fetch=network.fetch, clock=lambda: clock[0])


class TestFetching:
    def test_waits_for_the_first_token(self, keys, network):
        assert network.fetches == 0
        assert keys["one"].algorithm == "ES256"

    def test_asks_the_address_of_the_issuer_within_its_time(self, keys, network):
        asked = []
        keys._fetch = lambda *given: asked.append(given) or network.fetch(*given)

        assert keys["one"].kid == "one"
        assert asked == [(SETTINGS["JWKS_URL"], 5.0)]

    def test_happens_once_for_many_tokens(self, keys, network):
        assert {keys["one"].kid for _ in range(100)} == {"one"}
        assert network.fetches == 1

    def test_happens_again_when_the_keys_are_old(self, keys, network, clock):
        keys["one"]
        clock[0] += 5 * MINUTE + 1
        keys["one"]

        assert network.fetches == 2

    def test_does_not_happen_before_the_keys_are_old(self, keys, network, clock):
        keys["one"]
        clock[0] += 300
        keys["one"]

        assert network.fetches == 1

    def test_drops_a_key_that_the_issuer_has_taken_out(self, keys, network, clock):
        network.keys = [key(), key("EdDSA", "two")]
        keys["one"]
        network.keys = [key("EdDSA", "two")]
        clock[0] += 5 * MINUTE + 1

        assert "one" not in keys

    def test_an_empty_set_is_the_issuers_word(self, keys, network, clock):
        keys["one"]
        network.keys = []
        clock[0] += 5 * MINUTE + 1

        assert keys.get("one") is None


class TestUnknownKid:
    def test_is_looked_for_once_more(self, keys, network, clock):
        keys["one"]
        network.keys = [key(), key("EdDSA", "two")]
        clock[0] += MINUTE

        assert keys["two"].algorithm == "EdDSA"

    def test_invented_a_thousand_times_causes_one_fetch_a_minute(self, keys, network, clock):
        keys["one"]
        invented = [f"invented-{number}" for number in range(1000)]

        assert {keys.get(kid) for kid in invented} == {None}
        assert network.fetches == 1

        clock[0] += MINUTE
        assert {keys.get(kid) for kid in invented} == {None}
        assert network.fetches == 2

    def test_invented_by_many_at_once_causes_one_fetch(self, keys, network, clock):
        keys["one"]
        clock[0] += MINUTE
        with ThreadPoolExecutor(20) as crowd:
            found = set(crowd.map(keys.get, [f"invented-{number}" for number in range(20)]))

        assert (found, network.fetches) == ({None}, 2)

    def test_invented_while_the_issuer_is_down_causes_one_fetch_a_minute(
        self, keys, network, clock
    ):
        keys["one"]
        network.down = True
        clock[0] += MINUTE

        assert {keys.get(f"invented-{number}") for number in range(1000)} == {None}
        assert network.fetches == 2


class TestIssuerDown:
    def test_keeps_the_keys_for_a_day(self, keys, network, clock):
        keys["one"]
        network.down = True
        clock[0] += DAY

        assert keys["one"].kid == "one"

    def test_is_503_after_that(self, keys, network, clock):
        keys["one"]
        network.down = True
        clock[0] += DAY + 1

        with pytest.raises(KeysUnavailable):
            keys["one"]

    def test_is_503_while_no_keys_were_ever_had(self, keys, network):
        network.down = True

        with pytest.raises(KeysUnavailable) as refusal:
            keys["one"]
        assert (refusal.value.status_code, refusal.value.wait) == (503, 5)

    def test_is_asked_every_five_seconds_while_no_keys_were_ever_had(self, keys, network, clock):
        network.down = True
        with pytest.raises(KeysUnavailable):
            keys["one"]
        with pytest.raises(KeysUnavailable):
            keys["one"]
        assert network.fetches == 1

        network.down = False
        clock[0] += 5
        assert keys["one"].kid == "one"

    def test_comes_back_within_a_minute(self, keys, network, clock):
        keys["one"]
        network.down = True
        clock[0] += HOUR
        keys["one"]
        network.down, network.keys = False, [key("EdDSA", "two")]
        clock[0] += MINUTE

        assert keys["two"].kid == "two"

    def test_answers_nonsense_and_the_keys_are_kept(self, keys, network, clock):
        keys["one"]
        keys._fetch = lambda url, timeout: {"error": "maintenance"}
        clock[0] += HOUR

        assert keys["one"].kid == "one"


class TestWhileOneThreadFetches:
    @pytest.fixture
    def slow(self, keys, network, clock):
        """The thread that fetches, the event that it has begun, and the one that lets it end."""
        keys["one"]
        begun, end = threading.Event(), threading.Event()

        def fetch(url, timeout):
            begun.set()
            end.wait(10)
            return network.fetch(url, timeout)

        keys._fetch = fetch
        return begun, end

    def test_others_go_on_with_the_old_keys(self, keys, clock, slow):
        begun, end = slow
        clock[0] += HOUR
        fetching = threading.Thread(target=keys.get, args=("one",))
        fetching.start()
        begun.wait(10)

        assert keys["one"].kid == "one"
        assert fetching.is_alive()
        end.set()
        fetching.join()

    def test_a_new_kid_waits_for_what_it_finds(self, keys, clock, slow, network):
        begun, end = slow
        network.keys = [key("EdDSA", "two")]
        clock[0] += HOUR
        fetching = threading.Thread(target=keys.get, args=("two",))
        fetching.start()
        begun.wait(10)
        threading.Timer(0.05, end.set).start()

        assert keys["two"].kid == "two"
        fetching.join()

    def test_many_that_wait_for_a_fetch_that_fails_try_no_other(self, keys, clock, slow, network):
        begun, end = slow
        network.down = True
        clock[0] += HOUR
        with ThreadPoolExecutor(8) as crowd:
            waiting = [crowd.submit(keys.get, f"invented-{number}") for number in range(8)]
            begun.wait(10)
            threading.Timer(0.1, end.set).start()
            found = {one.result() for one in waiting}

        assert (found, network.fetches) == ({None}, 2)

    def test_many_that_wait_for_the_first_keys_in_vain_do_not_try_in_turn(self, keys, clock):
        def time_out(url, timeout):
            threading.Event().wait(0.1)  # until all of them wait
            clock[0] += timeout
            raise FetchFailed("its answer takes too long")

        keys._fetch = time_out
        with ThreadPoolExecutor(8) as crowd:
            refusals = [
                one.exception() for one in [crowd.submit(keys.get, "one") for _ in range(8)]
            ]

        assert {type(refusal) for refusal in refusals} == {KeysUnavailable}
        assert clock[0] == 1000 + 5

    def test_one_that_comes_just_after_a_fetch_does_not_fetch_again(self, keys, network):
        keys["one"]
        keys._fetching = JustReleased()

        assert "invented" not in keys
        assert network.fetches == 1


class JustReleased:
    """The lock of a thread that has fetched between two looks of another thread."""

    def locked(self):
        return True

    def acquire(self, blocking):
        return True

    def release(self):
        pass


class TestHeldKeys:
    def test_are_none_before_the_first_token(self, keys):
        assert (len(keys), list(keys)) == (0, [])

    def test_are_those_that_were_fetched(self, keys):
        keys["one"]

        assert (len(keys), list(keys)) == (1, ["one"])


class TestOneOfAProcess:
    def test_is_made_once_however_many_ask_at_first(self, monkeypatch):
        def slowly():
            threading.Event().wait(0.05)
            return ResourceServerSettings.from_mapping(SETTINGS)

        monkeypatch.setattr(issuer, "get_resource_server_settings", slowly)
        with override_settings(DRF_JWT_KIT={}), ThreadPoolExecutor(8) as crowd:
            made = {id(one) for one in crowd.map(lambda _: get_issuer_keys(), range(8))}

        assert len(made) == 1


class TestLog:
    @pytest.fixture
    def told(self, caplog):
        caplog.set_level(logging.INFO, "drf_jwt_kit")
        return lambda: [(record.levelname, record.getMessage()) for record in caplog.records]

    def test_names_the_keys_once(self, keys, clock, told):
        keys["one"]
        clock[0] += HOUR
        keys["one"]

        assert told() == [("INFO", "event=issuer_keys issuer=https://login.example kids=one")]

    def test_names_each_of_them_in_order(self, keys, network, told):
        network.keys = [key("EdDSA", "two"), key("EdDSA", "one")]
        keys["one"]

        assert told() == [("INFO", "event=issuer_keys issuer=https://login.example kids=one,two")]

    def test_tells_of_another_key_under_a_name_that_stays(self, keys, network, clock, told):
        keys["one"]
        network.keys = [key("EdDSA", "one")]
        clock[0] += HOUR
        keys["one"]

        assert told()[1:] == told()[:1]

    def test_says_why_a_key_is_left_out_once(self, keys, network, clock, told):
        network.keys = [key(), {"kty": "oct", "k": "c2VjcmV0"}]
        keys["one"]
        clock[0] += HOUR
        keys["one"]

        assert told()[1:] == [
            (
                "WARNING",
                "event=issuer_key_left_out issuer=https://login.example place=1 why='Its kty, "
                "crv and alg do not fit an algorithm that is used here.'",
            )
        ]

    def test_says_why_fetching_failed(self, keys, network, told):
        network.down = True
        with pytest.raises(KeysUnavailable):
            keys["one"]

        assert told() == [
            (
                "ERROR",
                "event=issuer_keys_failed issuer=https://login.example error='it cannot be "
                "reached'",
            )
        ]

    def test_never_names_an_invented_kid(self, keys, clock, caplog):
        caplog.set_level("DEBUG")
        keys["one"]
        clock[0] += MINUTE
        keys.get("' OR 1=1 --")

        assert caplog.messages != []
        assert "OR 1=1" not in caplog.text
