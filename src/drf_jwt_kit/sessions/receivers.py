"""What happens to a user's sessions when the user is saved or deleted?

One conditional UPDATE in the same transaction. ``QuerySet.update`` and raw SQL send no signal;
the next request and the next refresh see such a change, because both compare with the user.
Before the project has run our ``migrate``, saving and deleting users works as without us: see
migrated.
"""

from __future__ import annotations

import copy
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_out
from django.db import connections, transaction
from django.db.models.signals import post_migrate, post_save, pre_delete, pre_save

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import RevokedReason, database

from . import acting, carried, feed, place, rows
from .account import (
    accepted_fingerprints,
    end_since_login,
    fingerprint,
    is_rehash,
    is_renewed_already,
    user_id_of,
)
from .end import end
from .migrated import if_migrated

_STORED = "_jwt_kit_stored_password"


def connect() -> None:
    """Listen to the project's user model, its proxies and its children."""
    for model in apps.get_models():
        if issubclass(model, get_user_model()):
            key = f"drf_jwt_kit.{model._meta.label_lower}"
            pre_save.connect(remember_stored_password, sender=model, dispatch_uid=key)
            post_save.connect(end_or_renew_sessions, sender=model, dispatch_uid=key)
            pre_delete.connect(end_sessions_of_deleted, sender=model, dispatch_uid=key)
    ours = apps.get_app_config("drf_jwt_kit")
    post_migrate.connect(make_place, sender=ours, dispatch_uid="drf_jwt_kit.place")
    user_logged_out.connect(carried.log_out, dispatch_uid=carried.LOG_OUT)


def make_place(*, using: str, **_: object) -> None:
    """Make the place after ``migrate`` and ``flush``, so that no login has to."""
    if using == database.write_alias() and place.is_migrated():
        place.forget()  # also that it was not there a moment ago
        place.learn()
        feed.forget()


def remember_stored_password(
    *, instance: Any, using: str, update_fields: Any = None, raw: bool = False, **_: object
) -> None:
    """Remember the stored hash before a save that may only renew it. One query, rarely.

    If another login has renewed it already, its hash is kept: sessions know that one.
    """
    some_fields = update_fields is not None and "password" in update_fields
    if some_fields and not raw and getattr(instance, "_password", None) is None:
        found = type(instance)._base_manager.using(using).filter(pk=instance.pk)
        stored = found.values_list("password", flat=True).first()
        setattr(instance, _STORED, stored)
        if stored is not None and is_renewed_already(instance, stored):
            instance.password = stored


def end_or_renew_sessions(
    *,
    instance: Any,
    created: bool,
    using: str,
    update_fields: Any = None,
    raw: bool = False,
    **_: object,
) -> None:
    """End the sessions of a user that was deactivated or has a new password."""
    stored = instance.__dict__.pop(_STORED, None)
    written = {"password", "is_active"} if update_fields is None else set(update_fields)
    if created or raw or not written & {"password", "is_active"}:
        return
    with if_migrated():
        _end_or_renew(instance, written, stored, using)


def _end_or_renew(instance: Any, written: set[str], stored: str | None, using: str) -> None:
    user_id = _user_id(instance)
    theirs = rows.stored().filter(user_id=user_id)
    deactivated = "is_active" in written and not instance.is_active
    if deactivated and get_settings().CHECK_USER_IS_ACTIVE:
        end(theirs, RevokedReason.USER_INACTIVE, user_id=user_id)
        _end_acting_after_commit(instance, using)
        _look_after_commit(user_id, using)
        return
    if "password" not in written:
        return
    renewed = stored is not None and is_rehash(instance, stored)
    if renewed:
        before = copy.copy(instance)
        before.password = stored
        of_old = theirs.filter(
            revoked_at=None, password_fingerprint__in=[*accepted_fingerprints(before)]
        )
        of_old.update(password_fingerprint=fingerprint(instance))
    others = theirs.exclude(password_fingerprint__in=[*accepted_fingerprints(instance)])
    end(others, RevokedReason.PASSWORD_CHANGED, user_id=user_id)
    if getattr(instance, "_password", None) is not None:  # set_password was called
        _end_acting_after_commit(instance, using)
    if not renewed:
        _look_after_commit(user_id, using)


def end_sessions_of_deleted(*, instance: Any, using: str, **_: object) -> None:
    """End the sessions of a user before it is deleted. The rows stay, without the user."""
    user_id = _user_id(instance)
    theirs = rows.stored().filter(user_id=user_id)
    with if_migrated():
        end(theirs, RevokedReason.USER_GONE, user_id=user_id)
        _end_acting_after_commit(instance, using)
        theirs.update(user=None)
        _look_after_commit(user_id, using)


def _look_after_commit(user_id: Any, using: str) -> None:
    """End, once the change is committed, the sessions of logins that its transaction did not see.

    At REPEATABLE READ it sees none that began after its first query, and such a login has looked
    at the user before the change. The same goes for users in another database, and for a node of
    a cluster that lags: with the commit it has caught up.
    """

    def look() -> None:  # not a partial: Django logs its failure by name
        theirs = rows.stored().filter(user_id=user_id)
        live = theirs.filter(revoked_at=None)
        for stored in set(live.values_list("password_fingerprint", flat=True)):
            reason = end_since_login(user_id, stored)
            if reason is not None:
                of_old = theirs.filter(password_fingerprint=stored)
                end(of_old, reason.value, user_id=user_id)

    if connections[using].in_atomic_block:
        transaction.on_commit(look, using=using, robust=True)


def _end_acting_after_commit(instance: Any, using: str) -> None:
    """End, once the change is committed, what the user does as others: no row of theirs is locked
    by it meanwhile."""
    actor = user_id_of(instance)

    def end_acting() -> None:  # not a partial: Django logs its failure by name
        acting.end_of_actor(actor)

    transaction.on_commit(end_acting, using=using, robust=True)


def _user_id(instance: Any) -> Any:
    """The primary key of the user, also if ``instance`` is of a child model with another one."""
    return getattr(instance, get_user_model()._meta.pk.attname)
