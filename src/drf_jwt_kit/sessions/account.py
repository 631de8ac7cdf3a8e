"""Does the user of a session still exist, is it active, and is its password unchanged?

Reads users where they are written, and no session. Writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.hashers import check_password, get_hasher, identify_hasher
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connections, router
from django.views.decorators.debug import sensitive_variables
from rest_framework import exceptions

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.models import statements

from .backends import log_passed_over
from .life import End

_typed: ContextVar[str | None] = ContextVar("drf_jwt_kit_typed", default=None)

_REFUSALS = (
    exceptions.AuthenticationFailed,
    exceptions.PermissionDenied,
    PermissionDenied,
)
NOT_A_KEY = (ValueError, TypeError, ValidationError)
"""What Django raises if an id in a token is no key of this user model."""


def default_user_authentication_rule(user: Any) -> bool:
    """Whether ``user`` (or None) may log in and refresh: it exists and is active."""
    return user is not None and (not get_settings().CHECK_USER_IS_ACTIVE or user.is_active)


def may_log_in(user: Any) -> bool:
    """Whether the project's ``USER_AUTHENTICATION_RULE`` accepts ``user`` (or None).

    A refusal that the rule raises is the answer to the login.
    """
    return bool(get_settings().load("USER_AUTHENTICATION_RULE")(user))


def may_continue(user: Any) -> bool:
    """The same for a session that has begun: a refusal that the rule raises counts as False.

    Any other exception is an error, after which the session goes on.
    """
    try:
        return may_log_in(user)
    except _REFUSALS:
        return False


def user_id_of(user: Any) -> str:
    """The id of ``user`` in tokens: its ``USER_ID_FIELD``, as a string."""
    return str(getattr(user, get_settings().USER_ID_FIELD))


def fingerprint(user: Any) -> str:
    """What a session stores about its user's password: a hash of Django's session auth hash."""
    return _digest(user.get_session_auth_hash()) if _has_password(user) else ""


def accepted_fingerprints(user: Any) -> Iterator[str]:
    """The fingerprint of the user's password now, and under each of SECRET_KEY_FALLBACKS.

    Django's hash depends on SECRET_KEY, whose rotation must not end a session.
    """
    yield fingerprint(user)
    fallbacks = user.get_session_auth_fallback_hash() if _has_password(user) else ()
    yield from map(_digest, fallbacks)


def end_of_account(
    user: Any, stored_fingerprint: str, accepts: Callable[[Any], bool] = may_continue
) -> End | None:
    """Why the state of ``user`` (None if it was deleted) ends its session, or None.

    For a refresh. ``accepts`` asks the project's rule, or remembers what that has answered.
    """
    if user is None:
        return End.USER_GONE
    if not accepts(user):
        return End.USER_INACTIVE
    return end_of_account_for_request(user, stored_fingerprint)


def end_of_account_for_request(user: Any, stored_fingerprint: str) -> End | None:
    """The same for a request, which asks ``CHECK_USER_IS_ACTIVE``, as Simple JWT, and no rule."""
    if get_settings().CHECK_USER_IS_ACTIVE and not user.is_active:
        return End.USER_INACTIVE
    return None if stored_fingerprint in accepted_fingerprints(user) else End.PASSWORD_CHANGED


def user_manager() -> Any:
    """The user model's default manager, which says who is a user here."""
    return get_user_model()._default_manager


def users() -> Any:
    """The users whom that manager shows, where they are written."""
    manager = user_manager()
    return manager.using(router.db_for_write(manager.model))


def end_since_login(user_id: Any, stored_fingerprint: str) -> End | None:
    """Why a change of the user since its password was checked ends the session just begun, or None.

    One query, which waits for a change that is being committed: a plain one would show the user
    as it was before. Outside a transaction the lock is released at once.
    """
    manager = user_manager()
    alias, key = router.db_for_write(manager.model), manager.model._meta.pk
    asked = key.get_db_prep_value(user_id, connections[alias])
    by_key = lambda shown: (shown.filter(pk=user_id), ())  # noqa: E731
    with locking(alias):
        statement = statements.select(manager, alias, ("by key",), asked, by_key)
        if statement is None:
            user = next(iter(_one(user_id)), None)
        else:
            user, _ = statement.first(asked) or (None, ())
    return End.USER_GONE if user is None else end_of_account_for_request(user, stored_fingerprint)


