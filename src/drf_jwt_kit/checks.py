"""What is wrong at start-up, and what is unwise in production? Collects the checks of all parts.

Never asks a table: a check that did would stop the ``migrate`` that cures it. Every message has
an id, a hint, and an entry in docs/reference/checks.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from rest_framework.settings import api_settings as drf_settings
from rest_framework_simplejwt.authentication import JWTAuthentication as SimpleJWTAuthentication
from rest_framework_simplejwt.settings import DEFAULTS as SIMPLE_JWT_NAMES

from . import serializers, throttling
from .authentication import JWTAuthentication, JWTCookieAuthentication
from .conf import checks as conf
from .conf import current_problems, get_settings, nearest
from .conf.moments import now
from .disclosure import shown
from .keys import checks as keys
from .keys.jwk_url import are_published
from .sessions import causal, claims, doors, second_step
from .sessions.others import adopts_simple_jwt
from .sessions.tokens import PROTOCOL, REGISTERED
from .tokens import AccessToken
from .transports import bound
from .transports import checks as transports

NO_USER_ID_FIELD = partial(Error, id="drf_jwt_kit.E009")
CLAIM_NAME_RESERVED = partial(Error, id="drf_jwt_kit.E010")
CLASS_NOT_OURS = partial(Error, id="drf_jwt_kit.E042")
NOT_CALLABLE = partial(Error, id="drf_jwt_kit.E043")
CLAIM_NAMED_TWICE = partial(Error, id="drf_jwt_kit.E046")
CLASS_WITHOUT_LIST = partial(Error, id="drf_jwt_kit.E048")
BLACKLIST_INSTALLED = partial(Warning, id="drf_jwt_kit.W001")
LONG_ACCESS_LIFETIME = partial(Warning, id="drf_jwt_kit.W002")
UNKNOWN_TO_SIMPLE_JWT = partial(Warning, id="drf_jwt_kit.W003")
CLASS_OF_SIMPLE_JWT = partial(Warning, id="drf_jwt_kit.W004")
JWK_URL_UNUSED = partial(Warning, id="drf_jwt_kit.W005")
COOKIE_NOT_READ = partial(Warning, id="drf_jwt_kit.W006")
CUTOFF_IN_THE_FUTURE = partial(Warning, id="drf_jwt_kit.W009")
TOKENS_NOT_READ = partial(Warning, id="drf_jwt_kit.W101")
ROTATION_OFF = partial(Warning, id="drf_jwt_kit.W102")

_TOO_LONG = timedelta(hours=1)
_OUR_CLASSES = {
    "TOKEN_OBTAIN_SERIALIZER": serializers.TokenObtainPairSerializer,
    "TOKEN_REFRESH_SERIALIZER": serializers.TokenRefreshSerializer,
    "TOKEN_VERIFY_SERIALIZER": serializers.TokenVerifySerializer,
    "TOKEN_BLACKLIST_SERIALIZER": serializers.TokenBlacklistSerializer,
    "AUTH_TOKEN_CLASSES": AccessToken,
}
_FUNCTIONS = {
    "SESSION_LIMITS": "a function that gets a user and a request",
    "USER_AUTHENTICATION_RULE": "a function that gets a user, or None",
    "JSON_ENCODER": "a subclass of json.JSONEncoder",
}


@register(Tags.security)
def check_project(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """The messages of ``manage.py check``."""
    return [*conf.check()] or [
        *conf.check_names(),
        *conf.check_apps(),
        *keys.check(),
        *claims.check(),
        *transports.check(),
        *bound.check(),
        *throttling.check(),
        *second_step.check(),
        *doors.check(),
        *_check_classes(),
        *_check_functions(),
        *_check_names(),
        *_check_times(),
        *_check_simple_jwt(),
        *_check_default_classes(),
    ]


@register(Tags.security, deploy=True)
def check_deployment(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """The messages that ``manage.py check --deploy`` adds."""
    if any(current_problems()):
        return []  # check_project has said so
    return [
        *keys.check_deploy(),
        *transports.check_deploy(),
        *throttling.check_deploy(),
        *_check_deploy(),
    ]


@register(Tags.database)
def check_databases(app_configs: Any, databases: Any = None, **_: Any) -> list[CheckMessage]:
    """The messages of ``manage.py check --database ALIAS`` and ``migrate``.

    They ask for variables of the server, and for no table.
    """
    return [*causal.check(databases or ())]


def _check_classes() -> Iterator[CheckMessage]:
    for name, ours in _OUR_CLASSES.items():
        loaded = yield from conf.loaded(name, f"a subclass of {ours.__module__}.{ours.__name__}")
        for cls in loaded if isinstance(loaded, tuple) else (loaded or ours,):
            if not (isinstance(cls, type) and issubclass(cls, ours)):
                yield CLASS_NOT_OURS(
                    f"{name} is {shown(getattr(get_settings(), name))}, which is not a subclass of "
                    f"{ours.__name__} of this package: its tokens would have no session.",
                    hint=f"Import {ours.__name__} from {ours.__module__} where that class is "
                    "defined, instead of from rest_framework_simplejwt.",
                )


def _check_functions() -> Iterator[CheckMessage]:
    for name, needed in _FUNCTIONS.items():
        loaded = yield from conf.loaded(name, needed)
        if loaded is not None and not callable(loaded):
            yield NOT_CALLABLE(
                f"{name} is {getattr(get_settings(), name)!r}, which cannot be called.",
                hint=f"Give the dotted path of {needed}.",
            )


def _check_names() -> Iterator[CheckMessage]:
    settings = get_settings()
    if not hasattr(get_user_model(), settings.USER_ID_FIELD):
        field = shown(settings.USER_ID_FIELD)
        yield NO_USER_ID_FIELD(
            f"USER_ID_FIELD is {field}, and the user model has no such field.",
            hint="Set USER_ID_FIELD to 'pk' or to a field that never changes.",
        )
    named = [settings.USER_ID_CLAIM, settings.JTI_CLAIM, settings.TOKEN_TYPE_CLAIM]
    for name in (PROTOCOL | REGISTERED - {"jti"}).intersection(named):
        yield CLAIM_NAME_RESERVED(
            f"A claim is named {name!r}, which the protocol uses for something else.",
            hint="Give USER_ID_CLAIM, JTI_CLAIM and TOKEN_TYPE_CLAIM names of their own.",
        )
    if len(set(named)) < len(named):
        yield CLAIM_NAMED_TWICE(
            "USER_ID_CLAIM, JTI_CLAIM and TOKEN_TYPE_CLAIM name one claim twice.",
            hint="Give each a name of its own.",
        )


def _check_times() -> Iterator[CheckMessage]:
    lifetime, cutoff = get_settings().ACCESS_TOKEN_LIFETIME, get_settings().SESSIONS_VALID_AFTER
    if lifetime > _TOO_LONG:
        yield LONG_ACCESS_LIFETIME(
            f"ACCESS_TOKEN_LIFETIME is {lifetime}. Services that verify tokens by themselves "
            "accept a stolen one for that long, and a role that was removed counts for as long.",
            hint="Set it to an hour at most. Clients refresh tokens without their users noticing.",
        )
    if cutoff is not None and cutoff > now():
        yield CUTOFF_IN_THE_FUTURE(
            f"SESSIONS_VALID_AFTER is {cutoff.isoformat()}: until then, every login ends at once.",
            hint="Set it to the time at which the backup was restored, or remove it.",
        )


def _check_simple_jwt() -> Iterator[CheckMessage]:
    if apps.is_installed("rest_framework_simplejwt.token_blacklist"):
        cure = (
            "after it, and keep both the loop and the app until the day of "
            "ADOPT_SIMPLEJWT_TOKENS_UNTIL: tokens that have not been exchanged end by it alone."
            if adopts_simple_jwt()
            else "in its place. Then remove the app from INSTALLED_APPS, unless other views of "
            "yours need it."
        )
        yield BLACKLIST_INSTALLED(
            "Simple JWT's blacklist app is installed. What code of yours writes there ends no "
            "session: a loop over OutstandingToken, as 'log out everywhere' is often written, "
            "succeeds and logs nobody out.",
            hint=f"Call drf_jwt_kit.sessions.revoke(user=user) {cure} python manage.py jwtkit "
            "migrate --from simplejwt says where such a loop is.",
        )
    settings = get_settings()
    if settings.JWK_URL is not None and not are_published():
        yield JWK_URL_UNUSED(
            f"JWK_URL has no effect with the symmetric ALGORITHM {shown(settings.ALGORITHM)}.",
            hint="Set ALGORITHM to that of the keys there, such as 'RS256', or remove JWK_URL.",
        )
    for name in getattr(django_settings, "SIMPLE_JWT", None) or {}:
        if name not in SIMPLE_JWT_NAMES:
            yield UNKNOWN_TO_SIMPLE_JWT(
                f"SIMPLE_JWT[{shown(name)}] is not a setting of Simple JWT, so it has no effect.",
                hint=nearest(name, list(SIMPLE_JWT_NAMES)),
            )


def _check_default_classes() -> Iterator[CheckMessage]:
    if isinstance(drf_settings.DEFAULT_AUTHENTICATION_CLASSES, type):
        yield CLASS_WITHOUT_LIST(
            "REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'] is one class and no list, so every "
            "request fails.",
            hint="Put it into brackets; parentheses around one string make no tuple.",
        )
        return
    for cls in _defaults(SimpleJWTAuthentication):
        if not issubclass(cls, JWTAuthentication):
            yield CLASS_OF_SIMPLE_JWT(
                f"{cls.__module__}.{cls.__name__} is among the default authentication classes. "
                "It does not ask for the session, so it may accept a token after logout.",
                hint="Import the class of that name from drf_jwt_kit.authentication instead.",
            )
    if transports.has_pages() and not _defaults(JWTCookieAuthentication):
        yield COOKIE_NOT_READ(
            "drf_jwt_kit.urls.cookie is included, but no class in "
            "REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'] reads the cookie: a user who logs "
            "in there is anonymous at other views.",
            hint="Write into the dict REST_FRAMEWORK of the settings: "
            '"DEFAULT_AUTHENTICATION_CLASSES": '
            '["drf_jwt_kit.authentication.JWTCookieAuthentication"], '
            "which takes the header too.",
        )


def _check_deploy() -> Iterator[CheckMessage]:
    if not _defaults(JWTAuthentication):
        yield TOKENS_NOT_READ(
            "No class in REST_FRAMEWORK['DEFAULT_AUTHENTICATION_CLASSES'] accepts our tokens: a "
            "view without SecureViewMixin answers 403 to a valid one.",
            hint="Write into the dict REST_FRAMEWORK of the settings: "
            '"DEFAULT_AUTHENTICATION_CLASSES": ["drf_jwt_kit.authentication.JWTAuthentication"]',
        )
    if not get_settings().ROTATE_REFRESH_TOKENS:
        yield ROTATION_OFF(
            "ROTATE_REFRESH_TOKENS is False: a stolen refresh token is not noticed and works until "
            "its session ends.",
            hint="Remove it once every client stores the refresh token of each answer.",
        )


def _defaults(base: type) -> list[type]:
    """The default authentication classes of the project that are subclasses of ``base``."""
    classes: Any = drf_settings.DEFAULT_AUTHENTICATION_CLASSES
    listed = [classes] if isinstance(classes, type) else classes
    return [cls for cls in listed if isinstance(cls, type) and issubclass(cls, base)]
