"""Who makes this request? Finds the token in header or cookie; ``sessions`` decides about it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.views.decorators.debug import sensitive_variables
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt import authentication as simplejwt
from rest_framework_simplejwt.exceptions import AuthenticationFailed as SimpleJWTFailed
from rest_framework_simplejwt.exceptions import TokenError

from . import exceptions, sessions, transports
from .conf import get_settings
from .conf.asking import for_request
from .exceptions import InvalidToken as InvalidToken
from .exceptions import KeysUnavailable, Reason, refused_as
from .sentences import of_simple_jwt
from .sessions import account
from .sessions.stateless import load_user
from .sessions.token_text import may_be_ours
from .tokens.access import RefusedToken

# Simple JWT's methods answer type variables of their own, which no override can name. Type checkers
# see REST framework's class in its place, so that a project may say `tuple[User, AccessToken]`.
if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from rest_framework.authentication import BaseAuthentication as _HeaderAuthentication
    from rest_framework.authentication import BaseAuthentication as _StatelessAuthentication
    from rest_framework.request import Request

    from .tokens import AccessToken
else:
    _HeaderAuthentication = simplejwt.JWTAuthentication
    _StatelessAuthentication = simplejwt.JWTStatelessUserAuthentication

default_user_authentication_rule = account.default_user_authentication_rule

_load_user = refused_as(RefusedToken)(load_user)
_hides_tokens = sensitive_variables("header", "cookie", "raw_token", "presented", "token")
"""Keeps tokens out of Django's error reports, also if the project's ``get_user`` fails."""


class BadAuthorizationHeader(exceptions.BadAuthorizationHeader, SimpleJWTFailed):
    """The header names our scheme but does not hold one token: 401. Also Simple JWT's refusal."""


class JWTAuthentication(_HeaderAuthentication):
    """The user of ``Authorization: Bearer <access>``, whose session is live: one query.

    An ended session, a changed password and a deactivated user are refused at once. A token that
    is plainly not ours is left to another class of the view, if one that comes later reads it.
    ``request.user`` is the project's user, ``request.auth`` the verified token. Raises
    InvalidToken (401) and ServiceUnavailable (503). Sources: RFC 6750 section 2.1,
    RFC 9110 section 11.1 (the scheme word in any case).
    """

    www_authenticate_realm = "api"

    refusal: AuthenticationFailed | KeysUnavailable | None = None
    """Why its token was not accepted, where no 401 said so; for views that require a user."""

    def __init__(self) -> None:
        """Find out nothing that a request may not need."""

    @cached_property
    def user_model(self) -> type[AbstractBaseUser]:
        """The project's user model, under Simple JWT's name for it."""
        return get_user_model()

    @_hides_tokens
    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        """``(user, token)``, or None if the request has no token of ours."""
        raw_token = self.header_token(request)
        if raw_token is None:
            return None
        try:
            return _known_to(request, self.holder_of(raw_token, request))
        except (AuthenticationFailed, KeysUnavailable) as refusal:
            if may_be_ours(raw_token, request):
                raise
            if not transports.is_read_after(self, request, JWTAuthentication):
                raise
            self.refusal = refusal
            return None

    def holder_of(self, raw_token: bytes, request: Request) -> tuple[Any, AccessToken]:
        """``(user, token)`` of a presented token. Raises InvalidToken."""
        with for_request(request):
            token = self.get_validated_token(raw_token)
        user = self.get_user(token)
        if not token.session_is_live:  # a get_user of the project did not ask for the session
            self.user_of_session(token)
        return user, token

    def authenticate_header(self, request: Request) -> str:
        """The ``WWW-Authenticate`` value; it names an error only if a token was presented."""
        header = self.get_header(request)
        return transports.challenge_of(header, self.www_authenticate_realm, self.get_raw_token)

    def header_token(self, request: Request) -> bytes | None:
        """The token in the header of ``request``; None if it has none for us.

        Raises BadAuthorizationHeader.
        """
        header = self.get_header(request)
        return None if header is None else self.get_raw_token(header)

    def get_header(self, request: Request) -> Any:
        """The header that may hold a token, as bytes; None if the request has none."""
        return transports.header_of(request)

    def get_raw_token(self, header: bytes) -> bytes | None:
        """The token in the header; None if the header is not for us.

        Raises BadAuthorizationHeader if our scheme word is not followed by one token.
        """
        try:
            return transports.token_in(header)
        except exceptions.BadAuthorizationHeader as refusal:
            raise BadAuthorizationHeader from refusal

    def get_validated_token(self, raw_token: bytes) -> AccessToken:
        """The verified token, of the first class of ``AUTH_TOKEN_CLASSES`` that accepts it.

        Raises InvalidToken with the message of each class, in the form of Simple JWT.
        """
        reasons, messages, final = [], [], True
        for token_class in get_settings().token_classes:
            try:
                token: AccessToken = token_class(raw_token)
            except TokenError as refusal:  # a class of the project's may raise Simple JWT's own
                reasons.append(getattr(refusal, "reason", Reason.INVALID))
                final = final and getattr(refusal, "final", True)
                message = refusal.args[0] if refusal.args else Reason.INVALID.detail
                named = {"token_class": token_class.__name__, "token_type": token_class.token_type}
                messages.append({**named, "message": message})
            else:
                return token
        raise RefusedToken(
            next((reason for reason in reasons if reason is not Reason.WRONG_TYPE), reasons[0]),
            final=final,
            detail=of_simple_jwt("Given token not valid for any token type"),
            messages=messages,
        )

    def get_user(self, validated_token: Any) -> Any:
        """The user of the token's session. Raises InvalidToken if the session has ended."""
        user = self.user_of_session(validated_token)
        validated_token.session_is_live = True
        return user

    @refused_as(RefusedToken)
    def user_of_session(self, validated_token: Any) -> Any:
        """The user of the token's session, if that is live: each class asks in its own way.

        Called also after a ``get_user`` of the project that did not ask. Raises InvalidToken.
        """
        return sessions.authenticate(validated_token)


