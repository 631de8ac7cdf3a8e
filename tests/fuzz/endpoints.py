"""Which endpoints are there, and what may a request to each of them write?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from . import urls

if TYPE_CHECKING:
    from collections.abc import Iterator


class Writes(Enum):
    """Which sessions a request may begin, change or end."""

    NOTHING = "nothing"
    CARRIED = "those whose genuine token it carries"
    OWN = "all of the user whose genuine token it carries"
    LOGIN = "a new one with a right password, and those whose genuine token it carries"


WRITES = {
    "token_obtain_pair": Writes.LOGIN,
    "token_refresh": Writes.CARRIED,
    "token_reauthenticate": Writes.CARRIED,
    "token_verify": Writes.NOTHING,
    "token_logout": Writes.CARRIED,
    "token_blacklist": Writes.CARRIED,
    "token_logout_all": Writes.OWN,
    "token_sessions": Writes.NOTHING,
    "token_session": Writes.OWN,
    "token_bind": Writes.CARRIED,
    "token_bound_refresh": Writes.CARRIED,
    "token_csrf": Writes.NOTHING,
    "token_jwks": Writes.NOTHING,
    "token_jwks_wellknown": Writes.NOTHING,
}
OPEN = {"token_csrf", "token_jwks", "token_jwks_wellknown"}
"""Where anybody may read."""
ENDS_ANY = {"token_logout", "token_blacklist"}
"""Where a token of a session that has ended is as good as any."""
TELLS_ANY = {"token_bind", "token_bound_refresh"}
"""Where a browser is told to stop, whatever has become of the session of its genuine token."""

HANDLERS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Endpoint:
    """One line of a URLconf."""

    name: str
    route: str
    by_cookie: bool
    methods: tuple[str, ...]

    @property
    def writes(self) -> Writes:
        return WRITES[self.name]

    @property
    def is_open(self) -> bool:
        """Whether it answers without a token: a browser is always logged out."""
        return self.name in OPEN or (self.by_cookie and self.name in ENDS_ANY)

    def __str__(self) -> str:
        return self.route


def endpoints(patterns: list[object], prefix: str = "/", namespace: str = "") -> Iterator[Endpoint]:
    """Those of a URLconf, and of all that it includes."""
    for one in patterns:
        route = prefix + str(one.pattern)
        if hasattr(one, "url_patterns"):
            yield from endpoints(one.url_patterns, route, one.namespace or namespace)
        else:
            yield Endpoint(one.name, route, namespace == "cookie", methods_of(one.callback))


def methods_of(callback: object) -> tuple[str, ...]:
    """Those that its view has a handler of its own for."""
    view = getattr(callback, "cls", None) or callback.view_class
    return tuple(name.upper() for name in HANDLERS if hasattr(view, name))


ENDPOINTS = list(endpoints(urls.urlpatterns))


def offered() -> set[tuple[str, bool]]:
    """Each endpoint that a module of ours offers to projects: its name, and whether by cookie."""
    package = import_module("drf_jwt_kit.urls")
    names = [f"{package.__name__}.{module.name}" for module in iter_modules(package.__path__)]
    return {
        (one.name, getattr(module, "app_name", "") == "cookie")
        for module in (package, *map(import_module, names))
        for one in module.urlpatterns
    }
