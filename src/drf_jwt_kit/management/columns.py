"""How is a table printed? Aligned on a terminal; with tabs elsewhere, for ``cut`` and ``awk``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from django.core.management.base import OutputWrapper

_WIDEST = 40


def print_table(
    out: OutputWrapper, head: Sequence[str], batches: Iterable[Sequence[Sequence[str]]]
) -> None:
    """Print rows as they come. The first batch with rows decides how wide the columns are.

    The reader may stop at any time, as ``head`` does. Characters that would move a
    terminal's cursor, which clients can put into names, are shown as question marks.
    """
    encoding = getattr(out, "encoding", None) or "utf-8"
    try:
        for line in _lines(head, batches, aligned=out.isatty()):
            # A terminal may know fewer characters than a client does.
            out.write(line.encode(encoding, "replace").decode(encoding))
        out.flush()
    except BrokenPipeError:
        # Python would flush what is left at exit, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _lines(
    head: Sequence[str], batches: Iterable[Sequence[Sequence[str]]], *, aligned: bool
) -> Iterator[str]:
    with_rows = filter(None, batches)
    first = [head, *next(with_rows, ())]
    widths = [min(max(map(len, column)), _WIDEST) for column in zip(*first, strict=True)]
    for row in chain(first, chain.from_iterable(with_rows)):
        cells = [_printable(cell) for cell in row]
        yield "  ".join(map(_fitted, cells, widths)).rstrip() if aligned else "\t".join(cells)


def _fitted(cell: str, width: int) -> str:
    return (cell if len(cell) <= _WIDEST else cell[: _WIDEST - 1] + "…").ljust(width)


def _printable(cell: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in cell)
