"""Which place holds the sessions here, and does a token come from it?

A signature says who signed, not where the session is: tenants, environments and copies may share a
signing key. So an access token carries the identity of its place, a hash of one random row and of
what the database says of itself. A copy has the row, and another name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any
from weakref import finalize

from django.db import DatabaseError, InterfaceError, connections, transaction
from django.db.models import CharField, Func

from drf_jwt_kit.models import Cutoff, Place, database

from . import events, rows
from .faults import says_not_migrated

CLAIM = "place"

RENEWED_EVERY = 3600
"""Seconds after which a process that never reads what was revoked reads the place again."""

RETRIED_EVERY = 60
"""Seconds after which a place that could not be read or made is tried again."""

_SAYS = {"postgresql": ("current_database", "current_schema"), "mysql": ("DATABASE",)}
"""Functions that name the database, by its vendor; for others the settings name it."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a process knows of the place of one database, and until when."""

    identity: str | None
    """None equals nothing: such a token is asked for in the table."""
    until: float
    """On the clock that no test moves, or a login there would make one query more."""


_known: dict[tuple[object, ...], Known] = {}


def claims() -> dict[str, str]:
    """The claim of an access token that is made now; none if the place cannot be known.

    No query, but when the process does not know the place yet, and once an hour if nothing else
    has read it. Never raises for the place: without the claim, a token costs its bearer's requests
    one query each.
    """
    try:
        known = _known.get(database.identity())
        if known is None or perf_counter() >= known.until:
            known = learn()
    except Exception as error:  # noqa: BLE001  # a database that this test may not ask, or none
        _tell_unknown(error)
        return {}
    return {} if known.identity is None else {CLAIM: known.identity}


def learn() -> Known:
    """Read the place now, and make its row where that is missing. Raises no error of the database.

    One query; in a transaction that must survive a failure, three.
    """
    identity, known_for = None, RETRIED_EVERY
    try:
        with _survivable():
            identity, known_for = read()[0], RENEWED_EVERY
    except (DatabaseError, InterfaceError) as error:
        _tell_unknown(error)
    return _remember(identity, known_for if identity else RETRIED_EVERY)


def look() -> tuple[str | None, datetime | None]:
    """The identity of the place and the latest cut-off, in one query, for a process that polls.

    New tokens carry this identity from now on. None if there is no row, and none can be made.
    """
    known = _known.get(database.identity())
    is_there = known is not None and known.identity is not None
    try:
        with nullcontext() if is_there else _survivable():
            identity, cutoff = read()
    except DatabaseError:
        if is_there and database.in_transaction():
            raise
        # The table of places is missing, or else this raises.
        identity, cutoff = None, rows.latest_cutoff()
    _remember(identity, RENEWED_EVERY if identity else RETRIED_EVERY)
    return identity, cutoff


def renew() -> str | None:
    """Give the sessions here a new place, and answer its identity.

    Access tokens that are out are asked for in the table until they expire.
    """
    alias = database.write_alias()
    with transaction.atomic(using=alias):
        new = Place()
        new.save(using=alias, force_insert=True)
        Place._default_manager.using(alias).exclude(pk=new.pk).delete()
    return learn().identity


def is_migrated() -> bool:
    """Whether the table is there. A schema that tenants share may have none."""
    connection = connections[database.write_alias()]
    return Place._meta.db_table in connection.introspection.table_names()


def read() -> tuple[str | None, datetime | None]:
    """The identity and the latest cut-off as the table has them, made where there is no row."""
    row = _row()
    if row is None:
        _make()
        row = _row()
    if row is None:
        return None, rows.latest_cutoff()
    value, cutoff, *said = row
    return _identity(value, said), cutoff


def forget() -> None:
    """Forget everything, as a new process does."""
    _known.clear()


def _row() -> Any:
    alias = database.write_alias()
    functions = _SAYS.get(connections[alias].vendor, ())
    said = {f"says_{name}": Func(function=name, output_field=CharField()) for name in functions}
    found = Place._default_manager.using(alias).annotate(valid_after=Cutoff.latest(), **said)
    return found.order_by("-pk").values_list("value", "valid_after", *said).first()


def _make() -> None:
    known = _known.get(database.identity())
    if known is not None and known.identity is None and perf_counter() < known.until:
        return  # it could not be made a moment ago
    try:
        with _survivable():
            Place().save(using=database.write_alias(), force_insert=True)
    except DatabaseError as error:  # this user, or this server, may only read
        _tell_unknown(error)


def _identity(value: str, said: list[Any]) -> str:
    connection = connections[database.write_alias()]
    named = said or [_name_in_settings(connection)]
    text = json.dumps([*named, getattr(connection, "schema_name", None)])
    digest = hmac.digest(value.encode(), text.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:12]).decode()


def _name_in_settings(connection: Any) -> str:
    name = str(connection.settings_dict["NAME"])
    # A copied folder may have the same relative path in its settings.
    return os.path.realpath(name) if connection.vendor == "sqlite" else name


def _remember(identity: str | None, seconds: float) -> Known:
    here = database.identity()
    before, known = _known.get(here), Known(identity=identity, until=perf_counter() + seconds)
    _known[here] = known
    if before is not None and before.identity != identity and database.in_transaction():
        _forget_with_the_transaction(here, before)
    return known


def _forget_with_the_transaction(here: tuple[object, ...], before: Known) -> None:
    """Know again what was known ``before``, if the open transaction does not commit.

    It may have made the row, as in a test. Django drops what is not called after a commit.
    """

    def stays() -> None:
        undo.detach()

    undo = finalize(stays, _known.__setitem__, here, before)
    undo.atexit = False
    transaction.on_commit(stays, using=database.write_alias())


def _survivable() -> Any:
    """If a transaction is open, a savepoint: a failed statement would spoil the whole of it."""
    return (
        transaction.atomic(using=database.write_alias())
        if database.in_transaction()
        else nullcontext()
    )


def _tell_unknown(error: Exception) -> None:
    then = "access tokens cost one query until the place can be read"
    if says_not_migrated(error):
        then = f"run `python manage.py migrate`: {then}"
    events.log("place_unknown", level=logging.WARNING, error=type(error).__name__, then=then)
