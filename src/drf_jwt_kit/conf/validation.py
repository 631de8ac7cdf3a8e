"""What is wrong with a dict of settings? Answers sentences that name the cure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import MISSING, Field, fields
from datetime import timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured

from drf_jwt_kit.disclosure import shown

_SOUNDS_SECRET = re.compile("KEY|SECRET|PASSWORD", re.IGNORECASE)
_COMMA = " A comma after its last brace makes a tuple of a dict. Remove it."


class Source(NamedTuple):
    """A dict of settings: its name in messages, what the project wrote, and the known fields."""

    name: str
    mapping: Any
    fields: Mapping[str, Field[Any]]
    has_more: bool = False
    """Whether the dict may have settings of another package too."""


def known(cls: Any, source: str | None = None) -> dict[str, Field[Any]]:
    """The fields of a dataclass of settings: all, or those that the dict ``source`` may have."""
    named = {spec.name: spec for spec in fields(cls)}
    return {k: v for k, v in named.items() if source is None or source in v.metadata["sources"]}


def values(*sources: Source) -> dict[str, Any]:
    """The value of each setting: from the first dict that has it, or else the default."""
    specs = _specs(sources)
    found = {spec.name: spec.metadata["convert"](value) for spec, _, value in _given(sources)}
    merged = {spec.name: spec.default for spec in specs if spec.default is not MISSING} | found
    for spec in specs:
        if spec.metadata["grows"] and spec.name not in found:
            other, _ = spec.metadata["at_least"]
            merged[spec.name] = max(merged[spec.name], merged[other])
    return merged


def origins(*sources: Source) -> dict[str, str]:
    """The name of the dict that each given setting comes from, by the name of the setting."""
    return {spec.name: where.partition("[")[0] for spec, where, _ in _given(sources)}


def problems(*sources: Source) -> Iterator[str]:
    """One sentence for each error in the dicts."""
    for source in sources:
        if not isinstance(source.mapping, dict):
            comma = _COMMA if _is_dict_in_tuple(source.mapping) else ""
            yield f"{source.name} must be a dict of settings, not {shown(source.mapping)}.{comma}"
            return
    for source in sources:
        yield from _unknown(source)
    wrong = [*_missing(sources), *_wrong_values(sources)]
    yield from wrong or _too_short(sources)


def refuse(wrong: Iterable[str]) -> None:
    """Raise ImproperlyConfigured with all problems, one line each, if there are any."""
    if lines := "\n".join(wrong):
        raise ImproperlyConfigured(lines)


def nearest(name: object, names: Sequence[str]) -> str:
    """A sentence with the closest one of ``names``, or with all of them."""
    close = difflib.get_close_matches(str(name).upper(), names, n=1, cutoff=0.5)
    return f"Did you mean {close[0]!r}?" if close else f"The settings are: {', '.join(names)}."


def _specs(sources: Sequence[Source]) -> list[Field[Any]]:
    return list({name: spec for s in sources for name, spec in s.fields.items()}.values())


def _given(sources: Sequence[Source]) -> Iterator[tuple[Field[Any], str, Any]]:
    """Each setting that a dict has: its field, its place in messages, and its value."""
    for spec in _specs(sources):
        for source in sources:
            if spec.name in source.fields and spec.name in source.mapping:
                yield spec, f"{source.name}[{spec.name!r}]", source.mapping[spec.name]
                break


def _unknown(source: Source) -> Iterator[str]:
    for name in source.mapping:
        if name in source.fields or source.has_more:
            continue
        value = _shown(source.mapping[name], secret=bool(_SOUNDS_SECRET.search(str(name))))
        yield (
            f"{source.name}[{shown(name)}] is not a setting (its value: {value})."
            f" {nearest(name, list(source.fields))}"
        )


def _missing(sources: Sequence[Source]) -> Iterator[str]:
    found = {spec.name for spec, _, _ in _given(sources)}
    for spec in _specs(sources):
        if spec.default is MISSING and spec.name not in found:
            accepts = spec.metadata["accepts"]
            yield f"{sources[0].name}[{spec.name!r}] is missing. Set it to {accepts}."


def _wrong_values(sources: Sequence[Source]) -> Iterator[str]:
    for spec, where, value in _given(sources):
        if not spec.metadata["valid"](value):
            said = _shown(value, secret=spec.metadata["secret"])
            cure = _as_duration(spec.metadata["valid"], value)
            yield f"{where} must be {spec.metadata['accepts']}, not {said}.{cure}"


def _too_short(sources: Sequence[Source]) -> Iterator[str]:
    value, where = values(*sources), {spec.name: place for spec, place, _ in _given(sources)}
    for spec in _specs(sources):
        other, otherwise = spec.metadata["at_least"] or (None, None)
        if other and value[spec.name] < value[other]:
            place = where.get(spec.name, f"{sources[0].name}[{spec.name!r}]")
            yield (
                f"{place} ({value[spec.name]}) is shorter than {other} ({value[other]}), so "
                f"{otherwise}. Make it at least as long."
            )


def _as_duration(valid: Callable[[Any], bool], value: Any) -> str:
    """How a number is written that was meant as seconds."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        with suppress(OverflowError, ValueError):  # longer than a timedelta can be, or no number
            if valid(timedelta(seconds=value)):
                return f" For seconds, write timedelta(seconds={value!r})."
    return ""


def _is_dict_in_tuple(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 1 and isinstance(value[0], dict)


def _shown(value: object, *, secret: bool) -> str:
    # An address may hold a password.
    return "(not shown)" if secret or "@" in str(value) else shown(value)
