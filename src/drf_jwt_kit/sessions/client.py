"""What is known about the client that logs in: user agent, device and IP address?

All of it comes from the client or from proxies: it is shown to the user, and proves nothing.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from drf_jwt_kit.conf import get_settings
from drf_jwt_kit.conf.plain_text import plain
from drf_jwt_kit.models import Session

try:
    from ua_parser import Domain, Parser
    from ua_parser.basic import Resolver
    from ua_parser.loaders import load_lazy_builtins
except ImportError:  # the extra `devices` is not installed
    parse: Callable[[str], Any] | None = None
else:
    # Patterns are compiled when they are tried first. All 1,261 at once, as ua_parser.parse does,
    # keep each process busy for 0.7 s at its first login.
    _parser = Parser(Resolver(load_lazy_builtins()))

    def _browser_and_system(user_agent: str) -> Any:
        return _parser(user_agent, Domain.USER_AGENT | Domain.OS)

    parse = _browser_and_system

_LONGEST_USER_AGENT = 512
_LONGEST_NAME = 100
_UNUSUAL = re.compile(r"[^A-Za-z0-9 .,+/()_-]")
_PORT = re.compile(r"(?P<v4>[0-9.]+):[0-9]+|\[(?P<v6>[^\]]*)\](:[0-9]+)?")
_AS_IT_IS_CALLED = {"Mac OS X": "macOS", "Mobile Safari": "Safari", "Chrome Mobile": "Chrome"}


def describe(session: Session, request: Any) -> None:
    """Write into ``session`` where ``request`` comes from, unless RECORD_CLIENT is False."""
    if request is None or not get_settings().RECORD_CLIENT:
        return
    sent = request.META.get("HTTP_USER_AGENT", "")[:_LONGEST_USER_AGENT]
    session.user_agent = plain(sent)
    session.device = device_name(session.user_agent)
    session.ip = address_of(request)


def device_name(user_agent: str) -> str:
    """A readable name such as "Firefox on Windows", or "" if the device is not known.

    Needs the extra ``devices``, and is "" without it. Reads at most 512 characters: a junk
    header of 8,000 keeps the parser busy for 70 ms. The name is plain ASCII, because the client
    can choose parts of it.
    """
    if parse is None or not user_agent:
        return ""
    found = parse(user_agent[:_LONGEST_USER_AGENT])
    named = [_plain(part.family) for part in (found.user_agent, found.os) if part is not None]
    return " on ".join(filter(None, named))[:_LONGEST_NAME]


def address_of(request: Any) -> str | None:
    """The IP address that ``request`` comes from, or None if it is not known.

    It is ``REMOTE_ADDR``. Behind NUM_PROXIES proxies of the project, it is the address that the
    outermost of them appended to ``X-Forwarded-For``. Everything to the left of that comes from
    the client and is not read.
    """
    proxies = get_settings().NUM_PROXIES
    if proxies == 0:
        return address_in(request.META.get("REMOTE_ADDR", ""))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return address_in(hops[-proxies]) if len(hops) >= proxies else None


def address_in(text: str) -> str | None:
    """``text`` as an address, without the port and the IPv6 zone that some servers add."""
    text = text.strip()
    if with_port := _PORT.fullmatch(text):
        text = with_port["v4"] or with_port["v6"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:  # a Unix socket has none, and some proxies write "unknown"
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)  # a dual-stack socket maps it


def _plain(family: str) -> str:
    return _UNUSUAL.sub("", _AS_IT_IS_CALLED.get(family, family)).strip()
