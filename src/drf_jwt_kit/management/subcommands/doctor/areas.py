"""What do the system checks of this package say, area by area? Runs those of the deployment too.

An area is the part of the package whose module has the constant of a check's id.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from django.core.checks import CheckMessage
from django.core.checks.registry import registry
from django.core.exceptions import ImproperlyConfigured

from .findings import Finding, Verdict

_PACKAGE = "drf_jwt_kit"
_CALLED = {
    "conf": "settings",
    "jose": "keys",
    "transports": "cookies",
    "checks": "project",
}
"""The areas that are called by what a project knows; others by the name of the module."""
_MOVED = {f"{_PACKAGE}.sessions.causal": "database", f"{_PACKAGE}.sessions.claims": "claims"}


def of_checks(aliases: Iterable[str]) -> Iterator[Finding]:
    """The messages of every check of ours, those of the databases ``aliases`` among them."""
    areas = areas_of_ids()
    for check in _checks():
        try:
            messages = [*check(app_configs=None, databases=[*aliases])]
        except Exception as error:  # noqa: BLE001  # what else the project may have broken
            yield _unanswered(check, error)
            continue
        for message in messages:
            area = areas.get(message.id or "", "project")
            yield _finding(message, area)


def known_areas() -> set[str]:
    """Every area of which a check of this project has something to say."""
    parts = {check.__module__.split(".")[1] for check in _checks()}
    apart = {"resource_server"} - parts  # an app of its own
    return {*areas_of_ids().values()} - {_called(part) for part in apart}


def areas_of_ids() -> dict[str, str]:
    """The area of each id, by the constants of the modules that are loaded."""
    found = {}
    for name, module in sorted(sys.modules.items()):
        if name.startswith(f"{_PACKAGE}.") and module is not None:
            found.update(dict.fromkeys(_ids_in(vars(module)), _area(name)))
    return found


def _ids_in(names: dict[str, Any]) -> Iterator[str]:
    for value in [*names.values()]:
        given = value.keywords.get("id") if isinstance(value, partial) else value
        if isinstance(given, str) and given.startswith((f"{_PACKAGE}.E", f"{_PACKAGE}.W")):
            yield given


def _area(module: str) -> str:
    part = module.removeprefix(f"{_PACKAGE}.").partition(".")[0]
    return _MOVED.get(module) or _called(part)


def _called(part: str) -> str:
    return _CALLED.get(part, part).replace("_", " ")


def _checks() -> list[Any]:
    registered = registry.get_checks(include_deployment_checks=True)
    ours = [check for check in registered if check.__module__.startswith(f"{_PACKAGE}.")]
    return sorted(ours, key=lambda check: (check.__module__, check.__qualname__))


def _finding(message: CheckMessage, area: str) -> Finding:
    wrong = message.is_serious()
    verdict = Verdict.WRONG if wrong else Verdict.UNWISE
    text = str(message.msg)
    if message.is_silenced():
        verdict, text = Verdict.FINE, f"Silenced: {text}"
    code = (message.id or "").rpartition(".")[2]
    return Finding(area=area, verdict=verdict, text=text, hint=str(message.hint or ""), code=code)


def _unanswered(check: Any, error: Exception) -> Finding:
    # Others' errors may show what a setting or a connection holds.
    why = f": {error}" if isinstance(error, ImproperlyConfigured) else ""
    return Finding(
        area="project",
        verdict=Verdict.UNKNOWN,
        text=f"{check.__name__} raises {type(error).__name__}{why}",
        hint="python manage.py check shows where.",
    )
