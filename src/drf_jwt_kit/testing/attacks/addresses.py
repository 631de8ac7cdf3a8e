"""At which addresses are a project's views? An address for each route, with values that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from django.utils.regex_helper import normalize

from drf_jwt_kit.conf.routed import class_of

_VALUES = ("1", "a", str(UUID(int=1)))
"""What a route may capture. Which of them fits, Django says."""


class Address(NamedTuple):
    """A path, the view that is there, and the name of its route."""

    path: str
    view: Any
    name: str

    @property
    def view_class(self) -> type:
        """The class of the view; ``object`` for a plain function."""
        return class_of(self.view) or object


def routed_addresses() -> list[Address]:
    """An address for each route of the project whose values can be guessed."""
    return [*_under(get_resolver(), "")]


def _under(resolver: URLResolver, prefix: str) -> Iterator[Address]:
    for one in resolver.url_patterns:
        pattern = prefix + _pattern_of(one)
        if isinstance(one, URLResolver):
            yield from _under(one, pattern)
        elif path := _path_of(pattern, one):
            yield Address(path, one.callback, str(one.name or ""))


def _pattern_of(one: Any) -> str:
    return str(one.pattern.regex.pattern).removeprefix("^").replace(r"\A", "")


def _path_of(pattern: str, route: URLPattern) -> str | None:
    for form, names in normalize(pattern):
        for value in _VALUES:
            path = f"/{_filled(form, names, value)}"
            with suppress(Resolver404):
                if resolve(path).func is route.callback:
                    return path
    return None


def _filled(form: str, names: Iterable[str], value: str) -> str:
    """``form`` with ``value`` in each place. It may have other percent signs."""
    for name in names:
        form = form.replace(f"%({name})s", value)
    return form
