"""How often may a client fail to log in, and refresh? REST Framework's throttles, with our rates.

A login is counted before its password is hashed, so that those under way count too, and forgotten
when it begins a session. REST Framework reads the cache and then writes it: of requests that do so
in the same fraction of a millisecond one is counted. Neither names, nor addresses, nor tokens stand
in the cache. Without the cache, everybody is let through.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_network
from logging import WARNING
from math import inf
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings as django_settings
from django.core.checks import CheckMessage, Warning
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.crypto import salted_hmac
from rest_framework.exceptions import Throttled
from rest_framework.settings import api_settings as drf_settings
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

from .conf import get_settings
from .conf.caches import cache_of_one_process
from .sessions.client import address_in, address_of
from .sessions.events import log

_T = TypeVar("_T")

COUNTED_APART = partial(Warning, id="drf_jwt_kit.W140")
PROXIES_UNKNOWN = partial(Warning, id="drf_jwt_kit.W141")
PROXIES_CONTRADICT = partial(Warning, id="drf_jwt_kit.W010")

UNCOUNTED = "drf_jwt_kit.uncounted"
"""In ``request.META``, where no client can write it: nothing of this request is counted."""

_SALT = "drf_jwt_kit.throttling"
_LONGEST_NAME = 1024
_IGNORED = frozenset("MCZ")
"""Marks, control characters and spaces: databases that compare names loosely pass over them."""
_SAID_EVERY = 60.0
_said_at = {"seconds": -inf}


class KitThrottle(SimpleRateThrottle):
    """One throttle of THROTTLE_RATES for whom ``ident`` stands for, in the default cache."""

    cache_format = "drf_jwt_kit:throttle:%(scope)s:%(ident)s"
    counts = False
    """Whether this request is in the history."""
    num_requests: int
    duration: int

    def __init__(self, scope: str, ident: str) -> None:
        self.scope, self.ident = scope, ident
        super().__init__()

    def get_rate(self) -> Any:
        """The project's, now."""
        return getattr(get_settings().THROTTLE_RATES, str(self.scope))

    def get_cache_key(self, request: Any, view: Any) -> str:
        """Plain and short, as every cache takes it."""
        return self.cache_format % {"scope": self.scope, "ident": self.ident}

    def allows(self) -> bool:
        """Whether one more is let through, and has been counted."""
        not_asked: Any = None
        return self.allow_request(not_asked, not_asked)

    def throttle_success(self) -> bool:
        """As REST Framework's."""
        self.counts = True
        return bool(super().throttle_success())

    def forget(self) -> None:
        """Take this request alone out of the history; what others have failed stays."""
        if self.counts:
            self.counts, history = False, self.cache.get(self.key, [])
            if self.now in history:
                history.remove(self.now)
                self.cache.set(self.key, history, self.duration)

    def wait(self) -> float:
        """Seconds until one more is let through, also where more were counted than may be."""
        return float(self.duration - (self.now - self.history[self.num_requests - 1]))


class CountedLogin:
    """A login that counts as a failed one until it is forgotten."""

    def __init__(self, throttles: Sequence[KitThrottle] = ()) -> None:
        self._throttles = throttles

    def forget(self) -> None:
        """It was let in, or nobody could tell whether to."""
        for one in self._throttles:
            _unless_the_cache_fails(one.forget)


@contextmanager
def counted_login(request: Any, name: str) -> Iterator[CountedLogin]:
    """Count a login with ``name`` while this block decides about it. Raises Throttled before it.

    What is refused in the block stays counted; whoever lets the user in calls ``forget``.
    """
    counted = CountedLogin()
    if _counts(request):
        address = _network_of(request)
        counted = CountedLogin(
            _admitted(
                KitThrottle("login_user", _digest(address, _as_compared(str(name)))),
                KitThrottle("login_ip", _digest(address)),
            )
        )
    try:
        yield counted
    except Exception as error:
        if not _is_refusal(error):
            counted.forget()
        raise


def count_refresh(request: Any, session_id: UUID) -> None:
    """Count a refresh of a session whose token's signature is good. Raises Throttled.

    Good ones count too: it is the client in a loop that is stopped.
    """
    if _counts(request):
        _admitted(KitThrottle("refresh_session", session_id.hex))


