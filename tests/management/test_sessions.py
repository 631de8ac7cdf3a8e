"""``jwtkit sessions`` shows who is logged in, and ends it."""

import os
import pty
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.db import OperationalError
from django.utils import timezone

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Cutoff, RevokedReason, Session
from drf_jwt_kit.sessions.account import user_id_of
from tests.conftest import claims_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(jwtkit):
    """The rows of a list, each a dict with the words of the head as keys."""

    def rows(*words):
        head, *lines = jwtkit("sessions", "list", *words).splitlines()
        keys = head.split("\t")
        return [dict(zip(keys, line.split("\t"), strict=True)) for line in lines]

    return rows


def ids(rows):
    return [row["ID"] for row in rows]


def sid(tokens):
    return claims_of(tokens.refresh)["sid"]


class TestList:
    def test_the_list_shows_a_session(self, clock, kit, user, listed):
        tokens = kit.sign_in(user, user_agent="Firefox")

        assert listed() == [
            {
                "ID": sid(tokens),
                "USER": user.get_username(),
                "DEVICE": "Firefox",
                "IP": "127.0.0.1",
                "CREATED": "2026-01-01 12:00:00",
                "LAST USED": "",
                "ENDS": "2026-01-02 12:00:00",
                "STATE": "live",
                "ACTOR": "",
                "BOUND": "",
            }
        ]

    def test_says_which_sessions_are_bound_to_their_device(self, settings, kit, user, listed):
        settings.DRF_JWT_KIT = {"DEVICE_BOUND": True}
        kit.sign_in(user)
        Session.objects.update(bound_key="{}", bound_since=0)

        assert listed()[0]["BOUND"] == "yes"

    def test_says_of_none_that_it_is_bound_where_no_proof_is_asked(self, kit, user, listed):
        kit.sign_in(user)
        Session.objects.update(bound_key="{}", bound_since=0)

        assert listed()[0]["BOUND"] == ""

    def test_says_who_acts_as_the_user_and_why(self, user, other_user, listed):
        sessions.start(user, actor=other_user, reason="Ticket 4711")

        assert listed()[0]["ACTOR"] == f"{user_id_of(other_user)} (Ticket 4711)"

    def test_shows_the_name_that_its_owner_gave_it(self, kit, user, listed):
        kit.sign_in(user, user_agent="curl")
        Session.objects.update(name="My phone", device="Firefox on Android")

        assert listed()[0]["DEVICE"] == "My phone (Firefox on Android)"

    def test_shows_the_live_ones_only_unless_all_are_asked_for(self, kit, user, listed):
        ended, live = kit.sign_in(user), kit.sign_in(user)
        kit.logout(ended.refresh)

        assert ids(listed()) == [sid(live)]
        assert sorted(ids(listed("--all"))) == sorted([sid(live), sid(ended)])

    def test_shows_those_of_one_user_newest_first(self, clock, kit, user, other_user, listed):
        first = kit.sign_in(user)
        clock.shift(1)
        second = kit.sign_in(user)
        kit.sign_in(other_user)

        assert ids(listed("--user", user.get_username())) == [sid(second), sid(first)]

    def test_has_a_head_alone_where_nobody_is_logged_in(self, jwtkit):
        assert jwtkit("sessions", "list").startswith("ID\tUSER\t")
        assert jwtkit("sessions", "list").count("\n") == 1

    def test_lets_no_client_write_on_the_terminal(self, kit, user, jwtkit):
        kit.sign_in(user)
        Session.objects.update(name="\x1b[2J\tFirefox\u202e", device="")

        assert "?[2J?Firefox?" in jwtkit("sessions", "list")

    def test_shows_nothing_that_a_token_could_be_made_from(self, kit, user, jwtkit):
        tokens = kit.sign_in(user)
        kit.refresh(tokens.refresh, idempotency_key="the key of a retry")
        row = tokens.session

        secrets = [row.secret, row.password_fingerprint, row.retry_key_hash, tokens.access]
        printed = jwtkit("sessions", "list", "--all")

        assert sid(tokens) in printed
        assert [secret for secret in secrets if secret in printed] == []

    def test_the_list_loads_no_secret(self, signed_in, jwtkit, queries):
        with queries() as made:
            assert sid(signed_in) in jwtkit("sessions", "list")

        columns = ('"secret"', "retry_key", "bound_key")
        assert [query for query in made if any(one in query for one in columns)] == []

    def test_takes_two_queries_for_fewer_than_a_thousand_sessions(self, kit, user, jwtkit, queries):
        kit.sign_in(user), kit.sign_in(user)

        with queries() as made:
            jwtkit("sessions", "list")

        assert len(made) == 2  # sessions and their users

    def test_goes_through_a_table_of_many_batches(self, kit, user, listed, monkeypatch):
        monkeypatch.setattr("drf_jwt_kit.sessions.upkeep._BATCH", 2)
        every = [sid(kit.sign_in(user)) for _ in range(5)]

        assert sorted(ids(listed())) == sorted(every)
        assert sorted(ids(listed("--user", user.get_username()))) == sorted(every)


