"""Which docstrings are for readers of an API? A project's own: ours are for its developers."""

from __future__ import annotations

import inspect
from itertools import takewhile
from typing import Any

from drf_spectacular.settings import spectacular_settings

_FOR_DEVELOPERS = ("drf_jwt_kit.", "rest_framework_simplejwt.")


def own_text(target: type[Any]) -> str:
    """The docstring of a project's class, or of one that it extends; empty if there is none."""
    if getattr(spectacular_settings, "DISABLE_DOCSTRING_DESCRIPTIONS", False):  # from 0.29 on
        return ""
    ends = set(spectacular_settings.GET_LIB_DOC_EXCLUDES())
    classes = takewhile(lambda one: one not in ends, target.__mro__)
    own = (one.__doc__ for one in classes if not one.__module__.startswith(_FOR_DEVELOPERS))
    return inspect.cleandoc(next(filter(None, own), ""))
