"""Which settings exist, and what is the value of each now? Reads nothing at import.

A setting is looked up in ``DRF_JWT_KIT``, then in ``SIMPLE_JWT`` if Simple JWT has a setting of
the same name, then here. The table in docs/reference/settings.md is made from this file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any, TypeAlias

from django.conf import settings as django_settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from . import fields, paths, validation
from .fields import KIT, SIMPLE_JWT
from .rates import ThrottleRates, throttle_rates
from .safe_url import is_safe_address

DottedPath: TypeAlias = "str | type | Callable[..., Any]"
"""A class or a function, or its dotted path; ``KitSettings.load`` imports it."""

OfRequest: TypeAlias = "Callable[..., Any]"
"""A function of the request, or of None where a token is made or read outside of one."""


# Without a repr, because error reports show what local variables hold.
@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class KitSettings:
    """Every setting with its current value. Call :func:`get_settings` to get it.

    Equal only to itself, so what is made of settings can be remembered by them.
    """

    # Lifetimes
    ACCESS_TOKEN_LIFETIME: timedelta = fields.duration(timedelta(minutes=15))
    """How long an access token is accepted."""

    REFRESH_TOKEN_LIFETIME: timedelta = fields.duration(
        timedelta(days=1),
        at_least=("ACCESS_TOKEN_LIFETIME", "a session would end before its first access token"),
    )
    """How long a session lives without being refreshed (idle limit)."""

    SESSION_MAX_AGE: timedelta = fields.duration(
        timedelta(days=30),
        sources=(KIT,),
        at_least=("REFRESH_TOKEN_LIFETIME", "a session would end before its first refresh token"),
        grows=True,
    )
    """How long a session lives at most, however often it is refreshed (absolute limit). If it is
    not set and the refresh lifetime is longer, the refresh lifetime counts."""

    # Limits of one user, and of one login
    MAX_SESSIONS_PER_USER: int | None = fields.whole_number(None, least=1)
    """How many live sessions a user may have. One more login ends the oldest."""

    SESSION_LIMITS: DottedPath | None = fields.dotted_path(
        None, example="shop.limits.limits_of_a_login", sources=(KIT,)
    )
    """A function that gets the user and the request (or None) of a login and returns its
    `SessionLimits`."""

    # Rotation
    ROTATE_REFRESH_TOKENS: bool = fields.flag(True)
    """Answer a new refresh token at every refresh. Without it, a stolen one is not noticed."""

    ROTATION_LEEWAY: timedelta = fields.short_duration(timedelta(seconds=10), most=60)
    """How long the previous refresh token still counts as an honest duplicate (two tabs, a lost
    answer). Zero means strict one-time use."""

    # Throttles
    THROTTLE_RATES: ThrottleRates = throttle_rates()
    """How often a login may fail with one name from one address, and from one address, and how
    often one session may be refreshed. `None` for one of them turns it off."""

    # Revocation
    SESSIONS_VALID_AFTER: datetime | None = fields.moment()
    """Every session whose login was before this time has ended. Set it when you restore a backup,
    because that brings back sessions that were ended since."""

    # At most half of the time for which stateless requests work without the database.
    REVOCATION_LAG: timedelta = fields.short_duration(timedelta(seconds=1), most=5)
    """How long `JWTStatelessAuthentication` may still accept an ended session. With zero, it asks
    the database at every request."""

    SESSIONS_SCOPE: str | None = fields.setting(
        "sessions",
        "one word, or None",
        lambda value: value is None or fields.is_word(value),
        sources=(KIT,),
    )
    """The scope with which a token that has a scope may list, rename and end sessions. None lets
    every token do that. Every token may end its own session."""

    RECENT_LOGIN_TO_END_OTHERS: timedelta | None = fields.duration(None, sources=(KIT,))
    """How old a login may be that ends other sessions of its user. An older one is 401, until the
    user has proved anew who it is. None asks for nothing."""

    # What is known of a client
    RECORD_CLIENT: bool = fields.flag(True, sources=(KIT,))
    """Keep the user agent, the device's name and the IP address of a login with its session."""

    NUM_PROXIES: int = fields.whole_number(0, least=0)
    """How many of your own proxies are in front of this server and append to `X-Forwarded-For`.
    With 0, that header is not read, and the address is `REMOTE_ADDR`."""

    # Cookies
    COOKIE_ACCESS_NAME: str = fields.cookie_name("access_token")
    """The name of the access token's cookie. `__Host-` is put before it, or `__Secure-` if there is
    a domain. A name that begins with one of them stays as it is."""

    COOKIE_REFRESH_NAME: str = fields.cookie_name("refresh_token")
    """The same for the refresh token's cookie."""

    COOKIE_ACCESS_SAMESITE: fields.SameSite = fields.samesite("Lax")
    """Whether browsers send the access token's cookie with requests from other sites."""

    COOKIE_REFRESH_SAMESITE: fields.SameSite = fields.samesite("Strict")
    """Whether browsers send the refresh token's cookie with requests from other sites."""

    COOKIE_DOMAIN: str | None = fields.cookie_domain()
    """The domain whose hosts all get both cookies, and can all set cookies with these names. None
    means only the host that answers."""

    COOKIE_SECURE: bool = fields.flag(True, sources=(KIT,))
    """Browsers send both cookies over HTTPS only, or to their own machine. Without it, the names
    have no prefix, and whoever reads the traffic has the tokens."""

    COOKIE_REFRESH_ONLY: bool = fields.flag(False, sources=(KIT,))
    """Put the refresh token alone into a cookie. Login and refresh answer the access token in the
    body, for pages that call other hosts with it: a script on the page can read it."""

    DEVICE_BOUND: bool = fields.flag(False, sources=(KIT,))
    """Let browsers that can bind a session to a key in their device: a copy of its cookies is then
    worthless after one access lifetime. Experimental, as the draft that it follows."""

    # Claims
    CLAIMS_SERIALIZER: DottedPath = fields.dotted_path(paths.CLAIMS_SERIALIZER, sources=(KIT,))
    """The serializer that makes the claims of an access token from a user, at login and refresh."""

    ISSUER: str | OfRequest | None = fields.of_request("a string", fields.is_text)
    """Written into `iss`, and required there. A function gets the request, or None."""

    AUDIENCE: str | tuple[str, ...] | OfRequest | None = fields.of_request(
        "a string, a list of strings", fields.is_text_or_texts
    )
    """Written into `aud`, and required there. If None, a token with an audience is refused. A
    function gets the request, or None."""

    LEEWAY: timedelta = fields.setting(
        timedelta(0),
        "seconds or a timedelta, from 0 to 60 seconds",
        fields.is_short_leeway,
        convert=fields.as_timedelta,
        none_is_default=True,
    )
    """How far another machine's clock may be off when `exp` is checked."""

    JSON_ENCODER: DottedPath = fields.dotted_path(
        "rest_framework.utils.encoders.JSONEncoder",
        example="shop.encoders.PriceEncoder",
        none_is_default=True,
    )
    """The JSON encoder of a token's claims."""

    # Simple JWT's names for claims, headers and users
    USER_ID_FIELD: str = fields.text("id")
    """The field of the user that identifies it in a token."""

    USER_ID_CLAIM: str = fields.text("user_id")
    """The claim that holds this field, always as a string."""

    TOKEN_TYPE_CLAIM: str | None = fields.setting(
        "token_type",
        "a string that is not empty, or None",
        lambda value: value is None or fields.is_text(value),
    )
    """The claim that says `access` or `refresh`; None leaves it to the header's `typ`."""

    JTI_CLAIM: str = fields.text("jti", none_is_default=True)
    """The claim that holds the token's own identifier; None means `jti`."""

    AUTH_HEADER_TYPES: tuple[str, ...] = fields.setting(
        ("Bearer",), "a word or a list of words", fields.is_words, convert=fields.as_tuple
    )
    """The words that may precede a token, in upper or lower case. Challenges use the first one."""

    AUTH_HEADER_NAME: str = fields.text("HTTP_AUTHORIZATION")
    """The header that holds the token, as a key of `request.META`."""

    AUTH_TOKEN_CLASSES: tuple[DottedPath, ...] = fields.setting(
        ("drf_jwt_kit.tokens.AccessToken",),
        "a list of dotted paths",
        lambda value: fields.is_list_of(fields.is_path, value),
        convert=lambda value: tuple(map(paths.public_path, value)),
    )
    """The token classes that a request is tried with, in order."""

    USER_AUTHENTICATION_RULE: DottedPath = fields.dotted_path(paths.AUTHENTICATION_RULE)
    """A function that gets a user (or None) and says whether it may log in and refresh."""

    CHECK_USER_IS_ACTIVE: bool = fields.flag(True)
    """Refuse a user whose `is_active` is False."""

    UPDATE_LAST_LOGIN: bool = fields.flag(False)
    """Send Django's `user_logged_in` at login, which writes `last_login`."""

    # Simple JWT's serializers
    TOKEN_OBTAIN_SERIALIZER: DottedPath = fields.serializer("TokenObtainPairSerializer")
    """What `token_obtain_pair` runs."""

    TOKEN_REFRESH_SERIALIZER: DottedPath = fields.serializer("TokenRefreshSerializer")
    """What `token_refresh` runs."""

    TOKEN_VERIFY_SERIALIZER: DottedPath = fields.serializer("TokenVerifySerializer")
    """What `token_verify` runs."""

    TOKEN_BLACKLIST_SERIALIZER: DottedPath = fields.serializer("TokenBlacklistSerializer")
    """What `token_logout` and `token_blacklist` run."""

    # Keys
    KEYS: Any = fields.setting(
        None,
        "one source of keys or a list of them: a dict, the path of a directory, a function or "
        "its dotted path, or 'SECRET_KEY'",
        fields.is_key_sources,
        sources=(KIT,),
        secret=True,
    )
    """Where keys come from. In a list, the first key signs and the others verify. A function may
    declare a parameter `request`. If it is not set, `SIMPLE_JWT` names the key, or it is derived
    from SECRET_KEY."""

    KEYS_RELOAD_INTERVAL: timedelta = fields.duration(timedelta(seconds=10), sources=(KIT,))
    """How often a running process reads its keys again: a change takes effect within this time."""

    KEYS_PUBLISHED_AHEAD: timedelta = fields.duration(
        timedelta(minutes=10),
        sources=(KIT,),
        at_least=("KEYS_RELOAD_INTERVAL", "a key would sign before every process has read it"),
    )
    """How long a new key is published before it may sign, so that every service that verifies has
    read it by then."""

    ADOPT_SIMPLEJWT_TOKENS_UNTIL: datetime | None = fields.moment()
    """Until when tokens are accepted that Simple JWT has issued with the key that `SIMPLE_JWT`
    names."""

    # Another service that verifies
    RESOURCE_SERVER: dict[str, Any] | None = fields.setting(
        None, "a dict", lambda value: isinstance(value, dict), sources=(KIT,)
    )
    """In a service that verifies the tokens of another one: which issuer, and how. See below."""

    # Simple JWT's key; without one, a key is derived from SECRET_KEY
    ALGORITHM: str = fields.text("HS256", sources=(SIMPLE_JWT,))
    """The algorithm of `SIGNING_KEY`."""

    SIGNING_KEY: str | bytes | None = fields.key_text("a string that is not empty", least=1)
    """The key that signs. If it is not set, or equal to SECRET_KEY, a key derived from SECRET_KEY
    signs and keys derived from SECRET_KEY_FALLBACKS verify."""

    JWK_URL: str | None = fields.setting(
        None,
        "an https URL (http only to this machine), without a password in it",
        lambda value: value == "" or is_safe_address(value),
        convert=lambda value: value or None,
        sources=(SIMPLE_JWT,),
    )
    """Where another issuer publishes keys for `ALGORITHM`. Access tokens that they verify are
    accepted too, without a session."""

    VERIFYING_KEY: str | bytes | None = fields.key_text("a string", least=0)
    """The public key that belongs to an asymmetric `SIGNING_KEY`."""

    @classmethod
    def from_mappings(
        cls, kit: Mapping[str, Any], simple_jwt: Mapping[str, Any] | None = None
    ) -> KitSettings:
        """The settings of two dicts; ``kit`` comes before ``simple_jwt``.

        Raises ImproperlyConfigured with everything that is wrong, one line each.
        """
        both = sources(kit, simple_jwt or {})
        validation.refuse(validation.problems(*both))
        return cls(**validation.values(*both))

    @cached_property
    def auth_header(self) -> str:
        """The name of the header that holds a token, in the form that HTTP uses."""
        return self.AUTH_HEADER_NAME.removeprefix("HTTP_").replace("_", "-").title()

    @cached_property
    def auth_schemes(self) -> frozenset[bytes]:
        """The words that may precede a token, in lower case."""
        return frozenset(word.lower().encode() for word in self.AUTH_HEADER_TYPES)

    @cached_property
    def token_classes(self) -> tuple[Any, ...]:
        """The classes of ``AUTH_TOKEN_CLASSES``, which every request asks for."""
        classes: tuple[Any, ...] = self.load("AUTH_TOKEN_CLASSES")
        return classes

    @cached_property
    def access_seconds(self) -> float:
        """How long after it was made an access token may still be accepted."""
        return (self.ACCESS_TOKEN_LIFETIME + self.LEEWAY).total_seconds()

    @property
    def access_cookie_name(self) -> str:
        """The whole name of the access token's cookie."""
        return self._prefixed(self.COOKIE_ACCESS_NAME)

    @property
    def refresh_cookie_name(self) -> str:
        """The whole name of the refresh token's cookie."""
        return self._prefixed(self.COOKIE_REFRESH_NAME)

    def _prefixed(self, name: str) -> str:
        """Source: RFC 6265bis section 4.1.3; a domain and ``__Host-`` exclude each other."""
        if not self.COOKIE_SECURE or name.lower().startswith(fields.COOKIE_PREFIXES):
            return name
        return f"__Host-{name}" if self.COOKIE_DOMAIN is None else f"__Secure-{name}"

    def load(self, name: str) -> Any:
        """The class or function (or classes) at the dotted path in setting ``name``."""
        value = getattr(self, name)
        return tuple(map(paths.loaded, value)) if isinstance(value, tuple) else paths.loaded(value)


