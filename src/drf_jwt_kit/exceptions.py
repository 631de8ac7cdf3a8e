"""Which refusals exist, and how does each look to a client? Decides nothing itself.

    rest_framework.exceptions.APIException
    ├── AuthenticationFailed
    │   ├── InvalidToken              401 token_not_valid, with a ``reason``
    │   ├── BadAuthorizationHeader    401 bad_authorization_header
    │   └── NoActiveAccount           401 no_active_account
    ├── LoginTooOld                   401 insufficient_user_authentication
    │   └── LoginTooWeak              401, where another ``acr`` is asked for
    ├── PermissionDenied
    │   ├── InsufficientScope         403 insufficient_scope
    │   ├── ActedFor                  403 acted_for
    │   └── CSRFFailed                403 csrf_failed
    ├── InvalidScope                  400 invalid_scope
    ├── DataNotKept                   400 data_not_kept, also a ValueError
    ├── BodyTooLarge                  413 request_too_large
    └── ServiceUnavailable            503 temporarily_unavailable, with Retry-After
        └── KeysUnavailable           503, where the key of a token cannot be read
    django.core.exceptions.ImproperlyConfigured
    ├── ClaimsError                   the project's own claims cannot be put into a token
    ├── LimitsError                   the project's SESSION_LIMITS returned impossible limits
    └── UnusableKey                   a key of the project's cannot be used

Codes and reasons are API: they are listed in docs/reference/codes.md and do not change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.core.exceptions import ImproperlyConfigured
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status

from .sentences import of_simple_jwt

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


_F = TypeVar("_F", bound=Callable[..., Any])


class Reason(TextChoices):
    """Why a token was refused: the values of ``reason`` in an answer.

    A session may be unknown, ended by its owner, or ended because a token was stolen. The client
    gets ``session_ended`` for all of these; only the log and signals tell them apart.
    """

    EXPIRED = "expired", of_simple_jwt("Token is expired")
    INVALID = "invalid", of_simple_jwt("Token is invalid")
    WRONG_TYPE = "wrong_type", of_simple_jwt("Token has wrong type")
    NO_SESSION = (
        "no_session",
        _(
            "This token belongs to no session. Make tokens with drf_jwt_kit.sessions.start(user), "
            "not with AccessToken.for_user(user)."
        ),
    )
    SESSION_ENDED = "session_ended", _("This session has ended. Log in again.")
    NO_USER = "no_user", of_simple_jwt("User not found")
    """Of a token that another issuer made: it has no session that could have ended."""
    PROOF_REQUIRED = (
        "proof_required",
        _("This session goes on only in the browser where it began. Log in again."),
    )

    @property
    def detail(self) -> StrOrPromise:
        """The sentence that goes with the reason, in the reader's language."""
        return self.label


class InvalidToken(exceptions.AuthenticationFailed):
    """A token was refused: 401, ``{"detail", "code": "token_not_valid", "reason"}``.

    Raised for every presented token that is not accepted. ``reason`` is one of
    :class:`Reason`. A refusal that is not ``final`` may pass: this process has not read the key
    yet, a clock is off, or the browser has another token by now. Its answer has ``Retry-After``,
    and nobody throws a token away for it. Source: RFC 6750 section 3.1 (``invalid_token``).
    """

    default_code = "token_not_valid"
    challenge = {"error": "invalid_token"}

    def __init__(self, reason: Reason = Reason.INVALID, *, final: bool = True, **more: Any) -> None:
        self.reason, self.final = reason, final
        self.wait = None if final else 1  # seconds, for Retry-After
        super().__init__(
            {"detail": reason.detail, "code": self.default_code, "reason": reason.value, **more}
        )
        self.args = (reason.detail,)  # as Simple JWT's TokenError has it

    def __str__(self) -> str:
        return str(self.reason.detail)


