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
