"""On what was measured? The versions that count, and the processor."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

_PACKAGES = {
    "Django": "django",
    "REST framework": "djangorestframework",
    "Simple JWT": "djangorestframework-simplejwt",
    "PyJWT": "pyjwt",
    "django-rest-knox": "django-rest-knox",
}


def installed() -> dict[str, object]:
    """For a file, and for the sentence that the page begins with."""
    packages = {name: version(package) for name, package in _PACKAGES.items()}
    return {
        "versions": {"Python": platform.python_version(), **packages},
        "machine": f"{platform.system()}, {platform.machine()}, {os.cpu_count()} processors",
    }
