"""From when are logins valid? The table of ends of all sessions, one row for each."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import models
from django.db.models import Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest
from django.utils.translation import gettext_lazy as _

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import local_now, whole_second

from .moment import MomentField

if TYPE_CHECKING:
    _Time: TypeAlias = models.DateTimeField[datetime, datetime]

_BEFORE_EVERY_LOGIN = datetime(1900, 1, 1, tzinfo=timezone.utc)


class WholeSecondField(MomentField):
    """A moment that is stored, and asked for, as the next whole second."""

    def get_prep_value(self, value: Any) -> Any:
        """``value`` for the database."""
        moment = super().get_prep_value(value)
        return None if moment is None else whole_second(moment)


class Cutoff(models.Model):
    """The end of every session whose user logged in before ``valid_after``, in one row.

    Tokens know their login in whole seconds, so it is stored as the next whole second.
    """

    valid_after: _Time = WholeSecondField(_("logins are valid from"))
    created_at: _Time = MomentField(_("created at"), default=local_now)

    class Meta:
        verbose_name = _("end of all sessions")
        verbose_name_plural = _("ends of all sessions")

    def __str__(self) -> str:
        return self.valid_after.isoformat()

    @classmethod
    def latest(cls) -> Subquery:
        """The latest time, as a subquery for a column of other rows."""
        return Subquery(cls._default_manager.order_by("-valid_after").values("valid_after")[:1])

    @classmethod
    def latest_or(cls, moment: datetime = _BEFORE_EVERY_LOGIN) -> Combinable:
        """The same, or an aware ``moment`` if there is no row; by default before every login."""
        return Coalesce(cls.latest(), _value(moment))


def valid_from() -> Combinable:
    """From when logins are valid: the later one of the table and SESSIONS_VALID_AFTER."""
    moment = whole_second(get_settings().SESSIONS_VALID_AFTER or _BEFORE_EVERY_LOGIN)
    return Greatest(Cutoff.latest_or(moment), _value(moment))


def _value(moment: datetime) -> Value:
    return Value(moment, output_field=MomentField())