class JWTStatelessAuthentication(JWTAuthentication, _StatelessAuthentication):
    """The same without a query: the user is loaded when it is first used.

    Ended sessions are known from the process's revocation feed, within ``REVOCATION_LAG``.
    ``request.user`` is the project's user. Its primary key and ``is_authenticated`` come from the
    token; for anything else the user is loaded, as JWTAuthentication does; async code loads it by
    ``await request.auser()``. Raises InvalidToken (401), also when the user is loaded, and
    ServiceUnavailable (503).
    """

    def holder_of(self, raw_token: bytes, request: Request) -> tuple[Any, AccessToken]:
        """``(user, token)`` of a presented token. Raises InvalidToken.

        If the answer will be HTML, the user is loaded now: a template is rendered after the view
        has returned, when a refusal can no longer become an answer.
        """
        user, token = super().holder_of(raw_token, request)
        renderer = vars(request).get("accepted_renderer")
        if getattr(renderer, "media_type", "") == "text/html":
            _load_user(user)
        return user, token

    @refused_as(RefusedToken)
    def user_of_session(self, validated_token: Any) -> Any:
        """The user of the token's session, if the revocation feed does not hold the session."""
        return sessions.authenticate_stateless(validated_token)


class JWTOptionalAuthentication(JWTAuthentication):
    """The same for public views: with a refused token the request is anonymous, and no 401.

    So is one whose key cannot be read at the moment. A view that requires a user refuses it still.
    List it alone: whatever class comes after it is asked about the same header, and may refuse it.
    """

    @_hides_tokens
    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        """``(user, token)``, or None if there is no token or it is refused."""
        try:
            return super().authenticate(request)
        except (AuthenticationFailed, KeysUnavailable) as refusal:
            self.refusal = refusal
            return None


class JWTCookieAuthentication(JWTAuthentication):
    """The same for browsers: the token may also be in the access cookie.

    If the request has our header, only the header counts, even if its token is refused. With a
    refused cookie the request is anonymous, so that public views stay open, and with one whose key
    cannot be read at the moment. With an accepted cookie, every unsafe method must come from a page
    of ours. Raises CSRFFailed (403) too.
    """

    @_hides_tokens
    def authenticate(self, request: Request) -> tuple[Any, AccessToken] | None:
        """``(user, token)``, or None if there is no token or the cookie is refused."""
        transports.vary(request, get_settings().auth_header, "Cookie")
        if self.header_token(request) is not None:
            return super().authenticate(request)
        cookie = transports.access_in(request)
        if cookie is None:
            return None
        try:
            holder = self.holder_of(cookie.encode(errors="replace"), request)
        except (AuthenticationFailed, KeysUnavailable) as refusal:
            self.refusal = refusal
            return None
        transports.require_own_page(request)
        return _known_to(request, holder)


def _known_to(request: Any, holder: tuple[Any, AccessToken]) -> tuple[Any, AccessToken]:
    """``holder``, for whom ``await request.auser()`` answers the loaded user, as Django has it."""

    async def loaded() -> Any:
        await sync_to_async(_load_user)(holder[0])
        return holder[0]

    getattr(request, "_request", request).auser = loaded
    return holder


# As Simple JWT has them.
JWTStatelessUserAuthentication = JWTStatelessAuthentication
JWTTokenUserAuthentication = JWTStatelessAuthentication
