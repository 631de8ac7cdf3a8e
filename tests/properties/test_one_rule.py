"""Whether a session has ended, and why, is said once: everybody who asks gets the same answer."""

import re

import pytest

from tests.management.shell import Shell
from tests.servers.database import ENGINES

MORE = [pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12)]

WITHOUT_ZONES = pytest.param("tests.properties.without_zones", marks=pytest.mark.projects)


@pytest.mark.parametrize("seed", [1, *MORE])
@pytest.mark.parametrize("zones", ["tests.properties.with_admin", WITHOUT_ZONES])
@pytest.mark.parametrize("engine", ENGINES)
def test_everybody_agrees_with_the_rule_of_life(engine, zones, seed, empty_database):
    shell = Shell(empty_database(engine).settings, settings=zones)

    said = shell.run(["-m", "tests.properties.agreement", str(seed)])

    assert "DISAGREES" not in said, said
    rows, by_table, live, dead, bound = map(int, re.findall(r"\d+", said.splitlines()[-1]))
    assert (bound > 0) == bool(seed % 2)
    assert rows > by_table > live > 0 < dead < rows - by_table
