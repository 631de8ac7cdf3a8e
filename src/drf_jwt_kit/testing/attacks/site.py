"""How does a stranger reach the project? By its URLs, with whatever token it has.

Decides nothing about tokens: it says which views are closed, sends requests, and says what came of
them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from http import HTTPStatus
from typing import Any
from unittest import SkipTest

from drf_jwt_kit import sessions, transports
from drf_jwt_kit.sessions import TokenPair
from drf_jwt_kit.testing.client import JWTClient, JWTCookieClient
from drf_jwt_kit.views import BindView, BoundRefreshView
from drf_jwt_kit.views.cookies import CookieEndpointMixin

from . import people
from .addresses import Address, routed_addresses

_CLOSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_NOTHING_CLOSED = "no view refuses a request without a token; name one in jwt_attack_url"
_NOTHING_OF_OURS = "no closed view takes a token of ours; name one in jwt_attack_url"


class Broken(AssertionError):  # noqa: N818  # reads as what the project is
    """An attack was successful. The message says where, and what was answered."""


class Site:
    """The project, as its URLs show it.

    ``urls`` are addresses of closed views, in place of those that its URLconf has. ``make_user``
    makes a user with the password ``people.PASSWORD``, where a user model needs more than fields.
    """

    def __init__(
        self, urls: Sequence[str] = (), make_user: Callable[[], Any] = people.new_user
    ) -> None:
        self.urls = urls
        self.new_user = make_user

    @cached_property
    def addresses(self) -> list[Address]:
        """Of every route."""
        return routed_addresses()

    @cached_property
    def found(self) -> dict[str, int]:
        """The views that answer 401 or 403 without a token, by address, with that status."""
        paths = self.urls or [one.path for one in self.addresses]
        asked = {path: self.ask(path).status_code for path in paths}
        return {path: status for path, status in asked.items() if status in _CLOSED}

    @property
    def closed(self) -> dict[str, int]:
        """The same. Skips where there are none."""
        if not self.found:
            raise SkipTest(_NOTHING_CLOSED)
        return self.found

    @cached_property
    def ours(self) -> list[str]:
        """Those that let in whoever has an access token of ours. Skips where there are none."""
        pair = self.log_in()
        ours = [path for path in self.closed if self.lets_in(path, pair.access)]
        if not ours:
            raise SkipTest(_NOTHING_OF_OURS)
        return ours

    def endpoints(self, name: str, kind: type) -> list[Address]:
        """The views of one kind, by the name of their route or by their class. Skips for none."""
        found = [
            one
            for one in self.addresses
            if (one.name == name or issubclass(one.view_class, kind)) and is_by_page(one)
        ]
        if not found:
            raise SkipTest(f"the project's URLs have no {name}")
        return found

    def log_in(self, user: Any = None) -> TokenPair:
        """The tokens of a new session, of ``user`` or of somebody new."""
        return sessions.start(user or self.new_user())

    def ask(self, path: str, token: str | None = None, **more: Any) -> Any:
        """The answer to GET, with ``token`` in the header."""
        client = stranger()
        if token is not None:
            client.hold(TokenPair(access=token, refresh=None))
        return client.get(path, secure=True, **more)

    def lets_in(self, path: str, token: str | None = None, **more: Any) -> bool:
        """Whether a closed view answers more than it does without a token."""
        status = self.ask(path, token, **more).status_code
        return bool(status not in _CLOSED or status > self.closed[path])

    def require_refused(self, tokens: Iterable[str], paths: Iterable[str] | None = None) -> None:
        """Raise Broken unless the closed views refuse each of ``tokens``, and with no 500."""
        presented = [*tokens]
        for path in self.closed if paths is None else paths:
            for token in presented:
                self.require_closed(path, self.ask(path, token))

    def require_closed(self, path: str, answer: Any) -> None:
        """Raise Broken unless ``answer`` is a refusal, as without a token."""
        status, due = answer.status_code, self.closed[path]
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Broken(f"{path} answers {status}, an error of the server, where {due} is due.")
        if status not in {*_CLOSED, HTTPStatus.BAD_REQUEST} or _CLOSED[0] == due < status:
            raise Broken(f"{path} answers {status}, where {due} is due.")

    def refresh(self, endpoint: Address, presented: str) -> Any:
        """The answer to a refresh, by body or by cookie."""
        return self.send(endpoint, refresh=presented)

    def send(self, endpoint: Address, *, refresh: str = "", access: str = "", **more: str) -> Any:
        """POST tokens to an endpoint as its own clients do: in a body and the header, or in cookies
        from a page of the project's own. What is ``more`` stands in the body."""
        if is_by_cookie(endpoint):
            page = browser(TokenPair(access=access, refresh=refresh))
            return page.post(endpoint.path, more or None, format="json", secure=True)
        client, body = stranger(), {"refresh": refresh, **more} if refresh else more
        if access:
            client.hold(TokenPair(access=access, refresh=None))
        return client.post(endpoint.path, body, format="json", secure=True)

    def refreshed(self, endpoint: Address, answer: Any) -> str:
        """The refresh token of an answer. Raises Broken where a refresh was refused."""
        name = transports.refresh_cookie().name
        if is_by_cookie(endpoint):
            found = answer.cookies[name].value if name in answer.cookies else ""
        else:
            found = answer.json().get("refresh", "") if answer.status_code == HTTPStatus.OK else ""
        if not found:
            raise Broken(f"{endpoint.path} answers {answer.status_code} and no new refresh token.")
        return str(found)


def is_by_cookie(endpoint: Address) -> bool:
    """Whether the tokens of an endpoint are in cookies."""
    return issubclass(endpoint.view_class, CookieEndpointMixin)


def is_by_page(endpoint: Address) -> bool:
    """Whether pages and programs ask there: a proof of its device lets the browser itself in."""
    return not issubclass(endpoint.view_class, (BindView, BoundRefreshView))


def stranger() -> JWTClient:
    """A client without cookies, for which nothing is made easy."""
    return JWTClient(enforce_csrf_checks=True, raise_request_exception=False)


def browser(pair: TokenPair) -> JWTCookieClient:
    """A browser that has these tokens, on a page of the project's own."""
    client = JWTCookieClient(raise_request_exception=False)
    client.hold(pair)
    return client
