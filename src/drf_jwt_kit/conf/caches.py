"""Do all processes share the default cache? By its class, without asking it."""

from __future__ import annotations

from django.conf import settings as django_settings

_OF_ONE_PROCESS = {
    "django.core.cache.backends.locmem.LocMemCache",
    "django.core.cache.backends.dummy.DummyCache",
}


def cache_of_one_process() -> str | None:
    """The class of the default cache, if what one process writes there no other one reads."""
    backend = django_settings.CACHES.get("default", {}).get("BACKEND")
    return backend if backend in _OF_ONE_PROCESS else None
