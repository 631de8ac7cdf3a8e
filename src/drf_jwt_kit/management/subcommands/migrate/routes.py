"""Which routes of the project lead to views of Simple JWT's, or to ours?

An include that cannot be read is told, and hides no other one.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple

from django.conf import settings as django_settings
from django.urls import URLPattern, URLResolver, get_resolver

from drf_jwt_kit.conf.routed import class_of, is_kind_of

from .changes import Change, names
from .counterparts import ROOT, counterpart
from .places import base_of, is_own, path_of, where_is

_OURS = "drf_jwt_kit.views.endpoint.EndpointMixin"
_THEIRS = f"{ROOT}.views.TokenViewBase"
_INCLUDES = {"dj_rest_auth": "drf_jwt_kit.contrib.dj_rest_auth.urls"}
"""What takes the place of the URLs of a package; of others, ours do."""
_OF_A_PACKAGE = "The package routes a view of Simple JWT's, whose tokens have no session."


class Route(NamedTuple):
    """An address, the class of its view, and the module of another package that routes it."""

    address: str
    view: type
    package: str

    @property
    def is_ours(self) -> bool:
        """Whether the view is one of ours, or a subclass."""
        return is_kind_of(self.view, _OURS)

    def line(self) -> str:
        """As it is printed."""
        said, base = f"/{self.address}: {path_of(self.view)}", base_of(self.view)
        if base is self.view:
            return said
        return f"{said} ({where_is(self.view)}), extends {path_of(base)}"


def found_routes() -> tuple[list[Route], list[str]]:
    """The routes to views of Simple JWT's and of ours, and what of the URLs cannot be read."""
    if not getattr(django_settings, "ROOT_URLCONF", None):
        return [], ["ROOT_URLCONF is not set: there are no URLs to read."]
    problems: list[str] = []
    below = _below(get_resolver(), "", "", problems)
    routes = {one for one in below if is_kind_of(one.view, _THEIRS, _OURS)}
    return sorted(routes, key=lambda one: (one.address, path_of(one.view))), problems


def changes_of(routes: list[Route], others: list[Change]) -> Iterator[Change]:
    """What to change where no file of the project's names the view: see ``others``."""
    left = [one for one in routes if not one.is_ours]
    included = {one.package: one.address for one in reversed(left) if one.package}
    for package, address in sorted(included.items()):
        ours = _INCLUDES.get(package.partition(".")[0], "drf_jwt_kit.urls")
        new = (f'include("{ours}")',)
        yield Change(f"/{address}", 0, f'include("{package}")', new, _OF_A_PACKAGE)
    for one in left:
        base = base_of(one.view)
        by_import = base.__module__ == f"{ROOT}.views" and names(others, base)
        if not one.package and not by_import:
            yield _change(one.address, base)


def _change(address: str, base: type) -> Change:
    theirs = next(cls for cls in base.__mro__ if cls.__module__ == f"{ROOT}.views")
    new = counterpart(path_of(theirs))
    why = f"It is {theirs.__name__} of Simple JWT, whose tokens have no session."
    return Change(f"/{address}", 0, path_of(base), () if new is None else (new,), why)


def _below(
    resolver: URLResolver, prefix: str, package: str, problems: list[str]
) -> Iterator[Route]:
    try:
        patterns = [*resolver.url_patterns]
    except Exception as error:  # noqa: BLE001  # a project's own code runs there
        told = f": {error}" if isinstance(error, ImportError) else ""
        where = f"below /{prefix}" if prefix else "of ROOT_URLCONF"
        problems.append(f"The URLs {where} cannot be read ({type(error).__name__}{told}).")
        return
    for one in patterns:
        address = f"{prefix}{getattr(one, 'pattern', '')}"
        if isinstance(one, URLResolver):
            yield from _below(one, address, _package_of(one) or package, problems)
        elif isinstance(one, URLPattern):  # Django says what else is wrong there
            view = class_of(_unwrapped(one.callback))
            if view is not None:
                yield Route(address, view, package)


def _package_of(resolver: URLResolver) -> str:
    """The included module if another package has it."""
    module: object = resolver.urlconf_name
    if isinstance(module, ModuleType) and not is_own(module):
        return module.__name__
    return ""


def _unwrapped(view: Any) -> Any:
    """The view below partials and decorators that name it."""
    while isinstance(view, partial):
        view = view.func
    with suppress(Exception):  # a view may be any object
        return inspect.unwrap(view, stop=lambda one: class_of(one) is not None)
    return view
