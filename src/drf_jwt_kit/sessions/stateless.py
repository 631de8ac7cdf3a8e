"""Can a token be accepted without a query, and how is its user loaded later?

Asks the process's memory of revocations. If that cannot decide about a token, the table is asked
as for any other request.
"""

from __future__ import annotations

import time
from contextlib import suppress
from functools import cached_property, partial
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import SynchronousOnlyOperation, ValidationError
from django.db.models.base import ModelState
from django.utils.functional import SimpleLazyObject, empty

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.jose.codec import TokenKind

from . import feed, place, rows
from .account import users
from .life import End, is_cut_off
from .presented import Origin, Presented, TokenOfAFace, presented_of
from .revocations import OVERLAP, Revocations

_OF_A_USER = {"is_authenticated": True, "is_anonymous": False}
_IN_ASYNC_CODE = (
    "The user of this token is not loaded, and async code cannot load it by touching it. Write: "
    "user = await request.auser()"
)
_ASKED_OF_EXPRESSIONS = {"resolve_expression", "get_source_expressions"}
"""Attributes by which a query tells an expression, such as ``F("user")``, from a user."""


def authenticate_stateless(token: Presented | TokenOfAFace) -> Any:
    """The user of a verified access token, loaded when it is used: no query.

    One query if the feed cannot vouch for it: it holds the token's session (which may have been
    kept, so the table decides), the token comes from another place or another issuer or says none,
    it is older than the feed's memory or expires later than that will reach, or more sessions were
    revoked than a process remembers. Raises InvalidToken (``session_ended``), and
    ServiceUnavailable if the database has not answered the feed for ten seconds.
    """
    presented = presented_of(token, TokenKind.ACCESS)
    revoked = feed.recent_revocations()
    if is_cut_off(presented.cutoff_time, rows.valid_from(revoked.valid_after)):
        rows.refuse(presented, End.CUT_OFF.value)
    if presented.origin is not Origin.OURS or not _vouches(revoked, presented):
        return rows.authenticate(presented)
    return StatelessUser(presented)


def may_have_ended(presented: Presented, revoked: Revocations) -> bool:
    """Whether ``revoked`` does not vouch for a session that was live a while ago: the table knows.

    Where the token comes from does not matter: its session was found here.
    """
    if is_cut_off(presented.cutoff_time, rows.valid_from(revoked.valid_after)):
        return True
    return revoked.too_many or (presented.sid is not None and presented.sid in revoked)


def load_user(user: Any) -> None:
    """Load a user of ``authenticate_stateless`` now. Other users stay unchanged.

    Raises InvalidToken and ServiceUnavailable, as ``authenticate`` does.
    """
    if type(user) is StatelessUser and user._wrapped is empty:
        user._setup()


class StatelessUser(SimpleLazyObject):  # type: ignore[type-arg]  # generic for mypy alone
    """The project's user of a token, also for ``isinstance``, equality, and foreign keys.

    Its primary key, ``is_authenticated``, ``is_anonymous``, truth, class, hash, comparisons and
    its assignment to a foreign key need no query, unless ``USER_ID_FIELD`` is not the primary key.
    Using anything else loads it, as a strict request does, and raises InvalidToken if its session
    has ended; in an event loop, SynchronousOnlyOperation, which says what to write.
    """

    def __init__(self, token: Presented) -> None:
        # What the base class sets, one after the other, by methods that every attribute passes.
        own = object.__getattribute__(self, "__dict__")
        own.update(_setupfunc=partial(rows.authenticate, token), _wrapped=empty, _token=token)

    def __getattr__(self, name: str) -> Any:
        if self._wrapped is empty:
            if name in _OF_A_USER and _is_always_authenticated(get_user_model()):
                return self.__dict__.setdefault(name, _OF_A_USER[name])  # guards ask again
            known = self._known
            if name in known:
                return known[name]
            if name == "_state":  # asked for where it is assigned to a foreign key
                return known.setdefault(name, _stored())
            if name in _ASKED_OF_EXPRESSIONS:
                raise AttributeError(name)
        return super().__getattr__(name)

    @cached_property
    def _known(self) -> dict[str, Any]:
        return _known_of(get_user_model(), self.__dict__["_token"])

    def _setup(self) -> None:
        try:
            super()._setup()  # type: ignore[misc]  # their stub lacks it
        except SynchronousOnlyOperation:
            raise SynchronousOnlyOperation(_IN_ASYNC_CODE) from None

    @property  # type: ignore[misc]  # nobody sets the class of a user
    def __class__(self) -> Any:
        return get_user_model() if self._wrapped is empty else self._wrapped.__class__

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> Any:
        return self.__class__.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return int(self.__class__.__hash__(self))

    def __repr__(self) -> str:
        # SimpleLazyObject would show how it is loaded: with the token, and so with its claims.
        return "<StatelessUser>" if self._wrapped is empty else repr(self._wrapped)


def _vouches(revoked: Revocations, token: Presented) -> bool:
    """Whether the session of ``token`` exists and is live, because it is not in ``revoked``."""
    claims, here = token.claims, revoked.place
    if here is None or claims.get(place.CLAIM) != here:
        return False  # absence here says nothing of a session elsewhere
    issued_at = claims.get("iat")
    if revoked.too_many or type(issued_at) is not int or issued_at < revoked.complete_since:
        return False
    # An end is remembered as long as this.
    horizon = time.time() + get_settings().access_seconds + OVERLAP.total_seconds()
    return claims["exp"] <= horizon and token.session_id not in revoked


def _stored() -> ModelState:
    """What Django keeps beside the fields of a user that is in the database."""
    state = ModelState()
    state.adding, state.db = False, users().db
    return state


def _is_always_authenticated(model: Any) -> bool:
    """Whether users need not be loaded for it: they must where a project has overridden it."""
    authenticated = getattr(model, "is_authenticated", None)
    return authenticated is True or authenticated is AbstractBaseUser.is_authenticated


def _known_of(model: Any, token: Presented) -> dict[str, Any]:
    """The attributes of a user of ``model`` that are known without loading it."""
    known: dict[str, Any] = {"_meta": model._meta}
    key = model._meta.pk
    names = {"pk", key.attname} if key.is_relation else {"pk", key.attname, key.name}
    if get_settings().USER_ID_FIELD in names:
        with suppress(ValidationError):  # the load will find that nobody has this key
            known.update(dict.fromkeys(names, key.to_python(token.user_id)))
            known["_is_pk_set"] = lambda: True  # what Django asks before it hashes and filters
    return known
