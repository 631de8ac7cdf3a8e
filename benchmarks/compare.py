"""What does the package cost beside Simple JWT, on the same machine in the same run? `make bench`.

CPU time on a SQLite file, turn by turn, so that what disturbs the machine disturbs both alike.
Simple JWT rotates refresh tokens and blacklists the old ones, which is what comes nearest.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.conf import settings

from .timing import Series

if TYPE_CHECKING:
    from .timing import Operation

_REPETITIONS = 300
_WARM_UP = 20
_TIMES = 3


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="drf-jwt-kit-") as folder:
        file = Path(folder) / "benchmark.sqlite3"
        settings.DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": file}
        django.setup()

        from django.core.management import call_command

        from .contests import contests, counts

        call_command("migrate", verbosity=0)
        print(f"{'CPU, median of a repetition':32}{'theirs':>8}{'ours':>8}  µs, ratio, budget")
        for contest in contests(fresh=_TIMES * (_WARM_UP + _REPETITIONS)):
            print(contest.line(*_measure(contest.theirs, contest.ours)), flush=True)
        print(*counts(), sep="\n")
        print(f"Django's own hasher would add {_hashing() * 1e3:,.0f} ms to each login.")
    return 0


def _hashing() -> float:
    from django.contrib.auth.hashers import make_password

    started = time.process_time()
    make_password("correct horse battery staple", hasher="pbkdf2_sha256")
    return time.process_time() - started


def _measure(*operations: Operation) -> list[Series]:
    from django.db import connection

    series = [Series() for _ in operations]
    for repetition in range(-_WARM_UP, _REPETITIONS):
        for operation, into in zip(operations, series, strict=True):
            kept = into if repetition >= 0 else Series()
            kept.time(operation, connection, clock=time.process_time, times=_TIMES)
    return series


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
    sys.exit(main())
