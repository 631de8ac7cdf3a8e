"""What happens to a user's sessions when the user is saved or deleted?

One conditional UPDATE in the same transaction. ``QuerySet.update`` and raw SQL send no signal;
the next request and the next refresh see such a change, because both compare with the user.
"""

from __future__ import annotations

import copy
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.signals import post_save, pre_delete, pre_save

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import RevokedReason, SessionQuerySet

from . import rows
from .account import accepted_fingerprints, fingerprint, is_rehash
from .causal import is_clustered
from .end import end

_STORED = "_jwt_kit_stored_password"


def connect() -> None:
    """Listen to the project's user model, its proxies and its children."""
    for model in apps.get_models():
        if issubclass(model, get_user_model()):
            key = f"drf_jwt_kit.{model._meta.label_lower}"
            pre_save.connect(remember_stored_password, sender=model, dispatch_uid=key)
            post_save.connect(end_or_renew_sessions, sender=model, dispatch_uid=key)
            pre_delete.connect(end_sessions_of_deleted, sender=model, dispatch_uid=key)


def remember_stored_password(
    *, instance: Any, using: str, update_fields: Any = None, raw: bool = False, **_: object
) -> None:
    """Remember the stored hash before a save that may only renew it. One query, rarely."""
    some_fields = update_fields is not None and "password" in update_fields
    if some_fields and not raw and getattr(instance, "_password", None) is None:
        found = type(instance)._base_manager.using(using).filter(pk=instance.pk)
        setattr(instance, _STORED, found.values_list("password", flat=True).first())


def end_or_renew_sessions(
    *, instance: Any, created: bool, update_fields: Any = None, raw: bool = False, **_: object
) -> None:
    """End the sessions of a user that was deactivated or has a new password."""
    stored = instance.__dict__.pop(_STORED, None)
    written = {"password", "is_active"} if update_fields is None else set(update_fields)
    if created or raw or not written & {"password", "is_active"}:
        return
    user_id = _user_id(instance)
    theirs = rows.stored().filter(user_id=user_id, revoked_at=None)
    deactivated = "is_active" in written and not instance.is_active
    if deactivated and get_settings().CHECK_USER_IS_ACTIVE:
        _end(theirs, RevokedReason.USER_INACTIVE, user_id)
        return
    if "password" not in written:
        return
    if stored and is_rehash(instance, stored):
        before = copy.copy(instance)
        before.password = stored
        theirs.filter(password_fingerprint__in=accepted_fingerprints(before)).update(
            password_fingerprint=fingerprint(instance)
        )
    others = theirs.exclude(password_fingerprint__in=accepted_fingerprints(instance))
    _end(others, RevokedReason.PASSWORD_CHANGED, user_id)


def end_sessions_of_deleted(*, instance: Any, **_: object) -> None:
    """End the sessions of a user before it is deleted. The rows stay, without the user."""
    user_id = _user_id(instance)
    theirs = rows.stored().filter(user_id=user_id)
    _end(theirs, RevokedReason.USER_GONE, user_id)
    theirs.update(user=None)


def _end(theirs: SessionQuerySet, reason: str, user_id: Any) -> None:
    """End them; in a transaction at a node of a cluster, once more after the commit, with which
    the node has caught up."""
    end(theirs, reason, user_id=user_id)

    def end_late() -> None:  # not a partial: Django logs its failure by name
        end(theirs.all(), reason, user_id=user_id)

    if rows.in_transaction() and is_clustered():
        transaction.on_commit(end_late, using=rows.write_alias(), robust=True)


def _user_id(instance: Any) -> Any:
    """The primary key of the user, also if ``instance`` is of a child model with another one."""
    return getattr(instance, get_user_model()._meta.pk.attname)
