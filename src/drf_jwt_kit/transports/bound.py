"""How does a browser learn that it may bind a session to its device, and what does it send then?

The headers of a draft, which may change: docs/decisions/0069 names every module that knows of it.
Source: the W3C draft Device Bound Session Credentials.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Error, Warning
from django.http import HttpResponseBase
from rest_framework.request import Request

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.documentation import page
from drf_jwt_kit.conf.routed import class_of, is_kind_of, routes
from drf_jwt_kit.disclosure import shown
from drf_jwt_kit.jose.possession import ALGORITHMS

from .cookie import access_cookie

BOUND_OVER_HTTP = partial(Error, id="drf_jwt_kit.E035")
NO_COOKIE_TO_RENEW = partial(Error, id="drf_jwt_kit.E036")
NO_LOGIN_BY_COOKIE = partial(Warning, id="drf_jwt_kit.W070")
NOWHERE_TO_BIND = partial(Warning, id="drf_jwt_kit.W071")
BOUND_AT_LOGIN_ONLY = partial(Warning, id="drf_jwt_kit.W072")
RENEWED_ON_ONE_HOST = partial(Warning, id="drf_jwt_kit.W073")

REGISTRATION = "Secure-Session-Registration"
CHALLENGE = "Secure-Session-Challenge"
RESPONSE = "Secure-Session-Response"
SESSION_ID = "Sec-Secure-Session-Id"

NAMESPACE = "cookie"
"""That of ``drf_jwt_kit.urls.cookie``, which stands above: a login elsewhere binds there."""
_OFFERING = tuple(f"drf_jwt_kit.views.cookies.Cookie{name}View" for name in ("Obtain", "Refresh"))
_BINDING = {
    "token_bind": "drf_jwt_kit.views.bound.BindView",
    "token_bound_refresh": "drf_jwt_kit.views.bound.BoundRefreshView",
}
"""By name, and by their paths, because views stand above."""
_ADDRESSES = {"token_bind": "bind/", "token_bound_refresh": "bind/refresh/"}


def offer(response: HttpResponseBase, *, address: str, challenge: str) -> None:
    """Ask the browser for a key. One that knows nothing of this goes on as ever."""
    response[REGISTRATION] = f'({" ".join(ALGORITHMS)});path="{address}";challenge="{challenge}"'


def ask(response: HttpResponseBase, *, session_id: str, challenge: str) -> None:
    """Ask the browser for a proof that it has the key."""
    response[CHALLENGE] = f'"{challenge}";id="{session_id}"'


def proof_in(request: Request) -> str:
    """The proof that the browser has sent; empty if there is none."""
    return str(request.headers.get(RESPONSE, "")).strip().strip('"')


def named_in(request: Request) -> str:
    """The session whose cookie the browser renews, as it was told at the registration."""
    return str(request.headers.get(SESSION_ID, "")).strip().strip('"')


def instructions(session_id: str, *, address: str) -> dict[str, Any]:
    """What the browser is to do: renew the access cookie at ``address`` before it is needed."""
    cookie, settings = access_cookie(), get_settings()
    attributes = [
        *([f"Domain={settings.COOKIE_DOMAIN}"] if settings.COOKIE_DOMAIN else []),
        "Path=/",
        *(["Secure"] if settings.COOKIE_SECURE else []),
        "HttpOnly",
        f"SameSite={cookie.samesite}",
    ]
    return {
        "session_identifier": session_id,
        "refresh_url": address,
        "scope": {"include_site": False, "scope_specification": []},
        "allowed_refresh_initiators": _front_ends(),
        "credentials": [
            {
                "type": "cookie",
                "name": cookie.name,
                "attributes": "; ".join(attributes),
            }
        ],
    }


def farewell(session_id: str) -> dict[str, Any]:
    """The browser need not renew this session any more."""
    return {"session_identifier": session_id, "continue": False}


def _front_ends() -> list[str]:
    """The other hosts for whose requests the browser renews a session, as CSRF_TRUSTED_ORIGINS has
    them. Any other could tell by the time that it takes whether somebody is logged in."""
    trusted = map(urlsplit, django_settings.CSRF_TRUSTED_ORIGINS)
    return sorted({one.hostname for one in trusted if one.scheme == "https" and one.hostname})


def check() -> Iterator[CheckMessage]:
    """What keeps browsers from binding a session, or renewing it. Needs valid settings."""
    settings = get_settings()
    if not settings.DEVICE_BOUND:
        return
    if not settings.COOKIE_SECURE:
        yield BOUND_OVER_HTTP(
            "DEVICE_BOUND is True and COOKIE_SECURE is False: browsers bind Secure cookies over "
            "HTTPS alone, and would renew none.",
            hint="Remove COOKIE_SECURE. Or remove DEVICE_BOUND, where pages come over plain HTTP.",
        )
    if settings.COOKIE_REFRESH_ONLY:
        yield NO_COOKIE_TO_RENEW(
            "DEVICE_BOUND and COOKIE_REFRESH_ONLY are True: there is no access cookie that a "
            "browser could renew.",
            hint="Remove one of them: pages that hold the access token cannot be bound.",
        )
    yield from _check_routes()
    if not settings.ROTATE_REFRESH_TOKENS:
        yield BOUND_AT_LOGIN_ONLY(
            "DEVICE_BOUND is True and ROTATE_REFRESH_TOKENS is False: a browser is asked once, at "
            "the login, and never again. Sessions that have begun before stay as they are.",
            hint="Remove ROTATE_REFRESH_TOKENS: a session is then offered anew at each rotation.",
        )
    if settings.COOKIE_DOMAIN is not None:
        yield RENEWED_ON_ONE_HOST(
            f"DEVICE_BOUND is True and COOKIE_DOMAIN is {shown(settings.COOKIE_DOMAIN)}: a browser "
            "renews the access cookie for requests to the host of the login alone. Those to other "
            "hosts go out without it once it has expired.",
            hint="Remove COOKIE_DOMAIN, and serve the API from the host of the login.",
        )


def _check_routes() -> Iterator[CheckMessage]:
    """Whether each set of URLs that has a login or refresh also has what that offers, or ours."""
    found = [*routes()]
    offering = dict.fromkeys(one.namespaces for one in found if _offers(class_of(one.view)))
    if not offering:
        yield NO_LOGIN_BY_COOKIE(
            "DEVICE_BOUND is True, and no URL leads to a login or refresh by cookie: nothing is "
            "bound.",
            hint='Write into the URLs: path("api/auth/", include("drf_jwt_kit.urls.cookie"))',
        )
    for namespaces in offering:
        where = {namespaces, (NAMESPACE,)}
        beside = [(one.name, class_of(one.view)) for one in found if one.namespaces in where]
        for name, path in _BINDING.items():
            if not any(named == name and is_kind_of(cls, path) for named, cls in beside):
                view, address = path.rpartition(".")[2], _ADDRESSES[name]
                yield NOWHERE_TO_BIND(
                    f"DEVICE_BOUND is True, and no URL named {':'.join([*namespaces, name])} leads "
                    f"to our {view}: no session is bound that begins beside it.",
                    hint="Include drf_jwt_kit.urls.cookie, or write beside the login: "
                    f'path("{address}", views.{view}.as_view(), name="{name}"). '
                    f"{page('docs/how-to/bind-to-a-device.md')} says what it is for.",
                )


def _offers(cls: type | None) -> bool:
    return is_kind_of(cls, *_OFFERING) and not is_kind_of(cls, *_BINDING.values())
