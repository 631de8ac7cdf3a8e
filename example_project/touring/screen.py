"""How does an HTTP conversation look in a terminal? Prints, and decides nothing."""

import json
import os
import re
import sys
import textwrap
import time
from typing import Any

WIDTH = 92
_TOKEN = re.compile(r"eyJ[\w-]{10,}\.[\w-]+\.[\w-]+")
_MOMENTS = {"exp", "iat", "auth_time"}
_MOST_SHOWN = 3
_BOLD, _DIM, _CYAN, _GREEN, _YELLOW, _RED = "1", "2", "36", "32", "33", "31"


def title(number: int, text: str) -> None:
    """The headline of a step."""
    line = f"{number}. {text} "
    print("\n" + _coloured(line + "-" * (WIDTH - len(line)), _BOLD))


def paragraph(text: str) -> None:
    """A sentence or two for the reader."""
    print(textwrap.fill(text, WIDTH))


def request(method: str, path: str, headers: dict[str, str], body: Any) -> None:
    """What is sent."""
    print("\n" + _coloured(f"  > {method} {path}", _CYAN))
    _message(headers, body)


def answer(status: str, headers: dict[str, str], body: Any) -> None:
    """What came back."""
    print(_coloured(f"  < {status}", _GREEN if status.startswith("2") else _YELLOW))
    _message(headers, body)


def token(header: dict[str, Any], claims: dict[str, Any]) -> None:
    """A token, taken apart."""
    for name, part in (("header", header), ("claims", claims)):
        print(_coloured(f"\n  {name}", _CYAN))
        for key, value in part.items():
            when = f"  ({_moment(value)})" if key in _MOMENTS else ""
            print(f"    {key:<11} {json.dumps(value)}{_coloured(when, _DIM)}")


def fact(text: str) -> None:
    """Something that was checked."""
    print(_coloured(f"  = {text}", _GREEN))


def failure(text: str) -> None:
    """Why the tour ends here, on stderr."""
    sys.stdout.flush()
    print("\n" + _coloured(text, _RED, sys.stderr), file=sys.stderr)


def summary(text: str) -> None:
    """The last line."""
    print("\n" + _coloured(text, _BOLD))


def readable(value: Any) -> str:
    """JSON on one line, or on several where that is too long; tokens shortened."""
    text = _shortened(value if isinstance(value, str) else json.dumps(value))
    if isinstance(value, str) or len(text) <= WIDTH:
        return text
    if isinstance(value, list) and len(value) > _MOST_SHOWN:
        shown = readable(value[:_MOST_SHOWN])
        return f"{shown}\n... and {len(value) - _MOST_SHOWN} more"
    return _shortened(json.dumps(value, indent=2))


def _message(headers: dict[str, str], body: Any) -> None:
    for name, value in headers.items():
        print(_coloured(f"    {name}: {_shortened(value)}", _DIM))
    if body is not None:
        print(textwrap.indent(readable(body), "    "))


def _shortened(text: str) -> str:
    return _TOKEN.sub(lambda found: f"{found[0][:12]}...{found[0][-6:]}", text)


def _moment(epoch: int) -> str:
    seconds = epoch - time.time()
    if abs(seconds) < 10:
        return "now"
    amount, unit = (seconds / 60, "min") if abs(seconds) < 7200 else (seconds / 3600, "h")
    return f"in {amount:.0f} {unit}" if amount > 0 else f"{-amount:.0f} {unit} ago"


def _coloured(text: str, code: str, stream: Any = None) -> str:
    stream = stream or sys.stdout
    if not text or os.environ.get("NO_COLOR") or not stream.isatty():
        return text
    return f"\x1b[{code}m{text}\x1b[0m"
