"""Which settings there are, what type each has, and what it is now. Reads nothing at import.

A setting is looked up in ``DRF_JWT_KIT``, then in ``SIMPLE_JWT`` where Simple JWT has one of
the same name, then here. The table in docs/reference/settings.md is made from this file.
"""

from __future__ import annotations

import difflib
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Classes: TypeAlias = "tuple[str | type, ...]"
ClassPath: TypeAlias = "str | type"

_KIT = "DRF_JWT_KIT"
_SIMPLE_JWT = "SIMPLE_JWT"
_MINUTE = timedelta(minutes=1)
_SECRETS = {"SIGNING_KEY", "VERIFYING_KEY"}
_RELEVANT = {_KIT, _SIMPLE_JWT, "SECRET_KEY", "SECRET_KEY_FALLBACKS"}


def _setting(
    default: Any,
    doc: str,
    accepts: str,
    valid: Callable[[Any], bool],
    *,
    sources: tuple[str, ...] = (_KIT, _SIMPLE_JWT),
    convert: Callable[[Any], Any] | None = None,
) -> Any:
    return field(
        default=default,
        metadata={
            "doc": doc,
            "accepts": accepts,
            "valid": valid,
            "sources": sources,
            "convert": convert,
        },
    )


def _duration(default: timedelta, doc: str, **more: Any) -> Any:
    def is_positive(value: object) -> bool:
        return isinstance(value, timedelta) and value > timedelta(0)

    return _setting(default, doc, "a timedelta longer than zero", is_positive, **more)


def _flag(default: bool, doc: str, **more: Any) -> Any:
    return _setting(default, doc, "True or False", lambda value: isinstance(value, bool), **more)


def _text(default: str, doc: str, **more: Any) -> Any:
    def is_text(value: object) -> bool:
        return isinstance(value, str) and bool(value)

    return _setting(default, doc, "a string that is not empty", is_text, **more)


def _optional_text(default: str | None, doc: str, **more: Any) -> Any:
    def is_text_or_none(value: object) -> bool:
        return value is None or (isinstance(value, str) and bool(value))

    return _setting(default, doc, "a string that is not empty, or None", is_text_or_none, **more)


def _class(default: str, doc: str, **more: Any) -> Any:
    def is_path_or_object(value: object) -> bool:
        return (isinstance(value, str) and "." in value) or callable(value)

    return _setting(
        default, doc, "a dotted path such as 'shop.claims.ShopClaims'", is_path_or_object, **more
    )


def _is_texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(v, str) and v for v in value)


def _is_leeway(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, timedelta)):
        return value is None
    return timedelta(0) <= _seconds(value) <= _MINUTE


def _seconds(value: float | timedelta | None) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value or 0)


def _tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


