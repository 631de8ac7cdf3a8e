"""Decision records say whether they hold, and those that hold name what is there."""

import re

import pytest

from .make import ROOT
from .mentions import PACKAGE, missing_files, missing_modules, quoted

FOLDER = ROOT / "docs" / "decisions"
RECORDS = sorted(path.name for path in FOLDER.glob("[0-9]*.md"))
LIVING, _, REPLACED = (FOLDER / "index.md").read_text().partition("\n## Those that were replaced\n")
REPLACED_BY = re.compile(r"\AReplaced by \[(\d{4})\]\(((\d{4})-[\w-]+\.md)\)")


def text_of(name):
    return (FOLDER / name).read_text()


def listed(part):
    """The records that have a line of their own in a part of the index."""
    return re.findall(r"^\| \[\d{4}\]\(([\w-]+\.md)\)", part, flags=re.MULTILINE)


def replacement_of(name):
    """The record that takes the place of another, as its third line says; None where it holds."""
    match = REPLACED_BY.match(text_of(name).split("\n", 2)[2])
    return match[2] if match else None


def test_every_record_is_in_one_list_of_the_index_once():
    assert sorted([*listed(LIVING), *listed(REPLACED)]) == RECORDS


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_begins_with_its_number_and_whether_it_holds(name):
    title, blank, status = text_of(name).split("\n")[:3]

    assert title.startswith(f"# {name[:4]} ")
    assert blank == ""
    assert status.startswith(("Status: accepted, 2", "Replaced by ["))


def test_the_list_of_those_that_hold_has_all_records_that_say_so():
    assert sorted(listed(LIVING)) == [name for name in RECORDS if replacement_of(name) is None]


@pytest.mark.parametrize("name", listed(REPLACED))
def test_a_replaced_record_and_the_index_name_the_same_living_record(name):
    line = next(line for line in REPLACED.splitlines() if f"]({name})" in line)

    assert replacement_of(name) in listed(LIVING)
    assert line.endswith(f"| [{replacement_of(name)[:4]}]({replacement_of(name)}) |")


@pytest.mark.parametrize("name", listed(LIVING))
def test_a_record_that_holds_names_files_and_modules_that_exist(name):
    """What it lists has no file or module. Say the new name there, or replace the record."""
    text = text_of(name)

    assert [*missing_files(text), *missing_modules(text)] == []


def test_0069_names_every_module_that_knows_the_draft():
    of_the_draft = re.compile(r"(?i)dbsc\+jwt|secure.session|device\s+bound\s+session|_identifier")
    record = quoted(text_of("0069-a-session-is-bound-to-its-device.md"))
    knowing = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if of_the_draft.search(path.read_text())
    }

    assert {"transports/bound.py", "contrib/spectacular/device_bound.py"} <= knowing
    assert knowing - set(record) == set()
