"""What is said of one method of an endpoint, and how is it told to drf-spectacular?"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from inspect import isfunction
from typing import Any

from django.conf import settings as django_settings
from drf_spectacular.utils import OpenApiParameter
from rest_framework.fields import empty
from rest_framework.permissions import SAFE_METHODS, AllowAny
from rest_framework.views import APIView

from drf_jwt_kit.sessions.bound import is_offered
from drf_jwt_kit.views.cookies import CookieEndpointMixin
from drf_jwt_kit.views.sessions import SessionViewBase

from .refusals import HEADERS, refusals

_OF_EVERY_REQUEST = ("not_acceptable", "temporarily_unavailable")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One method of one endpoint."""

    summary: str
    description: str
    refuses: tuple[str, ...]
    answer: Any = empty
    """As ``extend_schema`` takes it, or a function of the view that answers so. None: no body; as
    it is: the serializer of the view."""
    status: int = HTTPStatus.OK
    takes: Any = empty
    """The same of what is sent."""
    parameters: Any = ()
    reads: tuple[type[Any], ...] = ()
    """By which classes a token is found that the view itself asks for."""
    needs_token: bool = True
    by_page: bool = True
    """A page asks for it: the browser asks for the rest by itself, without a CSRF token."""
    too_many: str = "throttled"
    """What it refuses too many requests with."""
    of_bound_sessions: bool = False
    """It is described only where sessions are bound."""

    def says(self, view: type[Any], method: str) -> dict[str, Any]:
        """The arguments of ``extend_schema`` that say so of ``view``."""
        if self.of_bound_sessions and not is_offered():
            return {"methods": [method], "exclude": True}
        answer = view().get_serializer_class() if self.answer is empty else _of(view, self.answer)
        is_safe = not self.by_page or method.upper() in SAFE_METHODS
        by_cookie = issubclass(view, CookieEndpointMixin) and not is_safe
        beside = [*_of(view, self.parameters), *([_csrf(view)] if by_cookie else ())]
        of_page = ("csrf_failed",) if by_cookie else ()
        told = (*self.refuses, *of_page, *_OF_EVERY_REQUEST, self.too_many)
        return {
            "methods": [method],
            "summary": self.summary,
            "description": self.description,
            "parameters": [*beside, *HEADERS],
            "responses": {int(self.status): answer, **refusals(told)},
            "request": _of(view, self.takes),
        }

    def tell_who_asks(self, view: Any) -> None:
        """Let ``view`` name what it reads itself, as if REST Framework asked for it."""
        if self.reads:
            view.authentication_classes = self.reads
            view.get_authenticators = APIView.get_authenticators
        if not self.needs_token:
            view.get_permissions = lambda _: [AllowAny()]


def _of(view: Any, said: Any) -> Any:
    return said(view()) if isfunction(said) else said


def _csrf(view: type[Any]) -> OpenApiParameter:
    name = django_settings.CSRF_HEADER_NAME.removeprefix("HTTP_").replace("_", "-").title()
    return OpenApiParameter(
        "X-CSRFToken" if name == "X-Csrftoken" else name,
        str,
        OpenApiParameter.HEADER,
        required=not issubclass(view, SessionViewBase),  # a token in the header needs none
        description="The CSRF token, where the request is made with cookies.",
    )
