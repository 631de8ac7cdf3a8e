"""A log in JSON has the fields of each line by their names, as python-json-logger writes it."""

import io
import json
import logging

import pytest
from pythonjsonlogger.json import JsonFormatter

from drf_jwt_kit import sessions
from drf_jwt_kit.sessions.account import user_id_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def written():
    """The lines that were written, read as JSON."""
    stream, logger = io.StringIO(), logging.getLogger("drf_jwt_kit")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger.removeHandler(handler)
    logger.setLevel(level)


def test_a_theft_reads_as_fields(past_leeway, kit, user, written):
    tokens = kit.sign_in(user)
    kit.rotate(tokens.refresh)
    past_leeway()
    kit.refresh(tokens.refresh)

    (line,) = [one for one in written() if one["event"] == "reused"]
    session = str(tokens.session.pk)
    assert line == {
        "levelname": "WARNING",
        "message": f"event=reused session={session} user={user.pk} presented=0 stored=1",
        "event": "reused",
        "session": session,
        "user": str(user.pk),
        "presented": 0,
        "stored": 1,
    }


def test_the_end_of_all_sessions_has_its_reason_as_text(kit, user, written):
    kit.sign_in(user)
    kit.sign_in(user)
    sessions.revoke(user=user)

    (line,) = [one for one in written() if one["event"] == "revoked"]
    assert (line["session"], line["reason"], line["count"]) == ("all", "by_project", 2)


def test_a_refusal_has_its_verdict(kit, user, written):
    tokens = kit.sign_in(user)
    kit.logout(tokens.refresh)
    kit.get_with(tokens.access)

    line = written()[-1]
    assert (line["event"], line["token"], line["verdict"], line["user"]) == (
        *("refused", "access", "revoked"),
        user_id_of(user),
    )
