"""How is an async view of plain Django closed? As by SecureViewMixin, with the same answers.

What asks the database runs in a thread, never in the event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any, TypeAlias

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .authentication import JWTAuthentication
from .guards import require_well_shaped
from .mixins import SecureViewMixin
from .scopes import Required

__all__ = ["secured"]

View: TypeAlias = Callable[..., Awaitable[HttpResponseBase]]


def secured(
    *,
    authentication: type[JWTAuthentication] = JWTAuthentication,
    required_scopes: Required = (),
    acr_values: Sequence[str] = (),
    max_auth_age: timedelta | None = None,
) -> Callable[[View], View]:
    """Close an async view of Django's as SecureViewMixin closes one of REST Framework's.

    The view finds ``request.user``, ``request.auth`` and ``await request.auser()``. Who is refused
    gets the JSON and the challenge that the mixin answers; so does an APIException that the view
    raises. Instead of Django's CSRF check, ``authentication`` makes its own: with a token in a
    cookie, that of JWTCookieAuthentication. Raises TypeError for a view that is not async, and
    for scopes of a wrong shape.
    """

    def close(view: View) -> View:
        if not iscoroutinefunction(view):
            raise TypeError(f"secured() closes async views, and {view.__qualname__} is none.")
        require_well_shaped(view.__qualname__, required_scopes, acr_values)

        @wraps(view)
        async def closed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            door = _Door(
                authentication_classes=[authentication],
                required_scopes=required_scopes,
                acr_values=acr_values,
                max_auth_age=max_auth_age,
            )
            refusal = await sync_to_async(door.refusal_of)(request, *args, **kwargs)
            if refusal is not None:
                return refusal
            try:
                answer = await view(request, *args, **kwargs)
            except APIException as error:
                return await sync_to_async(door.refuse)(error)
            finished: HttpResponseBase = door.let_out(answer)
            return finished

        exempt: Any = closed  # as views of REST Framework are
        exempt.csrf_exempt, exempt.login_required = True, False
        return closed

    return close


class _Door(SecureViewMixin, APIView):
    """The view of REST Framework that a request for a plain view passes."""

    renderer_classes = [JSONRenderer]
    permission_classes = []
    versioning_class = None

    def refusal_of(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response | None:
        """What to answer ``request`` instead of asking the view; None if it may pass."""
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        try:
            self.initial(self.request, *args, **kwargs)
        except APIException as error:
            return self.refuse(error)
        return None

    def refuse(self, error: Exception) -> Response:
        """The answer to ``error``, rendered."""
        response: Response = self.let_out(self.handle_exception(error))
        response.render()
        return response

    def let_out(self, answer: Any) -> Any:
        """``answer`` with the headers of a closed view."""
        return self.finalize_response(self.request, answer, *self.args, **self.kwargs)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """What a client accepts is the business of the view behind."""
        return super().perform_content_negotiation(request, force=True)
