"""Runs the example project on this machine, ready to be tried: ``make demo``.

Makes a database, a key to sign with and three users, says what to try, and serves until Ctrl-C.
A second run starts where the first one ended.
"""

import io
import os
import socket
import sys
import threading
import time
import webbrowser
from pathlib import Path

import django
from django.core.management import call_command

HOST = "127.0.0.1"  # this machine only: the users' password is public
SHOP_PORT, SERVICE_PORT = 8000, 8001
PASSWORD = "correct-horse-battery"
MANAGER = "alice"

WHAT_TO_TRY = r"""
Open this page, and log in, end devices and play a theft on it:

    {url}/

{browser}
Three users: alice, a manager, bob, and olive, who may use the admin.
Password of all: {password}
The demonstration stops with Ctrl-C.

To see every step of the API explained, in a second terminal:

    make tour BASE_URL={url}

Or go step by step with curl. Paste these into a second terminal, one after the other.

  Log in. Two tokens come back; each goes into a variable.

    API={url}/api
    TOKENS=$(curl -sS $API/token/ -d username=alice -d password={password})
    pick() {{ printf '%s' "$TOKENS" | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }}
    ACCESS=$(pick access) REFRESH=$(pick refresh); echo "$TOKENS"

  Ask for the secure view, without a token and with one.

    curl -sSi $API/secure/; echo
    curl -sSi $API/secure/ -H "Authorization: Bearer $ACCESS"; echo

  Refresh. Two new tokens come back.

    TOKENS=$(curl -sS $API/token/refresh/ -d refresh=$REFRESH)
    ACCESS=$(pick access) REFRESH=$(pick refresh); echo "$TOKENS"

  See where alice is logged in.

    curl -sS $API/token/sessions/ -H "Authorization: Bearer $ACCESS"; echo

  See the same in a browser, as olive, and end it there or from a shell. Alice's next
  request is refused.

    {url}/admin/drf_jwt_kit/session/
    (cd example_project && ../.venv/bin/python manage.py jwtkit sessions list)

  Log out. The access token is dead at once, too.

    curl -sSi $API/token/logout/ -d refresh=$REFRESH; echo
    curl -sSi $API/secure/ -H "Authorization: Bearer $ACCESS"; echo

For a second service that takes the same tokens: make demo-service
"""

BROWSER_WORDS = {
    True: "Your browser opens it in a moment; DEMO_BROWSER=no leaves that out.",
    False: "DEMO_BROWSER=yes before the command opens your browser there.",
}


def main() -> int:
    """Prepare and serve. Exit code 2: the port cannot be had."""
    port = chosen_port(SHOP_PORT, command="make demo")
    if port is None:
        return 2

    # Whatever the shell has been used for before: this is never production.
    os.environ["DJANGO_ENV"] = "development"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["DEMO_PASSWORD"] = PASSWORD  # the page offers to fill it in
    keys = Path(os.environ.setdefault("JWT_KEYS", str(Path(__file__).parent / "keys")))
    django.setup()
    call_command("migrate", verbosity=0)
    if not keys.exists():
        call_command("jwtkit", "keys", "generate", stdout=io.StringIO())
    call_command("make_demo_users", password=PASSWORD)

    url = f"http://{HOST}:{port}"
    opens = browser_is_wanted()
    print(WHAT_TO_TRY.format(url=url, password=PASSWORD, browser=BROWSER_WORDS[opens]), flush=True)
    if opens:
        threading.Thread(target=open_browser, args=(url, int(port)), daemon=True).start()
    call_command("runserver", f"{HOST}:{port}", "--noreload")
    return 0


def browser_is_wanted() -> bool:
    """What DEMO_BROWSER says, yes or no; unset, only for somebody who sits at a desktop here.

    In a log, over SSH or on a server, opening a browser prints, waits, or takes the terminal.
    """
    if answer := os.environ.get("DEMO_BROWSER"):
        return answer == "yes"
    windows = sys.platform in {"darwin", "win32"} or {"DISPLAY", "WAYLAND_DISPLAY"} & set(
        os.environ
    )
    if not windows or not sys.stdout.isatty() or "SSH_CONNECTION" in os.environ:
        return False
    try:
        # Exactly this class is a browser inside the terminal; those with windows are others.
        return type(webbrowser.get()) is not webbrowser.GenericBrowser
    except webbrowser.Error:
        return False


def open_browser(url: str, port: int) -> None:
    """Open ``url`` once somebody listens there."""
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                webbrowser.open(url)
                return
        time.sleep(0.1)


def chosen_port(usual: int, *, command: str) -> str | None:
    """The port that PORT names, or else the usual one. None, said, where it cannot be had."""
    port = os.environ.get("PORT") or str(usual)
    problem = port_problem(port)
    if problem is None:
        return port
    # Neither demonstration offers the other one's, which may be started later.
    others = range(SERVICE_PORT + 1, 9000)
    free = next((n for n in others if port_problem(str(n)) is None), SERVICE_PORT + 1)
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
