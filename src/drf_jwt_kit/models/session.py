"""What is stored about a session? One row for each login on each device, and no token.

``SessionQuerySet`` has the rule of ``sessions.life`` in SQL, as far as the table knows.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils.translation import gettext_lazy as _

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.moments import as_local, aware, local_now, now

from .cutoff import Cutoff, valid_from
from .login_data import LoginDataField
from .moment import LiveUntilField, MomentField, later

if TYPE_CHECKING:
    _Text: TypeAlias = models.CharField[str, str]
    _Number: TypeAlias = models.PositiveIntegerField[int, int]
    _LongText: TypeAlias = models.TextField[str, str]
    _NumberOrNone: TypeAlias = models.PositiveIntegerField[int | None, int | None]
    _Small: TypeAlias = models.PositiveSmallIntegerField[int, int]
    _Time: TypeAlias = models.DateTimeField[datetime, datetime]
    _TimeOrNone: TypeAlias = models.DateTimeField[datetime | None, datetime | None]
    _Duration: TypeAlias = models.DurationField[timedelta, timedelta]
    _DurationOrNone: TypeAlias = models.DurationField[timedelta | None, timedelta | None]
    _Address: TypeAlias = models.GenericIPAddressField[str | None, str | None]
    _Id: TypeAlias = models.UUIDField[uuid.UUID, uuid.UUID]
    _Data: TypeAlias = models.JSONField[dict[str, Any], dict[str, Any]]
    _IdOrNone: TypeAlias = models.UUIDField[uuid.UUID | None, uuid.UUID | None]


def new_secret() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(32)


class RevokedReason(models.TextChoices):
    """Why a session was ended; for logs and signals, never for clients."""

    LOGOUT = "logout", _("logged out")
    LOGOUT_ALL = "logout_all", _("logged out everywhere")
    ENDED_BY_OWNER = "ended_by_owner", _("ended from another device")
    REUSED = "reused", _("an old refresh token was used again")
    PASSWORD_CHANGED = "password_changed", _("the password was changed")
    USER_INACTIVE = "user_inactive", _("the user was deactivated")
    USER_GONE = "user_gone", _("the user was deleted")
    REPLACED = "replaced", _("another login in the same browser")
    SESSION_LIMIT = "session_limit", _("the user reached the limit of sessions")
    ACTOR_ENDED = "actor_ended", _("whoever acted as the user may no longer")
    BY_ADMIN = "by_admin", _("ended by an administrator")
    BY_PROJECT = "by_project", _("ended by the project")


class SessionQuerySet(models.QuerySet["Session"]):
    """Live and ended sessions, as far as the table and the settings know.

    A change of a user that sends no signal (``QuerySet.update``, raw SQL) is not seen here.
    """

    def update(self, **columns: Any) -> int:
        """As Django's. Also updates ``live_until``, unless it is given."""
        if not _BOUNDS.isdisjoint(columns):
            columns.setdefault("live_until", columns.get("expires_at", F("expires_at")))
        return super().update(**columns)

    update.alters_data = True  # type: ignore[attr-defined]  # templates cannot call it

    def live(self) -> SessionQuerySet:
        """The sessions that can still be refreshed."""
        at = now()
        lasts = Q(live_until__gt=at, expires_at__gt=at, idle_limit__gt=at, user__isnull=False)
        return self._with_limits().filter(lasts, Q(auth_time__gte=F("valid_from")), revoked_at=None)

    def ended(self) -> SessionQuerySet:
        """All other sessions: ended, or too old."""
        at = now()
        return self._with_limits().filter(
            Q(revoked_at__isnull=False)
            | Q(user=None)
            | Q(expires_at__lte=at)
            | Q(idle_limit__lte=at)
            | Q(auth_time__lt=F("valid_from"))
        )

    def dead(self, before: datetime) -> SessionQuerySet:
        """The sessions that ended by ``before`` (aware). If their access tokens live longer than
        ``ACCESS_TOKEN_LIFETIME``, by that much earlier. Ignores the cut-off of the settings."""
        usual = get_settings().ACCESS_TOKEN_LIFETIME
        cutoff = Cutoff.latest_or()
        cut_off = Case(When(auth_time__lt=cutoff, then=cutoff), default="expires_at")
        revoked = Coalesce("revoked_at", "expires_at")
        ended = Least(revoked, "expires_at", _idle_limit(), cut_off, output_field=MomentField())
        access = Coalesce("access_lifetime", Value(usual))
        longest = Greatest(access, Value(usual), output_field=models.DurationField())
        over = self.alias(over=later(ended, longest))
        return over.filter(over__lte=aware(before) + usual)

    def to_judge(self) -> SessionQuerySet:
        """The same rows, each with the latest cut-off of the table as ``valid_after``."""
        return self.annotate(valid_after=Cutoff.latest())  # type: ignore[no-redef]

    def _with_limits(self) -> SessionQuerySet:
        return self.alias(idle_limit=_idle_limit(), valid_from=valid_from())


