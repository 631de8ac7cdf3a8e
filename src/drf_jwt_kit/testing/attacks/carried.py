"""Is a token taken only from where it may be, and does it stay out of everything else?

Sources: RFC 6750 sections 2 and 5.3, RFC 9700 section 4.3.2, OWASP's cheat sheet on CSRF.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from unittest import SkipTest, mock

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.jose.codec import read_unverified
from drf_jwt_kit.jose.jwk import PUBLIC_MEMBERS
from drf_jwt_kit.sessions.claims import LOOKS_SECRET
from drf_jwt_kit.sessions.tokens import reserved_names
from drf_jwt_kit.testing import forgery
from drf_jwt_kit.views import JWKSView, TokenLogoutView, TokenRefreshView

from .people import PASSWORD
from .site import Broken, Site, browser, is_by_cookie, is_by_page, stranger

_PARAMETERS = ("access", "access_token", "auth", "authorization", "bearer", "jwt", "key", "token")
_TOKEN = re.compile(r"eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+")


def a_token_in_the_query_string_is_refused(site: Site) -> None:
    """Tokens in addresses end up in logs, histories and ``Referer``. Take them from the header."""
    access = site.log_in().access
    for path in site.ours:
        for name in _PARAMETERS:
            joint = "&" if "?" in path else "?"
            for value in (access, f"Bearer%20{access}"):
                site.require_closed(path, site.ask(f"{path}{joint}{name}={value}"))


def two_authorization_headers_are_refused(site: Site) -> None:
    """A proxy reads one of them and the project another one, so each may let in somebody else."""
    settings, access = get_settings(), site.log_in().access
    word = settings.AUTH_HEADER_TYPES[0]
    for path in site.ours:
        for other in (access, "x"):
            for header in (f"{word} {access},{word} {other}", f"{word} {access} {word} {other}"):
                answer = site.ask(path, **{settings.AUTH_HEADER_NAME: header})
                site.require_closed(path, answer)


def a_cookie_without_a_csrf_token_is_refused(site: Site) -> None:
    """Another site can send a form in the user's name: name JWTCookieAuthentication, which asks for
    the CSRF token, and let no view be exempt."""
    paths = [path for path in site.ours if _takes_cookie(site, path)]
    paths += [
        one.path
        for one in site.addresses
        if is_by_cookie(one)
        and is_by_page(one)
        and issubclass(one.view_class, (TokenLogoutView, TokenRefreshView))
    ]
    if not paths:
        raise SkipTest("no view of the project takes a token from a cookie")
    for path in paths:
        for headers in (
            {"HTTP_SEC_FETCH_SITE": "cross-site"},
            {"HTTP_ORIGIN": "https://x.example"},
            {},
        ):
            client = browser(site.log_in())
            client.credentials(**headers)
            status = client.post(path, secure=True).status_code
            if status != HTTPStatus.FORBIDDEN:
                raise Broken(f"POST {path} answers {status} to another site, where 403 is due.")


def no_script_reads_a_token_in_cookie_mode(site: Site) -> None:
    """A script that somebody has put into a page takes the tokens away. Keep them HttpOnly, and out
    of bodies."""
    found = [one for one in site.endpoints("token_refresh", TokenRefreshView) if is_by_cookie(one)]
    if not found:
        raise SkipTest("the project's URLs have no endpoints by cookie")
    for endpoint in found:
        answer = site.refresh(endpoint, str(site.log_in().refresh))
        site.refreshed(endpoint, answer)
        for name, cookie in answer.cookies.items():
            if _TOKEN.search(cookie.value) and not cookie["httponly"]:
                raise Broken(f"{endpoint.path} sets {name} without HttpOnly.")
        if _TOKEN.search(answer.content.decode()) and not get_settings().COOKIE_REFRESH_ONLY:
            raise Broken(f"{endpoint.path} has a token in its body.")


def an_answer_with_tokens_is_in_no_cache(site: Site) -> None:
    """A proxy or a browser keeps the answer, and gives it to whoever asks next."""
    for endpoint in site.endpoints("token_refresh", TokenRefreshView):
        answer = site.refresh(endpoint, str(site.log_in().refresh))
        if "no-store" not in answer.headers.get("Cache-Control", ""):
            raise Broken(f"{endpoint.path} answers without Cache-Control: no-store.")


def no_secret_is_in_a_claim(site: Site) -> None:
    """Everybody who holds a token can read it: the user, its browser, every service in between.
    Take the claim out of the claims serializer or ``get_token``."""
    user = site.new_user()
    secrets = {str(user.password), PASSWORD}
    for name, value in read_unverified(site.log_in(user).access).items():
        if name in reserved_names():
            continue
        if LOOKS_SECRET.search(name):
            raise Broken(f"The access token has a claim {name!r}.")
        if any(secret in json.dumps(value, default=str) for secret in secrets):
            raise Broken(f"The claim {name!r} holds the user's password, or its hash.")


def no_private_key_is_published(site: Site) -> None:
    """Who reads the key set can sign as the project. Replace the key."""
    public = {"kid", "alg", "use", *(one for members in PUBLIC_MEMBERS.values() for one in members)}
    for endpoint in site.endpoints("token_jwks", JWKSView):
        for key in site.ask(endpoint.path).json()["keys"]:
            if more := sorted(set(key) - public):
                raise Broken(f"{endpoint.path} shows {', '.join(more)} of a key.")


def no_token_is_logged(site: Site) -> None:
    """Whoever reads the logs is logged in as its users. Leave headers, cookies and bodies out."""
    with _lines() as lines:
        access = site.log_in().access
        for path in site.ours:
            site.ask(path, access)
            site.ask(path, forgery.stripped(access))
        for endpoint in site.endpoints("token_refresh", TokenRefreshView):
            pair = site.log_in()
            site.refresh(endpoint, str(pair.refresh))
            stranger().post(endpoint.path, {"refresh": pair.access}, secure=True)
    for logger, line in lines:
        if _TOKEN.search(line):
            raise Broken(f"The logger {logger!r} writes a token.")


def _takes_cookie(site: Site, path: str) -> bool:
    client = browser(site.log_in())
    client.credentials()  # with COOKIE_REFRESH_ONLY, it has the access token in the header
    status = client.get(path, secure=True).status_code
    return bool(status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@contextmanager
def _lines() -> Iterator[list[tuple[str, str]]]:
    """What is logged, with the project's own levels, also by loggers that do not propagate."""
    lines: list[tuple[str, str]] = []
    handle = logging.Logger.callHandlers

    def read(logger: logging.Logger, record: logging.LogRecord) -> None:
        lines.append((record.name, logging.Formatter().format(record)))
        handle(logger, record)

    with mock.patch.object(logging.Logger, "callHandlers", read):
        yield lines
