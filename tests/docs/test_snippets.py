"""Every snippet of README and docs, run in a project of its own."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from .pages import FROM_AN_EMPTY_FOLDER, PAGES, README, ROOT, Reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def reading(folder: Path, *, serving: bool = False) -> Iterator[Reader]:
    reader = Reader(folder, serving=serving)
    try:
        yield reader
    finally:
        reader.close()


@pytest.fixture(scope="session")
def project_of_the_readme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project that has done what the README says; the other pages go on from there."""
    folder = tmp_path_factory.mktemp("readme")
    with reading(folder) as reader:
        reader.type("django-admin startproject shop .")
        reader.work_through((ROOT / README).read_text(encoding="utf-8"))
    return folder


@pytest.mark.parametrize("page", [page for page in PAGES if page != README])
def test_a_page_does_what_it_shows(page: str, tmp_path: Path, request: pytest.FixtureRequest):
    starts_from_readme = page != FROM_AN_EMPTY_FOLDER
    if starts_from_readme:
        start = request.getfixturevalue("project_of_the_readme")
        shutil.copytree(start, tmp_path, dirs_exist_ok=True)

    with reading(tmp_path, serving=starts_from_readme) as reader:
        reader.work_through((ROOT / page).read_text(encoding="utf-8"))


def test_the_readme_does_what_it_shows(project_of_the_readme: Path):
    assert (project_of_the_readme / "db.sqlite3").exists()


@pytest.mark.parametrize(
    "markdown",
    [
        "```yaml\nkey: value\n```\n",
        "```\n$ true\n```\n",
        "    indented = True\n",
        "- item\n\n  ```console\n  $ true\n  ```\n",
        "~~~console\n$ true\n~~~\n",
        "```python\nunnamed = True\n```\n",
        "```python\n# missing.py, at the end\nappended = True\n```\n",
        "```console\n$ false\n```\n",
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ echo one; echo two\none\n```\n",
        "```console\n$ make nothing\n```\n",
        "```console\n$ ACCESS=…\n```\n",
        "```html\n<p>unnamed</p>\n```\n",
        "```js\n// static/unserved.js\n```\n",
    ],
)
def test_what_does_not_hold_is_a_failure(markdown: str, tmp_path: Path):
    with reading(tmp_path) as reader, pytest.raises(AssertionError):
        reader.work_through(markdown)


def test_a_shell_that_ends_is_watched_no_longer(tmp_path: Path):
    before = {*threading.enumerate()}

    with reading(tmp_path) as reader, pytest.raises(AssertionError, match="ended the shell"):
        reader.ask_shell("exit")

    assert {*threading.enumerate()} <= before


def test_a_server_ends_with_what_is_typed(tmp_path: Path):
    """As it does where the tests are killed."""
    with reading(tmp_path) as reader:
        reader.ask_shell("sleep 60 &")

        printed, _ = reader.shell.communicate(timeout=30)  # until nobody has its output

    assert printed == ""


@pytest.mark.parametrize(
    "script",
    [
        "console.log(1);\n// prints: 2\n",
        "console.log(1);\n",
        "// prints: 1\n",
        'throw new Error("anything");\n',
        'import "./missing.js";\n',
        'import "unmapped";\n',
    ],
)
def test_what_does_not_hold_in_a_browser_is_a_failure(
    script: str, tmp_path: Path, project_of_the_readme: Path
):
    shutil.copytree(project_of_the_readme, tmp_path, dirs_exist_ok=True)
    served = (
        '```python\n# shop/settings.py, at the end\nINSTALLED_APPS += ["shop"]\n```\n'
        "```js\n// shop/static/shop/right.js\nconsole.log(1);\n// prints: 1\n```\n"
    )

    with reading(tmp_path, serving=True) as reader:
        reader.work_through(served)

        with pytest.raises(AssertionError):
            reader.work_through(f"```js\n// shop/static/shop/wrong.js\n{script}```\n")
