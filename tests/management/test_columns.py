"""How a table looks on a terminal: aligned, and cut where a cell is long."""

import io

import pytest
from django.core.management.base import OutputWrapper

from drf_jwt_kit.management.columns import print_table


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def shown():
    """The lines of a table on a terminal."""

    def lines(*batches):
        terminal = Terminal()
        print_table(OutputWrapper(terminal), ("ID", "NAME"), batches)
        return terminal.getvalue().splitlines()

    return lines


def test_the_first_batch_with_rows_decides_how_wide_columns_are(shown):
    assert shown([], [("1", "a"), ("1000", "b")], [("20", "c")]) == [
        "ID    NAME",
        "1     a",
        "1000  b",
        "20    c",
    ]


def test_a_long_cell_is_cut(shown):
    assert shown([("x" * 41, "a"), ("y" * 40, "b")]) == [
        "ID" + " " * 40 + "NAME",
        "x" * 39 + "…  a",
        "y" * 40 + "  b",
    ]


def test_a_table_without_rows_has_a_head(shown):
    assert shown([], []) == ["ID  NAME"]
