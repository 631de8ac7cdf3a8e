"""From the start of a process to its first answer, and the memory after many.

``python -m benchmarks.start PATH REQUESTS`` asks a project for PATH, with the settings in
BENCHMARK_SETTINGS, the headers among them. ``starts`` has a process for each side, in turns.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import Any

from .timing import quartiles_of
from .workers import ROOT, environment

_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "rest_framework",
]
PROJECTS = {
    "nobody": ([], "/nobody/"),
    "simplejwt": (["rest_framework_simplejwt.token_blacklist"], "/simplejwt/"),
    "knox": (["knox"], "/knox/"),
    "kit": (["drf_jwt_kit"], "/api/secure/"),
}
"""What each side installs, and the view that is asked."""


def starts(
    database: dict[str, Any], tokens: dict[str, str], *, rounds: int, requests: int
) -> dict[str, dict[str, Any]]:
    """Milliseconds and CPU milliseconds to the first answer; mebibytes then, and at most after so
    many ``requests`` more; by side."""
    found: dict[str, list[dict[str, float]]] = {side: [] for side in PROJECTS}
    for _ in range(rounds):
        for side, measured in found.items():
            measured.append(_started(side, database, tokens.get(side, ""), requests))
    return {side: _summed_up(measured) for side, measured in found.items()}


def _started(side: str, database: dict[str, Any], token: str, requests: int) -> dict[str, float]:
    apps, path = PROJECTS[side]
    told: dict[str, Any] = {
        "DATABASES": {"default": database},
        "INSTALLED_APPS": [*_APPS, *apps],
        "ROOT_URLCONF": f"benchmarks.sides.{side}",
        "MIDDLEWARE": ["django.middleware.common.CommonMiddleware"],
        "TEMPLATES": [],
    }
    if token:
        scheme = "Token" if side == "knox" else "Bearer"
        told["BENCHMARK_HEADERS"] = {"Authorization": f"{scheme} {token}"}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.start", path, str(requests)],
        cwd=ROOT,
        env=environment(told),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as process:
        process.stdout.readline()
        wall = time.perf_counter() - began
        rest = process.stdout.read()
    if process.returncode != 0:
        raise RuntimeError(f"The project with {side} did not answer; what it said is above.")
    return {"wall_ms": wall * 1e3, **json.loads(rest)}


def _summed_up(measured: list[dict[str, float]]) -> dict[str, Any]:
    summed: dict[str, Any] = {}
    for name in measured[0]:
        values = [one[name] for one in measured]
        summed[name] = round(statistics.median(values), 1)
        summed[f"{name}_quartiles"] = [round(value, 1) for value in quartiles_of(values)]
    return summed


def main(path: str, requests: str) -> None:
    """Answer once and say so; answer the rest, and say what that took."""
    import django

    django.setup()

    from django.conf import settings

    from .asking import ask, get

    headers = getattr(settings, "BENCHMARK_HEADERS", {})
    ask(get(path, **headers))
    print("answered", flush=True)
    cpu = time.process_time()
    first = _peak()
    for _ in range(int(requests)):
        ask(get(path, **headers))
    print(json.dumps({"cpu_ms": cpu * 1e3, "first_mib": first, "peak_mib": _peak()}))


def _peak() -> float:
    """The most memory that this process has had, in mebibytes. Linux counts in kibibytes."""
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024 if sys.platform == "linux" else 1024**2)


if __name__ == "__main__":
    main(*sys.argv[1:])
