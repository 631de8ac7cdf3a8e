"""How are the figures of `make bench` shown? A table for each process, and then the budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .budgets import DATABASES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .budgets import Judgement

FIRST = {
    "request": "nobody",
    "list of 20 devices": "nobody",
    "logout": "simplejwt with blacklist",
    "refused login, Django's hasher": "unknown user",
}
"""Beside which side the others are shown; where nothing is said, beside Simple JWT as it comes."""


def lines(found: dict[str, Any]) -> Iterator[str]:
    """Everything that a run has found, budgets apart."""
    for run in found["runs"]:
        yield from _run(run)
    if found.get("start"):
        yield from _starts(found["start"])
    if found.get("load"):
        yield from _load(found["load"])
    for other in found.get("against", {}).get("runs", []):
        yield from _against(found, other)


def budget_lines(judgements: list[Judgement]) -> Iterator[str]:
    """Every budget that was kept or not; those that were not measured are counted."""
    yield f"\n{'budget':66}{'database':12}{'found':>8}{'at most':>9}"
    for one in judgements:
        if one.found is not None:
            figures = f"{one.found:>8.2f}{one.limit:>9.2f}"
            yield f"{one.budget:66}{DATABASES[one.database]:12}{figures}   {one.word}"
    missing = sum(one.found is None for one in judgements)
    if missing:
        yield f"{missing} more were not measured in this run."


def ratio_to_first(measure: str, side: str, sides: dict[str, Any]) -> float:
    """How often a side costs what the first of its measure costs."""
    first = sides[FIRST.get(measure, "simplejwt")]
    return float(sides[side]["median_us"] / first["median_us"])


def _run(run: dict[str, Any]) -> Iterator[str]:
    title = f"{DATABASES[run['database']]}, {run['algorithm']}"
    columns = f"{'CPU µs, median':>15}{'quartiles':>20}{'ratio':>8}{'queries':>9}{'commits':>9}"
    yield f"\n{title:38}{columns}"
    for measure, sides in run["measures"].items():
        yield f"{measure}, beside {FIRST.get(measure, 'simplejwt')}"
        for side, one in sides.items():
            spread = "-".join(f"{value:,.0f}" for value in one["quartiles_us"])
            ratio = f"{ratio_to_first(measure, side, sides):.2f}"
            counts = f"{one['queries']:>9}{one['commits']:>9}"
            yield f"    {side:34}{one['median_us']:>15,.0f}{spread:>20}{ratio:>8}{counts}"
    for side, rows in run["rows"].items():
        yield f"rows after a login and 100 refreshes, {side}: {rows}"


def _starts(start: dict[str, Any]) -> Iterator[str]:
    yield (
        f"\n{'from start to first answer':38}{'ms, median':>15}{'CPU ms':>12}{'MiB then':>12}"
        f"{'MiB, many more':>16}"
    )
    for side, one in start.items():
        figures = f"{one['wall_ms']:>15,.0f}{one['cpu_ms']:>12,.0f}{one['first_mib']:>12.1f}"
        yield f"    {side:34}{figures}{one['peak_mib']:>16.1f}"


def _load(load: dict[str, Any]) -> Iterator[str]:
    title = f"gunicorn under load, {DATABASES[load['database']]}"
    yield f"\n{title:38}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}{'CPU ms':>10}{'quartiles':>16}"
    for work, one in load["work"].items():
        tail = "".join(f"{one[name]:>10.1f}" for name in ("p50_ms", "p95_ms", "p99_ms"))
        spread = "-".join(f"{value:.2f}" for value in one["cpu_ms_quartiles"])
        yield f"    {work:34}{tail}{one['cpu_ms']:>10.2f}{spread:>16}"


def _against(found: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
    here = next(
        run
        for run in found["runs"]
        if (run["database"], run["algorithm"]) == (other["database"], other["algorithm"])
    )
    title = f"{DATABASES[other['database']]}, {other['algorithm']}"
    revision = found["against"]["revision"]
    yield f"\n{title:38}{revision[:14]:>15}{'here':>12}{'here beside it':>18}"
    for measure, sides in other["measures"].items():
        yield measure
        for side, there in sides.items():
            now, before = here["measures"][measure][side]["median_us"], there["median_us"]
            yield f"    {side:34}{before:>15,.0f}{now:>12,.0f}{now / before:>18.2f}"
    yield "(sides that are not ours did not change: they show how far apart two processes are)"
