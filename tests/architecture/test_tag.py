"""A release begins with a tag, which has to be the version that the changelog tells of."""

import importlib.util
import json

import pytest

from .make import ROOT

VERSION = "1.2.3"


@pytest.fixture
def check(tmp_path, capsys):
    """Judge a tag in a checkout of version 1.2.3, whose changelog has one heading."""
    spec = importlib.util.spec_from_file_location("tag", ROOT / ".ci" / "tag.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    package = tmp_path / "src" / "drf_jwt_kit"
    package.mkdir(parents=True)
    (tmp_path / "npm").mkdir()
    (package / "__init__.py").write_text(f'__version__ = "{VERSION}"\n')

    def judge(tag, heading, client=VERSION):
        (tmp_path / "npm" / "package.json").write_text(json.dumps({"version": client}))
        (tmp_path / "CHANGELOG.md").write_text(f"# Changelog\n\n## {heading}\n")
        return module.main(tag, tmp_path), capsys.readouterr().err

    return judge


def test_a_tag_that_is_the_version_is_accepted(check):
    assert check("v1.2.3", "1.2.3 (2026-11-26)") == (0, "")


def test_a_tag_of_another_version_is_refused(check):
    assert check("v1.2.4", "[1.2.3]") == (
        1,
        "The tag is 'v1.2.4', but the package is version 1.2.3: v1.2.3 is its tag.\n",
    )


def test_another_version_of_the_client_is_refused(check):
    assert check("v1.2.3", "1.2.3", client="1.2.2") == (
        1,
        "npm/package.json has version 1.2.2. Set it to 1.2.3.\n",
    )


def test_a_version_that_the_changelog_does_not_name_is_refused(check):
    assert check("v1.2.3", "Unreleased") == (
        1,
        "CHANGELOG.md has no heading for 1.2.3. Give the heading Unreleased its name.\n",
    )
