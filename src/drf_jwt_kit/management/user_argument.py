"""Which user do the arguments of a command name?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import router

from .columns import printable

_SHOWN = 5


def add_user_arguments(parser: CommandParser) -> None:
    """``--user`` and ``--user-id``."""
    says = "The user with this name, or else with this primary key."
    parser.add_argument("--user", metavar="NAME", help=says)
    parser.add_argument("--user-id", metavar="KEY", help="The user with this primary key.")


def named_user(options: dict[str, Any]) -> Any:
    """The user whom the options name, or None if they name no user.

    Raises CommandError where there is no such user, or more than one. Users whom the default
    manager of the user model hides are found: their sessions can be ended, too.
    """
    if options["user"] is not None and options["user_id"] is not None:
        raise CommandError("Give --user or --user-id, not both.")
    if options["user_id"] is not None:
        return _the_one(options["user_id"], ("pk",))
    if options["user"] is not None:
        return _the_one(options["user"], (get_user_model().USERNAME_FIELD, "pk"))
    return None


def shown(user: Any) -> str:
    """The user's name and primary key, for a line of a terminal."""
    return printable(f"{user.get_username()} ({user.pk})")


def _with(field: str, value: str) -> list[Any]:
    users = get_user_model()
    rows = users._base_manager.using(router.db_for_write(users))
    try:
        return list(rows.filter(**{field: value})[: _SHOWN + 1])
    except (ValueError, ValidationError):  # the name cannot be a primary key
        return []


def _the_one(said: str, fields: Sequence[str]) -> Any:
    found = list({user.pk: user for field in fields for user in _with(field, said)}.values())
    if not found:
        raise CommandError(f"No user has the {' or '.join(fields)} {said!r}.")
    if len(found) > 1:
        several = ", ".join(shown(user) for user in found[:_SHOWN])
        raise CommandError(f"{said!r} may be any of these: {several}. Choose one with --user-id.")
    return found[0]
