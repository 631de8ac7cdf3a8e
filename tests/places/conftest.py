"""Places with one signing key, each served by a process of its own."""

import os
import shutil
import time

import pytest

SETTINGS = {
    "ROOT_URLCONF": "tests.places.site",
    "MIDDLEWARE": ["tests.races.stateless_site.telling"],
}
ENGINES = ("sqlite", "postgresql")
"""Those of which a database is copied by one command of its own."""
STRICT, STATELESS = "/api/strict/", "/api/open/"


@pytest.fixture(scope="module")
def served(serve):
    """A project in one process, on this database."""
    return lambda database: serve(database, workers=1, threads=1, **SETTINGS)


def newcomers(*sites):
    """A user of each site, all with one primary key."""
    people = [site.newcomer() for site in sites]
    assert len({person.pk for person in people}) == 1
    return people


def status(site, access, path=STATELESS):
    return site.kit().get_with(access, path).status_code


def is_vouched_for(site, access):
    """Whether a request with it is let in without a query, between two polls."""
    for _ in range(20):
        answer = site.kit().get_with(access, STATELESS)
        if answer.status_code == 200 and answer.headers["x-queries"] == "0":
            return True
    return False


def refused_soon(site, access):
    """Whether it is refused once the process has polled."""
    time.sleep(1.1)
    return {status(site, access), status(site, access, STRICT)} == {401}


def copy_over(source, target):
    """Copy a database over another one, as whoever looks after it would."""
    old, new = source.settings["NAME"], target.settings["NAME"]
    if source.engine == "sqlite":
        shutil.copy(old, f"{new}.new")
        os.replace(f"{new}.new", new)
        return
    source.cut_connections()
    target.server.drop(new)
    target.server.execute(f'CREATE DATABASE "{new}" TEMPLATE "{old}"')
