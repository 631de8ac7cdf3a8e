"""How does a view stay closed, whatever the project sets, and give its refusals a code?

Imports no authentication, so that services without users can use it too; see mixins and
resource_server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _
from django.views import View
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail, NotAuthenticated
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from .conf import get_settings
from .exceptions import challenge
from .permissions import HasRecentLogin, HasRequiredACR, HasRequiredScopes
from .scopes import Required, mistake_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from rest_framework.authentication import BaseAuthentication
    from rest_framework.request import Request
    from rest_framework.response import Response

    _View = APIView
else:
    _View = object


class CodedErrorsMixin(_View):
    """Every refusal of the view is JSON with a machine-readable ``code``, and never cached."""

    vary_on: ClassVar[Sequence[str]] = ()
    """The headers that an answer depends on, besides the token's."""

    def handle_exception(self, exc: Exception) -> Response:
        """Answer ``exc`` with the project's exception handler, which decides about the body.

        It finds the ``detail`` that REST Framework's own exceptions have: a sentence with its code,
        or such sentences by field. The headers of a refusal stay, also where it sets none.
        """
        error = as_api_error(exc)
        body = body_of(error)
        _simplify(error)
        response = with_code(super().handle_exception(error), error, body)
        if hasattr(error, "challenge"):
            scheme = get_settings().AUTH_HEADER_TYPES[0]
            response.headers["WWW-Authenticate"] = challenge(scheme, self._realm(), error)
        for header, value in ("WWW-Authenticate", "auth_header"), ("Retry-After", "wait"):
            if getattr(error, value, None):
                response.headers.setdefault(header, str(getattr(error, value)))
        return response

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Forbid caching unless the response allows it, and vary by the token's header.

        Older versions of Django's own cache heed ``private`` alone, other caches ``no-store``.
        """
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "private, no-store")
        known = final.headers.get("Vary", "").split(", ")
        missing = {get_settings().auth_header, *self.vary_on}.difference(known)
        if missing:
            patch_vary_headers(final, sorted(missing))
        return final

    def _realm(self) -> str:
        named = [self, *self.get_authenticators()]
        realms = (getattr(one, "www_authenticate_realm", None) for one in named)
        return next(filter(None, realms), "api")


class GuardedViewMixin(CodedErrorsMixin):
    """A view that refuses anonymous requests, whatever the class or the project sets.

    A mixin for projects is a subclass with an ``authentication_class``. ``required_scopes``,
    ``acr_values`` and ``max_auth_age`` require more of the token.
    """

    authentication_class: ClassVar[type[BaseAuthentication]]
    """The authentication that is asked first; its challenge goes with a 401."""

    required_scopes: Required = ()
    """Scopes (RFC 6749 section 3.3) that the token must have; 403 if one is missing. In a dict by
    method, HEAD follows GET, OPTIONS needs none, and a method that is not named is refused."""

    acr_values: Sequence[str] = ()
    """Of which the token's ``acr`` must be one; 401 with the challenge of RFC 9470 if not."""

    max_auth_age: timedelta | None = None
    """The greatest age of the login; 401 with the challenge of RFC 9470 if it is older."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        require_well_shaped(cls.__name__, cls.required_scopes, cls.acr_values)
        mro: list[type] = cls.mro()
        if View not in mro:
            return  # another mixin
        mixin = mro[mro.index(GuardedViewMixin) - 1]
        others = [base.__name__ for base in cls.__bases__ if base is not mixin]
        if APIView not in mro:
            mistake = f"uses {mixin.__name__} on a view that is not REST Framework's"
            others = ["APIView"]
        elif mro.index(APIView) < mro.index(mixin):
            mistake = f"lists {mixin.__name__} after {others[0]}"
        else:
            return
        raise TypeError(
            f"{cls.__name__} {mistake}, so it protects nothing. Write: class "
            f"{cls.__name__}({', '.join([mixin.__name__, *others])})"
        )

    def get_authenticators(self) -> list[Any]:
        """Ours first, so that a request without a token gets 401; then the view's others."""
        authenticators = super().get_authenticators()
        ours = [one for one in authenticators if isinstance(one, self.authentication_class)]
        others = [one for one in authenticators if one not in ours]
        return [*(ours or [self.authentication_class()]), *others]

    def get_permissions(self) -> list[Any]:
        """The guards that every request must pass, then the permissions of the view or project."""
        guards = self._guards()
        asked = {type(guard) for guard in guards}
        return [*guards, *(one for one in super().get_permissions() if type(one) not in asked)]

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        """Raise why a cookie was not accepted, if nothing else was."""
        refusals = [getattr(one, "refusal", None) for one in request.authenticators or ()]
        if not request.successful_authenticator and any(refusals):
            raise next(filter(None, refusals))
        super().permission_denied(request, message, code)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Ask the guards, also if the view overrides ``get_permissions``.

        Whom no authentication knows stays outside: UNAUTHENTICATED_USER may name one who counts
        as authenticated.
        """
        super().initial(request, *args, **kwargs)
        if request.successful_authenticator is None:
            self.permission_denied(request)
        for guard in self._guards():
            if not guard.has_permission(request, self):
                raise NotAuthenticated

    def _guards(self) -> list[Any]:
        guards: list[Any] = [IsAuthenticated()]
        if self.required_scopes or isinstance(self.required_scopes, Mapping):
            guards.append(HasRequiredScopes())
        if self.acr_values:
            guards.append(HasRequiredACR())
        if self.max_auth_age is not None:
            guards.append(HasRecentLogin())
        return guards


def require_well_shaped(name: str, required_scopes: object, acr_values: object) -> None:
    """Raise TypeError, with the cure, for what a view called ``name`` cannot require."""
    asked = {"required_scopes": required_scopes, "acr_values": acr_values}
    for attribute, value in asked.items():
        mistake = "" if hasattr(value, "__get__") else mistake_in(value)  # not a property
        if mistake:
            raise TypeError(f"{name}.{attribute}{mistake}")


def as_api_error(error: Exception) -> Any:
    """Django's Http404 and PermissionDenied as REST Framework's; others unchanged."""
    if isinstance(error, Http404):
        return exceptions.NotFound(*error.args)
    if isinstance(error, DjangoPermissionDenied):
        return exceptions.PermissionDenied(*error.args)
    return error


def body_of(error: Exception) -> dict[str, Any]:
    """The body of a refusal: ``detail`` with a machine-readable ``code`` beside it.

    Field errors keep their shape and get ``detail`` and ``code: "invalid_request"``, unless a field
    has that name. Empty for what is no API error.
    """
    detail: Any = getattr(error, "detail", None)
    if isinstance(error, exceptions.ValidationError):
        fields = detail if isinstance(detail, dict) else {"non_field_errors": detail}
        return {
            "detail": _("The request is not valid. See the messages beside each field."),
            "code": "invalid_request",
            **fields,
        }
    if not isinstance(error, exceptions.APIException):
        return {}
    if isinstance(detail, dict):
        return detail if "code" in detail else {"code": error.default_code, **detail}
    return {"detail": detail, "code": getattr(detail, "code", None) or error.default_code}


def with_code(response: Response, error: Exception, body: dict[str, Any]) -> Response:
    """``response`` with the ``body`` of ``error`` wherever a handler left what REST Framework
    answers; what it made of that itself stays."""
    data, detail = getattr(response, "data", None), getattr(error, "detail", None)
    if isinstance(detail, (dict, list)) and data is detail:
        response.data = {**body, **(data if isinstance(data, dict) else {})}
    elif isinstance(data, dict):
        response.data = _completed(data, detail, body)
    return response


def _completed(data: Any, detail: Any, body: dict[str, Any]) -> Any:
    if not isinstance(data, dict):
        return data
    if data.get("detail") is detail:
        return {**body, **data}
    return {key: _completed(value, detail, body) for key, value in data.items()}


def _simplify(error: Any) -> None:
    """Make a ``detail`` that says its code in a second sentence one that has it."""
    detail: Any = getattr(error, "detail", None)
    sentence = detail.get("detail") if isinstance(detail, dict) else None
    if isinstance(sentence, ErrorDetail) and sentence.code == detail.get("code"):
        error.detail = sentence
