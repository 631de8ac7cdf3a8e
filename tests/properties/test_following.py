"""A thief cannot be sure to follow its owner, unless it is told of a refresh within the leeway."""

import pytest

from .following import Game

LEEWAYS = range(2, 9)


@pytest.mark.parametrize("leeway", LEEWAYS)
def test_whoever_is_told_at_once_follows_for_ever(leeway):
    assert Game(leeway, told_after=0).can_follow()


@pytest.mark.parametrize("leeway", LEEWAYS)
def test_whoever_is_told_just_before_the_leeway_is_over_follows_for_ever(leeway):
    assert Game(leeway, told_after=leeway - 1).can_follow()


@pytest.mark.parametrize("leeway", LEEWAYS)
def test_whoever_is_told_when_the_leeway_is_over_cannot_follow(leeway):
    assert not Game(leeway, told_after=leeway).can_follow()


@pytest.mark.parametrize("leeway", LEEWAYS)
def test_whoever_is_never_told_cannot_follow(leeway):
    assert not Game(leeway, told_after=None).can_follow()
