"""Staging beside production, with one signing key: on each engine, in processes of their own."""

import pytest

from .conftest import STATELESS, STRICT, is_vouched_for, newcomers, status


@pytest.fixture(scope="module")
def production(served, database):
    return served(database)


@pytest.fixture(scope="module")
def staging(served, database, empty_database):
    return served(empty_database(database.engine))


@pytest.fixture
def token(production, staging):
    """Of a user of production, whose key a user of staging has as well."""
    user, _ = newcomers(production, staging)
    return production.kit().sign_in(user)


def test_a_token_is_vouched_for_at_home(production, token):
    assert is_vouched_for(production, token.access)


@pytest.mark.parametrize("path", [STRICT, STATELESS])
def test_it_is_refused_elsewhere(staging, token, path):
    assert status(staging, token.access, path) == 401


@pytest.mark.parametrize("path", [STRICT, STATELESS])
def test_it_is_refused_elsewhere_after_a_logout_at_home_too(production, staging, token, path):
    assert production.kit().logout(token.refresh).status_code == 200

    assert status(production, token.access, path) == 401
    assert status(staging, token.access, path) == 401


def test_a_refresh_elsewhere_is_refused(staging, token):
    assert staging.kit().refresh(token.refresh).status_code == 401
