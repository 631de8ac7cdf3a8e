"""Runs the example project on this machine, ready to be tried: ``make demo``.

Makes a database, a key to sign with and three users, says what to try, and serves until Ctrl-C.
A second run starts where the first one ended.
"""

import io
import os
import socket
import sys
from pathlib import Path

import django
from django.core.management import call_command

HOST = "127.0.0.1"  # this machine only: the users' password is public
PASSWORD = "correct-horse-battery"
MANAGER = "alice"

WHAT_TO_TRY = r"""
The demonstration is on {url} and stops with Ctrl-C.
Three users: alice, a manager, bob, and olive, who may use the admin.
Password of all: {password}

To see every step explained, in a second terminal:

    make tour BASE_URL={url}

Or go step by step with curl. Paste these into a second terminal, one after the other.

  Log in. Two tokens come back; each goes into a variable.

    API={url}/api
    TOKENS=$(curl -s $API/token/ -d username=alice -d password={password})
    pick() {{ printf '%s' "$TOKENS" | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }}
    ACCESS=$(pick access) REFRESH=$(pick refresh); echo "$TOKENS"

  Ask for the secure view, without a token and with one.

    curl -si $API/secure/; echo
    curl -si $API/secure/ -H "Authorization: Bearer $ACCESS"; echo

  Refresh. Two new tokens come back.

    TOKENS=$(curl -s $API/token/refresh/ -d refresh=$REFRESH)
    ACCESS=$(pick access) REFRESH=$(pick refresh); echo "$TOKENS"

  See where alice is logged in.

    curl -s $API/token/sessions/ -H "Authorization: Bearer $ACCESS"; echo

  See the same in a browser, as olive, and end it there or from a shell. Alice's next
  request is refused.

    {url}/admin/drf_jwt_kit/session/
    (cd example_project && ../.venv/bin/python manage.py jwtkit sessions list)

  Log out. The access token is dead at once, too.

    curl -si $API/token/logout/ -d refresh=$REFRESH; echo
    curl -si $API/secure/ -H "Authorization: Bearer $ACCESS"; echo

For a second service that takes the same tokens: make demo-service
"""


def main() -> int:
    """Prepare and serve. Exit code 2: the port cannot be had."""
    port = chosen_port(8000, command="make demo")
    if port is None:
        return 2

    # Whatever the shell has been used for before: this is never production.
    os.environ["DJANGO_ENV"] = "development"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    keys = Path(os.environ.setdefault("JWT_KEYS", str(Path(__file__).parent / "keys")))
    django.setup()
    call_command("migrate", verbosity=0)
    if not keys.exists():
        call_command("jwtkit", "keys", "generate", stdout=io.StringIO())
    call_command("make_demo_users", password=PASSWORD)

    print(WHAT_TO_TRY.format(url=f"http://{HOST}:{port}", password=PASSWORD), flush=True)
    call_command("runserver", f"{HOST}:{port}", "--noreload")
    return 0


def chosen_port(usual: int, *, command: str) -> str | None:
    """The port that PORT names, or else the usual one. None, said, where it cannot be had."""
    port = os.environ.get("PORT") or str(usual)
    problem = port_problem(port)
    if problem is None:
        return port
    others = range(usual + 1, 9000)
    free = next((n for n in others if port_problem(str(n)) is None), usual + 1)
    print(f"{problem}\nChoose another one: {command} PORT={free}", file=sys.stderr)
    return None


def port_problem(port: str) -> str | None:
    """Why nothing can be served on ``port``, or None."""
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        return f"PORT is {port!r}, which is not a port: those are numbers from 1 to 65535."
    with socket.socket() as probe:
        # As the server will: a port whose connections are only just closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(port)))
            # Two programs may both bind this way; only one can listen.
            probe.listen()
        except PermissionError:
            return f"Port {port} is reserved for the system's own services."
        except OSError:
            return f"Port {port} is taken by another program."
    return None


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
