"""Which attacks does a project withstand? Its own URLs are asked, as a stranger would.

``ATTACKS`` are functions of a Site: the name of each is what must be true, its docstring what
follows where it is not. One raises Broken where it is not true, and unittest's SkipTest where it
does not apply. pytest runs them all with ``--jwt-attacks``.
"""

from collections.abc import Callable
from contextlib import ExitStack
from inspect import isfunction
from types import ModuleType
from unittest import mock

from django.test import override_settings
from rest_framework.throttling import SimpleRateThrottle

from . import carried, ended, forged, renewed
from .site import Broken, Site

__all__ = ["ATTACKS", "Broken", "Site", "attack"]

_QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _attacks_of(module: ModuleType) -> list[Callable[[Site], None]]:
    mine = [
        one for one in vars(module).values() if getattr(one, "__module__", "") == module.__name__
    ]
    return [one for one in mine if isfunction(one) and not one.__name__.startswith("_")]


def _let_pass(*_: object) -> bool:
    return True


ATTACKS = [one for module in (forged, ended, renewed, carried) for one in _attacks_of(module)]


def attack(site: Site, how: Callable[[Site], None]) -> None:
    """Run one of ``ATTACKS``, inside a transaction of a test: unhindered by throttles, with quick
    passwords."""
    with ExitStack() as made:
        made.enter_context(override_settings(PASSWORD_HASHERS=_QUICK))
        made.enter_context(mock.patch.object(SimpleRateThrottle, "allow_request", _let_pass))
        how(site)
