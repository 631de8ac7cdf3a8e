"""One database and one algorithm: a process in which all sides take turns, a round at a word.

``python -m benchmarks.worker``, with the settings in BENCHMARK_SETTINGS. It prints a line of JSON
once it is warm, with what does not depend on time, and another for every line that it reads: the
seconds of CPU time of every operation in one more round.
"""

from __future__ import annotations

import gc
import json
import os
import random
import sys
from typing import TYPE_CHECKING, Any

import django

from .timing import seconds_of

if TYPE_CHECKING:
    from .measures import Measure


def main(words: list[str]) -> int:
    everything, quick, warm_up = "--everything" in words, "--quick" in words, int(words[0])
    django.setup()

    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    from .measures import Measures
    from .rows import rows_of_a_login

    rows = rows_of_a_login() if everything else {}  # deletes those that are there
    made = Measures()
    measures = made.of_every_algorithm()
    if everything:
        measures += made.of_one_algorithm()
    for number in range(-warm_up, 0):
        _round(measures, number, quick=quick)
    _tell({"counts": _counts(measures), "rows": rows, "tokens": made.tokens})
    gc.freeze()  # what is here now is not looked at again
    for number, _ in enumerate(sys.stdin):
        _tell(_round(measures, number, quick=quick))
    return 0


def _round(measures: list[Measure], number: int, *, quick: bool) -> dict[str, dict[str, float]]:
    """Every side of every measure, in a new order each time."""
    gc.collect()
    spent: dict[str, dict[str, float]] = {}
    due = [one for one in measures if number % one.every == 0]
    for measure in random.sample(due, len(due)):
        times, before = (1, 0) if quick else (measure.times, 1)
        sides = random.sample(list(measure.sides), len(measure.sides))
        spent[measure.name] = {
            side: seconds_of(measure.sides[side], times=times, before=before) for side in sides
        }
    return spent


def _counts(measures: list[Measure]) -> dict[str, dict[str, dict[str, int]]]:
    from .counting import counts_of

    counts: dict[str, dict[str, dict[str, int]]] = {}
    for measure in measures:
        if measure.counts_as is not None:
            counts[measure.name] = counts[measure.counts_as]
        else:
            counts[measure.name] = {side: counts_of(one) for side, one in measure.sides.items()}
    return counts


def _tell(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    sys.exit(main(sys.argv[1:]))
