"""Which of the project's backends does Django pass over when it asks about a password?"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Collection
from typing import Any

from django.conf import settings as django_settings
from django.contrib.auth import load_backend

from . import events

_CURE = "let authenticate() of a backend take these names, or **kwargs"


def log_passed_over(credentials: Collection[str]) -> None:
    """Name the backends that take no such credentials: Django passes over them without a word."""
    given, paths = ",".join(credentials), django_settings.AUTHENTICATION_BACKENDS
    passed_over = [path for path in paths if not _takes(load_backend(path), credentials)]
    for path in passed_over:
        events.log("backend_passed_over", backend=path, given=given)
    if len(passed_over) == len(paths):
        events.log("no_backend", level=logging.WARNING, given=given, cure=_CURE)


def _takes(backend: Any, names: Collection[str]) -> bool:
    """Whether Django calls it. Source: ``django.contrib.auth._get_compatible_backends``."""
    try:
        inspect.signature(backend.authenticate).bind(None, **dict.fromkeys(names))
    except TypeError:
        return False
    return True
