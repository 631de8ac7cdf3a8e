"""What tells a source of keys from another one in the same place of a list? Shows no key."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from django.utils.encoding import force_bytes

_OF_THIS_PROCESS = os.urandom(16)


def identity_of(source: Any) -> str:
    """What a name of ``source`` ends with, where the place is not enough; empty where it is.

    Another file, key or state is another source. A key itself is told by a hash that means
    nothing outside of this process.
    """
    if isinstance(source, dict):
        said = {name: source[name] for name in ("state", "file", "env") if name in source}
        if "key" in source:
            text = force_bytes(source["key"], errors="surrogatepass")
            said["key"] = hashlib.blake2b(text, key=_OF_THIS_PROCESS, digest_size=8).hexdigest()
        return "".join(f" {name}={value}" for name, value in said.items())
    if isinstance(source, (str, os.PathLike)):
        return f" {source}"
    name = getattr(source, "__qualname__", None)
    return f" {source.__module__}.{name}" if name else ""


def misplaced_key(source: Any) -> str:
    """Where the text of a key stands in ``source`` that is taken for something else, or "".

    As the end of a sentence. Such a source must be named by its place alone.
    """
    if not isinstance(source, dict):
        return "in place of a source" if _is_pem(source) else ""
    wrong = (str(name) for name, value in source.items() if name != "key" and _is_pem(value))
    name = next(wrong, "")
    return name and f"as its {name!r}"


def is_directory(source: Any) -> bool:
    """Whether a source is the path of a directory: a dotted path has no slash in it."""
    has_slash = isinstance(source, str) and ("/" in source or os.sep in source)
    return (has_slash or isinstance(source, os.PathLike)) and not misplaced_key(source)


def _is_pem(value: Any) -> bool:
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    return "-----BEGIN" in text if isinstance(text, str) else False
