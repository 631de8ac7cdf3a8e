"""Does the user of a session still exist, is it active, and is its password unchanged?

Reads no session and writes nothing.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth.hashers import get_hasher, identify_hasher

from drf_jwt_kit.conf import get_settings

from .life import End


def default_user_authentication_rule(user: Any) -> bool:
    """Whether ``user`` (or None) may log in and refresh: it exists and is active."""
    return user is not None and (not get_settings().CHECK_USER_IS_ACTIVE or user.is_active)


def may_log_in(user: Any) -> bool:
    """Whether the project's ``USER_AUTHENTICATION_RULE`` accepts ``user`` (or None)."""
    return bool(get_settings().load("USER_AUTHENTICATION_RULE")(user))


def user_id_of(user: Any) -> str:
    """The id of ``user`` in tokens: its ``USER_ID_FIELD``, as a string."""
    return str(getattr(user, get_settings().USER_ID_FIELD))


def fingerprint(user: Any) -> str:
    """What a session stores about its user's password: a hash of Django's session auth hash."""
    return _digest(user.get_session_auth_hash()) if _has_password(user) else ""


def accepted_fingerprints(user: Any) -> list[str]:
    """The fingerprint of the user's password now, and under each of SECRET_KEY_FALLBACKS.

    Django's hash depends on SECRET_KEY, whose rotation must not end a session.
    """
    known = [fingerprint(user)]
    if _has_password(user):
        known += map(_digest, user.get_session_auth_fallback_hash())
    return known


def end_of_account(user: Any, stored_fingerprint: str) -> End | None:
    """Why the state of ``user`` (None if it was deleted) ends its session, or None.

    For a refresh.
    """
    if user is None:
        return End.USER_GONE
    if not may_log_in(user):
        return End.USER_INACTIVE
    return end_of_account_for_request(user, stored_fingerprint)


def end_of_account_for_request(user: Any, stored_fingerprint: str) -> End | None:
    """The same for a request, which asks ``CHECK_USER_IS_ACTIVE``, as Simple JWT, and no rule."""
    if get_settings().CHECK_USER_IS_ACTIVE and not user.is_active:
        return End.USER_INACTIVE
    return None if stored_fingerprint in accepted_fingerprints(user) else End.PASSWORD_CHANGED


def is_rehash(user: Any, stored_password: str) -> bool:
    """Whether a save of ``user`` only renews the hash of the same password.

    Django does that at login after the hasher's work factor was raised: ``check_password`` calls
    ``set_password``, sets ``_password`` to None and saves. A password that was set by hand has no
    ``_password``, or replaces a hash that was not outdated.
    """
    taken_back = user.__dict__.get("_password", "") is None
    return taken_back and _is_outdated(stored_password) and not _is_outdated(user.password)


def _is_outdated(encoded: str) -> bool:
    preferred = get_hasher("default")
    try:
        hasher = identify_hasher(encoded)
    except ValueError:
        return False
    return hasher.algorithm != preferred.algorithm or preferred.must_update(encoded)


def _has_password(user: Any) -> bool:
    return hasattr(user, "get_session_auth_hash")


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
