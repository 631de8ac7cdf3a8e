"""A database that was copied: it has the row of the original, and every session until then."""

import pytest

from .conftest import ENGINES, STATELESS, STRICT, copy_over, is_vouched_for, status


@pytest.fixture(scope="module", params=ENGINES)
def database(request, empty_database):
    return empty_database(request.param)


@pytest.fixture(scope="module")
def original(served, database):
    return served(database)


@pytest.fixture(scope="module")
def copied(served, original, database, empty_database):
    """Another place, made of a copy of the first; a user, and a login from before."""
    user = original.newcomer()
    before = original.kit().sign_in(user)
    target = empty_database(database.engine)
    copy_over(database, target)
    return served(target), user, before


def test_a_token_from_before_the_copy_is_asked_for_there(copied, original):
    copy, _, before = copied

    assert is_vouched_for(original, before.access)
    assert status(copy, before.access) == 200  # its session is in the copy too
    assert not is_vouched_for(copy, before.access)


def test_a_token_from_after_it_is_refused_there(copied, original):
    copy, user, _ = copied
    after = original.kit().sign_in(user)

    assert [status(copy, after.access, path) for path in (STRICT, STATELESS)] == [401, 401]
    assert is_vouched_for(original, after.access)


def test_a_login_at_the_copy_is_refused_at_the_original(copied, original):
    copy, user, _ = copied
    there = copy.kit().sign_in(user)

    assert [status(original, there.access, path) for path in (STRICT, STATELESS)] == [401, 401]
    assert is_vouched_for(copy, there.access)
