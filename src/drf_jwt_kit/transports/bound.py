"""How does a browser learn that it may bind a session to its device, and what does it send then?

The headers of a draft, which may change: this module, ``sessions.bound``, ``jose.possession`` and
``views.bound`` are all that knows of it. Source: the W3C draft Device Bound Session Credentials.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.http import HttpResponseBase
from rest_framework.request import Request

from drf_jwt_kit.conf import get_settings

from .cookie import access_cookie

REGISTRATION = "Secure-Session-Registration"
CHALLENGE = "Secure-Session-Challenge"
RESPONSE = "Secure-Session-Response"
SESSION_ID = "Sec-Secure-Session-Id"
_ALGORITHMS = "(ES256 RS256)"


def offer(response: HttpResponseBase, *, address: str, challenge: str) -> None:
    """Ask the browser for a key. One that knows nothing of this goes on as ever."""
    response[REGISTRATION] = f'{_ALGORITHMS};path="{address}";challenge="{challenge}"'


def ask(response: HttpResponseBase, *, session_id: str, challenge: str) -> None:
    """Ask the browser for a proof that it has the key."""
    response[CHALLENGE] = f'"{challenge}";id="{session_id}"'


def proof_in(request: Request) -> str:
    """The proof that the browser has sent; empty if there is none."""
    return str(request.headers.get(RESPONSE, "")).strip().strip('"')


def named_in(request: Request) -> str:
    """The session whose cookie the browser renews, as it was told at the registration."""
    return str(request.headers.get(SESSION_ID, "")).strip().strip('"')


def instructions(session_id: str, *, address: str) -> dict[str, Any]:
    """What the browser is to do: renew the access cookie at ``address`` before it is needed.

    Also for requests of pages on hosts that the project trusts, which it would not by itself.
    """
    cookie, domain = access_cookie(), get_settings().COOKIE_DOMAIN
    trusted = _trusted_hosts()
    attributes = ["Path=/", "Secure", "HttpOnly", f"SameSite={cookie.samesite}"]
    return {
        "session_identifier": session_id,
        "refresh_url": address,
        "scope": {"include_site": False, "scope_specification": []},
        "credentials": [
            {
                "type": "cookie",
                "name": cookie.name,
                "attributes": "; ".join([*([f"Domain={domain}"] if domain else []), *attributes]),
            }
        ],
        **({"allowed_refresh_initiators": trusted} if trusted else {}),
    }


def farewell(session_id: str) -> dict[str, Any]:
    """The browser need not renew this session any more."""
    return {"session_identifier": session_id, "continue": False}


def _trusted_hosts() -> list[str]:
    """Those of CSRF_TRUSTED_ORIGINS, which may begin with an asterisk here as there."""
    hosts = (urlsplit(origin).hostname for origin in django_settings.CSRF_TRUSTED_ORIGINS)
    return [host for host in hosts if host]
