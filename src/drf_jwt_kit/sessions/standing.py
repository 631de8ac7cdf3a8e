"""How does a session stand: live, or ended and why? For whoever looks at many of them.

Says what a refresh would be told, without a token. Never writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import router
from django.db.models import DateTimeField, ExpressionWrapper, F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from drf_jwt_kit.models import RevokedReason, Session

from .account import account_of
from .lookup import was_cut_off
from .rotation import Account

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

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


def idle_limit() -> Combinable:
    """When a row's idle time is over, for a query; ``Session.refreshable_until`` for one row."""
    since = Coalesce("rotated_at", "created_at")
    return ExpressionWrapper(since + F("refresh_lifetime"), output_field=DateTimeField())
