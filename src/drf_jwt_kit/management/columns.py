"""How is a table printed? Aligned on a terminal; with tabs elsewhere, for ``cut`` and ``awk``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from django.core.management.base import OutputWrapper

_WIDEST = 40
_GAP = "  "


def print_table(
    out: OutputWrapper, head: Sequence[str], batches: Iterable[Sequence[Sequence[str]]]
) -> None:
    """Print rows as they come. The first batch that has some decides how wide the columns are.

    Whoever reads may stop at any time, as ``head`` does. Characters that would move a
    terminal's cursor, which clients can put into names, are shown as question marks.
    """
    lines = _lines(head, batches, aligned=out.isatty())
    encoding = getattr(out, "encoding", None) or "utf-8"
    try:
        for line in lines:
            # A terminal that knows fewer characters than a client does is no reason to stop.
            out.write(line.encode(encoding, "replace").decode(encoding))
        out.flush()
    except BrokenPipeError:
        # Python would flush what is left at exit, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lines(
    head: Sequence[str], batches: Iterable[Sequence[Sequence[str]]], *, aligned: bool
) -> Iterator[str]:
    widths: list[int] = []
    for batch in filter(None, batches):
        rows = [[_plain(cell) for cell in row] for row in batch]
        if not widths:
            widths = [_width(column) for column in zip(head, *rows, strict=True)]
            yield _line(head, widths, aligned=aligned)
        for row in rows:
            yield _line(row, widths, aligned=aligned)
    if not widths:
        yield _line(head, [len(name) for name in head], aligned=aligned)


def _line(cells: Sequence[str], widths: Sequence[int], *, aligned: bool) -> str:
    if not aligned:
        return "\t".join(cells)
    padded = (_shortened(cell).ljust(width) for cell, width in zip(cells, widths, strict=True))
    return _GAP.join(padded).rstrip()


def _width(column: Iterable[str]) -> int:
    return min(max(map(len, column)), _WIDEST)


def _shortened(cell: str) -> str:
    return cell if len(cell) <= _WIDEST else cell[: _WIDEST - 1] + "…"


def _plain(cell: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in cell)
