"""Writes what docs/explanation/performance.md and the README say in figures, from those of a run.

A part stands between ``<!-- figures: NAME -->`` and ``<!-- end of figures -->``; the text around it
is written by hand. `make bench ARGS=--docs` measures and writes, `make bench-pictures` only writes.
A test runs this and fails where a page does not say what the figures are.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .budgets import DATABASES, judged
from .report import ratio_to_first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_ROOT = Path(__file__).resolve().parents[1]
FOLDER = _ROOT / "docs" / "explanation"
FIGURES = FOLDER / "performance.json"
PAGES = (FOLDER / "performance.md", _ROOT / "README.md")
_PART = re.compile(r"(<!-- figures: (\S+) -->\n)[\s\S]*?(<!-- end of figures -->)")
_PEERS = {
    "simplejwt": ("kit", "strict", "strict, new token", "cookie"),
    "simplejwt, stateless": ("stateless", "stateless, new token"),
    "simplejwt with blacklist": ("kit",),
    "knox": ("kit", "strict", "strict, new token", "cookie"),
}
"""Which of ours do what each of the others does: read the user at each request, or do not."""
_NOTICED = 1.03
"""Less is noise."""
_CHOICES = {
    "strict": ("every end of a session seen at once", "`JWTAuthentication`, the default"),
    "cookie": (
        "the same, and tokens that no script can read",
        "[`JWTCookieAuthentication`](../how-to/browsers.md)",
    ),
    "stateless": (
        "no query, and an end seen within a second",
        "[`JWTStatelessAuthentication`](../how-to/authenticate-without-a-query.md)",
    ),
}
_NAMES = {
    "nobody": "the view, open",
    "simplejwt": "Simple JWT",
    "simplejwt, stateless": "Simple JWT, stateless",
    "simplejwt with blacklist": "Simple JWT with its blacklist",
    "knox": "django-rest-knox",
    "kit": "**this package**",
    "strict": "**this package, strict**",
    "stateless": "**this package, stateless**",
    "cookie": "**this package, strict, by cookie**",
    "strict, new token": "**this package, strict**, token new to the process",
    "stateless, new token": "**this package, stateless**, token new to the process",
    "stateless, once a second": "**this package, stateless**, the poll, once a second in a process",
    "floor: the join": "floor: one read by hand",
    "floor: PyJWT": "floor: `jwt.decode` alone",
    "floor: Django's HMAC": "floor: Django's HMAC of the password",
    "floor: an open POST": "floor: an open POST",
    "floor: one write": "floor: an open POST with one write by hand",
}
_SESSIONS = ("obtain", "refresh", "logout", "list of 20 devices", "obtain, Django's hasher")


def read() -> dict[str, Any]:
    """The figures that the documents show."""
    figures: dict[str, Any] = json.loads(FIGURES.read_text(encoding="utf-8"))
    return figures


def write() -> None:
    """Bring the pages and the pictures up to the figures."""
    from .pictures import draw

    figures = read()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if filled(text, figures) != text:
            page.write_text(filled(text, figures), encoding="utf-8")
    for picture in draw(figures):
        print(f"{picture.relative_to(_ROOT)} is drawn")


def filled(text: str, figures: dict[str, Any]) -> str:
    """``text`` with every part as the figures make it."""

    def part(found: re.Match[str]) -> str:
        return f"{found[1]}\n{PARTS[found[2]](figures)}\n{found[3]}"

    return _PART.sub(part, text)


def about(figures: dict[str, Any]) -> str:
    """When and on what."""
    known = figures["about"]
    versions = ", ".join(f"{name} {number}" for name, number in known["versions"].items())
    rounds = f"{known['rounds']} rounds"
    return f"Measured on {known['measured']}, {rounds}: {known['machine']}; {versions}.\n"


def choice(figures: dict[str, Any]) -> str:
    """What there is to choose, and how often it costs what the open view costs."""
    runs = hs256(figures)
    rows = (
        (
            wanted,
            taken,
            str(runs[0]["measures"]["request"][side]["queries"]),
            *(_span(_ratios(figures, run, "request", side, "nobody")) for run in runs),
        )
        for side, (wanted, taken) in _CHOICES.items()
    )
    head = ("you want", "take", "queries a request")
    return _table((*head, *(f"of the open view, {name}" for name in _databases(figures))), rows)


def requests(figures: dict[str, Any]) -> str:
    """A whole request, on both databases."""
    return _measure_table(figures, "request")


def authenticate(figures: dict[str, Any]) -> str:
    """The class alone."""
    return _measure_table(figures, "authenticate")


def endpoints(figures: dict[str, Any]) -> str:
    """Login, refresh, logout and the list of devices."""
    return "\n".join(
        f"**{measure[0].upper()}{measure[1:]}**\n\n{_measure_table(figures, measure)}"
        for measure in _SESSIONS
    )


def algorithms(figures: dict[str, Any]) -> str:
    """What the algorithm changes, in microseconds, on the first database."""
    runs = [run for run in figures["runs"] if run["database"] == figures["runs"][0]["database"]]
    columns = {
        "stateless, token seen before": ("authenticate", "stateless"),
        "stateless, new token": ("authenticate", "stateless, new token"),
        "Simple JWT, stateless": ("authenticate", "simplejwt, stateless"),
        "login": ("obtain", "kit"),
        "refresh": ("refresh", "kit"),
    }
    rows = (
        (
            run["algorithm"],
            *(_microseconds(run["measures"][name][side]) for name, side in columns.values()),
        )
        for run in runs
    )
    return _table(("µs CPU", *columns), rows)


def load(figures: dict[str, Any]) -> str:
    """Gunicorn with two workers."""
    rows = (
        (
            _labelled(work),
            *(f"{one[name]:.1f}" for name in ("p50_ms", "p95_ms", "p99_ms")),
            f"{one['cpu_ms']:.2f}",
        )
        for work, one in figures["load"]["work"].items()
    )
    return _table(("", "p50 ms", "p95 ms", "p99 ms", "CPU ms of the server"), rows)


def start(figures: dict[str, Any]) -> str:
    """Cold start and memory."""
    rows = (
        (
            _NAMES[side],
            f"{one['wall_ms']:,.0f}",
            f"{one['cpu_ms']:,.0f}",
            f"{one['first_mib']:.0f}",
            f"{one['peak_mib']:.0f}",
        )
        for side, one in figures["start"].items()
    )
    head = ("", "ms to the first answer", "CPU ms", "MiB then", "MiB after 300 more")
    return _table(head, rows)


def budgets(figures: dict[str, Any]) -> str:
    """What it may cost, and what it was found to cost."""
    found: dict[str, list[str]] = {}
    for one in judged(figures["runs"]):
        repeated = _repeated(figures, one.database).get(one.budget)
        ratios = repeated or ([] if one.found is None else [one.found])
        shown = _span(ratios) if ratios else one.word
        over = [ratio > one.limit for ratio in ratios]
        word = (" **over**" if all(over) else " **over at times**") if any(over) else ""
        found.setdefault(one.budget, []).append(f"{shown} (≤ {one.limit:g}){word}")
    return _table(("", *_databases(figures)), ((name, *cells) for name, cells in found.items()))


def faster(figures: dict[str, Any]) -> str:
    """Where somebody else costs less than what does the same here."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for run in hs256(figures):
        for measure, sides in run["measures"].items():
            for slower in _slower(measure, sides):
                times = sides[slower[2]]["median_us"] / sides[slower[1]]["median_us"]
                shown = f"{times:.2f} times as much on {DATABASES[run['database']]}"
                lines.setdefault(slower, []).append(shown)
    listed = (
        f"- {measure}: {label(theirs)}; {label(ours)} costs {', '.join(times)}\n"
        for (measure, theirs, ours), times in lines.items()
    )
    return "".join(listed) or "Nowhere, in this run.\n"


