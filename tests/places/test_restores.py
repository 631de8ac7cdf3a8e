"""A database that was restored from a backup of its own: row and name are the same again."""

import pytest

from tests.management.shell import Shell

from .conftest import ENGINES, copy_over, is_vouched_for, refused_soon, status


@pytest.fixture(scope="module", params=ENGINES)
def database(request, empty_database):
    return empty_database(request.param)


@pytest.fixture
def shell(database):
    return Shell(database.settings)


def test_a_renewed_place_refuses_a_login_that_was_undone(served, database, empty_database, shell):
    site, backup = served(database), empty_database(database.engine)
    user = site.newcomer()
    copy_over(database, backup)
    undone = site.kit().sign_in(user)
    assert status(site, undone.access) == 200

    copy_over(backup, database)
    shell.jwtkit("place", "--renew")

    assert refused_soon(site, undone.access)
    assert is_vouched_for(site, site.kit().sign_in(user).access)


def test_nothing_else_tells_it_from_what_it_was(database, empty_database, shell):
    """Why the how-to says to renew the place."""
    shell.fill()
    backup, before = empty_database(database.engine), shell.jwtkit("place")
    copy_over(database, backup)
    copy_over(backup, database)

    assert shell.jwtkit("place") == before
    assert Shell(backup.settings).jwtkit("place") != before
