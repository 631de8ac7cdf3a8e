"""What does an access token say about a user? A DRF serializer's answer, at every refresh anew.

Never decides who the user is, and never puts anything into a refresh token.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error
from rest_framework import serializers

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.exceptions import ClaimsError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_COOKIE = 4 * 1024
"""Bytes of name and value (RFC 6265bis section 5.6). Proxies refuse headers not much longer."""

# RFC 7519 section 4.1; not `sub`, which a project may want beside its own user claim.
REGISTERED = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti"})
PROTOCOL = frozenset({"sid", "gen", "auth_time", "scope", "cnf"})
_LOOKS_SECRET = re.compile(
    r"passw|(^|_)(secrets?|ssn|pin|cvv|iban|card_?number)(_|$)", re.IGNORECASE
)


class ClaimsSerializer(serializers.Serializer[Any]):
    """The claims of a user; empty, so that a token holds nothing personal. Add fields to it.

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
        """The user's address, from the field that the user model names."""
        return str(getattr(user, user.get_email_field_name(), "") or "")


def reserved_names() -> frozenset[str]:
    """The claims that the protocol itself sets, with the project's own names for them."""
    settings = get_settings()
    own = {settings.USER_ID_CLAIM, settings.JTI_CLAIM, settings.TOKEN_TYPE_CLAIM or "token_type"}
    return REGISTERED | PROTOCOL | own


def serializer_claims(user: Any, *, request: Any, session: Any) -> dict[str, Any]:
    """What ``CLAIMS_SERIALIZER`` says about ``user``."""
    serializer = get_settings().load("CLAIMS_SERIALIZER")
    return dict(serializer(user, context={"request": request, "session": session}).data)


def refuse_large(encoded: str, claims: dict[str, Any]) -> str:
    """``encoded``, or a ClaimsError that names the largest claim where it is too long."""
    longest = MAX_COOKIE - len(get_settings().access_cookie_name)
    if len(encoded) <= longest:
        return encoded
    largest = max(claims, key=lambda name: len(repr(claims[name])))
    raise ClaimsError(
        f"An access token of {len(encoded)} bytes is longer than {longest}: browsers drop "
        f"such cookies, and proxies refuse such headers. Its largest claim is {largest!r}. Put "
        "less into it, or look it up from the user instead."
    )


def _declared(serializer: Any) -> list[str]:
    """The names of a serializer's fields, where they do not depend on a login."""
    try:
        return list(serializer(context={"request": None, "session": None}).fields)
    except Exception:  # noqa: BLE001  # whatever the project's code does without a login
        return []  # reserved names are dropped from tokens all the same


def check() -> Iterator[CheckMessage]:
    """What is wrong with the project's claims. Needs valid settings."""
    path = get_settings().CLAIMS_SERIALIZER
    try:
        serializer = get_settings().load("CLAIMS_SERIALIZER")
    except ImportError as error:
        yield Error(
            f"CLAIMS_SERIALIZER cannot be imported: {error}.",
            hint="Give the dotted path of a subclass of drf_jwt_kit.tokens.ClaimsSerializer.",
            id="drf_jwt_kit.E003",
        )
        return
    if not (isinstance(serializer, type) and issubclass(serializer, serializers.BaseSerializer)):
        yield Error(
            f"CLAIMS_SERIALIZER is {path!r}, which is not a serializer class.",
            hint="Give the dotted path of a subclass of drf_jwt_kit.tokens.ClaimsSerializer.",
            id="drf_jwt_kit.E003",
        )
        return
    for name in _declared(serializer):
        if name in reserved_names():
            yield Error(
                f"The claims serializer {serializer.__name__} has a field {name!r}, a claim that "
                "the protocol sets.",
                hint=f"Give the field another name, such as 'user_{name}'.",
                id="drf_jwt_kit.E004",
            )
        elif _LOOKS_SECRET.search(name):
            yield Error(
                f"The claims serializer {serializer.__name__} has a field {name!r}. Anyone who "
                "holds a token can read its claims.",
                hint="Take the field out, or rename it if it holds nothing secret.",
                id="drf_jwt_kit.E006",
            )
