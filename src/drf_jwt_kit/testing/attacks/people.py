"""Whom does an attack log in? A user of its own, by whatever user model the project has."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib.auth import get_user_model
from django.db import models

from drf_jwt_kit.conf.moments import local_now

PASSWORD = "a horse that knows nobody"  # noqa: S105  # it opens what a test has made

_ACTIVE = "is_active"


def new_user() -> Any:
    """A saved, active user with ``PASSWORD``. Raises whatever saving it raises."""
    model = get_user_model()
    user = _made(model)
    user.set_password(PASSWORD)
    user.save()
    return user


def can_be_deactivated() -> bool:
    """Whether the table of users says who is active."""
    return any(one.name == _ACTIVE for one in get_user_model()._meta.concrete_fields)


def _made(model: Any) -> Any:
    """A row of ``model`` that has what it cannot be without. It is not saved."""
    named = {getattr(model, "USERNAME_FIELD", ""), *getattr(model, "REQUIRED_FIELDS", ()), _ACTIVE}
    needed = [one for one in model._meta.concrete_fields if one.name in named or _is_needed(one)]
    return model(**{one.name: _value_for(one) for one in needed})


def _is_needed(field: Any) -> bool:
    automatic = field.primary_key and isinstance(field, models.AutoField)
    return not (field.null or field.blank or field.has_default() or automatic)


def _value_for(field: Any) -> Any:
    if field.is_relation:
        other = _made(field.related_model)
        other.save()
        return other
    if field.choices:
        return field.flatchoices[0][0]
    unique = uuid4()
    kinds: list[tuple[Any, Any]] = [
        (models.EmailField, f"{unique.hex[:20]}@example.com"),
        (models.URLField, f"https://example.com/{unique.hex}"),
        (models.UUIDField, unique),
        (models.BooleanField, field.name == _ACTIVE),
        (models.DateTimeField, local_now()),
        (models.DateField, date(2000, 1, 1)),
        (models.DurationField, timedelta(0)),
        (models.DecimalField, Decimal(0)),
        ((models.IntegerField, models.FloatField), unique.int % 30_000),
        (models.JSONField, {}),
    ]
    of_its_kind = [value for kind, value in kinds if isinstance(field, kind)]
    return of_its_kind[0] if of_its_kind else unique.hex[: field.max_length or 32]
