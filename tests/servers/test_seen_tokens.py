"""Workers that gunicorn forks from one loaded application each remember tokens of their own."""

import pytest


@pytest.fixture(scope="module")
def site(database, serve):
    return serve(database, workers=2, threads=2, CONN_MAX_AGE=60)


def statuses(site, access, path):
    return {site.kit().get_with(access, path).status_code for _ in range(20)}


@pytest.fixture
def seen(site):
    """The tokens of a login whose access token the workers have verified."""
    tokens = site.kit().sign_in(site.newcomer())
    assert statuses(site, tokens.access, "/api/secure/") == {200}
    assert statuses(site, tokens.access, "/api/stateless/") == {200}
    return tokens


def test_no_worker_accepts_a_seen_token_whose_session_has_ended(site, seen):
    site.kit().logout(seen.refresh)

    assert statuses(site, seen.access, "/api/secure/") == {401}
