"""How does a refresh token that Simple JWT issued go on here? It begins a session, and only one.

The session's id follows from the token, and the token counts as its generation 0. So all that
is said of duplicates, retries and theft holds for it as for any other, by the same judge.
"""

from __future__ import annotations

from datetime import datetime
from datetime import timezone as utc
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import IntegrityError, router, transaction
from django.utils import timezone

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import Session

from . import cutoff, events, lookup
from .account import fingerprint, has_password_of, may_log_in
from .rotation import Account

if TYPE_CHECKING:
    from drf_jwt_kit.tokens import RefreshToken

_BLACKLIST = "token_blacklist"


def first_session(token: RefreshToken) -> tuple[Session, Any] | None:
    """The session that an adopted ``token`` begins, not stored yet, and its user.

    None where it has begun. Raises RefusedToken where Simple JWT would not take the token
    either: it is on the blacklist, or its user may not log in.
    """
    if has_begun(token):
        return None
    user = user_to_begin_with(token)
    return _session_of(token, user), user


def insert(session: Session, user: Any, request: Any = None) -> bool:
    """Store it, and tell; False where another request with the same token was faster."""
    if not _insert(session):
        return False
    events.started(session, user, request)
    return True


def remember(token: RefreshToken) -> None:
    """Store the session of an adopted ``token`` that has begun none, only in order to end it.

    Whatever its user may: who is inactive now may be active again while the token lives. It is
    no login, so nothing is told of it.
    """
    user = None if has_begun(token) else lookup.find_user(token.user_id)
    if user is not None:
        _insert(_session_of(token, user))


def has_begun(token: RefreshToken) -> bool:
    """Whether the session of an adopted ``token`` is stored, live or not."""
    return bool(lookup.sessions().filter(pk=token.session_id).exists())


def user_to_begin_with(token: RefreshToken) -> Any:
    """The user of an adopted ``token`` whose session has not begun. Raises RefusedToken."""
    if cutoff.has_ended(token.payload["auth_time"], cutoff.read(lookup.write_alias())):
        raise lookup.refused(token, "cut_off")
    if _is_blacklisted(token.jti):
        raise lookup.refused(token, "blacklisted")
    user = lookup.find_user(token.user_id)
    if user is None:
        raise lookup.refused(token, "unknown")
    if not may_log_in(user):
        raise lookup.refused(token, Account.INACTIVE.value)
    if not has_password_of(token, user):
        raise lookup.refused(token, Account.PASSWORD_CHANGED.value)
    return user


def _session_of(token: RefreshToken, user: Any) -> Session:
    now = timezone.now()
    return Session(
        pk=token.session_id,
        user_id=user.pk,
        created_at=now,
        auth_time=_stored(token.payload["auth_time"]),
        refresh_lifetime=get_settings().REFRESH_TOKEN_LIFETIME,
        expires_at=now + get_settings().SESSION_MAX_AGE,
        password_fingerprint=fingerprint(user),
    )


def _insert(session: Session) -> bool:
    alias = lookup.write_alias()
    try:
        with transaction.atomic(using=alias):
            session.save(using=alias, force_insert=True)
    except IntegrityError:
        if lookup.find_for_update(session.pk) is None:  # a plain read may be of an older moment
            raise
        return False
    return True


def _is_blacklisted(jti: str) -> bool:
    """Whether Simple JWT has refused the token for good, where its app is installed."""
    if not apps.is_installed(f"rest_framework_simplejwt.{_BLACKLIST}"):
        return False
    model = apps.get_model(_BLACKLIST, "BlacklistedToken")
    rows = model._default_manager.using(router.db_for_write(model))  # a replica may lag
    return bool(rows.filter(token__jti=jti).exists())


def _stored(seconds: int) -> datetime:
    """A time since 1970 as the project stores times, with a zone or without."""
    aware = datetime.fromtimestamp(seconds, utc.utc)
    if timezone.is_aware(timezone.now()):
        return aware
    return timezone.make_naive(aware, timezone.get_default_timezone())
