"""How are names and tables of them printed? Tables are aligned on a terminal, and have tabs
elsewhere, for ``cut`` and ``awk``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from django.core.management.base import OutputWrapper

from drf_jwt_kit.conf.plain_text import plain

_WIDEST = 40


def print_table(
    out: OutputWrapper, head: Sequence[str], batches: Iterable[Sequence[Sequence[str]]]
) -> None:
    """Print rows as they come. The first batch with rows decides how wide the columns are.

    Characters that would move a terminal's cursor, which clients can put into names, are shown as
    question marks.
    """
    print_lines(out, _lines(head, batches, aligned=out.isatty()))


def print_lines(out: OutputWrapper, lines: Iterable[str]) -> None:
    """Print lines as they come. The reader may stop at any time, as ``head`` does."""
    try:
        for line in lines:
            print_line(out, line)
        out.flush()
    except BrokenPipeError:
        # Python would flush what is left at exit, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_line(out: OutputWrapper, line: str) -> None:
    """Print a line with names in it. A terminal may know fewer characters than people's names."""
    encoding = getattr(out, "encoding", None) or "utf-8"
    out.write(line.encode(encoding, "replace").decode(encoding))


def printable(text: object) -> str:
    """A text from outside for a line of a terminal: what would move its cursor is a ``?``."""
    return plain(str(text), "?")


def _lines(
    head: Sequence[str], batches: Iterable[Sequence[Sequence[str]]], *, aligned: bool
) -> Iterator[str]:
    with_rows = filter(None, batches)
    first = [head, *next(with_rows, ())]
    widths = [min(max(map(len, column)), _WIDEST) for column in zip(*first, strict=True)]
    for row in chain(first, chain.from_iterable(with_rows)):
        cells = [printable(cell) for cell in row]
        yield "  ".join(map(_fitted, cells, widths)).rstrip() if aligned else "\t".join(cells)


def _fitted(cell: str, width: int) -> str:
    return (cell if len(cell) <= _WIDEST else cell[: _WIDEST - 1] + "…").ljust(width)