class TestState:
    def state(self, listed):
        (row,) = listed("--all")
        return row["STATE"]

    @pytest.mark.parametrize("reason", RevokedReason)
    def test_says_why_a_session_was_ended(self, signed_in, listed, reason):
        Session.objects.update(revoked_at=timezone.now(), revoked_reason=reason)

        assert self.state(listed) == f"ended: {reason.label}"

    def test_says_a_reason_that_the_project_gave(self, signed_in, listed):
        Session.objects.update(revoked_at=timezone.now(), revoked_reason="stolen laptop")

        assert self.state(listed) == "ended: stolen laptop"

    def test_says_that_a_session_was_not_refreshed_in_time(self, clock, signed_in, listed):
        clock.shift(timedelta(days=1))

        assert self.state(listed) == "ended: was not refreshed in time"

    def test_says_that_a_session_is_too_old(self, clock, signed_in, listed):
        Session.objects.update(expires_at=timezone.now())

        assert self.state(listed) == "ended: reached its maximum age"

    def test_says_that_all_were_ended(self, clock, signed_in, jwtkit, listed):
        clock.shift(1)
        jwtkit("sessions", "revoke", "--all", "--noinput")

        assert self.state(listed) == "ended: all sessions were ended"

    @pytest.mark.parametrize(
        ("column", "value", "reason"),
        [
            ("is_active", False, RevokedReason.USER_INACTIVE),
            ("password", "md5$new$hash", RevokedReason.PASSWORD_CHANGED),
        ],
    )
    def test_says_what_the_next_refresh_would_find_out(
        self, signed_in, listed, column, value, reason
    ):
        get_user_model().objects.update(**{column: value})  # sends no signal

        assert self.state(listed) == f"ended: {reason.label}"
        assert listed() == []

    def test_says_that_a_user_is_gone_whom_nobody_deleted_through_django(
        self, signed_in, user, listed
    ):
        get_user_model().objects.filter(pk=user.pk)._raw_delete("default")

        assert self.state(listed) == "ended: the user was deleted"


