"""What is wrong at start-up, and what is unwise in production? Each capability checks itself.

Never asks the database: a check that did would stop the ``migrate`` that cures it. Every
message has an id, a hint, and an entry in docs/reference/checks.md.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core import checks
from rest_framework.settings import api_settings as drf_settings
from rest_framework_simplejwt import authentication as simplejwt_authentication
from rest_framework_simplejwt.settings import DEFAULTS as SIMPLE_JWT_NAMES

from . import authentication, serializers
from .conf import current_problems, get_settings, nearest
from .keys import checks as keys
from .keys.jwk_url import are_published
from .sessions import claims
from .sessions.others import adopts_simple_jwt
from .sessions.tokens import PROTOCOL, REGISTERED
from .tokens import AccessToken
from .transports import checks as transports

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOO_LONG = timedelta(hours=1)
_OUR_CLASSES = {
    "TOKEN_OBTAIN_SERIALIZER": serializers.TokenObtainPairSerializer,
    "TOKEN_REFRESH_SERIALIZER": serializers.TokenRefreshSerializer,
    "TOKEN_VERIFY_SERIALIZER": serializers.TokenVerifySerializer,
    "TOKEN_BLACKLIST_SERIALIZER": serializers.TokenBlacklistSerializer,
    "AUTH_TOKEN_CLASSES": AccessToken,
}


def register() -> None:
    """Make Django run these."""
    checks.register(check_project, checks.Tags.security)
    checks.register(check_deployment, checks.Tags.security, deploy=True)


def check_project(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """What ``manage.py check`` says."""
    wrong: list[checks.CheckMessage] = [
        checks.Error(
            problem,
            hint="drf_jwt_kit/conf/settings.py has every setting with its type and default.",
            id="drf_jwt_kit.E001",
        )
        for problem in current_problems()
    ]
    return wrong or [
        *keys.check(),
        *claims.check(),
        *transports.check(),
        *_check_classes(),
        *_check_session_limits(),
        *_check_names(),
        *_check_lifetimes(),
        *_check_cutoff(),
        *_check_simple_jwt(),
        *_check_simple_jwts_class(),
        *_check_cookie_is_read(),
    ]


def check_deployment(app_configs: Any, **_: Any) -> list[checks.CheckMessage]:
    """What ``manage.py check --deploy`` adds."""
    if any(current_problems()):
        return []  # check_project has said so
    return [
        *keys.check_deploy(),
        *transports.check_deploy(),
        *_check_defaults(),
        *_check_rotation(),
    ]


def _check_classes() -> Iterator[checks.CheckMessage]:
    for name, ours in _OUR_CLASSES.items():
        value = getattr(get_settings(), name)
        try:
            loaded = get_settings().load(name)
        except ImportError as error:
            yield checks.Error(
                f"{name} cannot be imported: {error}.",
                hint=f"Give the dotted path of a subclass of {ours.__module__}.{ours.__name__}.",
                id="drf_jwt_kit.E003",
            )
            continue
        for cls in loaded if isinstance(loaded, tuple) else (loaded,):
            if not (isinstance(cls, type) and issubclass(cls, ours)):
                yield checks.Error(
                    f"{name} is {value!r}, which is not made from {ours.__name__} of this "
                    "package: its tokens would have no session.",
                    hint=f"Import {ours.__name__} from {ours.__module__} where that class is "
                    "defined, instead of from rest_framework_simplejwt.",
                    id="drf_jwt_kit.E003",
                )


def _check_session_limits() -> Iterator[checks.CheckMessage]:
    value = get_settings().SESSION_LIMITS
    hint = "Give the dotted path of a function that gets a user and a request."
    try:
        loaded = None if value is None else get_settings().load("SESSION_LIMITS")
    except ImportError as error:
        yield checks.Error(
            f"SESSION_LIMITS cannot be imported: {error}.", hint=hint, id="drf_jwt_kit.E003"
        )
        return
    if loaded is not None and not callable(loaded):
        yield checks.Error(
            f"SESSION_LIMITS is {value!r}, which cannot be called.",
            hint=hint,
            id="drf_jwt_kit.E003",
        )


def _check_names() -> Iterator[checks.CheckMessage]:
    settings = get_settings()
    if not hasattr(get_user_model(), settings.USER_ID_FIELD):
        yield checks.Error(
            f"USER_ID_FIELD is {settings.USER_ID_FIELD!r}, and the user model has no such field.",
            hint="Set USER_ID_FIELD to 'pk', or to a field that never changes.",
            id="drf_jwt_kit.E009",
        )
    named = [settings.USER_ID_CLAIM, settings.JTI_CLAIM, settings.TOKEN_TYPE_CLAIM]
    for name in PROTOCOL | REGISTERED - {"jti"}:
        if name in named:
            yield checks.Error(
                f"A claim is named {name!r}, which the protocol uses for something else.",
                hint="Give USER_ID_CLAIM, JTI_CLAIM and TOKEN_TYPE_CLAIM names of their own.",
                id="drf_jwt_kit.E010",
            )
    if len(set(named)) < len(named):
        yield checks.Error(
            "USER_ID_CLAIM, JTI_CLAIM and TOKEN_TYPE_CLAIM name one claim twice.",
            hint="Give each a name of its own.",
            id="drf_jwt_kit.E010",
        )


def _check_lifetimes() -> Iterator[checks.CheckMessage]:
    lifetime = get_settings().ACCESS_TOKEN_LIFETIME
    if lifetime > _TOO_LONG:
        yield checks.Warning(
            f"ACCESS_TOKEN_LIFETIME is {lifetime}. Services that verify tokens by themselves "
            "take a stolen one for that long, and a role that was taken away lasts as long.",
            hint="Set it to an hour at most; clients refresh unseen.",
            id="drf_jwt_kit.W002",
        )


def _check_cutoff() -> Iterator[checks.CheckMessage]:
    cutoff = get_settings().SESSIONS_VALID_AFTER
    if cutoff is not None and cutoff > datetime.now(timezone.utc):
        yield checks.Warning(
            f"SESSIONS_VALID_AFTER is {cutoff.isoformat()}, which has not come yet: until then "
            "every login ends at once.",
            hint="Set it to the moment at which the backup was restored, or take it out.",
            id="drf_jwt_kit.W009",
        )


def _check_simple_jwt() -> Iterator[checks.CheckMessage]:
    blacklists = apps.is_installed("rest_framework_simplejwt.token_blacklist")
    if blacklists and not adopts_simple_jwt():  # until then it says which tokens are refused
        yield checks.Warning(
            "Simple JWT's blacklist app is installed. Sessions replace it, and its tables stay "
            "as they are.",
            hint="Take 'rest_framework_simplejwt.token_blacklist' out of INSTALLED_APPS, unless "
            "other views of yours still use it.",
            id="drf_jwt_kit.W001",
        )
    simple_jwt = getattr(django_settings, "SIMPLE_JWT", None) or {}
    settings = get_settings()
    if settings.JWK_URL is not None and not are_published():
        yield checks.Warning(
            f"SIMPLE_JWT['JWK_URL'] does nothing with ALGORITHM {settings.ALGORITHM!r}: published "
            "keys are for an asymmetric one.",
            hint="Set ALGORITHM to that of the keys there, such as 'RS256'; or take JWK_URL out.",
            id="drf_jwt_kit.W005",
        )
    for name in simple_jwt:
        if name not in SIMPLE_JWT_NAMES:
            yield checks.Warning(
                f"SIMPLE_JWT[{name!r}] is not a setting of Simple JWT, so it does nothing.",
                hint=nearest(name, list(SIMPLE_JWT_NAMES)),
                id="drf_jwt_kit.W003",
            )


def _check_defaults() -> Iterator[checks.CheckMessage]:
    if not _is_a_default(authentication.JWTAuthentication):
        yield checks.Warning(
            "None of REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'] takes our tokens: a view "
            "without SecureViewMixin answers 403 to a good one.",
            hint='Set REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": '
            '["drf_jwt_kit.authentication.JWTAuthentication"]}',
            id="drf_jwt_kit.W101",
        )


def _check_cookie_is_read() -> Iterator[checks.CheckMessage]:
    if transports.has_pages() and not _is_a_default(authentication.JWTCookieAuthentication):
        yield checks.Warning(
            "drf_jwt_kit.urls.cookie is included, and none of "
            "REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'] reads the cookie: whoever logs in "
            "there is nobody elsewhere.",
            hint='Set REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": '
            '["drf_jwt_kit.authentication.JWTCookieAuthentication"]}, which takes the header too.',
            id="drf_jwt_kit.W006",
        )


def _is_a_default(ours: type) -> bool:
    """Whether ``ours``, or a class made from it, is asked by every view of the project."""
    defaults: Any = drf_settings.DEFAULT_AUTHENTICATION_CLASSES
    return any(isinstance(cls, type) and issubclass(cls, ours) for cls in defaults)


def _check_simple_jwts_class() -> Iterator[checks.CheckMessage]:
    theirs = simplejwt_authentication.JWTAuthentication
    defaults: Any = drf_settings.DEFAULT_AUTHENTICATION_CLASSES
    for cls in defaults:
        if (
            isinstance(cls, type)
            and issubclass(cls, theirs)
            and not issubclass(cls, authentication.JWTAuthentication)
        ):
            yield checks.Warning(
                f"{cls.__module__}.{cls.__name__} is among the default authentication classes. "
                "It asks no session, so it may take a token after logout.",
                hint="Import the class of that name from drf_jwt_kit.authentication instead.",
                id="drf_jwt_kit.W004",
            )


def _check_rotation() -> Iterator[checks.CheckMessage]:
    if not get_settings().ROTATE_REFRESH_TOKENS:
        yield checks.Warning(
            "ROTATE_REFRESH_TOKENS is False: a stolen refresh token is not found, and works "
            "until its session ends.",
            hint="Take the setting out, once every client stores the refresh token of each answer.",
            id="drf_jwt_kit.W102",
        )