def refused_as(refusal_class: type[InvalidToken]) -> Callable[[_F], _F]:
    """A decorator that raises a refusal as ``refusal_class``, which other packages catch."""

    def decorated(function: _F) -> _F:
        @wraps(function)
        def refusing(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except InvalidToken as refusal:
                raise refusal_class(refusal.reason, final=refusal.final) from refusal

        return cast("_F", refusing)

    return decorated


class BadAuthorizationHeader(exceptions.AuthenticationFailed):
    """The Authorization header names our scheme but does not hold one token: 401."""

    default_code = "bad_authorization_header"
    default_detail = of_simple_jwt("Authorization header must contain two space-delimited values")
    challenge = {"error": "invalid_request"}


class NoActiveAccount(exceptions.AuthenticationFailed):
    """Unknown user, wrong password or inactive user; the answer is the same for all: 401."""

    default_code = "no_active_account"
    default_detail = of_simple_jwt("No active account found with the given credentials")


class LoginTooOld(exceptions.APIException):
    """The view asks for a more recent login than this session's: 401.

    The challenge has all that the view asks for, so that one login answers it. Source: RFC 9470
    section 3 (``insufficient_user_authentication`` with ``max_age`` and ``acr_values``).
    """

    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "insufficient_user_authentication"
    default_detail = _("This needs a more recent login. Log in again.")

    def __init__(self, max_auth_age: timedelta | None = None, acr: Iterable[str] = ()) -> None:
        super().__init__()
        age = "" if max_auth_age is None else str(int(max_auth_age.total_seconds()))
        asked = {"error": self.default_code, "acr_values": " ".join(acr), "max_age": age}
        self.challenge = {name: value for name, value in asked.items() if value}


class LoginTooWeak(LoginTooOld):
    """The view asks for another ``acr``, another kind of login, than this session's: 401."""

    default_detail = _("This needs a stronger proof of who you are.")


class InsufficientScope(exceptions.PermissionDenied):
    """The token lacks a scope that the view requires: 403. Source: RFC 6750 section 3.1."""

    default_code = "insufficient_scope"
    default_detail = _("This token does not allow that.")

    def __init__(self, required: Iterable[str]) -> None:
        super().__init__()
        asked = {"error": self.default_code, "scope": " ".join(required)}
        self.challenge = {name: value for name, value in asked.items() if value}


class ActedFor(exceptions.PermissionDenied):
    """The token is of somebody who acts as the user, who alone may do this: 403."""

    default_code = "acted_for"
    default_detail = _("Only the user may do this, and nobody who acts as the user.")


class CSRFFailed(exceptions.PermissionDenied):
    """A request with a token in a cookie may have been made by another site: 403.

    ``why`` is for the developer of the page, and tells an attacker nothing new.
    Source: RFC 9700 section 4.7.1.
    """

    default_code = "csrf_failed"

    def __init__(self, why: str) -> None:
        detail = _("This request could not be shown to come from your own page: %(why)s")
        super().__init__({"detail": detail % {"why": why}, "code": self.default_code})


class InvalidScope(exceptions.APIException):
    """A client asked for a scope, and nothing of it is granted: 400. Source: RFC 6749, 5.2."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid_scope"
    default_detail = _("Nothing of this scope is granted.")


class DataNotKept(exceptions.APIException, ValueError):  # noqa: N818  # named as those beside it
    """``data`` of a login is too large, or not every database keeps it: 400.

    A client may have sent it, and is told no more. As a ValueError it says where it is wrong.
    """

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "data_not_kept"
    default_detail = exceptions.ValidationError.default_detail

    def __init__(self, why: str) -> None:
        super().__init__()
        self.args = (why,)

    def __str__(self) -> str:
        return str(self.args[0])


class BodyTooLarge(exceptions.APIException):
    """The request body is larger than the project's DATA_UPLOAD_… settings allow: 413."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "request_too_large"
    default_detail = _("The request is too large.")


class ServiceUnavailable(exceptions.APIException):
    """The session table, or the key that signs, is not there at the moment: 503 with
    ``Retry-After`` (seconds)."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "temporarily_unavailable"
    default_detail = _("Logging in is not available at the moment. Try again shortly.")
    wait = 1

    def __init__(self) -> None:
        super().__init__({"detail": self.default_detail, "code": self.default_code})


class KeysUnavailable(ServiceUnavailable):
    """The issuer's keys, or a key of ours, could not be read for too long: 503 with
    ``Retry-After`` (seconds)."""

    default_detail = _("Tokens cannot be verified at the moment. Try again shortly.")
    wait = 5
    final = False


class ClaimsError(ImproperlyConfigured):
    """The project's claims cannot be put into a token; the message names the claim and the cure."""


class LimitsError(ImproperlyConfigured):
    """``SESSION_LIMITS`` returned impossible limits; the message says why, and the cure."""


class UnusableKey(ImproperlyConfigured):
    """A key of the project cannot be used; the message says why, and the cure, and shows no key.

    ``problem``, ``hint`` and ``id`` are those of the system check that says the same at
    start-up. ``is_missing`` says that its file or variable is not there.
    """

    def __init__(self, problem: str, *, hint: str, id: str, is_missing: bool = False) -> None:
        super().__init__(f"{problem} {hint}")
        self.problem, self.hint, self.id = problem, hint, id
        self.is_missing = is_missing


def challenge(scheme: str, realm: str, error: Exception | None) -> str:
    """The ``WWW-Authenticate`` value for a refusal, without an error if no token was presented.

    ``scheme`` is the word clients put before the token. Source: section 3 of RFC 6750 and RFC 9470.
    """
    parameters = {"realm": realm, **getattr(error, "challenge", {})}
    return f"{scheme} " + ", ".join(f'{name}="{value}"' for name, value in parameters.items())
