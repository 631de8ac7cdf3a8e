"""How does a session stand: live, or ended and why? For whoever looks at many of them.

Says what a refresh would be told, without a token. Never writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from datetime import timezone as utc
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.db import router
from django.db.models import DateTimeField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import RevokedReason, Session

from .account import account_of
from .cutoff import first_second
from .lookup import was_cut_off
from .rotation import Account

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet
    from django.db.models.expressions import Combinable
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Standing:
    """``because`` says in words why a session has ended; it is empty while the session lives."""

    because: StrOrPromise

    @property
    def live(self) -> bool:
        """Whether a refresh would go on."""
        return not self.because

    def __str__(self) -> str:
        return gettext("ended: %s") % self.because if self.because else gettext("live")


def standing(session: Session, *, now: datetime) -> Standing:
    """How a row of ``lookup.sessions_to_judge`` stands at ``now``.

    Asks for its user, which :func:`attach_users` gives to many rows at once.
    """
    if session.revoked_at is not None:
        # A project may give a reason of its own, or none.
        shown = session.get_revoked_reason_display()
        return Standing(shown or RevokedReason.BY_PROJECT.label)
    if was_cut_off(session):
        return Standing(_("all sessions were ended"))
    if now >= session.expires_at:
        return Standing(_("reached its greatest age"))
    if now >= session.refreshable_until:
        return Standing(_("was not refreshed in time"))
    account = account_of(session.user, session.password_fingerprint)
    return Standing("" if account is Account.ACTIVE else RevokedReason(account.value).label)


def attach_users(rows: Collection[Session]) -> None:
    """Give each row its user, in one query for all, wherever users are kept.

    A user who is missing, or whom the user model's default manager hides, is None: neither may
    go on.
    """
    users = get_user_model()._default_manager
    keys = {row.user_id for row in rows} - {None}
    found = users.using(router.db_for_write(users.model)).in_bulk(keys)
    field: Any = Session._meta.get_field("user")
    for row in rows:
        field.set_cached_value(row, found.get(row.user_id))


def device_label(session: Session) -> str:
    """What the owner of ``session`` calls the device, and what it calls itself."""
    device = session.device_name
    return f"{session.name} ({device})" if session.name and device else session.name or device


def live(rows: QuerySet[Session], *, now: datetime) -> QuerySet[Session]:
    """Those of ``lookup.sessions_to_judge`` that live, as far as the table alone can tell."""
    setting = _valid_after_setting()
    since = Q() if setting is None else Q(auth_time__gte=setting)
    not_cut_off = Q(valid_after=None) | Q(auth_time__gte=F("valid_after"))
    return rows.alias(idle_limit=idle_limit()).filter(
        since, not_cut_off, revoked_at=None, expires_at__gt=now, idle_limit__gt=now
    )


def ended(rows: QuerySet[Session], *, now: datetime) -> QuerySet[Session]:
    """The others."""
    setting = _valid_after_setting()
    before = Q() if setting is None else Q(auth_time__lt=setting)
    return rows.alias(idle_limit=idle_limit()).filter(
        before
        | Q(revoked_at__isnull=False)
        | Q(expires_at__lte=now)
        | Q(idle_limit__lte=now)
        | Q(auth_time__lt=F("valid_after"))
    )


def idle_limit() -> Combinable:
    """When a row's idle time is over, for a query; ``Session.refreshable_until`` for one row."""
    since = Coalesce("rotated_at", "created_at")
    return ExpressionWrapper(since + F("refresh_lifetime"), output_field=DateTimeField())


def _valid_after_setting() -> datetime | None:
    """The setting, from the second on from which ``cutoff`` counts it, as the project's times are:
    without a zone where USE_TZ is off."""
    moment = get_settings().SESSIONS_VALID_AFTER
    if moment is None:
        return None
    counted = datetime.fromtimestamp(first_second(moment), utc.utc)
    return counted if django_settings.USE_TZ else timezone.make_naive(counted)
