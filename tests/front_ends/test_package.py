"""What is in the npm package, and that node finds it."""

import json
import re
import tarfile

import pytest

from drf_jwt_kit import __version__
from tests.child import ROOT
from tests.conftest import PASSWORD

from .package import NPM, add, packing, run

pytestmark = pytest.mark.once
STATIC = ROOT / "src/drf_jwt_kit/static/drf_jwt_kit"
MANIFEST = json.loads((NPM / "package.json").read_text())


@pytest.fixture(scope="module")
def packed(tarball):
    """What the tarball holds, by name."""
    with tarfile.open(tarball) as archive:
        return {
            member.name.removeprefix("package/"): archive.extractfile(member).read()
            for member in archive
        }


@pytest.fixture(scope="module")
def project(tarball, tmp_path_factory):
    """A folder in which the package, and nothing else, is installed."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "package.json").write_text('{"private": true}')
    add(tarball, folder)
    return folder


def test_it_holds_the_client_its_types_and_what_every_package_has(packed):
    assert sorted(packed) == ["LICENSE", "README.md", "client.d.ts", "client.js", "package.json"]


@pytest.mark.parametrize("name", ["client.js", "client.d.ts"])
def test_a_file_is_the_one_that_the_wheel_carries(packed, name):
    assert packed[name] == (STATIC / name).read_bytes()


def test_its_licence_is_the_projects(packed):
    assert packed["LICENSE"] == (ROOT / "LICENSE").read_bytes()
    assert MANIFEST["license"] == "MIT"


def test_its_version_is_the_python_packages():
    assert MANIFEST["version"] == __version__


def test_it_needs_no_other_package():
    assert {name for name in MANIFEST if name.endswith("ependencies")} == set()


def test_its_documentation_names_the_file_that_is_packed(tarball):
    assert f"`{tarball.name}`" in (ROOT / "docs/reference/client.md").read_text()


def test_packing_leaves_no_copy_behind(tarball):
    with packing():
        assert sorted(path.name for path in NPM.iterdir()) == ["README.md", "package.json"]


def test_its_readme_shows_the_hook_of_the_page_on_react():
    hook = re.compile(r"^const now = [\s\S]*?^export const useSession.*$", re.MULTILINE)
    shown = hook.search((NPM / "README.md").read_text())[0]

    page = hook.search((ROOT / "docs/how-to/react.md").read_text())[0]
    assert shown.split() == page.split()


@pytest.mark.parametrize(
    ("name", "loading"),
    [
        ("module.mjs", 'import * as kit from "drf-jwt-kit-client";'),
        ("script.cjs", 'const kit = require("drf-jwt-kit-client");'),
    ],
)
def test_node_finds_it_and_makes_a_client_without_a_page(project, name, loading):
    asking = (
        'console.log(kit.createClient({ baseUrl: "/api/auth/" }).session, typeof kit.AuthError);'
    )
    (project / name).write_text(f"{loading}\n{asking}")

    assert run("node", "--no-warnings", name, where=project) == "null function\n"


@pytest.mark.django_db(transaction=True)
def test_a_script_in_node_logs_in_and_asks(project, live_server, user):
    credentials = {"username": user.get_username(), "password": PASSWORD}
    script = f"""
        import {{ createClient }} from "drf-jwt-kit-client";
        const client = createClient({{ baseUrl: "{live_server.url}/api/token/", mode: "header" }});
        await client.login({json.dumps(credentials)});
        console.log((await client.fetch("{live_server.url}/api/secure/")).status);
        await client.logout();
        console.log((await client.fetch("{live_server.url}/api/secure/")).status);
    """
    (project / "script.mjs").write_text(script)

    assert run("node", "script.mjs", where=project) == "200\n401\n"
