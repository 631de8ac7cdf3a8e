"""What is timed is the work and nothing else."""

import gc

import pytest
from django.db import connection

from benchmarks.counting import commits_of
from benchmarks.timing import Operation, seconds_in_database, seconds_of


class Clock:
    """Goes on by what is worked, and by nothing else."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def work(self, seconds):
        self.now += seconds


def test_what_is_prepared_counts_for_nothing():
    clock = Clock()
    operation = Operation(lambda: clock.work(5.0) or 2.0, clock.work)

    assert seconds_of(operation, times=4, clock=clock) == 2.0


def test_what_is_done_before_counts_for_nothing():
    clock, due = Clock(), iter([100.0, 2.0, 2.0])
    operation = Operation(lambda: None, lambda _: clock.work(next(due)))

    assert seconds_of(operation, times=2, before=1, clock=clock) == 2.0


def test_no_statement_is_timed_inside_the_timed_part():
    seen = []
    operation = Operation(lambda: None, lambda _: seen.extend(connection.execute_wrappers))

    seconds_of(operation)

    assert seen == []


@pytest.mark.django_db
def test_statements_are_timed_apart():
    clock = Clock()

    def work(_):
        clock.work(7.0)
        with connection.execute_wrapper(lambda execute, *given: clock.work(3.0) or execute(*given)):
            connection.cursor().execute("SELECT 1")

    assert seconds_in_database(Operation(lambda: None, work), connection, clock=clock) == 3.0


def test_the_garbage_collector_waits_and_goes_on():
    seen = []

    seconds_of(Operation(lambda: None, lambda _: seen.append(gc.isenabled())))

    assert (seen, gc.isenabled()) == ([False], True)


def test_the_garbage_collector_goes_on_after_a_failure():
    with pytest.raises(ZeroDivisionError):
        seconds_of(Operation(lambda: 0, lambda nothing: 1 / nothing))

    assert gc.isenabled()


@pytest.mark.parametrize(
    ("statements", "commits"),
    [
        (["SELECT 1"], 0),
        (["INSERT …"], 1),
        (["UPDATE …", "UPDATE …"], 2),
        (["BEGIN", "INSERT …", "UPDATE …", "COMMIT"], 1),
        (["BEGIN", "SELECT 1", "COMMIT"], 0),
        (["BEGIN", "INSERT …", "ROLLBACK", "DELETE …"], 1),
        (["BEGIN", "INSERT …", "ROLLBACK TO SAVEPOINT s", "DELETE …", "COMMIT"], 1),
    ],
)
def test_a_commit_is_a_transaction_that_wrote(statements, commits):
    assert commits_of(statements) == commits