class TestWho:
    def test_is_a_name_or_a_primary_key(self, signed_in, user, listed):
        assert ids(listed("--user", user.get_username())) == [sid(signed_in)]
        assert ids(listed("--user", str(user.pk))) == [sid(signed_in)]
        assert ids(listed("--user-id", str(user.pk))) == [sid(signed_in)]

    @pytest.mark.parametrize("option", ["--user", "--user-id"])
    @pytest.mark.parametrize("said", ["nobody", "10" * 30])
    def test_the_user_argument_must_name_somebody(self, db, jwtkit, option, said):
        with pytest.raises(CommandError, match="No user has the "):
            jwtkit("sessions", "list", option, said)

    def test_the_user_argument_must_name_one_user(self, user, default_user_model, listed, jwtkit):
        other = get_user_model().objects.create_user(str(user.pk))

        with pytest.raises(CommandError) as error:
            jwtkit("sessions", "list", "--user", str(user.pk))

        assert f"{other.username} ({other.pk})" in str(error.value)
        assert f"ada ({user.pk})" in str(error.value)
        assert listed("--user-id", str(user.pk)) == []

    def test_a_user_is_named_once(self, user, jwtkit):
        with pytest.raises(CommandError, match="not both"):
            jwtkit("sessions", "list", "--user", "ada", "--user-id", "1")


class TestRevoke:
    def test_revoking_a_session_ends_that_one(self, kit, user, jwtkit):
        one, other = kit.sign_in(user), kit.sign_in(user)

        assert jwtkit("sessions", "revoke", sid(one)) == "Ended 1 session.\n"
        assert one.session.revoked_reason == RevokedReason.BY_ADMIN
        assert other.session.revoked_at is None

    def test_revoking_what_has_ended_is_no_error(self, signed_in, jwtkit):
        jwtkit("sessions", "revoke", sid(signed_in))

        assert jwtkit("sessions", "revoke", sid(signed_in)) == (
            f"Ended 0 sessions.\nAlready ended: {sid(signed_in)}.\n"
        )

    def test_an_unknown_session_is_an_error_after_the_others_were_ended(self, signed_in, jwtkit):
        unknown = uuid.uuid4()

        with pytest.raises(CommandError, match=f"No session has this id: {unknown}."):
            jwtkit("sessions", "revoke", str(unknown), sid(signed_in))

        assert signed_in.session.revoked_at is not None

    def test_ends_all_of_a_user(self, kit, user, other_user, jwtkit):
        kit.sign_in(user), kit.sign_in(user)
        others = kit.sign_in(other_user)

        said = jwtkit("sessions", "revoke", "--user", user.get_username())

        assert said == f"Ended 2 sessions of {user.get_username()} ({user.pk}).\n"
        assert others.session.revoked_at is None

    @pytest.mark.parametrize("words", [("list",), ("list", "--all"), ("revoke", "--user-id")])
    def test_no_name_of_a_user_moves_the_cursor(self, kit, user, jwtkit, words):
        kit.sign_in(user)
        field = user.USERNAME_FIELD
        type(user)._base_manager.filter(pk=user.pk).update(**{field: "ada\x1b]0;x\x07\u202e"})
        words += (str(user.pk),) if words[-1] == "--user-id" else ()

        assert "ada?]0;x??" in jwtkit("sessions", *words)

    def test_no_names_of_users_move_the_cursor_where_one_is_asked_for(
        self, user, other_user, default_user_model, jwtkit
    ):
        name = f"{user.pk}"
        other_user.username, user.username = name, "ada\x1b[2J"
        other_user.save(), user.save()

        with pytest.raises(CommandError, match=r"ada\?\[2J"):
            jwtkit("sessions", "revoke", "--user", name)

    @pytest.mark.parametrize("reason", ["\x1b[2J", "\u202eevil"])
    def test_no_reason_of_a_project_moves_the_cursor(self, signed_in, jwtkit, reason):
        sessions.revoke(signed_in.session.pk, reason=reason)

        assert f"ended: {reason[1:]}" in jwtkit("sessions", "list", "--all")

    def test_ends_all_of_everybody(self, clock, kit, signed_in, jwtkit):
        clock.shift(1)

        said = jwtkit("sessions", "revoke", "--all", "--noinput")

        assert said == "Ended every session that began before 2026-01-01 12:00:01.\n"
        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"

    @pytest.mark.parametrize("answer", ["no", "y", ""])
    def test_revoking_everybody_asks_before(self, db, jwtkit, monkeypatch, answer):
        monkeypatch.setattr("builtins.input", lambda prompt: answer)

        with pytest.raises(CommandError, match="Nothing was ended"):
            jwtkit("sessions", "revoke", "--all")

        assert not Cutoff.objects.exists()

    def test_revoking_everybody_is_done_after_a_yes(
        self, clock, kit, signed_in, jwtkit, monkeypatch
    ):
        monkeypatch.setattr("builtins.input", lambda prompt: "yes")
        clock.shift(1)

        jwtkit("sessions", "revoke", "--all")

        assert kit.refresh(signed_in.refresh).status_code == 401

    def test_revoking_everybody_is_not_done_where_nobody_can_be_asked(self, jwtkit, monkeypatch):
        def nobody(prompt):
            raise EOFError

        monkeypatch.setattr("builtins.input", nobody)

        with pytest.raises(CommandError, match="--noinput"):
            jwtkit("sessions", "revoke", "--all")

    @pytest.mark.parametrize(
        "words", [[], ["--all", "--user", "ada"], [str(uuid.uuid4()), "--user", "ada"]]
    )
    def test_wants_to_know_which(self, user, default_user_model, jwtkit, words):
        with pytest.raises(CommandError, match="Name what to end"):
            jwtkit("sessions", "revoke", *words)

    def test_revoke_takes_ids_only(self, jwtkit):
        with pytest.raises(CommandError, match="invalid UUID value: 'ada'"):
            jwtkit("sessions", "revoke", "ada")


