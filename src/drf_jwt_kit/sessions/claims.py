"""What does an access token say about a user? A serializer decides, at login and each refresh.

Never decides who the user is, and never adds anything to a refresh token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial, wraps
from inspect import getattr_static
from pkgutil import resolve_name
from typing import Any, Protocol

from django.apps import apps
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error
from rest_framework import serializers

from drf_jwt_kit.conf import KitSettings, get_settings
from drf_jwt_kit.conf import checks as conf
from drf_jwt_kit.conf.documentation import page
from drf_jwt_kit.disclosure import shown
from drf_jwt_kit.models import Session

from . import events, grant
from .tokens import NO_ADDITIONS, Additions, reserved_names

NOT_A_SERIALIZER = partial(Error, id="drf_jwt_kit.E044")
RESERVED_CLAIM = partial(Error, id="drf_jwt_kit.E004")
SECRET_CLAIM = partial(Error, id="drf_jwt_kit.E006")

LOOKS_SECRET = re.compile(
    r"passw|(^|_)(secrets?|ssn|pin|cvv|iban|card_?number)(_|$)", re.IGNORECASE
)


class ClaimsSerializer(serializers.Serializer[Any]):
    """The claims about a user. It has no fields, so tokens hold nothing personal; add your own.

    The instance is the user. ``context`` has ``request`` (or None) and ``session`` (the row
    of this login). Field names become claim names.
    """


class ProfileClaims(ClaimsSerializer):
    """``username``, ``roles`` (the names of the user's groups) and ``email``.

    Anyone who holds the token can read them. Costs one query, for the groups.
    """

    username = serializers.CharField(source="get_username")
    roles = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()

    def get_roles(self, user: Any) -> list[str]:
        """The names of the user's groups, in order."""
        return sorted(user.groups.values_list("name", flat=True))

    def get_email(self, user: Any) -> str:
        """The user's email address, from the field that the user model names."""
        return str(getattr(user, user.get_email_field_name(), "") or "")


class LoginClaims(ClaimsSerializer):
    """``acr`` and ``amr`` of a login, as ``data`` of its session has them; left out where it has
    none. Views ask for one by ``acr_values``.

    Source: OpenID Connect Core 1.0 section 2, RFC 8176.
    """

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The claims of the fields, and these two."""
        session = self.context.get("session")
        proof = {} if session is None else grant.proof_in(session.data)
        return {**proof, **super().to_representation(instance)}


class Login(Protocol):
    """What an obtain serializer knows of a login, whose session is not stored yet."""

    def handed_over(self) -> tuple[Session, Additions]:
        """The session with the scope set on the token, and what it adds to access tokens."""


class OwnToken(Login, Protocol):
    """A token that a project's ``get_token`` made."""

    def for_a_refresh(self) -> tuple[str | None, Additions]:
        """The scope that is set on the token, or None, and what it adds to access tokens."""


class GivesTokens:
    """The base of obtain serializers: a project may have its own ``get_token``.

    A path in ``Session.obtain_serializer`` is ignored unless it leads to a subclass of this.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let the tokens of its ``get_token`` know that they came from there, whoever calls it."""
        super().__init_subclass__(**kwargs)
        found = getattr_static(cls, "get_token", None)
        if isinstance(found, classmethod) and not isinstance(found, _Remembered):
            cls.get_token = _Remembered(_remembering(found.__func__))  # type: ignore[attr-defined]

    @classmethod
    def remember(cls, token: Any) -> Any:
        """``token``, which remembers that ``get_token`` of this class has made it."""
        return token

    @classmethod
    def own_token(cls, user: Any) -> OwnToken | None:
        """The token of the project's ``get_token`` for ``user``, or None. Stores nothing."""


def own_token(user: Any, path: str = "") -> OwnToken | None:
    """The token of ``get_token`` for ``user``, or None if the project has not overridden that. Asks
    the obtain serializer at ``path``, with which a session began, or else the project's."""
    serializer = serializer_at(path) or _configured()
    return None if serializer is None else serializer.own_token(user)


def additions_at_refresh(session: Session, user: Any) -> Additions:
    """What ``get_token`` adds to the access tokens of a session at a refresh.

    Narrows ``session`` to the scope that it has at this moment.
    """
    token = own_token(user, session.obtain_serializer)
    computed, added = (None, NO_ADDITIONS) if token is None else token.for_a_refresh()
    if session.scope_source or computed is not None:
        grant.narrow(session, computed)
    return added


def source_of_scope(user: Any, path: str = "") -> str:
    """Where a scope of which nothing is stored came from: ``get_token``, if the project has one."""
    return grant.GIVEN if own_token(user, path) is None else grant.COMPUTED


class _Remembered(classmethod):  # type: ignore[type-arg]
    """A ``get_token`` whose tokens remember it."""


def _remembering(get_token: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(get_token)
    def remembered(cls: type[GivesTokens], *args: Any, **kwargs: Any) -> Any:
        return cls.remember(get_token(cls, *args, **kwargs))

    return remembered


def serializer_at(path: str) -> type[GivesTokens] | None:
    """The obtain serializer at ``path``, or None, which the log tells: it has been renamed.

    The path comes from the table, so other objects are refused.

    Imports only modules of the project and its apps.
    """
    package = path.partition(":")[0].partition(".")[0]
    found = None
    if package and package in _packages():
        with suppress(ImportError, AttributeError, ValueError):
            found = resolve_name(path)
    if isinstance(found, type) and issubclass(found, GivesTokens):
        return found
    if path:
        events.log("serializer_gone", path=path)  # it has been renamed
    return None


def _packages() -> set[str]:
    names = [config.name for config in apps.get_app_configs()]
    return {name.partition(".")[0] for name in [*names, str(django_settings.ROOT_URLCONF)]}


def _configured() -> type[GivesTokens] | None:
    """The project's own obtain serializer; None if it uses ours, which adds nothing."""
    settings = get_settings()
    if settings.TOKEN_OBTAIN_SERIALIZER == KitSettings.TOKEN_OBTAIN_SERIALIZER:
        return None
    loaded = settings.load("TOKEN_OBTAIN_SERIALIZER")
    return loaded if isinstance(loaded, type) and issubclass(loaded, GivesTokens) else None


def _declared(serializer: Any) -> list[str]:
    """The names of a serializer's fields, if they do not depend on a login."""
    try:
        return list(serializer(context={"request": None, "session": None}).fields)
    except Exception:  # noqa: BLE001  # whatever the project's code raises without a login
        return []  # reserved names are left out of tokens anyway


def check() -> Iterator[CheckMessage]:
    """What is wrong with the project's claims. Needs valid settings."""
    needed = "a subclass of drf_jwt_kit.tokens.ClaimsSerializer"
    serializer = yield from conf.loaded("CLAIMS_SERIALIZER", needed)
    if serializer is None:
        return
    if not (isinstance(serializer, type) and issubclass(serializer, serializers.BaseSerializer)):
        named = shown(get_settings().CLAIMS_SERIALIZER)
        yield NOT_A_SERIALIZER(
            f"CLAIMS_SERIALIZER is {named}, not a serializer class.",
            hint=f"Give the dotted path of {needed}.",
        )
        return
    for name in _declared(serializer):
        has = f"The claims serializer {serializer.__name__} has a field {name!r}"
        if name in reserved_names():
            yield RESERVED_CLAIM(
                f"{has}, a claim that the protocol sets.",
                hint=f"Give the field another name, such as 'user_{name}'. A scope is set on the "
                f"token by get_token: {page('docs/how-to/own-claims.md')} has the lines.",
            )
        elif LOOKS_SECRET.search(name):
            yield SECRET_CLAIM(
                f"{has}. Anyone who holds a token can read its claims.",
                hint="Remove the field, or rename it if it holds nothing secret.",
            )
