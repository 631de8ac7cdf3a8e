"""How does a view stay closed, whatever the project sets, and give its refusals a code?

Imports no authentication, so that services without users can use it too; see mixins and
resource_server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from django.utils.cache import patch_vary_headers
from django.views import View
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView

from .conf import get_settings
from .exceptions import as_api_error, challenge
from .permissions import HasRecentLogin, HasRequiredScopes

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
        """Answer ``exc`` with the project's exception handler, which decides about the answer."""
        exc = as_api_error(exc)
        response = super().handle_exception(exc)
        if hasattr(exc, "challenge"):
            scheme = get_settings().AUTH_HEADER_TYPES[0]
            response.headers["WWW-Authenticate"] = challenge(scheme, self._realm(), exc)
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

    A mixin for projects is a subclass with an ``authentication_class``. ``required_scopes`` and
    ``max_auth_age`` require more of the token.
    """

    authentication_class: ClassVar[type[BaseAuthentication]]
    """The authentication that is asked first; its challenge goes with a 401."""

    required_scopes: Sequence[str] = ()
    """Scopes (RFC 6749 section 3.3) that the token must have; 403 if one is missing."""

    max_auth_age: timedelta | None = None
    """The greatest age of the login; 401 with the challenge of RFC 9470 if it is older."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if isinstance(cls.required_scopes, str):
            raise TypeError(
                f"{cls.__name__}.required_scopes is a string. Write it as a list: "
                f"{cls.required_scopes.split()!r}"
            )
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
        """Ask the guards, also if the view overrides ``get_permissions``."""
        super().initial(request, *args, **kwargs)
        for guard in self._guards():
            if not guard.has_permission(request, self):
                raise NotAuthenticated

    def _guards(self) -> list[Any]:
        guards: list[Any] = [IsAuthenticated()]
        if self.required_scopes:
            guards.append(HasRequiredScopes())
        if self.max_auth_age is not None:
            guards.append(HasRecentLogin())
        return guards