def test_the_words_of_a_driver_are_not_shown(jwtkit, monkeypatch):
    def fail(*args, **kwargs):
        raise OperationalError(2005, "Unknown server host 'half-a-password@db'")

    monkeypatch.setattr("drf_jwt_kit.sessions.upkeep.stored", fail)

    with pytest.raises(CommandError) as raised:
        jwtkit("sessions", "list")

    assert str(raised.value) == (
        "The database does not answer, or is not migrated: OperationalError 2005 (--traceback "
        "shows more)"
    )


def test_a_database_that_does_not_answer_is_an_error_of_the_command(jwtkit, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr("drf_jwt_kit.sessions.upkeep.stored", away)

    with pytest.raises(CommandError, match="does not answer, or is not migrated: OperationalError"):
        jwtkit("sessions", "list")


class TestInAShell:
    def test_columns_are_aligned_on_a_terminal(self, shell):
        shell.fill(live=2)
        terminal, its_end = pty.openpty()

        shell.start("sessions", "list", stdout=its_end).communicate(timeout=60)
        os.close(its_end)
        head, *lines, _ = os.read(terminal, 10_000).decode().split("\r\n")
        os.close(terminal)

        assert [line.index("live") for line in lines] == [head.index("STATE")] * 2
        assert "\t" not in head

    def test_whoever_reads_may_stop_at_any_time(self, shell):
        shell.fill(live=3000)

        process = shell.start("sessions", "list")
        process.stdout.readline()
        process.stdout.close()

        assert process.stderr.read() == ""
        process.stderr.close()
        assert process.wait(timeout=60) == 0

    def test_a_character_that_a_terminal_does_not_know_is_a_question_mark(self, shell, monkeypatch):
        shell.fill(live=1, name="Zoë")
        monkeypatch.setenv("PYTHONIOENCODING", "ascii")

        assert "\tZo?\t" in shell.jwtkit("sessions", "list")

    def test_an_unknown_character_in_the_name_of_a_user_is_a_question_mark(
        self, shell, monkeypatch
    ):
        shell.fill(live=1)
        monkeypatch.setenv("PYTHONIOENCODING", "ascii")
        shell.run(["-c", RENAMED])

        assert "of Zo? (1)" in shell.jwtkit("sessions", "revoke", "--user-id", "1")


RENAMED = """
import django; django.setup()
from django.contrib.auth import get_user_model
get_user_model().objects.update(username="Zo\\xeb")
"""
