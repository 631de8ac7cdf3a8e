"""Did a login happen before all sessions were ended? The one comparison for everybody who asks.

Tokens know their login in whole seconds, so a cut-off counts from the next whole second on:
strict and stateless requests, whose times come from a row and from a token, answer alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Subquery

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import Cutoff
from drf_jwt_kit.tokens.token import epoch

if TYPE_CHECKING:
    from datetime import datetime


def stored() -> Subquery:
    """The latest cut-off in the table, as a column beside a row that is read anyway."""
    latest = Cutoff._default_manager.order_by("-valid_after")
    return Subquery(latest.values("valid_after")[:1])


def read(alias: str) -> datetime | None:
    """The latest cut-off in the table, by a query of its own."""
    latest = Cutoff._default_manager.using(alias).order_by("-valid_after")
    return latest.values_list("valid_after", flat=True).first()


def has_ended(auth_time: int, stored: datetime | None) -> bool:
    """Whether a login at ``auth_time`` (epoch seconds) lies before a cut-off.

    That is the one in the table, ``stored``, or the setting ``SESSIONS_VALID_AFTER``.
    """
    cutoffs = (stored, get_settings().SESSIONS_VALID_AFTER)
    return any(auth_time < first_second(cutoff) for cutoff in cutoffs if cutoff is not None)


def first_second(cutoff: datetime) -> int:
    """The first whole second (since 1970) whose logins are after ``cutoff``."""
    return epoch(cutoff) + (cutoff.microsecond > 0)
