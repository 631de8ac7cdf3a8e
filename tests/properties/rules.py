"""What holds for every refresh, whatever came before it. Each rule is one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from tests.conftest import claims_of

from .world import SESSION_MAX_AGE

if TYPE_CHECKING:
    from .world import Use, World


def is_in_time(world: World, use: Use) -> bool:
    """Neither the session nor the token has ended. An expired token is not even reuse."""
    return world.is_live(use.before) and not use.expired


def is_honest(world: World, use: Use) -> bool:
    """The newest generation; or one with the retry key that it was sent with when the last exchange
    happened, however long ago; or the one before, within the leeway."""
    if use.generation == use.before["generation"] or use.has_retry_key:
        return True
    return use.generation == use.before["generation"] - 1 and is_recent(world, use)


def is_recent(world: World, use: Use) -> bool:
    """The last exchange happened less than a leeway ago."""
    rotated_at = use.before["rotated_at"]
    return rotated_at is not None and timezone.now() - rotated_at < world.leeway


def was_overtaken_by_an_end(use: Use) -> bool:
    """The session ended between the request's read and its answer."""
    return use.read["revoked_at"] is None and use.before["revoked_at"] is not None


def an_accept_is_of_a_live_session_and_an_honest_token(world: World, use: Use) -> None:
    may = is_in_time(world, use) and use.login.account_is_fine and is_honest(world, use)
    assert not use.accepted or may or was_overtaken_by_an_end(use)


def what_an_end_has_overtaken_is_dead_on_arrival(world: World, use: Use) -> None:
    if use.accepted and was_overtaken_by_an_end(use):
        assert use.after == use.before
        assert world.kit.get_with(use.answer["access"]).status_code == 401
        assert world.kit.refresh(use.answer["refresh"]).status_code == 401


def an_honest_token_of_a_live_session_is_accepted(world: World, use: Use) -> None:
    must = is_in_time(world, use) and use.login.account_is_fine and is_honest(world, use)
    assert use.accepted or not must


def the_generation_grows_by_one_and_once_in_a_leeway(world: World, use: Use) -> None:
    assert use.after["generation"] - use.before["generation"] in (0, 1)
    last = use.before["rotated_at"]
    assert not use.advanced or last is None or use.after["rotated_at"] - last >= world.leeway


def an_answer_carries_the_generation_of_the_row(world: World, use: Use) -> None:
    assert not use.accepted or claims_of(use.answer["refresh"])["gen"] == use.after["generation"]


def a_repeated_answer_changes_nothing_but_its_count(world: World, use: Use) -> None:
    before, after = ({**row, "duplicates": None} for row in (use.before, use.after))
    assert not use.accepted or use.advanced or after == before


def a_late_answer_advances(world: World, use: Use) -> None:
    """So nobody collects one again and again beside its owner."""
    was_overtaken = was_overtaken_by_an_end(use)
    assert not use.accepted or was_overtaken or use.advanced != is_recent(world, use)


def a_repeated_answer_lives_no_longer(world: World, use: Use) -> None:
    if use.accepted:
        claims = claims_of(use.answer["refresh"])
        first = use.login.expiries.setdefault(claims["gen"], claims["exp"])
        assert claims["exp"] <= first


def no_token_outlives_the_session(world: World, use: Use) -> None:
    if use.accepted:
        end = (use.before["created_at"] + SESSION_MAX_AGE).timestamp()
        assert claims_of(use.answer["refresh"])["exp"] <= end
        assert claims_of(use.answer["access"])["exp"] <= end


def an_old_token_ends_the_session(world: World, use: Use) -> None:
    in_time = is_in_time(world, use) and use.login.account_is_fine
    if in_time and not is_honest(world, use):
        assert use.after["revoked_reason"] == "reused"
        assert world.reused.count(use.login.sid) == 1


def what_became_of_the_user_ends_the_session(world: World, use: Use) -> None:
    if is_in_time(world, use) and not use.login.account_is_fine:
        assert not use.accepted
        assert use.after["revoked_at"] is not None


def a_refusal_says_nothing_but_its_code(world: World, use: Use) -> None:
    refusal: dict[str, Any] = {"code": "token_not_valid"}
    assert use.accepted or (use.status == 401 and refusal.items() <= use.answer.items())
    assert use.accepted or use.answer["reason"] in {"session_ended", "expired"}


EVERY_USE = [
    an_accept_is_of_a_live_session_and_an_honest_token,
    what_an_end_has_overtaken_is_dead_on_arrival,
    an_honest_token_of_a_live_session_is_accepted,
    the_generation_grows_by_one_and_once_in_a_leeway,
    an_answer_carries_the_generation_of_the_row,
    a_repeated_answer_changes_nothing_but_its_count,
    a_late_answer_advances,
    a_repeated_answer_lives_no_longer,
    no_token_outlives_the_session,
    an_old_token_ends_the_session,
    what_became_of_the_user_ends_the_session,
    a_refusal_says_nothing_but_its_code,
]