@dataclass(frozen=True, kw_only=True)
class KitSettings:
    """Every setting with its value of this moment. Ask :func:`get_settings` for it."""

    # Lifetimes
    ACCESS_TOKEN_LIFETIME: timedelta = _duration(
        timedelta(minutes=15), "How long an access token is accepted."
    )
    REFRESH_TOKEN_LIFETIME: timedelta = _duration(
        timedelta(days=1), "How long a session lives without being refreshed (idle limit)."
    )
    SESSION_MAX_AGE: timedelta = _duration(
        timedelta(days=30),
        "How long a session lives at most, however often it is refreshed (absolute limit). "
        "Unset, it is the refresh lifetime where that is longer.",
        sources=(_KIT,),
    )

    # Rotation
    ROTATE_REFRESH_TOKENS: bool = _flag(
        True,
        "Answer a new refresh token at every refresh. Off, a stolen refresh token cannot be found.",
    )
    ROTATION_LEEWAY: timedelta = _setting(
        timedelta(seconds=10),
        "How long the refresh token before the newest still counts as an honest duplicate "
        "(two tabs, a lost answer). Zero is strict one-time use.",
        "a timedelta from 0 to 60 seconds",
        lambda value: isinstance(value, timedelta) and timedelta(0) <= value <= _MINUTE,
        sources=(_KIT,),
    )

    RECORD_CLIENT: bool = _flag(
        True,
        "Keep the user agent and the IP address of a login with its session.",
        sources=(_KIT,),
    )

    # Claims
    CLAIMS_SERIALIZER: ClassPath = _class(
        "drf_jwt_kit.tokens.ClaimsSerializer",
        "The serializer of a user that gives an access token its claims, at login and at refresh.",
        sources=(_KIT,),
    )
    ISSUER: str | None = _optional_text(None, "Put into `iss`, and demanded there.")
    AUDIENCE: str | tuple[str, ...] | None = _setting(
        None,
        "Put into `aud`, and demanded there. While it is None, a token with an audience is "
        "refused.",
        "a string, a list of strings, or None",
        lambda value: (
            value is None
            or (isinstance(value, str) and bool(value))
            or (_is_texts(value) and bool(value))
        ),
        convert=lambda value: value if value is None or isinstance(value, str) else tuple(value),
    )
    LEEWAY: timedelta = _setting(
        timedelta(0),
        "How far another machine's clock may be off when `exp` and `iat` are judged.",
        "seconds or a timedelta, from 0 to 60 seconds",
        _is_leeway,
        convert=_seconds,
    )
    JSON_ENCODER: ClassPath = _setting(
        "rest_framework.utils.encoders.JSONEncoder",
        "The JSON encoder of a token's claims.",
        "a dotted path or None",
        lambda value: value is None or isinstance(value, (str, type)),
        convert=lambda value: value or "rest_framework.utils.encoders.JSONEncoder",
    )

    # Simple JWT's names for claims, headers and users
    USER_ID_FIELD: str = _text("id", "The field of the user that identifies it in a token.")
    USER_ID_CLAIM: str = _text("user_id", "The claim that holds it, always as a string.")
    TOKEN_TYPE_CLAIM: str | None = _optional_text(
        "token_type",
        "The claim that says `access` or `refresh`; None leaves it to the header's `typ`.",
    )
    JTI_CLAIM: str = _optional_text(
        "jti",
        "The claim that holds the token's own identifier; None means `jti`.",
        convert=lambda value: value or "jti",
    )
    AUTH_HEADER_TYPES: tuple[str, ...] = _setting(
        ("Bearer",),
        "The words that may stand before a token, in any case; the first one is answered.",
        "a string or a list of strings",
        lambda value: bool(value) and (isinstance(value, str) or _is_texts(value)),
        convert=_tuple,
    )
    AUTH_HEADER_NAME: str = _text(
        "HTTP_AUTHORIZATION", "The header that holds it, as a key of `request.META`."
    )
    AUTH_TOKEN_CLASSES: Classes = _setting(
        ("drf_jwt_kit.tokens.AccessToken",),
        "The token classes that a request is tried with, in order.",
        "a list of dotted paths",
        lambda value: (
            bool(value)
            and isinstance(value, (list, tuple))
            and all(isinstance(v, (str, type)) for v in value)
        ),
        convert=_tuple,
    )
    USER_AUTHENTICATION_RULE: ClassPath = _class(
        "drf_jwt_kit.authentication.default_user_authentication_rule",
        "A function that gets a user (or None) and says whether it may log in and refresh.",
    )
    CHECK_USER_IS_ACTIVE: bool = _flag(True, "Refuse a user whose `is_active` is False.")
    UPDATE_LAST_LOGIN: bool = _flag(
        False, "Send Django's `user_logged_in` at login, which writes `last_login`."
    )

    # Simple JWT's serializers
    TOKEN_OBTAIN_SERIALIZER: ClassPath = _class(
        "drf_jwt_kit.serializers.TokenObtainPairSerializer", "What `token_obtain_pair` runs."
    )
    TOKEN_REFRESH_SERIALIZER: ClassPath = _class(
        "drf_jwt_kit.serializers.TokenRefreshSerializer", "What `token_refresh` runs."
    )
    TOKEN_VERIFY_SERIALIZER: ClassPath = _class(
        "drf_jwt_kit.serializers.TokenVerifySerializer", "What `token_verify` runs."
    )
    TOKEN_BLACKLIST_SERIALIZER: ClassPath = _class(
        "drf_jwt_kit.serializers.TokenBlacklistSerializer",
        "What `token_logout` and `token_blacklist` run.",
    )

    # Simple JWT's key; without one, a key is derived from SECRET_KEY
    ALGORITHM: str = _text("HS256", "The algorithm of `SIGNING_KEY`.", sources=(_SIMPLE_JWT,))
    SIGNING_KEY: str | bytes | None = _setting(
        None,
        "The key that signs. Left out, or equal to SECRET_KEY, a key derived from SECRET_KEY "
        "signs and keys derived from SECRET_KEY_FALLBACKS verify.",
        "a string that is not empty, or None",
        lambda value: value is None or (isinstance(value, (str, bytes)) and bool(value)),
        sources=(_SIMPLE_JWT,),
    )
    VERIFYING_KEY: str | bytes | None = _setting(
        None,
        "The public key that belongs to an asymmetric `SIGNING_KEY`.",
        "a string or None",
        lambda value: value is None or isinstance(value, (str, bytes)),
        sources=(_SIMPLE_JWT,),
    )

    @classmethod
    def from_mappings(
        cls, kit: Mapping[str, Any], simple_jwt: Mapping[str, Any] | None = None
    ) -> KitSettings:
        """The settings that two dicts ask for; ``kit`` before ``simple_jwt``.

        Raises ImproperlyConfigured, with all that is wrong, one line each.
        """
        wrong = list(problems(kit, simple_jwt or {}))
        if wrong:
            raise ImproperlyConfigured("\n".join(wrong))
        given = _given(kit, simple_jwt or {})
        values = {name: _converted(name, value) for name, (_, value) in given.items()}
        refresh_lifetime = values.get("REFRESH_TOKEN_LIFETIME", cls.REFRESH_TOKEN_LIFETIME)
        values.setdefault("SESSION_MAX_AGE", max(cls.SESSION_MAX_AGE, refresh_lifetime))
        return cls(**values)

    def load(self, name: str) -> Any:
        """The class or function (or classes) that setting ``name`` gives the dotted path of."""
        value = getattr(self, name)
        if isinstance(value, tuple):
            return tuple(_imported(item) for item in value)
        return _imported(value)


