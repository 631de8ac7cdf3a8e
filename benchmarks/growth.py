"""How are the figures of `make bench-scale` shown? One line an operation, ratios side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .budgets import GROWTH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .timing import Series


def lines(sizes: tuple[int, ...], series: dict[tuple[str, int], Series]) -> Iterator[str]:
    """The smallest size in milliseconds, the others as ratios to it."""
    smallest, *others = sizes
    head = "".join(f"{size:>24,}" for size in others)
    yield f"{'median':25}{smallest:>21,} ms{head}"
    for name in dict.fromkeys(name for name, _ in series):
        first = series[name, smallest]
        columns = "".join(f"{_ratios(series[name, size], first):>24}" for size in others)
        says = "OVER" if name in over(sizes, series) else "within"
        yield f"{name:25}{_milliseconds(first):>24}{columns}   {says} {GROWTH}x"
    yield "(in brackets: quartiles at the smallest size; ratios of the statements' part alone)"


def over(sizes: tuple[int, ...], series: dict[tuple[str, int], Series]) -> list[str]:
    """The operations that cost more at the largest size than their budget."""
    return [
        name
        for name in dict.fromkeys(name for name, _ in series)
        if series[name, sizes[-1]].median > GROWTH * series[name, sizes[0]].median
    ]


def _milliseconds(one: Series) -> str:
    low, high = one.quartiles
    return f"{one.median * 1e3:.2f} ({low * 1e3:.2f}-{high * 1e3:.2f})"


def _ratios(one: Series, first: Series) -> str:
    ratio = f"{one.median / first.median:.2f}x"
    if not first.median_in_database:
        return f"{ratio} (no statement)"
    return f"{ratio} ({one.median_in_database / first.median_in_database:.2f}x)"
