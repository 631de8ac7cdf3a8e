"""What of an answer goes into the browser's cookies, and what may stay in the body?"""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from rest_framework.request import Request
from rest_framework.response import Response

from drf_jwt_kit import transports
from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.sessions import bound
from drf_jwt_kit.sessions.answered import without_tokens
from drf_jwt_kit.sessions.beginnings import Beginning, Waiting
from drf_jwt_kit.sessions.presented import sid_of
from drf_jwt_kit.sessions.tokens import TokenPair
from drf_jwt_kit.transports import bound as headers

from .endpoint import EndpointMixin


def into_cookies(response: Response, pair: TokenPair, *, held: str = "") -> Response:
    """Put the tokens of ``pair`` into cookies; the body says how long they are valid.

    With COOKIE_REFRESH_ONLY, the access token goes into the body. ``held`` is the refresh token in
    the browser's cookie. An answer of its generation, or none, does not set that cookie again: it
    may arrive late, and would put the old token over a newer one. If a login answers no refresh
    token, its cookie is cleared. Other data stays in the body.
    """
    refresh, cookie = pair.refresh or held, transports.refresh_cookie()
    told: dict[str, Any]
    if get_settings().COOKIE_REFRESH_ONLY:
        told = {"access": pair.access, "expires_in": transports.seconds_left(pair.access)}
    else:
        told = {"expires_in": transports.access_cookie().put(response, pair.access)}
    if not refresh:
        cookie.clear(response)
    elif held and transports.is_same_generation(refresh, held):
        told["refresh_expires_in"] = transports.seconds_left(held)
    else:
        told["refresh_expires_in"] = cookie.put(response, refresh)
    if isinstance(response.data, dict):
        moved = [pair.access, *filter(None, [pair.refresh])]
        for name in [name for name, value in response.data.items() if value in moved]:
            del response.data[name]
        response.data.update(told)
    return response


def offer_to_bind(request: Request, response: Response, token: str) -> None:
    """Let a browser that can bind the session of the refresh ``token`` to its device, if the URLs
    have an endpoint for that, and one to renew it: else the user would be logged out soon."""
    address = address_of(request, "token_bind")
    if address is not None and address_of(request, "token_bound_refresh") is not None:
        headers.offer(response, address=address, challenge=bound.challenge_to_bind(token))
        if isinstance(response.data, dict):
            response.data["device_bound"] = False  # not yet: GET there says whether it is


def address_of(request: Request, name: str) -> str | None:
    """Where the endpoint ``name`` is that stands beside the one of ``request``, or else among
    ``drf_jwt_kit.urls.cookie``, where a login of the project's own is; None if none is."""
    match = request.resolver_match
    if match is None:
        return None
    extra = match.extra_kwargs  # type: ignore[attr-defined]  # unknown to django-stubs
    captured = {key: value for key, value in match.kwargs.items() if key not in extra}
    for namespaces in (match.namespaces, [headers.NAMESPACE]):
        with suppress(NoReverseMatch):
            return reverse(":".join([*namespaces, name]), args=match.args, kwargs=captured)
    return None


def cleared(response: Response) -> Response:
    """``response``, with which the browser forgets both cookies."""
    transports.access_cookie().clear(response)
    transports.refresh_cookie().clear(response)
    return response


class NoTokensMixin(EndpointMixin):
    """An endpoint with no token of ours in any body, whatever a project's code answers there.

    With COOKIE_REFRESH_ONLY the access token of a login or refresh is in its answer, and no other.
    """

    _waiting: Waiting | None = None
    _in_body = ""
    """The access token that is the answer."""

    def moved(self, response: Response, pair: TokenPair, *, held: str = "") -> Response:
        """``response`` with the tokens of ``pair`` where the browser gets them."""
        if get_settings().COOKIE_REFRESH_ONLY:
            self._in_body = pair.access
            if transports.access_cookie().read_each(self.request):  # of before that was set
                transports.access_cookie().clear(response)
        transports.tell_if_dropped(self.request)
        moved = into_cookies(response, pair, held=held)
        if bound.is_offered() and self.may_bind(pair, held):
            offer_to_bind(self.request, moved, pair.refresh or "")
        return moved

    def may_bind(self, pair: TokenPair, held: str) -> bool:
        """Whether nobody else has the refresh token of ``pair``: that of a login, or, while tokens
        are rotated, of a rotation. Whoever asks to bind it then is the one who has got it."""
        if not pair.refresh:
            return False
        rotates = get_settings().ROTATE_REFRESH_TOKENS
        return not held or (rotates and not transports.is_same_generation(pair.refresh, held))

    def prepared(self) -> list[Beginning]:
        """The logins that this request has prepared."""
        return [] if self._waiting is None else [*self._waiting.beginnings.values()]

    def tokens_held(self) -> list[str]:
        """The tokens with which the browser has come."""
        cookies = (transports.access_cookie(), transports.refresh_cookie())
        return [token for cookie in cookies for token in cookie.read_each(self.request)]

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Leave the place of each token empty once the body is rendered. A stream is not read."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(final, "add_post_render_callback"):
            final.add_post_render_callback(self._empty_of_tokens)
        elif not final.streaming:
            self._empty_of_tokens(final)
        return final

    def _empty_of_tokens(self, response: Any) -> None:
        text = response.content.decode("latin-1")  # a character a byte, and tokens are ASCII
        answer = self._in_body if response.status_code < HTTPStatus.BAD_REQUEST else ""
        kept = without_tokens(text, self._known, but=answer)
        if kept != text:
            response.content = kept.encode("latin-1")

    def _known(self) -> set[UUID | None]:
        begun = set() if self._waiting is None else self._waiting.sessions
        return {*begun, *map(sid_of, self.tokens_held())}