def check_deploy() -> Iterator[CheckMessage]:
    """What takes the throttles their effect in production. Needs valid settings."""
    if not any(get_settings().THROTTLE_RATES):
        return
    cache = cache_of_one_process()
    if cache is not None:
        yield COUNTED_APART(
            f"The default cache is {cache}, so each process counts by itself: with four of them, "
            "passwords can be guessed four times as often as THROTTLE_RATES says.",
            hint="Name a cache in CACHES that all processes share, such as Redis, Memcached or "
            "the database. With one process alone, silence this.",
        )
    forwarded = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")
    signs = [name for name in forwarded if getattr(django_settings, name)]
    if signs and not (drf_settings.NUM_PROXIES or get_settings().NUM_PROXIES):
        yield PROXIES_UNKNOWN(
            f"{signs[0]} says that a proxy is in front of this server, and NUM_PROXIES is not "
            "set: all clients have the proxy's address, and one of them can keep everybody from "
            "logging in.",
            hint='Set DRF_JWT_KIT["NUM_PROXIES"] to the number of your own proxies.',
        )


def check() -> Iterator[CheckMessage]:
    """Two answers to one question. Needs valid settings."""
    ours, theirs = get_settings().NUM_PROXIES, drf_settings.NUM_PROXIES
    if theirs not in {None, ours} and get_settings().RECORD_CLIENT:
        yield PROXIES_CONTRADICT(
            f"DRF_JWT_KIT['NUM_PROXIES'] is {ours}, and REST_FRAMEWORK['NUM_PROXIES'] is "
            f"{theirs}: sessions remember another address than throttles count.",
            hint="Set both to the number of your own proxies, or only ours.",
        )


def _counts(request: Any) -> bool:
    return request is not None and not request.META.get(UNCOUNTED)


def _admitted(*throttles: KitThrottle) -> tuple[KitThrottle, ...]:
    """``throttles``, of which each has counted the request. Raises Throttled, and none has."""
    for one in throttles:
        if not _unless_the_cache_fails(one.allows):
            CountedLogin(throttles).forget()
            raise Throttled(one.wait())
    return throttles


def _unless_the_cache_fails(ask: Callable[[], _T]) -> _T | bool:
    """What ``ask`` answers; or True, after one log line a minute."""
    try:
        return ask()
    except Exception as error:  # noqa: BLE001  # each cache has its own
        if monotonic() - _said_at["seconds"] >= _SAID_EVERY:
            _said_at["seconds"] = monotonic()
            then = "nobody is throttled until the cache answers"
            log("throttle_cache_failed", level=WARNING, error=type(error).__name__, then=then)
        return True


def _is_refusal(error: Exception) -> bool:
    """Whether somebody was refused, rather than that something did not work."""
    by_django = (PermissionDenied, ValidationError, Http404)
    return isinstance(error, by_django) or getattr(error, "status_code", 500) < 500  # noqa: PLR2004


def _network_of(request: Any) -> str:
    """From where ``request`` comes: an IPv4 address, or an IPv6 network, of which a household has
    one with 2⁶⁴ addresses. By the NUM_PROXIES of REST Framework if that is set, and else by ours.
    """
    if drf_settings.NUM_PROXIES is None:
        known = address_of(request)
    else:
        known = address_in(BaseThrottle().get_ident(request) or "")
    if known is None or ":" not in known:
        return known or ""
    return str(ip_network((known, 64), strict=False))


def _as_compared(name: str) -> str:
    """One text for most of what a database may take for the same ``name``: its case, accents and
    invisible characters do not count. (Some take ``ø`` for ``o``; here they are two.)"""
    parts = unicodedata.normalize("NFKD", name[:_LONGEST_NAME].casefold())
    kept = "".join(one for one in parts if unicodedata.category(one)[0] not in _IGNORED)
    return unicodedata.normalize("NFKD", kept.casefold())


def _digest(*parts: str) -> str:
    """With the project's key, so that who reads the cache can try no names."""
    return salted_hmac(_SALT, "\n".join(parts), algorithm="sha256").hexdigest()
