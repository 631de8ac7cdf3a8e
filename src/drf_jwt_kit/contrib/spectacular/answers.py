"""What is in the bodies of our endpoints, where their serializers do not say it?"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rest_framework import serializers

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.serializers import ScopeField
from drf_jwt_kit.views.device_list import SessionSerializer

_SAID_BY_US = {"access", "refresh", "scope"}
_SCOPE = "What the access token may do, where a scope was asked for."


class AccessTokenAlone(serializers.Serializer[Any]):
    """A new access token. The refresh token stays as it is."""

    access = serializers.CharField()
    scope = serializers.CharField(required=False, help_text=_SCOPE)


class CookieLifetimes(serializers.Serializer[Any]):
    """How long the cookies are good that were set."""

    expires_in = serializers.IntegerField(help_text="The access token, in seconds.")
    refresh_expires_in = serializers.IntegerField(
        required=False, help_text="The refresh token, in seconds."
    )
    scope = serializers.CharField(required=False, help_text=_SCOPE)


class AccessTokenInBody(CookieLifetimes):
    """An access token, and how long it and the cookie of the refresh token are good."""

    access = serializers.CharField()


class BindableCookies(CookieLifetimes):
    """How long the cookies are good that were set, and whether their session is bound."""

    device_bound = serializers.BooleanField(
        required=False,
        help_text="False where the browser is asked to bind the session to a key of its device. "
        "Whether it has done so is answered at `bind/`.",
    )


class DeviceBound(serializers.Serializer[Any]):
    """Whether the session is bound to a key of its device."""

    device_bound = serializers.BooleanField()


class BoundScope(serializers.Serializer[Any]):
    """For which requests a browser renews the cookie: those to the origin of the login."""

    include_site = serializers.BooleanField()
    scope_specification = serializers.ListField(child=serializers.DictField())


class BoundCredential(serializers.Serializer[Any]):
    """The cookie that the browser renews."""

    type = serializers.CharField()
    name = serializers.CharField()
    attributes = serializers.CharField()


class BoundSession(serializers.Serializer[Any]):
    """What a browser is to do: renew a cookie at an address, or stop (`continue` is false)."""

    session_identifier = serializers.CharField()
    refresh_url = serializers.CharField(required=False)
    scope = BoundScope(required=False)
    allowed_refresh_initiators = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="The other hosts for whose requests the cookie is renewed.",
    )
    credentials = BoundCredential(many=True, required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With a name that is a word of Python's."""
        return {**super().get_fields(), "continue": serializers.BooleanField(required=False)}


class RenewedAccessToken(serializers.Serializer[Any]):
    """An access token of a younger login. The refresh token stays as it is."""

    access = serializers.CharField()


class RenewedCookie(serializers.Serializer[Any]):
    """How long the cookie of the access token is good."""

    expires_in = serializers.IntegerField(help_text="The access token, in seconds.")


class RenewedInBody(RenewedCookie):
    """A new access token, and how long it is good."""

    access = serializers.CharField()


class AskedScope(serializers.Serializer[Any]):
    """What the access token is to do, of what the login was granted."""

    scope = ScopeField(write_only=True)


class CSRFToken(serializers.Serializer[Any]):
    """The CSRF token, for the header of requests that change something."""

    csrf_token = serializers.CharField()


class EndedSessions(serializers.Serializer[Any]):
    """How many sessions have ended."""

    ended = serializers.IntegerField()


class TokenSession(SessionSerializer):
    """One login of the user, on one device."""


class LoggedOut(serializers.Serializer[Any]):
    """The refresh token of the session that ends, where the header has no token of it."""

    refresh = serializers.CharField(write_only=True, required=False)


class SessionName(serializers.Serializer[Any]):
    """What the user calls the device of a session."""

    name = SessionSerializer._declared_fields["name"]


class Proof(serializers.Serializer[Any]):
    """What proves who the user is."""


def of_refresh(view: Any) -> Any:
    """What a refresh answers: as the view's serializer says, or an access token alone."""
    rotates = get_settings().ROTATE_REFRESH_TOKENS
    return view.get_serializer_class() if rotates else AccessTokenAlone


def proof(view: Any) -> type[serializers.Serializer[Any]]:
    """What the login takes, but for who logs in and for what: that is known."""
    return _proof_of(get_settings().load("TOKEN_OBTAIN_SERIALIZER"))


@lru_cache  # so that two endpoints share one component
def _proof_of(obtain_serializer: Any) -> type[serializers.Serializer[Any]]:
    serializer = obtain_serializer()
    known = {getattr(serializer, "username_field", ""), "scope"}
    asked = {
        name: field
        for name, field in serializer.fields.items()
        if not field.read_only and name not in known
    }
    text = {"__doc__": "What proves who the user is."}
    return type("Reauthentication", (Proof,), {**asked, **text})


def renewed_in_a_cookie(view: Any) -> type[serializers.Serializer[Any]]:
    """What is answered beside the access token's cookie, or with the token in its place."""
    return RenewedInBody if get_settings().COOKIE_REFRESH_ONLY else RenewedCookie


def in_cookies(view: Any) -> type[serializers.Serializer[Any]]:
    """What is answered beside the cookies: how long they are good, and what else the view's own
    serializer answers."""
    usual = BindableCookies if get_settings().DEVICE_BOUND else CookieLifetimes
    base = AccessTokenInBody if get_settings().COOKIE_REFRESH_ONLY else usual
    fields = view.get_serializer_class()(context={"view": view}).fields
    more = {
        name: field
        for name, field in fields.items()
        if not field.write_only and name not in _SAID_BY_US
    }
    return type(f"{type(view).__name__}Answer", (base,), more) if more else base
