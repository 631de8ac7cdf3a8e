"""The explorer finds every change to the judge: one comparison, condition or verdict at a time."""

import pytest

from .explorer import explore
from .mutants import mutants
from .worlds import SMALL

MUTANTS = list(mutants())


def is_found(life):
    """Whether a promise is broken in some world, or the judge itself breaks."""
    try:
        return any(explore(world(judged_by=life)).broken for world in SMALL.values())
    except Exception:  # noqa: BLE001  # whatever a mutant raises
        return True


def test_there_are_as_many_mutants_as_there_are_ways_to_be_wrong():
    assert len({name for name, _ in MUTANTS}) >= 140


@pytest.mark.parametrize("world", SMALL.values(), ids=SMALL)
def test_the_judge_itself_passes(world):
    assert explore(world()).broken is None


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in MUTANTS])
def test_a_mutant_is_found(make):
    assert is_found(make())
