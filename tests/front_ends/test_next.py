"""The page on Next.js, built by Next.js: a module there makes a client, and no page is."""

import pytest

from .package import front_end, run, tool

pytestmark = pytest.mark.projects


@pytest.fixture(scope="module")
def folder(tarball, monkeypatch_module):
    with front_end("next", tarball) as made:
        run("node", tool("next", "next/dist/bin/next"), "build", where=made)
        yield made


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NEXT_TELEMETRY_DISABLED", "1")
        yield patch


def test_it_is_built_and_renders_everybody_as_nobody(folder):
    page = (folder / ".next/server/app/index.html").read_text()

    assert ("Password" in page, "Log out</button>" in page) == (True, False)


def test_the_browser_gets_the_client(folder):
    scripts = (folder / ".next/static").rglob("*.js")

    assert [script for script in scripts if "drf_jwt_kit:" in script.read_text()] != []