def readme(figures: dict[str, Any]) -> str:
    """The line of the README, on the last database of the run."""
    run = next(run for run in reversed(figures["runs"]) if run["algorithm"] == "HS256")
    compared = {
        "strict": ("request", "strict", "nobody"),
        "theirs": ("request", "simplejwt", "nobody"),
        "stateless": ("request", "stateless", "nobody"),
        "refresh": ("refresh", "kit", "simplejwt with blacklist"),
    }
    costs = {word: _span(_ratios(figures, run, *sides)) for word, sides in compared.items()}
    return _LINE.format(database=DATABASES[run["database"]], **costs)


_LINE = """\
On {database} a request costs {strict} times what the view costs open, revocation seen at once (with Simple JWT {theirs},
and no revocation), and {stateless} times without a query; a refresh costs {refresh} of Simple JWT's with its blacklist.
[What to choose, what it costs, and how that was measured](docs/explanation/performance.md).
"""  # noqa: E501  # as the README is wrapped


PARTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "about": about,
    "choice": choice,
    "request": requests,
    "authenticate": authenticate,
    "endpoints": endpoints,
    "algorithms": algorithms,
    "load": load,
    "start": start,
    "budgets": budgets,
    "faster": faster,
    "readme": readme,
}


def hs256(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The runs, one a database, that the tables show."""
    return [run for run in figures["runs"] if run["algorithm"] == "HS256"]


def label(side: str) -> str:
    """What a reader calls a side, without emphasis."""
    return _NAMES[side].replace("*", "").replace("`", "")


def _databases(figures: dict[str, Any]) -> list[str]:
    return [DATABASES[run["database"]] for run in hs256(figures)]


def _measure_table(figures: dict[str, Any], measure: str) -> str:
    runs = hs256(figures)
    first = runs[0]["measures"][measure]
    rows = (
        (
            _NAMES[side],
            str(counts["queries"]),
            *(_cell(measure, side, run["measures"][measure]) for run in runs),
        )
        for side, counts in first.items()
    )
    head = ("", "queries", *(f"{name}, µs CPU, ratio" for name in _databases(figures)))
    return _table(head, rows)


def _cell(measure: str, side: str, sides: dict[str, Any]) -> str:
    """The median and the ratio."""
    return f"{_microseconds(sides[side])}, {ratio_to_first(measure, side, sides):.2f}"


def _ratios(
    figures: dict[str, Any], run: dict[str, Any], measure: str, ours: str, theirs: str
) -> list[float]:
    """What the repeated runs found of a side beside another, or else what ``run`` did."""
    sides = run["measures"][measure]
    found = [sides[ours]["median_us"] / sides[theirs]["median_us"]]
    repeated = _repeated(figures, run["database"])
    return repeated.get(f"{measure}: {ours}, beside {theirs}", found)


def _repeated(figures: dict[str, Any], database: str) -> dict[str, list[float]]:
    """What each budget cost in runs that were repeated, if there were any since this one."""
    ratios: dict[str, list[float]] = figures.get("repeated", {}).get(database, {})
    return ratios


def _span(ratios: list[float]) -> str:
    """From the least to the most."""
    return " to ".join(dict.fromkeys(f"{ratio:.2f}" for ratio in (min(ratios), max(ratios))))


def _microseconds(one: dict[str, Any]) -> str:
    return f"{one['median_us']:,.0f}"


def _labelled(work: str) -> str:
    kind, _, side = work.partition(": ")
    return f"{kind}, {_NAMES[side]}"


def _slower(measure: str, sides: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The measure, one of theirs, and one of ours that costs more."""
    for theirs, peers in _PEERS.items():
        for ours in peers:
            if theirs in sides and ours in sides:
                limit = _NOTICED * sides[theirs]["median_us"]
                if sides[ours]["median_us"] > limit:
                    yield measure, theirs, ours


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    first, *rest = ("| " + " | ".join(line) + " |\n" for line in (list(head), *rows))
    return "".join([first, "|---" * (first.count(" | ") + 1) + "|\n", *rest])
