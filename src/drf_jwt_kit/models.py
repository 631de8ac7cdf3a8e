"""The tables: a row for each login on each device, and one for each time that all were ended.

They hold no token; their rules are in sessions.
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from datetime import datetime


def new_secret() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(32)


class RevokedReason(models.TextChoices):
    """Why a session was ended; told to logs and signals, never to clients."""

    LOGOUT = "logout", _("logged out")
    LOGOUT_ALL = "logout_all", _("logged out everywhere")
    ENDED_BY_OWNER = "ended_by_owner", _("ended from another device")
    REUSED = "reused", _("an old refresh token was used again")
    PASSWORD_CHANGED = "password_changed", _("the password was changed")
    USER_INACTIVE = "user_inactive", _("the user was deactivated")
    USER_GONE = "user_gone", _("the user was deleted")
    REPLACED = "replaced", _("another login in the same browser")
    SESSION_LIMIT = "session_limit", _("the user logged in more often than it may at once")
    BY_ADMIN = "by_admin", _("ended by an administrator")
    BY_PROJECT = "by_project", _("ended by the project")


class Session(models.Model):
    """One login on one device.

    What its refresh tokens are made of is here except for the signing key: a copy of this
    table alone makes no token, and neither does a stolen key alone.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4, editable=False)
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
        db_index=False,  # the one on user and created_at begins with it
    )
    secret = models.CharField(max_length=43, default=new_secret, editable=False)
    generation = models.PositiveIntegerField(_("generation"), default=0)
    obtain_serializer = models.CharField(max_length=255, blank=True, editable=False)
    password_fingerprint = models.CharField(max_length=64, editable=False)
    retry_key_hash = models.CharField(max_length=64, blank=True, editable=False)

    name = models.CharField(_("name"), max_length=100, blank=True)
    device = models.CharField(_("device"), max_length=100, blank=True)
    user_agent = models.CharField(_("user agent"), max_length=512, blank=True)
    ip = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    scope = models.CharField(_("scope"), max_length=512, blank=True)

    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    auth_time = models.DateTimeField(_("logged in at"), default=timezone.now)
    rotated_at = models.DateTimeField(_("refresh token rotated at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last refreshed at"), null=True, blank=True)
    expires_at = models.DateTimeField(_("ends at the latest"))
    refresh_lifetime = models.DurationField(_("ends when not refreshed for"))
    access_lifetime = models.DurationField(_("access tokens live for"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    revoked_reason = models.CharField(
        _("ended because"), max_length=32, blank=True, choices=RevokedReason.choices
    )

    valid_after: datetime | None
    """The latest cut-off, where ``sessions.lookup`` has read it together with the row."""

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        # Nothing here changes at a refresh, so that PostgreSQL can update the row in place.
        # Which question needs which index: docs/decisions/0020.
        indexes = (
            models.Index(fields=["user", "created_at"], name="jwt_session_user_created_at"),
            models.Index(fields=["created_at"], name="jwt_session_created_at"),
            models.Index(fields=["revoked_at"], name="jwt_session_revoked_at"),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    def device_name(self) -> str:
        """What the device is called ("Firefox on Windows"), or else its raw user agent."""
        return self.device or self.user_agent

    @property
    def refreshable_until(self) -> datetime:
        """When the session ends unless it is refreshed before: the ``exp`` of its refresh token."""
        idle_limit = (self.rotated_at or self.created_at) + self.refresh_lifetime
        return min(idle_limit, self.expires_at)


class Cutoff(models.Model):
    """The end of every session whose user logged in before ``valid_after``, in one row."""

    valid_after = models.DateTimeField(_("logins are valid from"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("end of all sessions")
        verbose_name_plural = _("ends of all sessions")

    def __str__(self) -> str:
        return self.valid_after.isoformat()