class Session(models.Model):
    """One login on one device.

    Refresh tokens are made from the row and the signing key: neither a copy of this table nor a
    stolen key is enough to make one.
    """

    id: _Id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        related_name="jwt_sessions",
        null=True,
        # Users may live in another database, where no constraint and no query of a deletion can
        # reach this table. The receiver of a user's deletion ends its sessions; a row whose
        # user is missing is refused.
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,  # the one on its live sessions begins with it
    )
    secret: _Text = models.CharField(max_length=43, default=new_secret, editable=False)
    generation: _Number = models.PositiveIntegerField(_("generation"), default=0)
    obtain_serializer: _Text = models.CharField(max_length=255, blank=True, editable=False)
    password_fingerprint: _Text = models.CharField(max_length=64, editable=False)
    retry_key_hash: _Text = models.CharField(max_length=64, blank=True, editable=False)
    duplicates: _Small = models.PositiveSmallIntegerField(default=0, editable=False)
    """Rotations in a row whose answer was given twice, as ``sessions.life`` counts them."""

    name: _Text = models.CharField(_("name"), max_length=100, blank=True)
    device: _Text = models.CharField(_("device"), max_length=100, blank=True)
    user_agent: _Text = models.CharField(_("user agent"), max_length=512, blank=True)
    ip: _Address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    scope: _Text = models.CharField(_("scope"), max_length=512, blank=True)
    scope_source: _Text = models.CharField(max_length=8, blank=True, editable=False)
    # The session whose token began this one. No foreign key: that row may be flushed first.
    parent: _IdOrNone = models.UUIDField(null=True, blank=True, editable=False)
    data: _Data = LoginDataField(default=dict, blank=True, editable=False)
    """What the project remembers of this login."""
    bound_key: _LongText = models.TextField(blank=True, editable=False)
    """The JWK of the key that its device has; empty if it is bound to none."""
    bound_since: _NumberOrNone = models.PositiveIntegerField(null=True, editable=False)
    """The generation from which on it is bound."""
    # Who acts as the user, by the id that tokens have; empty if it is the user.
    actor: _Text = models.CharField(_("acted for by"), max_length=255, blank=True)
    actor_reason: _Text = models.CharField(_("acted for because"), max_length=255, blank=True)

    created_at: _Time = MomentField(_("created at"), default=local_now)
    auth_time: _Time = MomentField(_("logged in at"), default=local_now)
    rotated_at: _TimeOrNone = MomentField(_("refresh token rotated at"), null=True, blank=True)
    rotated_before: _TimeOrNone = MomentField(null=True, blank=True, editable=False)
    """When its refresh token was rotated before the last time."""
    last_used_at: _TimeOrNone = MomentField(_("last refreshed at"), null=True, blank=True)
    expires_at: _Time = MomentField(_("ends at the latest"))
    refresh_lifetime: _Duration = models.DurationField(_("ends when not refreshed for"))
    access_lifetime: _DurationOrNone = models.DurationField(
        _("access tokens live for"), null=True, blank=True
    )
    revoked_at: _TimeOrNone = MomentField(_("ended at"), null=True, blank=True)
    revoked_reason: _Text = models.CharField(
        _("ended because"), max_length=32, blank=True, choices=RevokedReason.choices
    )

    live_until: _Time = LiveUntilField(editable=False)
    user_id: Any
    valid_after: datetime | None
    """The latest cut-off of the table, if ``to_judge`` has read the row."""

    objects: ClassVar[SessionQuerySet] = SessionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        # A refresh moves ``live_until`` once in a refresh lifetime, and changes no other of these
        # columns, so that PostgreSQL can update the row in place.
        # Which question needs which index: docs/decisions/0020.
        indexes = (
            models.Index(fields=["user", "revoked_at", "live_until"], name="jwt_session_user_live"),
            models.Index(fields=["created_at"], name="jwt_session_created_at"),
            models.Index(fields=["revoked_at"], name="jwt_session_revoked_at"),
            models.Index(fields=["parent"], name="jwt_session_parent"),
        )

    def __str__(self) -> str:
        return str(self.id)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **more: Any) -> None:
        """As Django's. Also updates ``live_until``."""
        if "live_until" in self.get_deferred_fields():  # or Django would leave it out
            self.refresh_from_db(fields=["live_until"])
        names = None if update_fields is None else set(update_fields)
        if names and not _BOUNDS.isdisjoint(names):
            names.add("live_until")
        super().save(*args, update_fields=names, **more)

    def jti_of(self, generation: int) -> str:
        """The ``jti`` of the session's refresh token of ``generation``.

        Bound to the row's secret, so that neither a stolen signing key nor a stolen database is
        enough to make a refresh token.
        """
        message = f"{self.id}:{generation}".encode()
        digest = hmac.digest(self.secret.encode(), message, hashlib.sha256)
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    @property
    def device_name(self) -> str:
        """The name of the device ("Firefox on Windows"), or else its raw user agent."""
        return self.device or self.user_agent

    @property
    def refreshable_until(self) -> datetime:
        """When the session ends if it is not refreshed before: the ``exp`` of its refresh token."""
        idle_limit = aware(self.rotated_at or self.created_at) + self.refresh_lifetime
        return as_local(min(idle_limit, aware(self.expires_at)))


_BOUNDS = {"created_at", "rotated_at", "refresh_lifetime", "expires_at", "revoked_at"}
"""The columns that ``live_until`` depends on."""


def _idle_limit() -> Combinable:
    """When a session ends if it is not refreshed before, for a query."""
    return later(Coalesce("rotated_at", "created_at"), F("refresh_lifetime"))
