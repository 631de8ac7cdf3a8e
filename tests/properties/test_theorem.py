"""The theorem of docs/explanation/refresh-theorem.md, by going through every history there is."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from time import process_time
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drf_jwt_kit.sessions import life
from drf_jwt_kit.sessions.life import Proof, State, Use, Verdict, judge

from .bench import NOW
from .explorer import explore
from .refreshing import World
from .worlds import BESIDE, HOLD, IN_CI, IN_LONG, SMALL

PAGE = Path(__file__).resolve().parents[2] / "docs/explanation/refresh-theorem.md"
only_in_ci = pytest.mark.skipif(
    os.environ.get("CI") != "true", reason="larger worlds of refreshes. CI=true has them."
)
ON_THE_PAGE = {
    *("two tabs", "three tabs", "four tabs", "two tabs, and every end"),
    *("a thief beside two tabs", "a thief of token and key"),
    "a bound browser that renews twice at once, and loses answers",
    *("two tabs that bind their session", "a thief of the cookies of a browser that binds"),
}
EXPLORED = [
    *(pytest.param(world, id=name) for name, world in HOLD.items()),
    *(pytest.param(world, id=name, marks=only_in_ci) for name, world in IN_CI.items()),
    *(pytest.param(world, id=name, marks=pytest.mark.long) for name, world in IN_LONG.items()),
]


@pytest.mark.parametrize("world", EXPLORED)
def test_every_promise_holds_in_every_history(world, record_property, request):
    """And the page counts them right: worlds that take seconds are explored once."""
    began = process_time()

    explored = explore(world)

    spent = process_time() - began
    name = request.node.callspec.id
    record_property("measured", f"{name}: {explored.states:,} states in {spent:.1f} s")
    assert explored.broken is None, explored
    if name in ON_THE_PAGE:
        assert f" {explored.states:,} |" in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("world", [pytest.param(w, id=name) for name, w in BESIDE.items()])
def test_a_promise_is_broken_where_an_assumption_is_missing(world):
    beside, promise = world

    explored = explore(beside)

    assert explored.broken == promise


@pytest.mark.parametrize(("leeway", "trip"), [(3, 1), (4, 1), (5, 2), (6, 2), (9, 4), (10, 4)])
def test_a_round_trip_shorter_than_half_the_leeway_is_enough(leeway, trip):
    assert explore(World(tabs=2, leeway=leeway, trip=trip)).broken is None


@pytest.mark.parametrize(("leeway", "trip"), [(1, 1), (2, 1), (3, 2), (4, 2), (8, 4), (9, 5)])
def test_a_round_trip_of_half_the_leeway_is_not(leeway, trip):
    assert explore(World(tabs=2, leeway=leeway, trip=trip)).broken is not None


@pytest.mark.parametrize("leeway", range(2, 13))
def test_no_leeway_was_enough_while_such_an_answer_set_the_cookie(leeway):
    world = World(tabs=2, leeway=leeway, trip=1, repeats_set_cookie=True)

    assert explore(world).broken is not None


class TestTheModel:
    """What the explorer leaves out, because the judge does not see it."""

    @given(
        generation=st.integers(2, 2**31 - 1),
        behind=st.integers(2, 2**31),
        key=st.booleans(),
        age=st.integers(0, 86_399),
        leeway=st.integers(0, 60),
    )
    def test_how_far_behind_and_how_old_is_all_the_same_from_some_point_on(
        self, generation, behind, key, age, leeway
    ):
        def verdict(generation, behind, age):
            use = Use(generation=generation - behind, genuine=True, has_retry_key=key)
            row = self.row(generation, age)
            return judge(row, use, now=NOW, leeway=timedelta(seconds=leeway))

        assert verdict(generation, behind, age) is verdict(100, 2, min(age, leeway))

    @given(behind=st.sampled_from([-1, 0, 1]), key=st.booleans(), age=st.integers(0, 86_399))
    def test_the_number_that_generations_begin_with_is_all_the_same(self, behind, key, age):
        def verdict(generation):
            use = Use(generation=generation - behind, genuine=True, has_retry_key=key)
            return judge(self.row(generation, age), use, now=NOW, leeway=timedelta(seconds=10))

        assert verdict(1) is verdict(100) is verdict(2**31 - 2)

    @given(
        generation=st.integers(2, 2**31 - 1),
        behind=st.integers(0, 2**31),
        since=st.none() | st.integers(0, 2**31 - 1),
        proof=st.sampled_from(Proof),
        age=st.integers(0, 86_399),
    )
    def test_the_generation_of_a_binding_is_all_the_same_to_tokens_on_one_side_of_it(
        self, generation, behind, since, proof, age
    ):
        def verdict(generation, behind, since, age):
            presented = generation - behind
            use = Use(generation=presented, genuine=True, has_retry_key=False, proof=proof)
            row = self.row(generation, age)._replace(bound_since=since)
            return judge(row, use, now=NOW, leeway=timedelta(seconds=10))

        near = min(behind, 2)
        is_of_before = since is not None and generation - behind < since
        edge = None if since is None else 100 - near + is_of_before
        assert verdict(generation, behind, since, age) is verdict(100, near, edge, min(age, 10))

    @staticmethod
    def row(generation, age):
        return State(
            generation=generation,
            created_at=NOW - timedelta(days=2),
            rotated_at=NOW - timedelta(seconds=age),
            refresh_lifetime=timedelta(days=1),
            expires_at=NOW + timedelta(days=1),
            revoked_at=None,
            auth_time=0,
            valid_from=None,
        )

    def test_has_every_verdict_that_there_is(self):
        said = []
        spy = SimpleNamespace(**vars(life))
        spy.judge = lambda *args, **kwargs: said.append(judge(*args, **kwargs)) or said[-1]
        for world in SMALL.values():
            explore(world(judged_by=spy))

        assert set(said) == set(Verdict)
