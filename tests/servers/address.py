"""Where is a server? In a URL as DATABASE_URL has it: ``mysql://user:password@host:port/``.

Read from the environment, or else from what ``make services`` wrote down.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

WRITTEN_DOWN = Path(__file__).resolve().parents[2] / ".services" / "addresses"


@dataclass(frozen=True, kw_only=True)
class Address:
    """One server. The URL's path is not read: each test module makes a database of its own."""

    host: str
    port: int
    user: str = ""
    password: str = ""

    @classmethod
    def of_url(cls, url: str, *, port: int) -> Address:
        """Where ``url`` points to; ``port`` is the one that it may leave out."""
        parts = urlsplit(url)
        return cls(
            host=parts.hostname or "127.0.0.1",
            port=parts.port or port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


def given(variable: str) -> str:
    """The URL of a server that is there already; empty where none was named."""
    if os.environ.get(variable):
        return os.environ[variable]
    lines = WRITTEN_DOWN.read_text().splitlines() if WRITTEN_DOWN.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line).get(variable, "")
