"""What do the dead rows of a user cost it? Fills a database, and asks what clients and staff ask.

Run as a script with the number of dead rows, and with DATABASE in the environment: prints how much
each request has made the database read, by the kind of dead rows that its user has.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

LIVE = 3
"""Live sessions of each user."""
DEATHS = ("none", "ended", "replaced", "too old", "never refreshed", "left alone", "lately")
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Request:
    """``ask`` is called with what ``prepare`` has made for it."""

    name: str
    prepare: Callable[[], Any]
    ask: Callable[[Any], Any]


def deaths(now: Any) -> dict[str, dict[str, Any]]:
    """How sessions have died, and what is in their rows; nobody has died of the first."""
    begun = now - 20 * _DAY
    return {
        "none": {},
        "ended": {"created_at": begun, "revoked_at": now - _DAY, "revoked_reason": "logout"},
        "replaced": {"created_at": begun, "revoked_at": now, "revoked_reason": "replaced"},
        "too old": {"created_at": begun, "expires_at": now - _HOUR},
        "never refreshed": {"created_at": begun},
        "left alone": {"created_at": begun, "rotated_at": begun + _HOUR},
        "lately": {"created_at": begun, "rotated_at": now - _DAY - _HOUR},
    }


def fill(dead: int, *, crowd: int, of: Collection[str] = DEATHS) -> dict[str, Any]:
    """A user for each way to die, by its name, with so many dead rows; and a crowd without any."""
    from django.utils import timezone

    from drf_jwt_kit.models import Session
    from drf_jwt_kit.sessions.account import fingerprint
    from tests.conftest import make_user

    now = timezone.now()
    day = {"expires_at": now + 30 * _DAY, "refresh_lifetime": _DAY}
    alive = {"created_at": now - _HOUR, "auth_time": now - _HOUR, **day}
    users = {}
    for death in of:
        died = deaths(now)[death]
        user = users[death] = make_user(death.replace(" ", "-"))
        known = {**alive, "user_id": user.pk, "password_fingerprint": fingerprint(user)}
        rows = [Session(**known) for _ in range(LIVE)]
        for minutes in range(dead if died else 0):
            rows.append(Session(**{**known, **died}))
            rows[-1].created_at -= minutes * _MINUTE
        Session.objects.bulk_create(rows, batch_size=2000)
    others = (Session(**alive, user_id=100 + number // LIVE) for number in range(crowd * LIVE))
    Session.objects.bulk_create(others, batch_size=2000)
    if "lately" in users:  # as a refresh leaves it, which looks ahead
        Session.objects.filter(user=users["lately"]).update(live_until=now + _DAY)
    _gather_statistics()
    return users


def requests_of(user: Any) -> Iterator[Request]:
    """What ``user`` and the staff may ask for."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    from drf_jwt_kit import sessions
    from drf_jwt_kit.sessions.verify import is_superseded
    from tests.conftest import PASSWORD, Kit, SignedIn

    kit, staff, name = Kit(), Client(), user.get_username()
    users = get_user_model().objects
    staff.force_login(users.filter(username="root").first() or users.create_superuser("root"))

    def begun() -> SignedIn:
        users.filter(pk=user.pk).update(is_active=True)
        tokens = sessions.start(users.get(pk=user.pk))
        return SignedIn(tokens.access, tokens.refresh)

    def rename(tokens: SignedIn) -> Any:
        path = f"/api/token/sessions/{tokens.session.pk}/"
        bearer = {"Authorization": f"Bearer {tokens.access}"}
        return kit.patch(path, {"name": "a"}, format="json", headers=bearer)

    def refused() -> SignedIn:
        tokens = begun()
        sessions.revoke(tokens.session.pk)
        return tokens

    def page(more: str) -> Callable[[Any], Any]:
        return lambda _: staff.get(f"/admin/drf_jwt_kit/session/?user={user.pk}{more}")

    def new_password(_: Any) -> None:
        changed = users.get(pk=user.pk)
        changed.set_password(PASSWORD)  # the same once more, with another salt
        changed.save()

    def deactivate(_: Any) -> None:
        changed = users.get(pk=user.pk)
        changed.is_active = False
        changed.save()

    body = {"username": name, "password": PASSWORD}
    yield Request("log in", begun, lambda _: kit.post_json("", body))
    yield Request("request", begun, lambda tokens: kit.get_with(tokens.access))
    yield Request("list", begun, lambda tokens: kit.get_with(tokens.access, "/api/token/sessions/"))
    yield Request("rename", begun, rename)
    yield Request("refresh", begun, lambda tokens: kit.refresh(tokens.refresh))
    yield Request("late refusal", refused, lambda one: is_superseded(one.refresh, expired=False))
    yield Request("log out", begun, lambda tokens: kit.logout(tokens.refresh))
    yield Request("page of the admin", begun, page("&state=live"))
    yield Request("log out everywhere", begun, lambda _: sessions.revoke(user=user))
    yield Request("new password", begun, new_password)
    yield Request("deactivation", begun, deactivate)


def main(dead: int) -> None:
    django.setup()

    from django.core.management import call_command
    from django.db import connection

    from tests.servers.reads import reads_of

    call_command("migrate", verbosity=0)
    users = fill(dead, crowd=5000)
    read = reads_of(connection)
    told: dict[str, dict[str, int]] = {}
    for death, user in users.items():
        for request in requests_of(user):
            made = request.prepare()
            before = read()
            answer = request.ask(made)
            told.setdefault(request.name, {})[death] = read() - before
            assert getattr(answer, "status_code", 200) == 200, (request.name, answer.content)
    print(json.dumps(told))


def _gather_statistics() -> None:
    """What a database does by itself in the course of a day."""
    from django.db import connection

    statements = {
        "postgresql": "VACUUM ANALYZE",
        "mysql": "ANALYZE TABLE drf_jwt_kit_session, auth_user",
        "sqlite": "PRAGMA optimize",
    }
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])


if __name__ == "__main__":
    main(int(sys.argv[1]))
