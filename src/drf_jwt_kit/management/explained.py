"""What does the id of a check, a code or a reason mean, and what is the cure?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rest_framework.exceptions import APIException

from drf_jwt_kit import exceptions

from .check_texts import level_of, run_by, texts_by_id
from .cures import OF_CODES, OF_REASONS, OF_REST_FRAMEWORK, OF_SOCKETS

_PREFIX = "drf_jwt_kit."


def explained(code: str) -> Iterator[str]:
    """Lines about ``code``, which may be written as ``W104`` or ``drf_jwt_kit.W104``; none for what
    is not ours."""
    code = code.strip()
    yield from _of_check(code.removeprefix(_PREFIX).upper())
    for cls in refusals():
        if cls.default_code == code:
            yield from _of_refusal(cls)
    if code in OF_REST_FRAMEWORK:
        status, when, cure = OF_REST_FRAMEWORK[code]
        yield f"{code}: {status}, in REST Framework's words."
        yield f"  Why: {_plain(when)}."
        yield f"  Cure: {_plain(cure)}"
    if code in OF_SOCKETS:
        when, cure = OF_SOCKETS[code]
        yield f"{code}: a socket was closed with it."
        yield f"  Why: {when}."
        yield f"  Cure: {_plain(cure)}"
    for reason in exceptions.Reason:
        if reason.value == code:
            yield f"{code}: a reason of token_not_valid, 401."
            yield f"  It says: {reason.detail}"
            yield f"  Cure: {_plain(OF_REASONS[reason])}"


def refusals() -> list[Any]:
    """Every refusal of ours, in the order of their module."""
    found = vars(exceptions).values()
    return [cls for cls in found if isinstance(cls, type) and issubclass(cls, APIException)]


def _of_check(number: str) -> Iterator[str]:
    texts = texts_by_id().get(number, [])
    if texts:
        yield f"{number}: {level_of(number).lower()}, from {_plain(run_by(number))}."
    for says, hint in texts:
        yield f"  It says: {says}"
        yield f"  Cure: {hint}"


def _of_refusal(cls: Any) -> Iterator[str]:
    why = " ".join((cls.__doc__ or "").partition("\n\n")[0].split())
    yield f"{cls.default_code}: {cls.status_code}, {cls.__name__}."
    yield f"  Why: {_plain(why)}"
    yield f"  Cure: {_plain(OF_CODES[cls.default_code])}"


def _plain(text: str) -> str:
    return text.replace("`", "")
