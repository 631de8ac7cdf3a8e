"""What the histories are made of: clients that hold tokens, a clock, and an observer.

The observer reads the session table by a connection of its own, so that what it sees has been
committed. ``Use`` is one refresh, with the row before and after it.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import time_machine
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection, connections
from django.test import override_settings
from django.utils import timezone

from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions import rows as session_rows
from drf_jwt_kit.signals import refresh_reused
from tests.conftest import NOON, PASSWORD, Kit, claims_of, make_user

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=1)
SESSION_MAX_AGE = timedelta(days=1, hours=1)


@dataclass
class Account:
    """A user, and what has become of it."""

    user: Any
    exists: bool = True
    active: bool = True
    password: int = 0
    """How often it was changed."""

    @property
    def secret(self) -> str:
        return f"{PASSWORD} {self.password}" if self.password else PASSWORD


@dataclass
class Login:
    """A session, as an outsider knows it."""

    sid: str
    account: Account
    password: int
    rotated_with: tuple[int, str | None] | None = None
    """The generation and the retry key of its last exchange."""
    expiries: dict[int, int] = field(default_factory=dict)
    """When the refresh token of each generation expires, as the first answer had it."""

    @property
    def account_is_fine(self) -> bool:
        account = self.account
        return account.exists and account.active and account.password == self.password


@dataclass
class Tab:
    """A holder of a session's tokens: a tab, a device, or a thief."""

    login: Login
    access: str
    refresh: str
    keeps_keys: bool
    key: str | None = None
    """The retry key of a refresh that was not answered yet."""
    held: list[str] = field(default_factory=list)

    def take(self, answer: dict[str, str]) -> None:
        self.access, self.refresh, self.key = answer["access"], answer["refresh"], None
        self.held.append(self.refresh)


@dataclass(frozen=True, kw_only=True)
class Use:
    """One refresh: what was presented, what was answered, and the row before and after."""

    login: Login
    generation: int
    key: str | None
    has_retry_key: bool
    """Token and key are those of the last exchange."""
    expired: bool
    """The token itself was, and so nothing was asked."""
    read: dict[str, Any]
    """The row before another act came in between, if one did."""
    before: dict[str, Any]
    after: dict[str, Any]
    status: int
    answer: dict[str, Any]

    @property
    def accepted(self) -> bool:
        return self.status == 200

    @property
    def advanced(self) -> bool:
        return self.after["generation"] != self.before["generation"]


class World:
    """One project, its users, their clients, and a clock that only histories move."""

    def __init__(self, leeway: timedelta, *, atomic_requests: bool) -> None:
        self.leeway = leeway
        self.kit = Kit()
        self.reused: list[str] = []
        self.clock = time_machine.travel(NOON.timestamp(), tick=False)
        self.moved = self.clock.start()
        self.settings = override_settings(
            DRF_JWT_KIT={
                "ACCESS_TOKEN_LIFETIME": ACCESS_LIFETIME,
                "REFRESH_TOKEN_LIFETIME": REFRESH_LIFETIME,
                "SESSION_MAX_AGE": SESSION_MAX_AGE,
                "ROTATION_LEEWAY": leeway,
            }
        )
        self.settings.enable()
        cache.clear()  # each history begins at noon: no throttle may count those of another
        connection.settings_dict["ATOMIC_REQUESTS"] = atomic_requests
        connections["observer"] = connection.copy()
        refresh_reused.connect(self.hear)
        self.accounts = [Account(make_user(name)) for name in ("ada", "grace")]

    def end(self) -> None:
        refresh_reused.disconnect(self.hear)
        self._dismiss_observer()
        connection.settings_dict["ATOMIC_REQUESTS"] = False
        self.settings.disable()
        self.clock.stop()
        Session.objects.all().delete()
        get_user_model().objects.all().delete()

    def _dismiss_observer(self) -> None:
        # Django's own close() leaves a database in memory open, as it would be lost with its last
        # connection; this is not the last one.
        observer = connections["observer"].connection
        if observer is not None:
            observer.close()
        del connections["observer"]

    def hear(self, *, session_id: Any, **_: Any) -> None:
        self.reused.append(str(session_id))

    def rows(self) -> dict[str, dict[str, Any]]:
        """The table, as another connection sees it."""
        return {str(row["id"]): row for row in Session.objects.using("observer").values()}

    def is_live(self, row: dict[str, Any]) -> bool:
        return row["revoked_at"] is None and timezone.now() < Session(**row).refreshable_until

    def sign_in(self, account: Account, *, keeps_keys: bool) -> Tab:
        name = {account.user.USERNAME_FIELD: account.user.get_username()}
        answer = self.kit.post_json("", {**name, "password": account.secret})
        tokens = answer.json()
        login = Login(claims_of(tokens["refresh"])["sid"], account, account.password)
        return Tab(login, **tokens, keeps_keys=keeps_keys, held=[tokens["refresh"]])

    def prove_anew(self, tab: Tab, body: dict[str, str]) -> Any:
        return self.kit.post_json("reauthenticate/", body, Authorization=f"Bearer {tab.access}")

    def use(self, tab: Tab, token: str, *, arrives: bool = True, overtaken_by: Any = None) -> Use:
        """Refresh with ``token``; the answer may be lost, or another act come in between."""
        if tab.keeps_keys and tab.key is None:
            tab.key = secrets.token_hex(8)
        key = tab.key
        seen = {"read": self.rows()}
        seen["before"] = seen["read"]

        def overtake() -> None:
            if overtaken_by is not None:
                overtaken_by()
                seen["before"] = self.rows()

        headers = {} if key is None else {"Idempotency_Key": key}
        with between_read_and_write(overtake):
            response = self.kit.refresh(token, **headers)
        seen["after"] = self.rows()
        sid, others = tab.login.sid, [set(seen[at]) - {tab.login.sid} for at in ("before", "after")]
        assert others[0] == others[1]
        assert all(seen["before"][one] == seen["after"][one] for one in others[0]), "not its own"
        generation = claims_of(token)["gen"]
        use = Use(
            login=tab.login,
            generation=generation,
            key=key,
            has_retry_key=key is not None and tab.login.rotated_with == (generation, key),
            expired=claims_of(token)["exp"] <= timezone.now().timestamp(),
            read=seen["read"][sid],
            before=seen["before"][sid],
            after=seen["after"][sid],
            status=response.status_code,
            answer=response.json(),
        )
        if use.advanced:
            tab.login.rotated_with = (generation, key)
        if use.accepted and arrives:
            tab.take(use.answer)
        return use

    @contextmanager
    def nothing_written(self, *, nothing_asked: bool = False) -> Any:
        before, asked = self.rows(), []

        def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(wrapper):
            yield
        assert [sql for sql in asked if nothing_asked or not sql.startswith("SELECT")] == []
        assert self.rows() == before


@contextmanager
def between_read_and_write(act: Any) -> Any:
    """``act`` happens once, after the next refresh has read its row."""
    real = session_rows.find

    def find(session_id: Any) -> Any:
        found = real(session_id)
        session_rows.find = real
        act()
        return found

    session_rows.find = find
    try:
        yield
    finally:
        session_rows.find = real
