"""Tests of a project that makes its tables without migrations, as ``--nomigrations`` does."""

from tests.child import specifications


def test_requests_make_no_query_there_either():
    answer = specifications(
        "tests.settings",
        *("-n", "0", "--nomigrations"),
        *("tests/flows/test_stateless.py", "tests/sessions/test_place.py"),
    )

    assert answer.returncode == 0, answer.stdout[-4000:]
