"""No promise depends on what clocks show: on every database, with USE_TZ and without it.

The stories are in ``story.py``, each with its rule.
"""

import pytest

from tests.management.shell import Shell
from tests.servers.database import ENGINES

from . import story

ZONES = tuple(story.AUTUMN)
OF_THE_DATABASE = "Europe/Berlin"
"""The ``TIME_ZONE`` of DATABASES, which Django takes with USE_TZ."""
MODES = [
    ("yes", "Europe/Berlin", OF_THE_DATABASE),
    pytest.param(("no", "Europe/Berlin", None), marks=pytest.mark.projects),
]
RARER = [
    ("no", "America/New_York", None),
    ("no", "Australia/Lord_Howe", None),
    ("yes", "Europe/Berlin", None),
]


def told(database, with_tz, zone, of_database, step="tell"):
    entry = {**database.settings, "TIME_ZONE": of_database}
    shell = Shell(entry, settings="tests.moments.settings")
    said = shell.run(["-m", "tests.moments.story", with_tz, zone, step])
    return dict(line.split("\t", 1) for line in said.splitlines())


@pytest.fixture(scope="module", params=ENGINES)
def engine(request, empty_database):
    return lambda: empty_database(request.param)


@pytest.fixture(
    scope="module",
    params=[*MODES, *(pytest.param(mode, marks=pytest.mark.long) for mode in RARER)],
    ids=lambda mode: "-".join(str(word).partition("/")[2] or str(word) for word in mode),
)
def stories(request, engine):
    """What became of each story: nothing, or what went wrong."""
    return told(engine(), *request.param)


@pytest.mark.parametrize("name", [one.__name__ for one in story.STORIES])
def test_clocks_change_no_promise(stories, name):
    assert stories[name] == ""


@pytest.mark.projects
@pytest.mark.parametrize("before", ["no", "yes"])
def test_use_tz_changed_later_leaves_every_moment_as_it_was(engine, before):
    database, after = engine(), "yes" if before == "no" else "no"

    written = told(database, before, "Europe/Berlin", None)["left"]

    assert told(database, after, "America/New_York", None, "read")["left"] == written
