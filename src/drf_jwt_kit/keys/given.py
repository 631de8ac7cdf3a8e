"""Which keys does ``DRF_JWT_KIT["KEYS"]`` name? Reads each source; decides nothing about them.

A source is one key as a dict, a directory, a function that returns sources, or the word
"SECRET_KEY". A list of sources is read in order.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.utils.encoding import force_bytes
from django.utils.module_loading import import_string

from drf_jwt_kit.exceptions import UnusableKey

from .derived import keys_of_secret_key
from .directory import keys_in
from .material import key_in
from .ring import KeyState, PlacedKey

if TYPE_CHECKING:
    from collections.abc import Mapping

_FROM = ("file", "env", "key")
_MEMBERS = (*_FROM, "algorithm", "kid", "state", "since", "passphrase", "sign")
_STATES = [state.value for state in KeyState]
_SHAPE = (
    "A key is a dict with one of 'file', 'env' or 'key', and where needed 'algorithm', 'kid', "
    "'state', 'since', 'passphrase' or 'sign'."
)


def given_keys(sources: Any, where: str = "DRF_JWT_KIT['KEYS']") -> list[PlacedKey]:
    """The keys of ``KEYS``, or of what a function of the project returns, in order.

    Raises UnusableKey.
    """
    if not isinstance(sources, (list, tuple)):
        return _keys_of(sources, where)
    keys: list[PlacedKey] = []
    for number, source in enumerate(sources):
        keys += _keys_of(source, f"{where}[{number}]")
    return keys


def key_files(sources: Any) -> list[Path]:
    """The files that ``KEYS`` names one by one."""
    listed = sources if isinstance(sources, (list, tuple)) else [sources]
    named = [source["file"] for source in listed if isinstance(source, dict) and "file" in source]
    return [Path(file) for file in named if isinstance(file, (str, os.PathLike))]


def directories(sources: Any) -> list[Path]:
    """The directories among the sources."""
    listed = sources if isinstance(sources, (list, tuple)) else [sources]
    return [Path(source) for source in listed if is_directory(source)]


def is_directory(source: Any) -> bool:
    """Whether a source is the path of a directory: a dotted path has no slash in it."""
    return isinstance(source, os.PathLike) or (
        isinstance(source, str) and any(sep in source for sep in ("/", os.sep))
    )


def _keys_of(source: Any, where: str) -> list[PlacedKey]:
    if isinstance(source, dict):
        return [_key_of(source, where)]
    if source == "SECRET_KEY":
        return keys_of_secret_key()
    if is_directory(source):
        return keys_in(Path(source))
    if isinstance(source, str) or callable(source):
        return _keys_of_function(source, where)
    raise UnusableKey(f"{where} is no source of keys.", hint=_SHAPE, id="drf_jwt_kit.E020")


def _keys_of_function(source: Any, where: str) -> list[PlacedKey]:
    function = _imported(source, where)
    name = getattr(function, "__qualname__", type(function).__qualname__)
    try:
        answer = function()
    except Exception as error:
        raise UnusableKey(
            f"{where} is {name}, which raised {type(error).__name__}.",
            hint="Ask what it asks by hand: what it needs may be away, or refuse this process.",
            id="drf_jwt_kit.E021",
        ) from error
    return given_keys(answer, f"the answer of {name}")


def _imported(path: Any, where: str) -> Any:
    try:
        function = import_string(path) if isinstance(path, str) else path
    except ImportError as error:
        raise UnusableKey(
            f"{where} is {path!r}, which cannot be imported: {error}.",
            hint="Give the path of a directory (with a slash in it), the dotted path of a "
            "function that returns keys, or 'SECRET_KEY'.",
            id="drf_jwt_kit.E020",
        ) from error
    return function


def _key_of(source: Mapping[str, Any], where: str) -> PlacedKey:
    _demand_members(source, where)
    text, place = _text_of(source, where)
    _demand_other_than_secret_key(text.strip(), place)
    words = {name: source.get(name) for name in ("algorithm", "kid", "passphrase")}
    key = key_in(text, where=place, **words)
    _demand_other_than_secret_key(key.verifying_key, place)  # it may have come as a JWK
    if "sign" in source:
        key = replace(key, signing_key=_function_that_signs(source["sign"], where))
    state = source.get("state")
    return PlacedKey(
        key=key,
        state=None if state is None else KeyState(state),
        where=place,
        since=_since(source.get("since"), where),
    )


def _demand_other_than_secret_key(material: Any, where: str) -> None:
    if material == force_bytes(django_settings.SECRET_KEY).strip():
        raise UnusableKey(
            f"{where} is SECRET_KEY itself. Whoever learns one use of it would have the other, "
            "and neither could be replaced alone.",
            hint="Write KEYS = ['SECRET_KEY'], and a key is derived from it; or make a key that "
            "is for tokens alone.",
            id="drf_jwt_kit.E024",
        )


def _demand_members(source: Mapping[str, Any], where: str) -> None:
    for name in source:
        if name not in _MEMBERS:
            raise UnusableKey(
                f"{where} has a member {name!r}, which means nothing.",
                hint=_SHAPE,
                id="drf_jwt_kit.E020",
            )
    if sum(name in source for name in _FROM) != 1:
        raise UnusableKey(
            f"{where} does not say in one way where its key is.", hint=_SHAPE, id="drf_jwt_kit.E020"
        )
    if not isinstance(source.get("file", ""), (str, os.PathLike)):
        raise UnusableKey(
            f"{where} has a 'file' that is no path.", hint=_SHAPE, id="drf_jwt_kit.E020"
        )
    for name in ("env", "algorithm", "kid", "passphrase"):
        if not isinstance(source.get(name), (str, type(None))):
            raise UnusableKey(
                f"{where} has a member {name!r} that is not a string.",
                hint=_SHAPE,
                id="drf_jwt_kit.E020",
            )
    if source.get("state", _STATES[0]) not in _STATES:
        raise UnusableKey(
            f"{where} has a 'state' that is none.",
            hint=f"Use one of: {', '.join(_STATES)}. Without one, the first key signs.",
            id="drf_jwt_kit.E020",
        )


def _function_that_signs(sign: Any, where: str) -> Any:
    try:
        function = import_string(sign) if isinstance(sign, str) else sign
    except ImportError:
        function = None
    if not callable(function):
        raise UnusableKey(
            f"{where} is to be signed for by {sign!r}, which is no function that can be imported.",
            hint="Give the dotted path of a function from bytes to their signature, or itself.",
            id="drf_jwt_kit.E020",
        )
    return function


def _since(value: Any, where: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        moment = value
    if moment is not None and not (isinstance(moment, datetime) and moment.tzinfo):
        raise UnusableKey(
            f"{where} has a 'since' that is no time with a time zone.",
            hint="Say since when the key is in its state: '2026-01-31T12:00:00+00:00', or an "
            "aware datetime.",
            id="drf_jwt_kit.E020",
        )
    return moment


def _text_of(source: Mapping[str, Any], where: str) -> tuple[bytes, str]:
    """The text of the key, and what to call it in a message."""
    if "env" in source:
        return _text_in_environment(source["env"], where)
    if "file" in source:
        return _text_in_file(source["file"], where)
    text = source["key"]
    if not isinstance(text, (str, bytes)) or not text:
        raise UnusableKey(
            f"{where} has a 'key' that is not a text.",
            hint="Give a PEM, a JWK or a secret.",
            id="drf_jwt_kit.E021",
        )
    try:
        return force_bytes(text), where
    except UnicodeEncodeError:  # which holds the whole text
        raise UnusableKey(
            f"{where} has a 'key' that is no text in UTF-8.",
            hint="Give a secret of arbitrary bytes as bytes, or encoded.",
            id="drf_jwt_kit.E021",
        ) from None


def _text_in_environment(name: str, where: str) -> tuple[bytes, str]:
    text = os.environ.get(name)
    if not text:
        raise UnusableKey(
            f"{where} is in the environment variable {name}, which is not set here.",
            hint=f"Set {name} for every process of this project, or take the key out of the list.",
            id="drf_jwt_kit.E021",
        )
    return os.fsencode(text), f"{where} (the variable {name})"


def _text_in_file(path: str | os.PathLike[str], where: str) -> tuple[bytes, str]:
    try:
        return Path(path).read_bytes(), f"{where} (the file {path})"
    except (OSError, ValueError) as error:  # a path with a null byte in it
        why = getattr(error, "strerror", error)
        raise UnusableKey(
            f"{where} is in the file {path}, which cannot be read: {why}.",
            hint="Give the path of a file that the user of this process may read.",
            id="drf_jwt_kit.E021",
        ) from error
