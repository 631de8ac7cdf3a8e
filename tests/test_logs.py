"""What is logged: named events, and never a token, a key or a password."""

import ast
import logging
import re
import subprocess
import sys
from pathlib import Path
from unittest import mock
from uuid import uuid4

import pytest

import drf_jwt_kit
from drf_jwt_kit import sessions
from drf_jwt_kit.keys import get_ring
from drf_jwt_kit.models import RevokedReason
from drf_jwt_kit.sessions.account import user_id_of
from drf_jwt_kit.sessions.events import log
from tests.child import environment
from tests.conftest import PASSWORD, claims_of, forge
from tests.leaks import Leak, Watch

from .docs.pages import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture
def events(caplog):
    caplog.set_level(logging.INFO, logger="drf_jwt_kit")
    return lambda: [record.getMessage().split()[0] for record in caplog.records
                    if record.name == "drf_jwt_kit"]  # fmt: skip


@pytest.mark.django_db(transaction=True)
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


@pytest.mark.parametrize("token", ["access", "refresh"])
def test_a_refused_token_is_logged_with_the_reason_that_its_client_is_not_told(
    kit, user, caplog, token
):
    tokens = kit.sign_in(user)
    kit.logout(tokens.refresh)
    caplog.set_level(logging.INFO, logger="drf_jwt_kit")

    answer = kit.get_with(tokens.access) if token == "access" else kit.refresh(tokens.refresh)

    assert answer.json()["reason"] == "session_ended"
    session, named = tokens.session.pk, user_id_of(user)
    line = f"event=refused token={token} session={session} user={named} verdict=revoked"
    assert [(record.levelname, record.getMessage()) for record in caplog.records
            if record.name == "drf_jwt_kit"] == [("INFO", line)]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_end_of_a_users_sessions_is_logged_with_their_number(kit, user, caplog):
    one, _, _ = kit.sign_in(user), kit.sign_in(user), kit.sign_in(user)
    caplog.set_level(logging.INFO, logger="drf_jwt_kit")

    kit.logout(one.refresh)
    sessions.revoke(user=user)
    sessions.revoke(user=user)

    assert caplog.messages == [
        f"event=revoked session={one.session.pk} user={user.pk} reason=logout count=1",
        f"event=revoked session=all user={user.pk} reason=by_project count=2",
    ]


def test_a_generation_ahead_is_an_error(kit, signed_in, caplog):
    kit.refresh(forge(signed_in.refresh, gen=9, jti=signed_in.session.jti_of(9)))

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


class TestFields:
    """What a formatter of JSON finds beside the words: tests/operations/test_json_logs.py."""

    PACKAGE = Path(drf_jwt_kit.__file__).parent

    def calls(self):
        """Each call that writes a line, in the whole package."""
        for path in self.PACKAGE.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if name in {"log", "events.log", "_log_after_commit"}:
                    yield node

    def test_one_module_alone_has_a_logger(self):
        having = [
            path.name for path in self.PACKAGE.rglob("*.py") if "getLogger" in path.read_text()
        ]

        assert having == ["logs.py"]

    def test_none_has_the_name_of_what_records_have_anyway(self):
        record = logging.LogRecord("name", logging.INFO, "path", 1, "msg", (), None)
        taken = {*vars(record), "message", "asctime", "taskName", "event"}

        names = {word.arg for call in self.calls() for word in call.keywords if word.arg}
        table = (ROOT / "docs/reference/signals-and-logs.md").read_text()
        names |= set(re.findall(r"`(\w+)`", table.partition("<!-- table: events -->")[2]))
        assert len(names) > 30
        assert names & taken == set()

    def test_each_is_a_number_text_or_nothing(self, caplog):
        caplog.set_level(logging.INFO, logger="drf_jwt_kit")
        session = uuid4()

        log("tried", session=session, user=7, count=2, reason=RevokedReason.REUSED, kids=None)

        (record,) = caplog.records
        assert (record.event, record.session, record.user) == ("tried", str(session), "7")
        assert (record.count, record.reason, record.kids) == (2, "reused", None)
        assert type(record.reason) is str

    def test_the_template_tells_events_apart(self, caplog):
        caplog.set_level(logging.INFO, logger="drf_jwt_kit")

        log("tried", session="x")

        assert caplog.records[0].msg == "event=tried%s"

    def test_a_line_below_the_level_costs_nothing(self, caplog):
        class Unshowable:
            def __str__(self):
                raise AssertionError

        logger = logging.getLogger("drf_jwt_kit")
        with mock.patch.object(logger, "isEnabledFor", return_value=False):
            log("tried", session=Unshowable())

        assert caplog.records == []


class TestTheWatchOverTheWholeRun:
    """tests/leaks.py, which reads everything that any logger is given in any test."""

    @pytest.fixture
    def watch(self, signed_in):
        watch = Watch()
        watch.know_tokens(signed_in.refresh)
        watch.know(PASSWORD, "password")
        watch.know(signed_in.session.secret, "session secret")
        watch.know(get_ring().signing.signing_key, "key")
        return watch

    @pytest.mark.parametrize(
        ("planted", "kind"),
        [
            (lambda tokens: tokens.access, "token"),
            (lambda tokens: tokens.refresh[:40], "token"),
            (lambda tokens: claims_of(tokens.refresh)["jti"], "jti"),
            (lambda tokens: tokens.refresh.split(".")[2], "signature"),
            (lambda tokens: tokens.session.secret, "session secret"),
            (lambda tokens: PASSWORD, "password"),
            (lambda tokens: repr(get_ring().signing.signing_key), "key"),
            (lambda tokens: get_ring().signing.signing_key.hex(), "key"),
        ],
    )
    def test_finds_what_is_planted(self, watch, signed_in, planted, kind):
        watch.add("shop.views", f"event=paid by={planted(signed_in)!s}.")

        assert watch.leaks() == [Leak(logger="shop.views", event="paid", kind=kind)]

    def test_finds_what_it_learns_to_be_secret_later(self, signed_in):
        watch = Watch()
        watch.add("shop.views", claims_of(signed_in.refresh)["jti"])
        watch.leaks()

        watch.know_tokens(signed_in.refresh)

        assert watch.leaks_of_the_run() == [Leak(logger="shop.views", event="", kind="jti")]

    def test_takes_session_and_user_for_no_secrets(self, watch, signed_in, user):
        watch.add("drf_jwt_kit", f"event=started session={signed_in.session.pk} user={user.pk}")

        assert watch.leaks() == []

    @pytest.mark.parametrize("processes", [[], ["-n", "1"]], ids=["alone", "xdist"])
    def test_fails_a_run_and_names_logger_and_event(self, tmp_path, processes):
        test = tmp_path / "test_planted.py"
        test.write_text(PLANTED)

        run = subprocess.run(
            [sys.executable, "-m", "pytest", *("-p", "tests.leaks", "-p", "no:cacheprovider"),
             *("-c", str(ROOT / "pyproject.toml"), *processes, str(test))],
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip

        assert run.returncode == 1
        assert "Leak(logger='shop.views', event='paid', kind='jti')" in run.stdout
        assert run.stdout.count("1 passed") == 1
        assert "1 error" in run.stdout


PLANTED = """
import logging
import jwt

def test_that_leaks():
    jwt.encode({"jti": "0123456789abcdef0123"}, "a key of some thirty-two bytes or more")
    logging.getLogger("shop.views").debug("event=paid jti=%s", "0123456789abcdef0123")
"""
