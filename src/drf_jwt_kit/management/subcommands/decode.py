"""``jwtkit decode``: what does a token say, and what is wrong with it?

Reads it from standard input, since an argument stands in the history of a shell and in the list of
processes. Writes what it says, never its signature.
"""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.views.decorators.debug import sensitive_variables

from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.jose.codec import MAX_TOKEN_LENGTH, TokenKind
from drf_jwt_kit.management.columns import print_line, print_lines, printable
from drf_jwt_kit.sessions.diagnosis import Diagnosis, diagnose
from drf_jwt_kit.sessions.faults import reason_of

HELP = "Say what a token from standard input holds, and what is wrong with it."
_TIMES = ("exp", "nbf", "iat", "auth_time")
_MOST = 4 * MAX_TOKEN_LENGTH
_LATEST = 2**40
_NO_ARGUMENT = (
    "A token as an argument stays in the history of the shell and is shown in the list of "
    "processes. End its session, and pipe the next one in: jwtkit decode < FILE"
)


def add_arguments(parser: CommandParser) -> None:
    """Declare what may follow. A token may not, and is told so."""
    parser.add_argument("token", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="Answer JSON, for a program.")
    says = "The kind of token that it should be; without this, either will do."
    kinds = [kind.name.lower() for kind in TokenKind]
    parser.add_argument("--as", choices=kinds, dest="expected", help=says)
    parser.set_defaults(run=run)


@sensitive_variables()
def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Write what the token says. The exit status is 1 if it is refused, 2 if nobody can tell."""
    if options["token"]:
        raise CommandError(_NO_ARGUMENT, returncode=2)
    expected = options["expected"]
    try:
        found = diagnose(_presented(), expected and TokenKind[expected.upper()])
    except (ImproperlyConfigured, ServiceUnavailable) as error:
        why = printable(reason_of(error))
        raise CommandError(f"Nobody can tell now: {why}", returncode=2) from error
    if options["json"]:
        print_line(command.stdout, _as_json(found))
    else:
        print_lines(command.stdout, map(printable, _lines(found)))
    if found.faults:
        raise CommandError("The token is refused.", returncode=1)


def _presented() -> str:
    """The token, without the word and the quotes that it may be copied with."""
    is_typed = sys.stdin.isatty()
    text = getpass.getpass("Token (not shown): ") if is_typed else sys.stdin.read(_MOST)
    words = text.replace('"', " ").replace("'", " ").split()
    if not words:
        raise CommandError("Nothing came in. Pipe a token in: jwtkit decode < FILE", returncode=2)
    return words[-1]


def _lines(found: Diagnosis) -> Iterator[str]:
    kind = "A token that could not be verified"
    if found.kind is not None:
        kind = f"{found.kind.name.capitalize()} token"
    yield f"{kind}, with this header and these claims:"
    yield from (f"  {name} = {value!r}" for name, value in found.header.items())
    yield ""
    yield from (f"  {name} = {value!r}{_time(name, value)}" for name, value in found.claims.items())
    yield ""
    if found.session:
        yield f"Its session: {found.session}"
    if not found.faults:
        yield "Nothing is wrong with it."
        return
    yield "What is wrong:"
    yield from (f"  {fault.code}: {fault.text}" for fault in found.faults)


def _time(name: str, value: object) -> str:
    if name not in _TIMES or type(value) is not int or not 0 < value < _LATEST:
        return ""
    try:
        return f"  ({datetime.fromtimestamp(value, timezone.utc):%Y-%m-%d %H:%M:%S} UTC)"
    except (ValueError, OverflowError):  # beyond the year 9999
        return ""


def _as_json(found: Diagnosis) -> str:
    document = {
        "accepted": not found.faults,
        "kind": found.kind and found.kind.name.lower(),
        "origin": found.origin and found.origin.value,
        "header": found.header,
        "claims": found.claims,
        "session": found.session,
        "faults": [{"code": fault.code, "text": fault.text} for fault in found.faults],
    }
    return json.dumps(document, indent=2, sort_keys=True)
