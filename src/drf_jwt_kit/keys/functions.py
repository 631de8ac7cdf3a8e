"""Which functions of the project answer keys or sign, and what does one answer?

A source, or a ``sign``, is a function or its dotted path.
"""

from __future__ import annotations

from inspect import signature
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.utils.module_loading import import_string

from drf_jwt_kit.disclosure import is_harmless
from drf_jwt_kit.exceptions import UnusableKey

from .identity import is_directory

FUNCTION_FAILED = "drf_jwt_kit.E061"
FUNCTION_NOT_FOUND = "drf_jwt_kit.E062"

_WHAT_A_PATH_NAMES = (
    "KEYS takes the path of a directory (with a slash in it), 'SECRET_KEY', or the dotted path of "
    "a function that returns keys; 'sign' takes the dotted path of a function that signs bytes."
)


def is_function(source: Any) -> bool:
    """Whether a source is a function, or the dotted path of one."""
    named = isinstance(source, str) and source != "SECRET_KEY" and not is_directory(source)
    return named or callable(source)


def takes_request(function: Any) -> bool:
    """Whether a function of the project's declares a parameter ``request``."""
    try:
        return "request" in signature(function).parameters
    except (TypeError, ValueError):  # it is written in C, or no function
        return False


def function_of(source: Any, where: str) -> Any:
    """The function that a source is, or names. Raises UnusableKey."""
    names = isinstance(source, str) and all(map(str.isidentifier, source.split(".")))
    function, why = source, "it cannot be called"
    try:
        function = import_string(source) if names else source
    except ImportError as error:
        function, why = None, str(error)
    if not callable(function):
        # A text that names nothing may be a secret.
        told = f"names {source!r} as a function, which cannot be used: {why}"
        is_told = names and is_harmless(source)
        problem = f"{where} {told if is_told else 'has a text that is no path'}."
        raise UnusableKey(problem, hint=_WHAT_A_PATH_NAMES, id=FUNCTION_NOT_FOUND)
    return function


def answer_of(source: Any, where: str, request: HttpRequest | None = None) -> tuple[str, Any]:
    """The name of a function of the project's, and what it answers. Raises UnusableKey.

    It gets ``request`` if it declares a parameter of that name: None for keys that a process
    remembers for all requests. Raises SuspiciousOperation if it does, for a request.
    """
    function = function_of(source, where)
    name = getattr(function, "__qualname__", type(function).__qualname__)
    try:
        answer = function(request=request) if takes_request(function) else function()
    except Exception as error:
        if request is not None and isinstance(error, SuspiciousOperation):
            raise
        problem = f"{where} is the function {name}, which raised {type(error).__name__}."
        hint = "Call it in a shell of this project: the service it asks may be down or refuse it."
        raise UnusableKey(problem, hint=hint, id=FUNCTION_FAILED) from error
    return name, answer
