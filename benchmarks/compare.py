"""What does the package cost, beside Simple JWT, knox, and nothing at all? `make bench`.

For each database and algorithm a process of its own, in which all sides take turns, so that what
disturbs the machine disturbs them alike. Exit status 1 if a budget is exceeded.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.servers.process import LeftOutError

from . import page, versions
from .against import NoSuchRevisionError, revision_here, source_of
from .budgets import DATABASES, judged
from .load import under_load
from .report import budget_lines, lines
from .servers import empty_databases
from .start import starts
from .tokens import ALGORITHMS, settings_of
from .workers import Worker, take_turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

RESULTS = Path(__file__).resolve().parent / "results"
PARTS = ("requests", "start", "load")
_WARM_UP, _ROUNDS, _STARTS, _TURNS = 5, 60, 8, 12


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write, and judge."""
    options = _options(arguments)
    if options.pictures:
        page.write()
        return 0
    try:
        found = _measured(options)
    except (LeftOutError, NoSuchRevisionError) as missing:
        print(missing, file=sys.stderr)
        return 2
    print(*lines(found), sep="\n")
    judgements = judged(found["runs"])
    print(*budget_lines(judgements), sep="\n")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if options.docs:
        page.write()
    return int(any(one.is_over for one in judgements))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--database", nargs="+", choices=DATABASES, default=list(DATABASES))
    add("--algorithm", nargs="+", choices=ALGORITHMS, default=list(ALGORITHMS))
    add("--part", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure")
    add("--rounds", type=int, default=_ROUNDS, help="how often each operation is timed")
    add("--quick", action="store_true", help="once around, to see that it works: no figures")
    add("--against", metavar="REVISION", help="the same with the package as git has it there")
    add("--json", metavar="FILE", type=Path, help="where the figures go, if not to results/")
    add("--docs", action="store_true", help="the same, into docs/: figures, tables and pictures")
    add("--pictures", action="store_true", help="only draw docs/ anew, from its figures")
    options = parser.parse_args(arguments)
    if options.json is None:
        options.json = RESULTS / ("quick.json" if options.quick else "latest.json")
    if options.docs:
        if options.quick or set(options.part) != set(PARTS):
            parser.error("--docs takes a whole run, without --quick and --part")
        options.json = page.FIGURES
    if options.quick:
        options.rounds = min(options.rounds, 2)
    return options


def _measured(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {
        "about": {
            "measured": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
            "revision": revision_here(),
            "rounds": options.rounds,
            **versions.installed(),
        },
        "runs": [],
    }
    with ExitStack() as until_the_end:
        enter = until_the_end.enter_context
        source = enter(source_of(options.against)) if options.against else None
        if source is not None:
            found["against"] = {"revision": options.against, "runs": []}
        database_on = {name: enter(empty_databases(name)) for name in options.database}
        for name, empty in database_on.items():
            for algorithm in options.algorithm:
                about = {"database": name, "algorithm": algorithm}
                _say(f"{DATABASES[name]}, {algorithm}")
                with _workers(empty, algorithm, source, options) as workers:
                    take_turns(workers, options.rounds if "requests" in options.part else 1)
                    found["runs"].append(about | _facts_of(workers[0]))
                    for other in workers[1:]:
                        found["against"]["runs"].append(about | _facts_of(other))
                    _others(found, about, workers[0], options)
    return found


def _facts_of(worker: Worker) -> dict[str, Any]:
    return {"measures": worker.measures(), "rows": worker.facts["rows"]}


def _others(
    found: dict[str, Any], about: dict[str, str], worker: Worker, options: argparse.Namespace
) -> None:
    """Starts on the first database of a run and load on the last, with the first algorithm."""
    database, tokens = worker.told["DATABASES"]["default"], worker.facts["tokens"]
    first = about["algorithm"] == options.algorithm[0]
    if first and "start" in options.part and about["database"] == options.database[0]:
        _say("starts")
        rounds, requests = (1, 20) if options.quick else (_STARTS, 300)
        found["start"] = starts(database, tokens, rounds=rounds, requests=requests)
    if first and "load" in options.part and about["database"] == options.database[-1]:
        _say("load")
        turns = 1 if options.quick else _TURNS
        work = under_load(database, tokens, turns=turns)
        found["load"] = {"database": about["database"], "work": work}


@contextmanager
def _workers(
    empty: Callable[[], dict[str, Any]],
    algorithm: str,
    source: Path | None,
    options: argparse.Namespace,
) -> Iterator[list[Worker]]:
    """One that imports the package from here; a second one, if there is another ``source``."""
    words = ["1"] if options.quick else [str(_WARM_UP)]
    words += ["--quick"] if options.quick else []
    words += ["--everything"] if algorithm == options.algorithm[0] else []
    keys = settings_of(algorithm)
    workers = [
        Worker({"DATABASES": {"default": empty()}, "SIMPLE_JWT": keys}, words, place)
        for place in (None, source)[: 1 + (source is not None)]
    ]
    try:
        for worker in workers:
            worker.start()
        yield workers
    finally:
        for worker in workers:
            worker.close()


def _say(what: str) -> None:
    print(f"measuring {what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
