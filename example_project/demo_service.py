"""Runs the second service beside the shop: ``make demo-service``, while ``make demo`` runs.

Says what to try, and serves until Ctrl-C.
"""

import os
import sys

import django
from demo import HOST, PASSWORD, SERVICE_PORT, chosen_port
from django.conf import settings
from django.core.management import call_command

WHAT_TO_TRY = r"""
The stock, a second service, is on {url} and stops with Ctrl-C.
It has no users and no database, and takes the tokens of the shop on {shop}.

Paste these into another terminal, one after the other.

  Log in at the shop. The access token goes into a variable.

    TOKENS=$(curl -sS {shop}/api/token/ -d username=alice -d password={password})
    pick() {{ printf '%s' "$TOKENS" | sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }}
    ACCESS=$(pick access) REFRESH=$(pick refresh); echo "$TOKENS"

  See the shop's public keys, which is all that the stock knows of it.

    curl -sS {shop}/.well-known/jwks.json; echo

  Ask the stock, without a token and with one. It never asks the shop who that is.

    curl -sSi {url}/stock/; echo
    curl -sS {url}/stock/ -H "Authorization: Bearer $ACCESS"; echo

  Order more. Managers may; log in as bob, and it is 403.

    curl -sS -X POST {url}/stock/reorder/ -H "Authorization: Bearer $ACCESS"; echo

  Log out. The shop refuses the token at once, the stock when it expires: after 15 minutes.

    curl -sS {shop}/api/token/logout/ -d refresh=$REFRESH; echo
    curl -sS {shop}/api/secure/ -H "Authorization: Bearer $ACCESS"; echo
    curl -sS {url}/stock/ -H "Authorization: Bearer $ACCESS"; echo

  Stop the shop. The stock goes on: it keeps the keys.
"""


def main() -> int:
    """Serve. Exit code 2: the port cannot be had."""
    port = chosen_port(SERVICE_PORT, command="make demo-service")
    if port is None:
        return 2

    os.environ["DJANGO_SETTINGS_MODULE"] = "stock.settings"
    django.setup()
    told = {"url": f"http://{HOST}:{port}", "shop": settings.SHOP, "password": PASSWORD}
    print(WHAT_TO_TRY.format(**told), flush=True)
    call_command("runserver", f"{HOST}:{port}", "--noreload")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
