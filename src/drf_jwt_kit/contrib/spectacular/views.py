"""Which view is described by what? Our endpoints, and a project's views with our mixin.

What a project says of its own view, by a docstring or ``extend_schema``, counts before all of this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiViewExtension
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.settings import api_settings

from .texts import own_text


class GuardedViewDescription(OpenApiViewExtension):  # type: ignore[no-untyped-call]
    """A view with our mixin: closed, whatever the project sets for all its views."""

    target_class = "drf_jwt_kit.guards.GuardedViewMixin"
    match_subclasses = True

    def view_replacement(self) -> Any:
        """The view as requests find it, and which scopes it requires."""
        required = getattr(self.target, "required_scopes", ())
        if not isinstance(required, Mapping):
            said = [_requiring(required)] if required else []
        else:
            said = [_requiring(words, methods=[name]) for name, words in required.items() if words]
        return saying(_as_requests_find(self.target), said)


class EndpointDescription(OpenApiViewExtension):  # type: ignore[no-untyped-call]
    """Our endpoints, and subclasses of them."""

    target_class = "drf_jwt_kit.views.endpoint.EndpointMixin"
    match_subclasses = True
    priority = 1

    def view_replacement(self) -> Any:
        """The view with what ``operations`` says of it."""
        from .operations import operations_of  # noqa: PLC0415  # it imports models

        view, operations = _as_requests_find(self.target), operations_of(self.target)
        for operation in operations.values():
            operation.tell_who_asks(view)
        text = {"description": view.__doc__} if view.__doc__.strip() else {}
        return saying(view, [{**one.says(view, name), **text} for name, one in operations.items()])


def _requiring(scopes: Sequence[str], **which: Any) -> dict[str, Any]:
    return {"extensions": {"x-required-scopes": [*scopes]}, **which}


def _as_requests_find(target: Any) -> Any:
    """A subclass of ``target`` without permissions that open nothing there, nor our docstrings."""

    def get_permissions(self: Any) -> list[Any]:
        opening = (AllowAny, IsAuthenticatedOrReadOnly)
        asked = super(view, self).get_permissions()
        return [one for one in asked if not isinstance(one, opening)]

    body: dict[str, Any] = {"__module__": target.__module__, "__doc__": own_text(target) or " "}
    view: Any = type(target.__name__, (target,), {**body, "get_permissions": get_permissions})
    return view


def saying(view: Any, said: Sequence[dict[str, Any]]) -> Any:
    """``view`` with all that is ``said``, beneath what its own ``extend_schema`` says."""
    default: Any = api_settings.DEFAULT_SCHEMA_CLASS
    theirs = type(view.schema)
    goes_before = theirs is not default and issubclass(theirs, default)
    view.schema = default() if goes_before else theirs()
    for one in said:
        view = extend_schema(**one)(view)
    if goes_before:
        view.schema = type(theirs.__name__, (theirs, type(view.schema)), {})()
    return view
