"""What is logged: named events, and never a token, a key or a password."""

import logging

import pytest

from drf_jwt_kit import sessions
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.sessions.events import log
from drf_jwt_kit.tokens.types import expected_jti
from tests.conftest import PASSWORD, claims_of, forge

pytestmark = pytest.mark.django_db


@pytest.fixture
def events(caplog):
    caplog.set_level(logging.INFO, logger="drf_jwt_kit")
    return lambda: [record.getMessage().split()[0] for record in caplog.records
                    if record.name == "drf_jwt_kit"]  # fmt: skip


def test_a_life_reads_as_events(past_leeway, kit, user, events, caplog):
    tokens = kit.sign_in(user)
    kit.rotate(tokens.refresh)
    kit.rotate(tokens.refresh)
    past_leeway()
    kit.refresh(tokens.refresh)

    names = ["started", "refreshed", "duplicate", "revoked", "reused", "refused"]
    assert events() == [f"event={name}" for name in names]
    assert f"session={tokens.session.pk}" in caplog.text
    assert "verdict=reused" in caplog.text


def test_a_generation_ahead_is_an_error(kit, signed_in, caplog):
    kit.refresh(forge(signed_in.refresh, gen=9, jti=expected_jti(signed_in.session, 9)))

    (record,) = [r for r in caplog.records if "verdict=ahead" in r.getMessage()]
    assert record.levelno == logging.ERROR


def test_no_token_key_or_password_is_ever_in_it(past_leeway, kit, user, caplog):
    caplog.set_level(logging.DEBUG)
    tokens = kit.sign_in(user)
    newest = kit.rotate(tokens.refresh)
    past_leeway()
    kit.refresh(tokens.refresh)
    kit.get_with(newest.access)
    kit.post_json("", {user.USERNAME_FIELD: user.get_username(), "password": "wrong-" + PASSWORD})
    kit.logout(newest.refresh)
    sessions.revoke(user=user)

    secrets = [PASSWORD, str(get_ring().signing.signing_key), tokens.session.secret]
    for token in (tokens.access, tokens.refresh, newest.access, newest.refresh):
        secrets += [token, token.split(".")[2], claims_of(token)["jti"]]
    assert [secret for secret in secrets if secret in caplog.text] == []


def test_a_value_cannot_forge_a_second_field_or_line(caplog):
    caplog.set_level(logging.INFO, logger="drf_jwt_kit")

    log("refused", user="1 event=started\nevent=x", empty="")

    assert caplog.messages == [r"event=refused user='1 event=started\nevent=x' empty=''"]