@cache
def get_settings() -> KitSettings:
    """The current settings. Call it where you need it; never keep the result.

    Raises ImproperlyConfigured if a setting is wrong; system check
    ``drf_jwt_kit.E001`` says the same at start-up.
    """
    return KitSettings.from_mappings(*_mappings())


def current_origins() -> dict[str, str]:
    """The name of the dict that each setting of the project's comes from; none for a default."""
    return validation.origins(*sources(*_mappings()))


def current_problems() -> Iterator[str]:
    """One sentence for each error in the project's settings."""
    return validation.problems(*sources(*_mappings()))


@receiver(setting_changed)
def _forget_settings(*, setting: str, **_kwargs: object) -> None:
    if setting in {KIT, SIMPLE_JWT}:
        get_settings.cache_clear()


def _mappings() -> tuple[Any, Any]:
    return getattr(django_settings, KIT, {}), getattr(django_settings, SIMPLE_JWT, None) or {}


def sources(kit: Any, simple_jwt: Any) -> tuple[validation.Source, validation.Source]:
    """The two dicts, with the settings that each may have."""
    theirs = validation.known(KitSettings, SIMPLE_JWT)
    return (
        validation.Source(KIT, kit, validation.known(KitSettings, KIT)),
        validation.Source(SIMPLE_JWT, simple_jwt, theirs, has_more=True),
    )
