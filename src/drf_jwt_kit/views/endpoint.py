"""How does every endpoint answer an unreadable body and an error?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import connections
from django.http import HttpRequest, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit.conf.asking import for_request
from drf_jwt_kit.exceptions import BodyTooLarge, InvalidToken, Reason, as_api_error
from drf_jwt_kit.guards import CodedErrorsMixin
from drf_jwt_kit.sessions.faults import as_unavailable, is_unwritable

if TYPE_CHECKING:
    from django.views import View
    from rest_framework.request import Request
    from rest_framework.response import Response

    _View = View
else:
    _View = object


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """REST Framework's handler, with a machine-readable ``code`` beside every ``detail``.

    For REST_FRAMEWORK["EXCEPTION_HANDLER"]; our own endpoints do this without it.
    """
    return drf_exception_handler(as_api_error(exc), context)


class NonAtomicMixin(_View):
    """A view outside of ATOMIC_REQUESTS, on every database: sessions may be in any."""

    @classmethod
    def as_view(cls, *args: Any, **kwargs: Any) -> Any:
        """The view function, marked."""
        view = super().as_view(*args, **kwargs)
        view._non_atomic_requests = set(connections)  # type: ignore[attr-defined]
        return view


class EndpointMixin(NonAtomicMixin, CodedErrorsMixin):
    """What every endpoint does: unreadable bodies are 4xx, and a refusal rolls nothing back, so
    that an ended session stays ended."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Make and read tokens for this request, where ISSUER and KEYS may depend on it."""
        with for_request(request):
            return super().dispatch(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer ``exc`` without marking a surrounding transaction for rollback."""
        before = [(db, db.needs_rollback) for db in connections.all(initialized_only=True)]
        if isinstance(exc, TokenError) and not isinstance(exc, APIException):
            exc = InvalidToken(Reason.INVALID, detail=exc.args[0] if exc.args else "")
        if is_unwritable(exc):
            exc = ParseError(_("The request has characters that cannot be stored here."))
        response = super().handle_exception(as_unavailable(exc) or exc)
        for db, needs_rollback in before:
            db.needs_rollback = needs_rollback
        return response

    def body(self, request: Request) -> Any:
        """What the client sent, parsed. Raises ParseError and BodyTooLarge."""
        try:
            return _within_limits(request).data
        except RecursionError as error:
            raise ParseError(_("The request is nested too deeply.")) from error
        except RequestDataTooBig as error:
            raise BodyTooLarge from error
        except (SuspiciousOperation, UnreadablePostError, UnicodeError) as error:
            raise ParseError(_("The request cannot be read.")) from error


def _within_limits(request: Request) -> Request:
    """``request``, unless its body is longer than Django allows: REST Framework 3.16 reads it."""
    if not request.content_type.startswith("multipart/"):
        request.body  # noqa: B018  # it raises RequestDataTooBig
    return request
