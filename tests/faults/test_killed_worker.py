"""A worker dies after its write was committed, before it has answered."""

import os
import signal
from http.client import HTTPException

import pytest

from tests.conftest import claims_of
from tests.races.together import meanwhile


@pytest.fixture(scope="module")
def site(database, serve):
    return serve(database, workers=2, threads=2, CONN_MAX_AGE=60)


@pytest.fixture
def unanswered(site):
    """A refresh token whose exchange was written, and whose client has heard nothing."""
    tokens = site.kit().sign_in(site.newcomer())
    hold = site.hold()
    headers = {**hold.after_write, "Idempotency-Key": "stored before asking"}
    answer = meanwhile(lambda: site.kit().refresh(tokens.refresh, **headers))
    (worker,) = hold.wait()

    os.kill(worker, signal.SIGKILL)

    with pytest.raises((HTTPException, OSError)):
        answer.result()
    return tokens.refresh


def later(site, refresh):
    site.act("time_passes", session=claims_of(refresh)["sid"], seconds=60)


def goes_on(site, answer, generation=1):
    tokens = answer.json()
    assert claims_of(tokens["refresh"])["gen"] == generation
    return site.kit().get_with(tokens["access"]).status_code == 200


def test_the_write_of_a_killed_worker_stays(site, unanswered):
    row = site.row(claims_of(unanswered)["sid"])

    assert (row["generation"], row["revoked"]) == (1, False)


def test_the_client_asks_again_within_the_leeway_and_goes_on(site, unanswered):
    assert goes_on(site, site.kit().refresh(unanswered))


def test_the_client_goes_on_later_with_its_retry_key(site, unanswered):
    later(site, unanswered)

    answer = site.kit().refresh(unanswered, Idempotency_Key="stored before asking")

    assert goes_on(site, answer, generation=2)


def test_later_without_the_key_it_looks_like_theft(site, unanswered):
    later(site, unanswered)

    assert site.kit().refresh(unanswered).json()["reason"] == "session_ended"
