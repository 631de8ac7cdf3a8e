"""How do eight processes fare that write one SQLite file, as `startproject` leaves it?

Each logs in and refreshes without a pause: with Simple JWT and its blacklist for a second, with
this package for the next, and so on, all at the same time. ``python -m benchmarks.writers``.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Callable

_WRITERS = 8
_SLICE = 1.0
"""Seconds for which one side is asked."""
_SLICES = 30
_PASSWORD = "correct horse battery staple"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="drf-jwt-kit-") as folder:
        settings.DATABASES["default"] = {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(folder) / "db.sqlite3",
        }
        django.setup()

        from django.contrib.auth import get_user_model
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        for number in range(_WRITERS):
            get_user_model().objects.create_user(f"user-{number}", password=_PASSWORD)
        connections.close_all()
        begin = time.time() + 1
        with multiprocessing.get_context("fork").Pool(_WRITERS) as pool:
            told = pool.starmap(_write, [(number, begin) for number in range(_WRITERS)])
    _report(told)
    return 0


def _write(number: int, begin: float) -> list[tuple[str, str, int, float]]:
    """What one process was answered: side, kind of request, status, seconds."""
    from rest_framework_simplejwt import views as theirs

    from drf_jwt_kit import views as ours

    sides = {
        "theirs": (theirs.TokenObtainPairView.as_view(), theirs.TokenRefreshView.as_view()),
        "ours": (ours.TokenObtainPairView.as_view(), ours.TokenRefreshView.as_view()),
    }
    time.sleep(max(0.0, begin - time.time()))
    heard: list[tuple[str, str, int, float]] = []
    while (slices := int((time.time() - begin) / _SLICE)) < _SLICES:
        side = ("theirs", "ours")[slices % 2]
        obtain, refresh = sides[side]
        body = {"username": f"user-{number}", "password": _PASSWORD}
        status, seconds, answer = _timed(obtain, body)
        heard.append((side, "login", status, seconds))
        if status == 200:
            status, seconds, _ = _timed(refresh, {"refresh": answer["refresh"]})
            heard.append((side, "refresh", status, seconds))
    return heard


def _timed(view: Callable[..., Any], body: dict[str, str]) -> tuple[int, float, Any]:
    from django.db import DatabaseError
    from rest_framework.test import APIRequestFactory

    request = APIRequestFactory().post("/", body, format="json")
    started = time.perf_counter()
    try:
        answer = view(request)
    except DatabaseError:  # the server would answer 500
        return 500, time.perf_counter() - started, None
    return answer.status_code, time.perf_counter() - started, answer.data


def _report(told: list[list[tuple[str, str, int, float]]]) -> None:
    heard = [one for of_one in told for one in of_one]
    print(f"{'SQLite, 8 writers':18}{'answers':>9}{'median':>9}{'95 %':>9}{'worst':>9}  statuses")
    for side in ("theirs", "ours"):
        for kind in ("login", "refresh"):
            mine = [one for one in heard if one[:2] == (side, kind)]
            took = sorted(one[3] * 1e3 for one in mine)
            statuses = dict(Counter(one[2] for one in mine))
            columns = took[len(took) // 2], took[len(took) * 95 // 100], took[-1]
            shown = "".join(f"{value:6,.0f} ms" for value in columns)
            print(f"{side + ' ' + kind:18}{len(mine):9,}{shown}  {statuses}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    sys.exit(main())