def is_rehash(user: Any, stored_password: str) -> bool:
    """Whether a save of ``user`` only renews the hash of the same password.

    Django does that at login after the hasher's work factor was raised: ``check_password`` calls
    ``set_password``, sets ``_password`` to None and saves. A password that was set by hand has no
    ``_password``, or replaces a hash that was not outdated.
    """
    taken_back = user.__dict__.get("_password", "") is None
    return taken_back and _is_outdated(stored_password) and not _is_outdated(user.password)


def is_renewed_already(user: Any, stored_password: str) -> bool:
    """Whether a save of ``user`` would renew a hash that another login has renewed meanwhile.

    Two hashes of one password differ, so the password that was typed must tell: it fits both.
    """
    taken_back = user.__dict__.get("_password", "") is None
    candidate = taken_back and not _is_outdated(stored_password)
    return candidate and _is_typed(stored_password, user.password)


@sensitive_variables()
@contextmanager
def typed(password: str) -> Iterator[None]:
    """Let ``is_renewed_already`` know, in this block, which password the user has typed."""
    before = _typed.set(password)
    try:
        yield
    finally:
        _typed.reset(before)


@sensitive_variables("credentials")
def authenticated(request: Any, **credentials: Any) -> Any:
    """The user with these credentials, as Django's ``authenticate`` has it; None if there is none.

    Backends get the request of REST Framework, with its ``data``. What they note on it, as
    django-axes does that an account is locked, is then on Django's, where middleware looks for it.
    """
    before = {*vars(request)} if request is not None else set()
    user = authenticate(request=request, **credentials)
    inner = getattr(request, "_request", None)
    if inner is not None:
        noted = {name: value for name, value in vars(request).items() if name not in before}
        vars(inner).update({name: noted[name] for name in noted if not name.startswith("_")})
    if user is None:
        log_passed_over(credentials)
    return user


def _one(user_id: Any) -> Any:
    """The user with this primary key, by a query whose rows every database can lock."""
    shown = users().select_related(None).prefetch_related(None).order_by()
    query = shown.query
    if len(query.alias_map) <= 1 and not (
        query.annotations or query.distinct or query.extra_tables
    ):
        return shown.filter(pk=user_id)
    # PostgreSQL locks no groups, no distinct rows and no outer joins, but the rows around them.
    plain = shown.model._base_manager.using(shown.db)
    return plain.filter(pk=user_id, pk__in=shown.filter(pk=user_id).values("pk"))


@contextmanager
def locking(alias: str) -> Iterator[None]:
    """Make a query lock what it reads: Django's select_for_update demands a transaction.

    SQLite has no such lock and needs none: it has one writer, so the row of the session could be
    inserted only when no change of the user was under way.
    """
    connection = connections[alias]
    locks = []
    if connection.features.has_select_for_update:
        # References to the user, which other tables may be inserting, are not waited for.
        weaker = connection.features.has_select_for_no_key_update
        locks.append(connection.ops.for_update_sql(no_key=weaker))

    def append(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        # Only to the first query: a user model may ask more when it is loaded. A database backend
        # may send something else before (django-tenants: SET search_path).
        is_query = sql.lstrip().startswith("SELECT")
        return execute(f"{sql} {locks.pop()}" if locks and is_query else sql, *rest)

    connection.execute_wrappers.insert(0, append)  # the project's own see what is executed
    try:
        yield
    finally:
        connection.execute_wrappers.remove(append)


@sensitive_variables()
def _is_typed(*hashes: str) -> bool:
    """Whether each of these is a hash of the password that was typed. Costs as many hashes."""
    password = _typed.get()
    return password is not None and all(check_password(password, one) for one in hashes)


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
