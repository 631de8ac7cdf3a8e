"""Which views have the project's URLs, under whatever prefix, name or namespace?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from django.conf import settings as django_settings
from django.urls import URLPattern, URLResolver, get_resolver


class Route(NamedTuple):
    """One URL of the project."""

    namespaces: tuple[str, ...]
    name: str | None
    view: Any
    """A function, which may know its class."""


def routes() -> Iterator[Route]:
    """Each URL, in its order."""
    if getattr(django_settings, "ROOT_URLCONF", None):  # a project without views has no URLs
        yield from _routes_under(get_resolver(), ())


def routed_views() -> Iterator[Any]:
    """Each view, as URLs name it: a function, which may know its class."""
    return (route.view for route in routes())


def routed_classes() -> Iterator[type]:
    """The class of each view; none for a view that is a plain function."""
    return filter(None, map(class_of, routed_views()))


def class_of(view: Any) -> type | None:
    """The class that REST framework's or Django's ``as_view`` was called on, if any was."""
    with suppress(Exception):  # a view may be any object
        found = getattr(view, "cls", None) or getattr(view, "view_class", None)
        return found if isinstance(found, type) else None
    return None


def is_kind_of(cls: object, *paths: str) -> bool:
    """Whether ``cls`` is one of the classes at ``paths``, or a subclass, without importing them."""
    mro = cls.__mro__ if isinstance(cls, type) else ()
    return any(f"{one.__module__}.{one.__qualname__}" in paths for one in mro)


def _routes_under(resolver: URLResolver, namespaces: tuple[str, ...]) -> Iterator[Route]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _routes_under(one, (*namespaces, *filter(None, [one.namespace])))
        elif isinstance(one, URLPattern):  # Django says what else is wrong there
            yield Route(namespaces, one.name, one.callback)
