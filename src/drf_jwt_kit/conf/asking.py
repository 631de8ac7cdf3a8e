"""For which request is a token made or read? So that settings may be functions of the request.

Token classes and the engine's own functions know no request. Who does, an endpoint or an
authentication class, says so here once for all that it calls.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest

_F = TypeVar("_F", bound=Callable[..., Any])
_asking: ContextVar[HttpRequest | None] = ContextVar("drf_jwt_kit_asking", default=None)


class for_request:  # noqa: N801  # named as contextlib names what begins a block
    """Make and read tokens for ``request`` (Django's or REST framework's) in this block.

    Only in this thread or task, and in what it awaits. None keeps the request of an outer block.
    """

    __slots__ = ("_before", "_request")

    def __init__(self, request: Any) -> None:
        self._request = getattr(request, "_request", request)

    def __enter__(self) -> None:
        self._before = _asking.set(_asking.get() if self._request is None else self._request)

    def __exit__(self, *_: object) -> None:
        _asking.reset(self._before)


def for_its_request(function: _F) -> _F:
    """``function``, whose second argument is ``request``, run in ``for_request`` of that."""

    @wraps(function)
    def asked(*args: Any, **kwargs: Any) -> Any:
        request = kwargs.get("request", args[1] if len(args) > 1 else None)
        with for_request(request):
            return function(*args, **kwargs)

    return cast("_F", asked)


def asking() -> HttpRequest | None:
    """Django's request for which tokens are made and read now; None if there is none."""
    return _asking.get()
