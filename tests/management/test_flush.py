"""``jwtkit flush`` says how far it is, can be stopped, and counts what it did."""

import os
import pty
import re
import signal
from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.db import OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from drf_jwt_kit.models import Cutoff, Session


@pytest.fixture
def one_dead_of_two(kit, user):
    dead, _ = kit.sign_in(user), kit.sign_in(user)
    past = timezone.now() - timedelta(days=1)
    Session.objects.filter(pk=dead.session.pk).update(revoked_at=past)


@pytest.mark.usefixtures("one_dead_of_two")
class TestWhatItSays:
    def test_is_how_many_were_deleted_and_how_many_are_left(self, jwtkit):
        assert jwtkit("flush") == "Sessions: 1 deleted, 1 kept.\n"
        assert Session.objects.count() == 1

    def test_is_that_a_dry_run_deletes_nothing(self, jwtkit):
        assert jwtkit("flush", "--dry-run") == "Sessions: 1 would be deleted, 1 kept.\n"
        assert Session.objects.count() == 2

    def test_is_what_is_kept_to_be_looked_at(self, jwtkit):
        assert jwtkit("flush", "--keep-days", "2") == "Sessions: 0 deleted, 2 kept.\n"

    def test_is_how_many_ends_of_all_sessions_went_too(self, jwtkit):
        for days in (1, 2):
            Cutoff.objects.create(valid_after=timezone.now() - timedelta(days=days))

        assert jwtkit("flush").endswith("Ends of all sessions: 1 deleted.\n")

    def test_is_nothing_at_verbosity_0(self, jwtkit):
        assert jwtkit("flush", verbosity=0) == ""
        assert Session.objects.count() == 1


@pytest.fixture
def four_dead_of_ten(kit, user):
    """The oldest ones."""
    logins = [kit.sign_in(user).session.pk for _ in range(10)]
    past = timezone.now() - timedelta(days=1)
    Session.objects.filter(pk__in=logins[:4]).update(revoked_at=past)


@pytest.mark.parametrize(
    ("options", "verb"), [([], "deleted"), (["--dry-run"], "would be deleted")]
)
def test_how_far_it_is_is_told_with_what_it_did_so_far(jwtkit, four_dead_of_ten, options, verb):
    assert jwtkit("flush", "--batch-size", "2", *options).splitlines() == [
        f"20%  2 {verb}, 0 kept",
        f"40%  4 {verb}, 0 kept",
        f"60%  4 {verb}, 2 kept",
        f"80%  4 {verb}, 4 kept",
        f"91%  4 {verb}, 6 kept",
        f"Sessions: 4 {verb}, 6 kept.",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [["--batch-size", "0"], ["--keep-days", "-1"], ["--keep-days", "40000"]]
)
def test_a_number_that_cannot_be_is_refused(jwtkit, wrong):
    with pytest.raises(CommandError, match="must be"):
        jwtkit("flush", *wrong)


def test_a_database_that_gives_up_is_told_with_how_far_it_came(
    jwtkit, one_dead_of_two, monkeypatch
):
    def locked(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr("django.db.models.query.QuerySet.delete", locked)

    with pytest.raises(
        CommandError, match=r"failed \(OperationalError; .*\) at 0% of the table: 0"
    ):
        jwtkit("flush")


@pytest.fixture
def ctrl_c():
    """A function that sets what Ctrl-C does in this process, until the end of the test."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda handler: signal.signal(signal.SIGINT, handler)
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def pressed_while_deleting(monkeypatch):
    """Ctrl-C is pressed during the deletion of each batch."""
    deleted = QuerySet.delete

    def delete(rows):
        signal.raise_signal(signal.SIGINT)
        return deleted(rows)

    monkeypatch.setattr(QuerySet, "delete", delete)


@pytest.mark.usefixtures("one_dead_of_two", "pressed_while_deleting")
class TestCtrlC:
    def test_ends_the_batch_and_says_how_far_it_came(self, jwtkit, ctrl_c):
        ctrl_c(signal.default_int_handler)

        with pytest.raises(CommandError, match=r"Interrupted at 50% of the table: 1") as error:
            jwtkit("flush", "--batch-size", "1")

        assert error.value.returncode == 130
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_stopping_after_the_last_batch_changes_nothing(self, jwtkit, ctrl_c):
        ctrl_c(signal.default_int_handler)

        assert jwtkit("flush") == "Sessions: 1 deleted, 1 kept.\n"

    def test_stays_ignored_where_it_is_ignored(self, jwtkit, ctrl_c):
        ctrl_c(signal.SIG_IGN)

        assert jwtkit("flush").endswith("Sessions: 1 deleted, 1 kept.\n")
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_a_log_gets_a_plain_line_for_each_tenth(shell):
    shell.fill(live=3, dead=200)

    *lines, last = shell.jwtkit("flush", "--batch-size", "2").splitlines()

    assert last == "Sessions: 200 deleted, 3 kept."
    assert len(lines) == 9
    assert [line for line in lines if not re.fullmatch(r"\d+%  \d+ deleted, \d kept", line)] == []
    assert [int(line.split("%")[0]) // 10 for line in lines] == sorted(range(1, len(lines) + 1))


def test_a_terminal_gets_the_same_lines(shell):
    shell.fill(dead=20)
    terminal, its_end = pty.openpty()

    shell.start("flush", "--batch-size", "5", stdout=its_end).communicate(timeout=60)
    os.close(its_end)
    shown = os.read(terminal, 10_000).decode().split("\r\n")
    os.close(terminal)

    assert shown[0] == "25%  5 deleted, 0 kept"
    assert shown[-2:] == ["Sessions: 20 deleted, 0 kept.", ""]


@pytest.fixture
def stopped(shell):
    """A function that stops a flush of a thousand batches while it runs: its end, and its words."""

    def stop(how, *, batch_size):
        shell.fill(dead=1000 * batch_size)
        process = shell.start("flush", "--batch-size", str(batch_size))
        process.stdout.readline()
        process.send_signal(how)
        _, err = process.communicate(timeout=60)
        return process.returncode, err

    return stop


def test_ctrl_c_says_how_far_it_came(stopped):
    returncode, err = stopped(signal.SIGINT, batch_size=1)

    assert returncode == 130
    assert re.fullmatch(
        r"CommandError: Interrupted at \d+% of the table: .*\. Run it again to go on\.\n", err
    )


def test_ctrl_c_ends_the_batch_and_counts_it(shell, stopped):
    _, err = stopped(signal.SIGINT, batch_size=1)

    assert 0 < deleted_in(err) < 1000
    assert deleted_in(err) + deleted_in(shell.jwtkit("flush")) == 1000


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_leaves_no_batch_half_deleted(shell, stopped, how):
    stopped(how, batch_size=5)

    left = deleted_in(shell.jwtkit("flush"))

    assert 0 < left < 5000
    assert left % 5 == 0


def test_sigterm_ends_it_as_it_ends_any_program(stopped):
    returncode, err = stopped(signal.SIGTERM, batch_size=1)

    assert (returncode, err) == (-signal.SIGTERM, "")


def deleted_in(said):
    """The last number of deleted sessions."""
    return int(re.findall(r"([\d,]+) deleted", said)[-1].replace(",", ""))
