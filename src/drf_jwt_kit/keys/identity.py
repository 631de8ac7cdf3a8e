"""What tells a source of keys from another one in the same place of a list? Shows no key."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from django.utils.encoding import force_bytes

from drf_jwt_kit.disclosure import is_wordlike, shown

_OF_THIS_PROCESS = os.urandom(16)


def identity_of(source: Any) -> str:
    """What a name of ``source`` ends with, where the place is not enough; empty where it is.

    Another file, key or state is another source. A key itself, and what may be one in the wrong
    place, is told by a hash that means nothing outside of this process.
    """
    if isinstance(source, dict):
        told = ("state", "file", "env")
        said = {name: _told(source[name]) for name in told if name in source}
        if "key" in source:
            said["key"] = _hashed(source["key"])
        return "".join(f" {name}={value}" for name, value in said.items())
    if isinstance(source, (str, os.PathLike)):
        return f" {_told(source)}"
    name = getattr(source, "__qualname__", None)
    return f" {source.__module__}.{name}" if name else ""


def misplaced_key(source: Any) -> str:
    """Where the text of a key stands in ``source`` that is taken for something else, or "".

    As the end of a sentence, which must name such a source by its place alone.
    """
    if not isinstance(source, dict):
        return "in place of a source" if _is_key_text(source) else ""
    if any(map(_is_key_text, source)):
        return "as the name of a member"
    wrong = (name for name, value in source.items() if name != "key" and _is_key_text(value))
    return next((f"as its {shown(name)}" for name in wrong), "")


def is_directory(source: Any) -> bool:
    """Whether a source is the path of a directory: a dotted path has no slash in it."""
    has_slash = isinstance(source, str) and ("/" in source or os.sep in source)
    return (has_slash or isinstance(source, os.PathLike)) and not misplaced_key(source)


def _is_key_text(value: Any) -> bool:
    """Whether ``value`` is a PEM or a JWK, which no path, name or time looks like."""
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(text, str):
        return False
    return "-----BEGIN" in text or (text.lstrip().startswith("{") and '"kty"' in text)


def _told(value: Any) -> str:
    # Not by what exists, or a file that is taken away would become another source.
    return str(value) if is_wordlike(str(value)) else _hashed(str(value))


def _hashed(value: Any) -> str:
    text = force_bytes(value, errors="surrogatepass")
    return hashlib.blake2b(text, key=_OF_THIS_PROCESS, digest_size=8).hexdigest()
