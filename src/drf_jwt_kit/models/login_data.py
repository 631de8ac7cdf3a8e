"""What may a project remember of one login, and how is it stored? As JSON, a few kilobytes of it.

Every database must take it and give it back unchanged, so more is refused than JSON refuses.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import JSONField

if TYPE_CHECKING:
    from django.core.checks import CheckMessage
    from django.db.backends.base.base import BaseDatabaseWrapper

LONGEST = 4 * 1024
"""Bytes of JSON. It is read at every refresh, and an access token is no longer."""

_DEEPEST = 20
"""Lists and objects inside of each other. MariaDB takes 32."""

_INTEGERS, _FLOATS = 2**63, 1e16
"""Numbers below these are kept. From the second on Python writes floats without a point, and
PostgreSQL gives whole numbers back."""

_INSTEAD = "Give a dict of strings, whole numbers, floats, booleans, None, lists and such dicts."


class LoginDataField(JSONField):
    """JSON whose parameter is text on every database.

    PostgreSQL's driver would get an object, which is equal to no other, and ``insertion`` compares
    parameters.
    """

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """Ask no database whether it has JSON: each that Django supports has it."""
        return super().check(**{**kwargs, "databases": ()})

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        """``value`` for the database."""
        return json.dumps(value if prepared else self.get_prep_value(value))


def checked(data: Any) -> dict[str, Any]:
    """A copy of ``data``, as every refresh will read it.

    Raises TypeError for what has no form in JSON, and ValueError for what is too large or not kept
    by every database. The messages name the place, and show no value.
    """
    if not isinstance(data, Mapping):
        raise TypeError(f"data is a {type(data).__name__}, which is no JSON object. {_INSTEAD}")
    given = dict(data)
    _require_json(given, "data", 0)
    text = json.dumps(given)
    size = len(text)
    if size > LONGEST:
        raise ValueError(
            f"data has {size} bytes as JSON, and at most {LONGEST} are kept with a login. Keep it "
            "in a table of yours, and its key here."
        )
    copy: dict[str, Any] = json.loads(text)
    return copy


def _require_json(value: Any, where: str, depth: int) -> None:
    """Raise for what does not come back as it was. ``where`` names it, and never shows it."""
    if depth > _DEEPEST:
        raise ValueError(f"{where} lies more than {_DEEPEST} levels deep. {_INSTEAD}")
    if isinstance(value, dict):
        for name, one in value.items():
            if not isinstance(name, str):
                kind = type(name).__name__
                raise TypeError(f"{where} has a key that is a {kind}. JSON has strings there.")
            _require_text(name, f"a key of {where}")
            _require_json(one, f"{where}[{name!r}]", depth + 1)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            _require_json(one, f"{where}[{number}]", depth + 1)
    elif isinstance(value, str):
        _require_text(value, where)
    elif isinstance(value, (int, float)):
        if not abs(value) < (_FLOATS if isinstance(value, float) else _INTEGERS):  # nor is NaN
            raise ValueError(
                f"{where} is a number that not every database keeps. Give a whole one below 2**63, "
                "or a float below 1e16."
            )
    elif value is not None:
        raise TypeError(f"{where} is a {type(value).__name__}, which JSON has not. {_INSTEAD}")


def _require_text(text: str, where: str) -> None:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"{where} has a NUL or half of a surrogate pair, which not all keep.")
