"""May keys be fetched from a URL? Its server decides whose tokens are accepted."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_safe_address(value: object) -> bool:
    """Whether ``value`` is an https URL, or one that never leaves this machine."""
    if not isinstance(value, str) or not value.isprintable() or " " in value:
        return False
    try:
        parts = urlsplit(value)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    written = f"[{host}]" if ":" in host else host
    # A password, or anything that another parser may read as the host, is refused.
    if not host or parts.fragment or parts.netloc.lower() not in {written, f"{written}:{port}"}:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine. Resolves no name."""
    try:
        return ipaddress.ip_address(host).is_loopback and "%" not in host
    except ValueError:
        return host == "localhost"
