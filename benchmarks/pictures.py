"""Draws the pictures of docs/explanation/performance.md: light, and dark where a reader's page is.

Text stays text, so that it can be searched, and each picture says in words what it shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from .budgets import DATABASES
from .page import FOLDER, hs256, label

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GROUND, TEXT, OURS, THEIRS, FLOOR = "#ffffff", "#1f2328", "#0550ae", "#8c959f", "#d0d7de"
_DARK = {GROUND: "#0d1117", TEXT: "#e6edf3", OURS: "#79b8ff", THEIRS: "#6e7681", FLOOR: "#484f58"}
PICTURES = {
    "performance-request.svg": (
        "What a request costs",
        {
            "request": (
                *("nobody", "floor: the join", "stateless", "strict", "cookie"),
                *("simplejwt, stateless", "simplejwt", "knox"),
            )
        },
    ),
    "performance-sessions.svg": (
        "What a login, a refresh and a logout cost",
        {
            "obtain": ("kit", "simplejwt", "simplejwt with blacklist", "knox"),
            "refresh": ("floor: one write", "kit", "simplejwt", "simplejwt with blacklist"),
            "logout": ("kit", "simplejwt with blacklist", "knox"),
        },
    ),
}
"""By file: the title, and which sides of which measures are shown, in this order."""


def draw(figures: dict[str, Any], folder: Path = FOLDER) -> list[Path]:
    """Write every picture of ``figures``."""
    drawn = []
    for name, (title, shown) in PICTURES.items():
        picture = folder / name
        picture.write_text(_picture(figures, title, shown), encoding="utf-8")
        drawn.append(picture)
    return drawn


def in_words(figures: dict[str, Any], shown: dict[str, tuple[str, ...]]) -> str:
    """What a picture shows, for whoever does not see it."""
    return " ".join(
        f"{panel.title}: {', '.join(f'{label(side)} {cost:,.0f}' for side, cost in panel.bars)}."
        for panel in _panels(figures, shown)
    )


def _picture(figures: dict[str, Any], title: str, shown: dict[str, tuple[str, ...]]) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    panels = list(_panels(figures, shown))
    heights = [len(panel.bars) for panel in panels]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8.6, 0.6 + 0.34 * (sum(heights) + 2 * len(heights))))
        figure.set_layout_engine("constrained")
        figure.suptitle(f"{title}: µs of CPU time, less is better", color=TEXT)
        axes = figure.subplots(len(panels), squeeze=False, height_ratios=heights)[:, 0]
        for axis, panel in zip(axes, panels, strict=True):
            alike = [other for other in panels if other.measure == panel.measure]
            _draw_panel(axis, panel, largest=max(other.largest for other in alike))
        written = StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return _readable(written.getvalue(), title, in_words(figures, shown))


_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "drf-jwt-kit",  # the same figures make the same file
    "font.family": "sans-serif",
    "font.size": 11,
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), TEXT),
    **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), GROUND),
}


@dataclass(frozen=True)
class _Panel:
    """One measure on one database."""

    measure: str
    database: str
    bars: list[tuple[str, float]]
    """Side and microseconds."""

    @property
    def title(self) -> str:
        return f"{self.measure[0].upper()}{self.measure[1:]}, {DATABASES[self.database]}"

    @property
    def largest(self) -> float:
        return max(cost for _, cost in self.bars)


def _panels(figures: dict[str, Any], shown: dict[str, tuple[str, ...]]) -> Iterator[_Panel]:
    for measure, sides in shown.items():
        for run in hs256(figures):
            found = run["measures"][measure]
            bars = [(side, found[side]["median_us"]) for side in sides]
            yield _Panel(measure, run["database"], bars)


def _draw_panel(axis: Any, panel: _Panel, *, largest: float) -> None:
    """``largest`` is the longest bar of this measure, so that databases can be compared."""
    sides, costs = zip(*panel.bars, strict=True)
    colours = [_colour(side) for side in sides]
    drawn = axis.barh([label(side) for side in sides], costs, color=colours, height=0.7)
    axis.bar_label(drawn, labels=[f"{cost:,.0f}" for cost in costs], padding=4)
    axis.set_title(panel.title, loc="left", fontsize=11, fontweight="bold")
    axis.invert_yaxis()
    axis.set_xlim(0, largest * 1.12)
    axis.spines[:].set_visible(False)
    axis.tick_params(length=0)
    axis.set_xticks([])


def _colour(side: str) -> str:
    if side == "nobody" or side.startswith("floor"):
        return FLOOR
    return OURS if label(side).startswith("this package") else THEIRS


def _readable(svg: str, title: str, words: str) -> str:
    """With a title and a description, and colours for a dark page."""
    dark = "".join(
        f'[style*="{kind}: {light}"] {{ {kind}: {colour} !important; }} '
        for light, colour in _DARK.items()
        for kind in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme: dark) {{ {dark}}}</style>"
    head = f'<title id="title">{title}</title><desc id="desc">{words}</desc>{style}'
    svg = re.sub(r"^ +$", "", svg, flags=re.MULTILINE)
    return re.sub(
        r"(<svg [^>]*?)>",
        lambda found: f'{found[1]} role="img" aria-labelledby="title desc">\n {head}',
        svg,
        count=1,
    )
