"""What is timed with many sessions: the requests that a project gets, and what looks after it.

Every request has a share of the users for itself, so that none changes what another finds. What
a repetition needs is made before the clock starts, and without reading the rows that it will ask
for: a row that was just read would be in the server's memory.
"""

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.test import Client
from rest_framework.test import APIClient

from drf_jwt_kit import sessions
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import revocations
from drf_jwt_kit.sessions.flush import flush
from drf_jwt_kit.sessions.tokens import pair_of

from .fill import PASSWORD, SESSIONS_PER_USER
from .timing import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from drf_jwt_kit.sessions import TokenPair

_LIVE = """
    SELECT * FROM drf_jwt_kit_session TABLESAMPLE BERNOULLI (%s)
    WHERE revoked_at IS NULL AND expires_at > now() + interval '1 hour'
      AND rotated_at + refresh_lifetime > now() + interval '30 minutes'
    ORDER BY random() LIMIT %s
"""
_SHARES = 4
_BATCH = 50


def of_clients(size: int, repetitions: int) -> list[Operation]:
    """What clients and administrators ask for, where there are ``size`` sessions."""
    shares = _live_sessions(size, repetitions)
    return [
        Operation(_usernames(size).__next__, _log_in, name="obtain"),
        Operation(_each(shares[1], _newest_refresh), _refresh, name="refresh"),
        Operation(_each(shares[2], _access), _get("/api/secure/"), name="authenticate"),
        Operation(
            _each(shares[2], _access), _get("/api/stateless/"), name="authenticate, stateless"
        ),
        Operation(_each(shares[2], _access), _get("/api/token/sessions/"), name="list sessions"),
        Operation(
            _each(shares[3], _one_more_login), _log_out_everywhere, name="log out everywhere"
        ),
        Operation(_nothing, _admin_page(""), name="admin, first page"),
        Operation(_nothing, _admin_page("?q=user7"), name="admin, one user"),
    ]


def of_flush() -> list[Operation]:
    """The next batch of ``jwtkit flush``, from the oldest login on."""
    batches: Iterator[Any] = iter(())

    def next_batch(_: None) -> None:
        nonlocal batches
        if next(batches, None) is None:
            batches = flush(batch_size=_BATCH)
            next(batches)

    return [Operation(_nothing, next_batch, name=f"flush {_BATCH} rows")]


def of_revocations(busy_user: int) -> list[Operation]:
    """What the revocation feed reads; and the list of a user with many ended sessions."""
    known = revocations.read(None)
    access = sessions.start(get_user_model().objects.get(pk=busy_user)).access
    return [
        Operation(_nothing, lambda _: revocations.read(None), name="feed, first read"),
        Operation(_nothing, lambda _: revocations.read(known), name="feed, poll"),
        Operation(lambda: access, _get("/api/token/sessions/"), name="list, many ended"),
    ]


def _log_in(username: str) -> None:
    _expect_200(_CLIENT.post("/api/token/", {"username": username, "password": PASSWORD}))


def _refresh(token: str) -> None:
    _expect_200(_CLIENT.post("/api/token/refresh/", {"refresh": token}))


def _log_out_everywhere(access: str) -> None:
    headers = {"Authorization": f"Bearer {access}"}
    _expect_200(_CLIENT.post("/api/token/logout/all/", headers=headers))


def _get(path: str) -> Callable[[str], None]:
    def get(access: str) -> None:
        _expect_200(_CLIENT.get(path, headers={"Authorization": f"Bearer {access}"}))

    return get


def _admin_page(query: str) -> Callable[[None], None]:
    """The list in the admin, as the superuser of the database that is chosen now sees it."""
    client = Client()
    users = get_user_model().objects
    client.force_login(users.filter(username="admin").first() or users.create_superuser("admin"))
    return lambda _: _expect_200(client.get(f"/admin/drf_jwt_kit/session/{query}"))


def _expect_200(answer: Any) -> None:
    if answer.status_code != 200:
        raise RuntimeError(
            f"{answer.request['PATH_INFO']}: {answer.status_code} {answer.content!r}"
        )


_CLIENT = APIClient(raise_request_exception=True)
_CLIENT.default_format = "json"


def _nothing() -> None:
    """For an operation that needs nothing made."""


def _each(share: list[Session], made_of: Callable[[Session], Any]) -> Callable[[], Any]:
    turns = itertools.cycle(share)
    return lambda: made_of(next(turns))


def _usernames(size: int) -> Iterator[str]:
    users = range(_SHARES, size // SESSIONS_PER_USER, _SHARES)
    while True:
        yield f"user{random.choice(users)}"  # noqa: S311  # any of them will do


def _live_sessions(size: int, repetitions: int) -> list[list[Session]]:
    """Live sessions at random, by the share that their user belongs to.

    One scan of the table: PostgreSQL keeps a large scan out of its shared buffers.
    """
    wanted = 2 * _SHARES * repetitions
    shares: list[list[Session]] = [[] for _ in range(_SHARES)]
    for session in Session.objects.raw(_LIVE, [min(100, 400 * wanted / size), wanted]):
        shares[session.user_id % _SHARES].append(session)
    return shares


def _newest_refresh(session: Session) -> str | None:
    """The token that its client holds; the next time, what this refresh will have answered."""
    token = _tokens_of(session).refresh
    session.generation += 1
    return token


def _access(session: Session) -> str:
    return _tokens_of(session).access


def _one_more_login(session: Session) -> str:
    return sessions.start(get_user_model().objects.get(pk=session.user_id)).access


def _tokens_of(session: Session) -> TokenPair:
    return pair_of(session, get_user_model()(pk=session.user_id), {})
