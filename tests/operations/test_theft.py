"""A theft is told once by each way of telling, and a broken client by its own word alone."""

import logging
from datetime import timedelta

import pytest

from drf_jwt_kit import signals

pytestmark = pytest.mark.django_db(transaction=True)

SIGNALS = ("refresh_reused", "refresh_followed", "refresh_repeated", "session_revoked")
OF_A_THEFT = {("thefts_total",), ("followed_total",), ("ends_total", "reused")}
RETRY_KEY = "a retry key of 32 characters, or"


@pytest.fixture
def sent():
    """The names of the signals that were sent, in order."""
    names, receivers = [], []
    for name in SIGNALS:
        receivers.append(lambda name=name, **_: names.append(name))
        getattr(signals, name).connect(receivers[-1], weak=False)
    yield names
    for name, receiver in zip(SIGNALS, receivers, strict=True):
        getattr(signals, name).disconnect(receiver)


@pytest.fixture
def logged(caplog):
    """The events that were logged, in order."""
    caplog.set_level(logging.INFO, logger="drf_jwt_kit")
    return lambda: [one.event for one in caplog.records if one.name == "drf_jwt_kit"]


@pytest.fixture
def stolen(kit, user, clock):
    """A refresh token that its owner has used a minute ago, and a thief still has."""
    tokens = kit.sign_in(user)
    kit.rotate(tokens.refresh)
    clock.shift(timedelta(minutes=1))
    return tokens.refresh


class TestATheft:
    def test_writes_one_line_in_the_request_that_finds_it(self, kit, stolen, logged):
        kit.refresh(stolen)

        assert logged().count("reused") == 1
        assert not {"duplicate", "collected", "refresh_followed"}.intersection(logged())

    def test_sends_one_signal(self, kit, stolen, sent):
        kit.refresh(stolen)

        assert sent == ["session_revoked", "refresh_reused"]

    def test_raises_one_number(self, kit, stolen, scrape):
        kit.refresh(stolen)

        risen = scrape.risen()
        assert {key: risen.get(key, 0) for key in OF_A_THEFT} == {
            ("thefts_total",): 1,
            ("ends_total", "reused"): 1,
            ("followed_total",): 0,
        }
        assert not any(name == "repeats_total" for name, *_ in risen)

    def test_is_told_once_however_often_the_token_is_tried_again(
        self, kit, stolen, logged, sent, scrape
    ):
        for _ in range(5):
            kit.refresh(stolen)

        assert logged().count("reused") == sent.count("refresh_reused") == 1
        assert scrape.risen()["thefts_total",] == 1


class TestABrokenClient:
    @pytest.fixture(params=["refreshes twice at once", "loses an answer, and asks again"])
    def word(self, request, kit, user, clock):
        """What a client does that harms nobody, and the word of the log for that."""
        twice = request.param == "refreshes twice at once"
        first = kit.sign_in(user)

        def play():
            key = {} if twice else {"Idempotency_Key": RETRY_KEY}
            kit.refresh(first.refresh, **key)
            clock.shift(timedelta(seconds=1 if twice else 60))
            assert kit.refresh(first.refresh, **key).status_code == 200

        return play, "duplicate" if twice else "collected"

    def test_writes_its_own_word_and_none_of_a_theft(self, word, logged):
        play, named = word
        before = len(logged())

        play()

        told = [event for event in logged()[before:] if event != "refreshed"]
        assert told == [named]

    def test_sends_its_own_signal_and_none_of_a_theft(self, word, sent):
        play, _ = word

        play()

        assert sent == ["refresh_repeated"]

    def test_raises_its_own_number_and_none_of_a_theft(self, word, scrape):
        play, _ = word

        play()

        risen = scrape.risen()
        assert sum(count for (name, *_), count in risen.items() if name == "repeats_total") == 1
        assert OF_A_THEFT.intersection(risen) == set()
