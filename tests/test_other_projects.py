"""The same specifications under other projects' settings, each in a process of its own."""

import pytest

from .child import specifications

pytestmark = pytest.mark.projects


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        (
            "tests.settings_accounts",
            ["tests/accounts", "tests/test_mixins.py", "tests/management/test_sessions.py"],
        ),
        ("tests.settings_accounts", ["tests/flows"]),
        (
            "tests.settings_accounts",
            [
                "tests/sessions",
                # What a token is made of, by the names that claims have here.
                "--ignore=tests/sessions/test_presented.py",
                "--ignore=tests/sessions/test_tokens.py",
            ],
        ),
        ("tests.settings_two_databases", ["tests/databases"]),
        ("tests.settings_admin", ["tests/admin", "tests/revocation"]),
        ("tests.settings_admin_apart", ["tests/admin"]),
        (
            "tests.settings_naive",
            [
                *("tests/flows/test_obtain.py", "tests/flows/test_refresh.py"),
                *("tests/flows/test_request.py", "tests/test_mixins.py"),
                *("tests/sessions/test_cutoff.py", "tests/sessions/test_flush.py"),
                *("tests/sessions/test_revocations.py", "tests/sessions/test_census.py"),
                *("tests/flows/test_adoption.py", "tests/flows/test_adoption_put_off.py"),
                "tests/flows/test_what_a_thief_sees.py",
            ],
        ),
    ],
)
def test_the_specifications_hold_under_other_settings(settings, where):
    answer = specifications(settings, "-m", "not long and not once", *where)

    assert answer.returncode == 0, answer.stdout[-4000:]
