"""Which keys does ``DRF_JWT_KIT["KEYS"]`` name? Reads each source. ring.py decides which one signs.

A source is one key as a dict, a directory, a function that returns sources, or the word
"SECRET_KEY". A list of sources is read in order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.utils.encoding import force_bytes

from drf_jwt_kit.conf.fields import as_tuple
from drf_jwt_kit.disclosure import is_harmless, shown
from drf_jwt_kit.exceptions import UnusableKey
from drf_jwt_kit.jose.key_text import key_in

from .directory import keys_in, read_file
from .functions import answer_of, function_of
from .identity import identity_of, is_directory, misplaced_key
from .lifecycle import is_sound
from .ring import Attempt, KeyState, Placed, PlacedKey, strictly
from .secret_key import keys_of_secret_key

WRONG_SOURCE = "drf_jwt_kit.E020"
VARIABLE_NOT_SET = "drf_jwt_kit.E063"
SECRET_KEY_ITSELF = "drf_jwt_kit.E024"

_WHERE_A_TEXT_GOES = "Write {'key': …} around it, or {'env': 'NAME'} for the variable that has it."
_WHAT_A_KEY_HAS = (
    "A key is a dict with one of 'file', 'env' and 'key', and where needed 'algorithm', 'kid', "
    "'state', 'since', 'passphrase' or 'sign'."
)


def _is_text(value: Any) -> bool:
    try:
        return isinstance(value, (str, bytes)) and bool(force_bytes(value))
    except UnicodeEncodeError:  # its message would show the key
        return False


def _is_string_or_none(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_aware_or_none(value: Any) -> bool:
    try:
        moment = _moment(value)
    except ValueError:
        return False
    return moment is None or (isinstance(moment, datetime) and is_sound(moment))


def _moment(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


_STATES = [state.value for state in KeyState]
_MEMBERS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "file": ("a path", lambda value: isinstance(value, (str, os.PathLike))),
    "env": ("the name of a variable", lambda value: isinstance(value, str)),
    "key": ("bytes, or text in UTF-8,", _is_text),
    "algorithm": ("a string", _is_string_or_none),
    "kid": ("a string", _is_string_or_none),
    "passphrase": ("a string", _is_string_or_none),
    "state": (f"one of {', '.join(_STATES)}", lambda value: value in _STATES),
    "since": ("a time with a time zone, such as '2026-01-31T12:00:00+00:00',", _is_aware_or_none),
    "sign": ("a function or its path", lambda value: isinstance(value, str) or callable(value)),
}
"""The members of a key: what each must be, in words, and as a test."""


def keys_of_sources(
    sources: Any, where: str = "DRF_JWT_KIT['KEYS']", attempt: Attempt = strictly
) -> list[Placed]:
    """The keys of ``KEYS``, or of what a function of the project returns, in order.

    Each source is read by ``attempt``. Raises UnusableKey.
    """
    if not isinstance(sources, (list, tuple)):
        return _attempted(sources, where, attempt)
    numbered = enumerate(sources)
    return [key for n, one in numbered for key in _attempted(one, f"{where}[{n}]", attempt)]


def key_files(sources: Any) -> list[Path]:
    """The files that ``KEYS`` names one by one."""
    sound = [source for source in as_tuple(sources) if not misplaced_key(source)]
    named = [source.get("file") for source in sound if isinstance(source, dict)]
    return [Path(file) for file in named if isinstance(file, (str, os.PathLike))]


def directories(sources: Any) -> list[Path]:
    """The directories among the sources."""
    return [Path(source) for source in as_tuple(sources) if is_directory(source)]


def names_secret_key(sources: Any) -> bool:
    """Whether the word "SECRET_KEY" is among the sources."""
    return "SECRET_KEY" in as_tuple(sources)


def _attempted(source: Any, where: str, attempt: Attempt) -> list[Placed]:
    says = source if isinstance(source, dict) else {}
    state = KeyState(says["state"]) if says.get("state") in _STATES else None
    return attempt(where + identity_of(source), partial(_keys_of, source, where, attempt), state)


def _keys_of(source: Any, where: str, attempt: Attempt) -> list[Placed]:
    if misplaced := misplaced_key(source):  # or the messages below would show it
        raise _wrong_source(f"{where} has the text of a key {misplaced}.", _WHERE_A_TEXT_GOES)
    if source == "SECRET_KEY":
        return [*keys_of_secret_key()]
    if is_directory(source):
        return keys_in(Path(source), attempt)
    if isinstance(source, str) or callable(source):
        return _keys_of_function(source, where, attempt)
    return [_key_of(source, where)]


def _keys_of_function(source: Any, where: str, attempt: Attempt) -> list[Placed]:
    name, answer = answer_of(source, where)

    def attempt_within(place: str, read: Callable[[], list[Placed]], state: Any) -> list[Placed]:
        return attempt(f"{where}: {place}", read, state)  # two functions may have one name

    place = f"the answer of {name}"
    if isinstance(answer, (list, tuple, dict)):
        return keys_of_sources(answer, place, attempt_within)
    return _keys_of(answer, place, attempt_within)  # whatever is wrong with it is with the function


def _key_of(source: Any, where: str) -> PlacedKey:
    if wrong := _what_is_wrong(source):
        raise _wrong_source(f"{where} is not a valid source of keys: it {wrong}.", _WHAT_A_KEY_HAS)
    text, place = _text_of(source, where)
    _require_other_than_secret_key(text.strip(), place)
    words = {name: source.get(name) for name in ("algorithm", "kid", "passphrase")}
    key = key_in(text, where=place, **words)
    _require_other_than_secret_key(key.verifying_key, place)  # it may have come as a JWK
    if "sign" in source:
        key = replace(key, signing_key=function_of(source["sign"], where))
    state = KeyState(source["state"]) if "state" in source else None
    return PlacedKey(key=key, state=state, where=place, since=_moment(source.get("since")))


def _wrong_source(problem: str, hint: str) -> UnusableKey:
    return UnusableKey(problem, hint=hint, id=WRONG_SOURCE)


def _what_is_wrong(source: Any) -> str | None:
    """Why ``source`` is not a valid key, as the end of a sentence about it; None if it is valid."""
    if not isinstance(source, dict):
        return "is not a dict"
    for name, value in source.items():
        if name not in _MEMBERS:
            return f"has an unknown member {shown(name)}"
        accepts, is_valid = _MEMBERS[name]
        if not is_valid(value):
            return f"must have {accepts} as its {name!r}"
    if sum(name in source for name in ("file", "env", "key")) != 1:
        return "must have exactly one of 'file', 'env' and 'key'"
    return None


def _require_other_than_secret_key(material: Any, where: str) -> None:
    if material == force_bytes(django_settings.SECRET_KEY).strip():
        why = "Whoever learns one would have both, and neither could be replaced alone."
        problem = f"{where} is SECRET_KEY itself. {why}"
        hint = "Write KEYS = ['SECRET_KEY'] to derive a key from it, or make another key."
        raise UnusableKey(problem, hint=hint, id=SECRET_KEY_ITSELF)


def _text_of(source: Mapping[str, Any], where: str) -> tuple[bytes, str]:
    """The text of the key, and the name that messages use for it."""
    if "key" in source:
        return force_bytes(source["key"]), where
    if "file" in source:
        place = f"{where} (the file {shown(source['file'], str)})"
        return read_file(Path(source["file"]), place), place
    name = source["env"]
    if not os.environ.get(name):
        problem = (
            f"{where} is in the environment variable {shown(name, str)}, which is not set here."
        )
        which = name if is_harmless(name) else "it, by its name and not its value,"
        hint = f"Set {which} for every process of this project, or remove the key from the list."
        raise UnusableKey(problem, hint=hint, id=VARIABLE_NOT_SET, is_missing=True)
    return os.fsencode(os.environ[name]), f"{where} (the variable {name})"
