"""How does every endpoint answer an unreadable body and an error?"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db import connections
from django.http import Http404, HttpRequest, UnreadablePostError
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.metadata import SimpleMetadata
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit.conf.asking import for_request
from drf_jwt_kit.exceptions import BodyTooLarge, InvalidToken, Reason
from drf_jwt_kit.guards import CodedErrorsMixin, as_api_error, body_of, with_code
from drf_jwt_kit.sessions.faults import as_unavailable, is_unwritable

if TYPE_CHECKING:
    from django.http import HttpRequest
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
    error = as_api_error(exc)
    response = drf_exception_handler(error, context)
    return None if response is None else with_code(response, error, body_of(error))


class NonAtomicMixin(_View):
    """A view outside of ATOMIC_REQUESTS, on every database: sessions may be in any."""

    @classmethod
    def as_view(cls, *args: Any, **kwargs: Any) -> Any:
        """The view function, marked."""
        view = super().as_view(*args, **kwargs)
        view._non_atomic_requests = set(connections)  # type: ignore[attr-defined]
        return view


class SmallUploads(MemoryFileUploadHandler):
    """Takes a multipart body no longer than DATA_UPLOAD_MAX_MEMORY_SIZE, and no disk.

    Files count too, which Django leaves out there and writes to the disk.
    """

    _left: Any

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803  # Django's name
        content_length: Any,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Raise RequestDataTooBig before anything is read."""
        most: Any = django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        self._left = float("inf") if most is None else most
        if (content_length or 0) > self._left:
            raise RequestDataTooBig
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Raise it also where the body is longer than its header says."""
        self._left -= len(raw_data)
        if self._left < 0:
            raise RequestDataTooBig
        return super().receive_data_chunk(raw_data, start)


class EndpointMixin(NonAtomicMixin, CodedErrorsMixin):
    """What every endpoint does: unreadable bodies are 4xx, files stay off the disk, and a refusal
    rolls nothing back, so that an ended session stays ended.

    It answers JSON. Of what the project sets for all its views, only the throttles, the parsers and
    the exception handler reach it; a subclass can name more.
    """

    renderer_classes: Any = (JSONRenderer,)
    permission_classes: Any = ()
    versioning_class: Any = None
    content_negotiation_class: Any = DefaultContentNegotiation
    metadata_class: Any = SimpleMetadata
    pagination_class: Any = None
    filter_backends: Any = ()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """JSON also for a browser that asks for a page, and whatever format a URL names."""
        is_a_page = "text/html" in request.META.get("HTTP_ACCEPT", "")
        try:
            return super().perform_content_negotiation(request, force or is_a_page)
        except Http404:
            return super().perform_content_negotiation(request, force=True)

    def get_parsers(self) -> list[Any]:
        """The parsers of the view or project, and one of JSON if none of them reads it."""
        parsers: list[Any] = super().get_parsers()
        reads_json = any(one.media_type == JSONParser.media_type for one in parsers)
        return parsers if reads_json else [*parsers, JSONParser()]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Take uploads in memory, whoever reads the body: we, or a throttle of the project."""
        with suppress(AttributeError):  # a middleware has read it
            request.upload_handlers = [SmallUploads(request)]
        return super().initialize_request(request, *args, **kwargs)

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
        if isinstance(exc, RequestDataTooBig):  # read by what a project asks before the endpoint
            exc = BodyTooLarge()
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
        try:
            request.body  # noqa: B018  # it raises RequestDataTooBig
        except ValueError as error:  # a Content-Length that is no number
            raise SuspiciousOperation from error
    return request