@cache
def get_settings() -> KitSettings:
    """The current settings. Call it where you need it; never keep the result.

    Raises ImproperlyConfigured where a setting is wrong; system check
    ``drf_jwt_kit.E001`` says the same at start-up.
    """
    return KitSettings.from_mappings(*_mappings())


def current_problems() -> Iterator[str]:
    """One sentence for each thing that is wrong with the project's settings."""
    yield from problems(*_mappings())


def problems(kit: Mapping[str, Any], simple_jwt: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each thing that is wrong with two settings dicts."""
    for name, value in ((_KIT, kit), (_SIMPLE_JWT, simple_jwt)):
        if not isinstance(value, dict):
            yield f"{name} must be a dict of settings, not {value!r}."
            return
    own = [name for name, spec in _FIELDS.items() if _KIT in spec.metadata["sources"]]
    for name in kit:
        if name not in own:
            yield f"{_KIT}[{name!r}] is not a setting (its value: {_shown(name, kit[name])})." + (
                nearest(name, own)
            )
    wrong = False
    for name, (source, value) in _given(kit, simple_jwt).items():
        if not _FIELDS[name].metadata["valid"](value):
            wrong = True
            accepts = _FIELDS[name].metadata["accepts"]
            yield f"{source}[{name!r}] must be {accepts}, not {_shown(name, value)}."
    if not wrong:
        yield from _contradictions(kit, simple_jwt)


def _contradictions(kit: Mapping[str, Any], simple_jwt: Mapping[str, Any]) -> Iterator[str]:
    values = {name: value for name, (_, value) in _given(kit, simple_jwt).items()}
    access = values.get("ACCESS_TOKEN_LIFETIME", KitSettings.ACCESS_TOKEN_LIFETIME)
    refresh = values.get("REFRESH_TOKEN_LIFETIME", KitSettings.REFRESH_TOKEN_LIFETIME)
    if refresh < access:
        yield (
            f"REFRESH_TOKEN_LIFETIME ({refresh}) is shorter than ACCESS_TOKEN_LIFETIME "
            f"({access}), so a session would end before its first access token. "
            "Make it at least as long."
        )
    if values.get("SESSION_MAX_AGE", refresh) < refresh:
        yield (
            f"{_KIT}['SESSION_MAX_AGE'] ({values['SESSION_MAX_AGE']}) is shorter than "
            f"REFRESH_TOKEN_LIFETIME ({refresh}). Make it at least as long."
        )


def _mappings() -> tuple[Any, Any]:
    return getattr(django_settings, _KIT, {}), getattr(django_settings, _SIMPLE_JWT, None) or {}


def _given(kit: Mapping[str, Any], simple_jwt: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    given = {}
    for name, spec in _FIELDS.items():
        for source, mapping in ((_KIT, kit), (_SIMPLE_JWT, simple_jwt)):
            if name in mapping and source in spec.metadata["sources"]:
                given[name] = (source, _ours(mapping[name]))
                break
    return given


def _ours(value: Any) -> Any:
    """Simple JWT's own class path means ours of that name."""
    theirs = "rest_framework_simplejwt."
    if isinstance(value, str) and value.startswith(theirs):
        return "drf_jwt_kit." + value.removeprefix(theirs)
    if isinstance(value, (list, tuple)):
        return type(value)(_ours(item) for item in value)
    return value


def _converted(name: str, value: Any) -> Any:
    convert = _FIELDS[name].metadata["convert"]
    return convert(value) if convert else value


def _imported(value: Any) -> Any:
    return import_string(value) if isinstance(value, str) else value


def nearest(name: object, names: list[str]) -> str:
    """A sentence with the one of ``names`` that ``name`` was meant to be, or with all of them."""
    close = difflib.get_close_matches(str(name).upper(), names, n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else f" The settings are: {', '.join(names)}."


def _shown(name: object, value: object) -> str:
    looks_secret = any(word in str(name).upper() for word in ("KEY", "SECRET", "PASSWORD"))
    return "(not shown)" if looks_secret else repr(value)


_FIELDS: dict[str, Field[Any]] = {spec.name: spec for spec in fields(KitSettings)}


@receiver(setting_changed)
def _forget_settings(*, setting: str, **_kwargs: object) -> None:
    if setting in _RELEVANT:
        get_settings.cache_clear()
