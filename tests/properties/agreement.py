"""Does everybody who asks whether a session has ended get the answer of the one rule?

Run as a process beside a database: ``python -m tests.properties.agreement SEED``. It makes rows at
random, most of them on the edge of something, asks everybody, and prints who disagrees.
"""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from unittest import mock

import django
import time_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 10, 25, 1, 30, 0, 500_000, tzinfo=timezone.utc)
"""In Berlin, half past two for the second time that day."""
TICK, HALF, SECOND, HOUR, DAY = (
    timedelta(microseconds=1),
    timedelta(microseconds=500_000),  # from NOW to the next whole second
    timedelta(seconds=1),
    timedelta(hours=1),
    timedelta(days=1),
)
EDGES = (-DAY, -HOUR, -SECOND, -TICK, timedelta(0), TICK, HALF, SECOND, HOUR, DAY)
USERS = ("fine", "inactive", "changed", "gone", "refused")
ROWS = 250


def may_log_in(user: Any) -> bool:
    """A rule of the project's, which knows more than the table."""
    return user is not None and user.is_active and not user.email.startswith("refused")


def make_users() -> dict[str, Any]:
    """One for each thing that can become of a user behind our back; as they were at their login."""
    from tests.conftest import make_user

    return {name: make_user(name) for name in USERS}


def change_behind_our_back(users: dict[str, Any]) -> None:
    from django.contrib.auth import get_user_model

    rows = get_user_model()._default_manager
    rows.filter(pk=users["inactive"].pk).update(is_active=False)
    rows.filter(pk=users["changed"].pk).update(password="another")
    rows.filter(pk=users["gone"].pk)._raw_delete("default")


def make_rows(chance: random.Random, users: dict[str, Any], cutoffs: list[datetime]) -> list[Any]:
    from drf_jwt_kit.models import Session
    from drf_jwt_kit.sessions.account import fingerprint

    def risky() -> bool:
        """Whether this row is to have an edge here: most have few, so that each edge decides."""
        return chance.random() < 0.35

    def near(*moments: datetime) -> datetime:
        return chance.choice(moments) + chance.choice(EDGES)

    def row() -> Session:
        user = users[chance.choice(USERS)] if risky() else users["fine"]
        idle = chance.choice((HOUR, DAY, 3 * DAY))
        created = near(NOW, NOW - HOUR, NOW - idle, NOW - 2 * DAY) if risky() else NOW - SECOND
        rotated = near(NOW - HOUR, NOW - idle) if risky() else None
        auth_time = near(created, *cutoffs) if risky() else NOW
        expires = near(NOW) if risky() else NOW + 30 * DAY
        revoked = near(NOW) if risky() else None
        bound = chance.random() < 0.2
        return Session(
            user_id=None if chance.random() < 0.03 else user.pk,
            password_fingerprint=fingerprint(user),
            created_at=created,
            rotated_at=rotated,
            auth_time=auth_time,
            expires_at=expires,
            refresh_lifetime=idle,
            access_lifetime=chance.choice((None, timedelta(minutes=5), HOUR)),
            revoked_at=revoked,
            revoked_reason="logout" if revoked else "",
            bound_key="{}" if bound else "",
            bound_since=0 if bound else None,
        )

    Session.objects.bulk_create(row() for _ in range(ROWS))
    return list(Session.objects.to_judge())


def tokens_of(session: Any, users: dict[Any, Any]) -> tuple[str, str]:
    """An access and a refresh token of the row that have not expired, whatever the row says."""
    from drf_jwt_kit.jose.codec import TokenKind
    from drf_jwt_kit.sessions.account import user_id_of
    from drf_jwt_kit.sessions.tokens import access_claims, session_claims, signed

    protocol = {
        **session_claims(session),
        "token_type": "refresh",
        "user_id": user_id_of(users.get(session.user_id) or next(iter(users.values()))),
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + HOUR).timestamp()),
    }
    return signed(access_claims(protocol, {}), TokenKind.ACCESS), signed(
        protocol, TokenKind.REFRESH
    )


def accepted(ask: Callable[[Any], object], row: Any) -> bool:
    from rest_framework.exceptions import AuthenticationFailed

    try:
        ask(row)
    except AuthenticationFailed:
        return False
    return True


