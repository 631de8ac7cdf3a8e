"""What means something else after the move, in this project? Says only what follows from its own
settings and classes, and shows no value of a key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings as django_settings
from django.utils.encoding import force_bytes
from rest_framework_simplejwt import authentication, models, serializers, tokens
from rest_framework_simplejwt.settings import DEFAULTS

from drf_jwt_kit.conf.documentation import page

from .classes import Extension
from .places import path_of
from .routes import Route

_GUIDE = "docs/how-to/from-simplejwt.md"
_BLACKLIST = "rest_framework_simplejwt.token_blacklist"
_TOKEN_USER = DEFAULTS["TOKEN_USER_CLASS"]


class Meaning(NamedTuple):
    """What is no longer as it was, and the page that tells more."""

    said: str
    page: str

    def lines(self) -> list[str]:
        """As it is printed."""
        return [self.said, f"    {page(self.page)}"]


def meanings(routes: list[Route], found: list[Extension]) -> Iterator[Meaning]:
    """All that there are, those of settings first."""
    for said in _of_settings(_chosen()):
        yield Meaning(said, f"{_GUIDE}#settings")
    for said in _of_the_app():
        yield Meaning(said, f"{_GUIDE}#the-tokens-that-are-out-there")
    if any("Sliding" in one.view.__name__ for one in routes):
        said = "Sliding tokens are issued. They are not taken here, and their users log in once."
        yield Meaning(said, f"{_GUIDE}#what-your-code-notices")
    for one in found:
        yield from _of_class(one)
    for said in _CLIENTS:
        yield Meaning(said, f"{_GUIDE}#what-clients-notice")


_CLIENTS = (
    "Logout, a changed password and a deactivated user count at the next request, for access "
    "tokens too. However often it is refreshed, a login ends after SESSION_MAX_AGE: 30 days, or "
    "the refresh lifetime where that is longer.",
    "The codes user_not_found, user_inactive and password_changed are token_not_valid, with a "
    "reason. Verify refuses with 401, where it was 400, and logging out twice is 200.",
)


def _chosen() -> dict[str, Any]:
    """What the project has set, in either dict."""
    both = (getattr(django_settings, name, None) for name in ("SIMPLE_JWT", "DRF_JWT_KIT"))
    return {k: v for one in both if isinstance(one, dict) for k, v in one.items()}


def _of_settings(chosen: dict[str, Any]) -> Iterator[str]:
    if "ACCESS_TOKEN_LIFETIME" not in chosen:
        yield "ACCESS_TOKEN_LIFETIME is not set: the default is 15 minutes, with Simple JWT 5."
    yield _rotation(chosen)
    if chosen.get("BLACKLIST_AFTER_ROTATION"):
        yield (
            "BLACKLIST_AFTER_ROTATION does nothing: an exchanged refresh token is never good for a "
            "second session."
        )
    if chosen.get("CHECK_REVOKE_TOKEN"):
        yield (
            "CHECK_REVOKE_TOKEN counts for tokens of Simple JWT alone. A changed password ends "
            "every session in any case, and ours hold no hash of it."
        )
    if chosen.get("UPDATE_LAST_LOGIN"):
        yield (
            "UPDATE_LAST_LOGIN sends user_logged_in, which writes last_login: other receivers of "
            "that signal are called too."
        )
    if "KEYS" not in chosen and _signs_with_secret_key(chosen):
        yield (
            "SIGNING_KEY is SECRET_KEY: our tokens are signed with a key derived from that. A "
            "service that verifies them with SECRET_KEY itself cannot do so any more."
        )
    if chosen.get("JWK_URL") and not _is_secret(chosen):
        yield "JWK_URL: access tokens of that issuer are taken beside ours, and have no session."
    if chosen.get("TOKEN_USER_CLASS", _TOKEN_USER) != _TOKEN_USER:
        yield "TOKEN_USER_CLASS does nothing: request.user is the project's own user everywhere."
    if any(name.startswith("SLIDING_TOKEN_") for name in chosen):
        yield "The settings SLIDING_TOKEN_… do nothing: there are no sliding tokens."
    for name in ("TOKEN_TYPE_CLAIM", "JTI_CLAIM"):
        if chosen.get(name, "") is None:
            yield (
                f"{name} is None: access and refresh tokens of ours are told apart, and each has a "
                "name, even so. Those of Simple JWT cannot be taken over."
            )


def _rotation(chosen: dict[str, Any]) -> str:
    if "ROTATE_REFRESH_TOKENS" not in chosen:
        return (
            "ROTATE_REFRESH_TOKENS is not set: the default is True, with Simple JWT False. A "
            "client must store the refresh token of each answer; one that cannot needs False."
        )
    if not chosen["ROTATE_REFRESH_TOKENS"]:
        return (
            "ROTATE_REFRESH_TOKENS is False, and stays so: a stolen refresh token is not noticed. "
            "Remove it once every client stores the refresh token of each answer."
        )
    is_refused = chosen.get("BLACKLIST_AFTER_ROTATION") and apps.is_installed(_BLACKLIST)
    before = "refused" if is_refused else "as good as the new one"
    return (
        "ROTATE_REFRESH_TOKENS: an exchanged refresh token that comes back later than ten seconds "
        f"is taken for stolen and ends its session. With Simple JWT it was {before}."
    )


def _of_the_app() -> Iterator[str]:
    if apps.is_installed(_BLACKLIST):
        yield (
            f"{_BLACKLIST} gets no new rows. Keep it in INSTALLED_APPS until the day of "
            "ADOPT_SIMPLEJWT_TOKENS_UNTIL: it says which old tokens are refused. Then it may go."
        )


def _of_class(one: Extension) -> Iterator[Meaning]:
    name = path_of(one.cls)
    if issubclass(one.cls, serializers.TokenObtainSerializer) and one.has_own("get_token"):
        said = f"{name}.get_token is called at every refresh too: it must have no other effects."
        yield Meaning(said, "docs/how-to/own-claims.md#the-way-of-simple-jwt")
    if issubclass(one.cls, serializers.TokenRefreshSerializer) and one.has_own("validate"):
        said = f"{name}.validate: super().validate(attrs) uses the token. Refuse before, not after."
        yield Meaning(said, "docs/how-to/other-logins.md#refuse-a-refresh")
    if issubclass(one.cls, authentication.JWTAuthentication) and one.mentions("COOKIES"):
        said = f"{name} reads a cookie without a CSRF check. JWTCookieAuthentication has one."
        yield Meaning(said, "docs/how-to/browsers.md")
    if issubclass(one.cls, tokens.SlidingToken):
        yield Meaning(f"{name}: there are no sliding tokens.", f"{_GUIDE}#what-your-code-notices")
    if issubclass(one.cls, models.TokenUser):
        said = f"{name} is not used: request.user is the project's own user."
        yield Meaning(said, f"{_GUIDE}#what-your-code-notices")


def _signs_with_secret_key(chosen: dict[str, Any]) -> bool:
    named, secret = chosen.get("SIGNING_KEY"), django_settings.SECRET_KEY
    return _is_secret(chosen) and (named is None or force_bytes(named) == force_bytes(secret))


def _is_secret(chosen: dict[str, Any]) -> bool:
    """Whether the key of ALGORITHM signs and verifies, so that none can be at JWK_URL."""
    return str(chosen.get("ALGORITHM", "HS256")).startswith("HS")
