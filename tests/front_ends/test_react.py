"""The page on React, built by Vite and by TypeScript at its strictest."""

import re

import pytest

from tests.child import ROOT

from .package import PAGES, files_of, front_end, run, tool

pytestmark = pytest.mark.projects


@pytest.fixture(scope="module")
def folder(tarball):
    with front_end("react", tarball) as made:
        yield made


def compiled(folder):
    return run("node", tool("react", "typescript/bin/tsc"), where=folder)


def test_it_compiles(folder):
    assert compiled(folder) == ""


def test_a_mistake_in_it_does_not_compile(folder):
    mistake = folder / "src" / "mistake.ts"
    mistake.write_text('import { client } from "./session";\nclient.login("ada");\n')

    with pytest.raises(AssertionError, match=r"src/mistake\.ts\(2,14\): error TS2345"):
        compiled(folder)

    mistake.unlink()


def test_it_is_built_with_the_client_in_the_page_and_in_the_worker(folder):
    run("node", tool("react", "vite/bin/vite.js"), "build", where=folder)

    scripts = sorted((folder / "dist" / "assets").glob("*.js"))
    having = [script.name for script in scripts if "drf_jwt_kit:" in script.read_text()]
    assert [re.sub(r"-.*", "", name) for name in having] == ["index", "worker"]


def test_no_other_page_shows_what_is_not_built_here():
    pages = [page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").rglob("*.md")]

    assert {page for page in pages if [*files_of(page)]} == set(PAGES.values())