def who_disagrees(users: dict[str, Any], every: list[Any]) -> Iterator[str]:
    """One line for each asker and row, where it does not say what the pure rule says."""
    from drf_jwt_kit import sessions
    from drf_jwt_kit.admin.changelist import StateFilter
    from drf_jwt_kit.models import Session
    from drf_jwt_kit.serializers import TokenVerifySerializer
    from drf_jwt_kit.sessions import bound
    from drf_jwt_kit.sessions.account import end_of_account_for_request
    from drf_jwt_kit.sessions.devices import attach_users
    from drf_jwt_kit.sessions.flush import _Rule, flush
    from drf_jwt_kit.sessions.life import end_of
    from drf_jwt_kit.sessions.rows import end_of_session, judged_state
    from drf_jwt_kit.sessions.upkeep import state_in_words, survey, written_between
    from drf_jwt_kit.tokens import AccessToken, RefreshToken

    by_key = {user.pk: user for user in users.values()}
    attach_users(every)
    ids = {row.pk for row in every}
    by_table = {
        row.pk
        for row in every
        if row.user_id is not None and not end_of(judged_state(row, None), now=NOW)
    }
    live = {row.pk for row in every if end_of_session(row, row.user) is None}
    for_request = {
        row.pk
        for row in every
        if row.user is not None
        and not end_of(
            judged_state(row, end_of_account_for_request(row.user, row.password_fingerprint)),
            now=NOW,
        )
    }
    without_proof = {
        row.pk for row in every if row.pk in live and not (row.bound_key and bound.is_offered())
    }
    rule = _Rule.of_this_moment(timedelta(0))
    dead = {row.pk for row in every if rule.is_dead(row)}
    tokens = {row.pk: tokens_of(row, by_key) for row in every}
    told = {s.pk: state_in_words(s, end) for batch in survey(ended=True) for s, end in batch}
    filtered = StateFilter.queryset

    latest = datetime(2100, 1, 1, tzinfo=timezone.utc)
    if written_between(None, latest).count != len(by_table):
        yield "keys list: another number of sessions"
    if [*flush(dry_run=True)][-1].deleted != len(dead):
        yield "flush: another number of rows"

    def passing(ask: Callable[[Any], object]) -> set[Any]:
        return {row.pk for row in every if accepted(ask, row)}

    def in_state(name: str) -> set[Any]:
        chosen = mock.Mock(value=lambda: name)
        return {row.pk for row in filtered(chosen, None, Session.objects.all())}

    answers = {
        "SessionQuerySet.live": (by_table, {row.pk for row in Session.objects.live()}),
        "SessionQuerySet.ended": (ids - by_table, {row.pk for row in Session.objects.ended()}),
        "SessionQuerySet.dead": (dead, {row.pk for row in Session.objects.dead(rule.before)}),
        "the admin's filter, live": (by_table, in_state("live")),
        "the admin's filter, ended": (ids - by_table, in_state("ended")),
        "the admin's column, sessions list --all": (
            live,
            {pk for pk, words in told.items() if words == "live"},
        ),
        "sessions list": (live, {s.pk for batch in survey() for s, _ in batch}),
        "the device list": (
            live,
            {s.pk for user in by_key.values() for s in sessions.live_sessions(user, limit=ROWS)},
        ),
        "verify": (
            without_proof,
            passing(lambda row: TokenVerifySerializer().validate({"token": tokens[row.pk][1]})),
        ),
        "would_refresh": (
            without_proof,
            passing(lambda row: sessions.would_refresh(RefreshToken(tokens[row.pk][1]))),
        ),
        "check_blacklist": (
            live,
            passing(lambda row: RefreshToken(tokens[row.pk][1]).check_blacklist()),
        ),
        "a request": (
            for_request,
            passing(lambda row: sessions.authenticate(AccessToken(tokens[row.pk][0]))),
        ),
        "verify, of an access token": (
            for_request,
            passing(lambda row: TokenVerifySerializer().validate({"token": tokens[row.pk][0]})),
        ),
        "a name for the device": (
            live,
            {
                row.pk
                for row in every
                if sessions.rename(row.pk, by_key.get(row.user_id, users["fine"]), "x") is not None
            },
        ),
        "a refresh": (without_proof, passing(lambda row: sessions.refresh(tokens[row.pk][1]))),
    }
    for name, (right, said) in answers.items():
        for pk in right ^ said:
            yield f"{name}: {pk} is {'live' if pk in said else 'ended'}"
    print(
        f"{len(every)} rows, {len(by_table)} live by the table, {len(live)} live, {len(dead)} dead,"
        f" {len(live - without_proof)} refreshed by proof alone"
    )


def main(seed: int) -> None:
    django.setup()

    from django.core.management import call_command
    from django.test import override_settings

    from drf_jwt_kit.models import Cutoff, Session

    call_command("migrate", verbosity=0)
    chance = random.Random(seed)
    cutoffs = [NOW - ago for ago in chance.sample((HOUR, DAY, 2 * DAY), 2)]
    by_setting = max(cutoffs) + (SECOND if seed % 2 else -DAY)  # that, or the table, is the later
    kit = {
        "SESSIONS_VALID_AFTER": by_setting,
        "USER_AUTHENTICATION_RULE": "tests.properties.agreement.may_log_in",
        "DEVICE_BOUND": bool(seed % 2),
    }
    with time_machine.travel(NOW.timestamp(), tick=False), override_settings(DRF_JWT_KIT=kit):
        users = make_users()
        for moment in cutoffs:
            Cutoff.objects.create(valid_after=moment)
        every = make_rows(chance, users, [*cutoffs, by_setting])
        change_behind_our_back(users)
        for line in who_disagrees(users, every):
            print("DISAGREES", line)
        Session.objects.all().delete()
        Cutoff.objects.all().delete()


if __name__ == "__main__":
    main(int(sys.argv[1]))
