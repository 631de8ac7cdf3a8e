"""What the sentences of CONTRIBUTING.md name is in the tree. Its map: test_contributing_map."""

import re

import pytest

from . import mentions
from .make import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
PROSE = re.sub(r"(^## The map\n[\s\S]*?^```\n)[\s\S]*?(^```$)", r"\1\2", TEXT, flags=re.MULTILINE)
SAID_NOT_TO_EXIST = {"utils"}
"""Names that a sentence mentions to say that there is no such thing."""


@pytest.mark.parametrize(
    "missing",
    [
        mentions.missing_files,
        mentions.missing_modules,
        mentions.missing_targets,
        mentions.missing_markers,
        mentions.missing_tables,
        mentions.missing_variables,
        mentions.missing_names,
    ],
    ids=lambda missing: missing.__name__,
)
def test_its_sentences_name_what_exists(missing):
    """What it lists stands in backticks or capitals in CONTRIBUTING.md, and nowhere in the tree."""
    assert [name for name in missing(PROSE) if name not in SAID_NOT_TO_EXIST] == []


@pytest.mark.parametrize("name", sorted(SAID_NOT_TO_EXIST))
def test_what_is_said_not_to_exist_does_not(name):
    assert f"no `{name}`" in TEXT
    assert [path for path in mentions.files() if path.stem == name] == []


class TestMentions:
    @pytest.mark.parametrize(
        ("text", "missing"),
        [
            ("`sessions/gone.py` and `sessions/events.py`", ["sessions/gone.py"]),
            ("`gone.py` and `tox.ini`", ["gone.py"]),
            ("`tests/gone/` and `tests/flows/`", ["tests/gone/"]),
            ("`refresh/` is an address, `application/json` a media type", []),
        ],
    )
    def test_a_file_or_folder_that_is_gone_is_found(self, text, missing):
        assert mentions.missing_files(text) == missing

    @pytest.mark.parametrize(
        ("text", "missing"),
        [
            ("`sessions.gone.start` and `sessions.start`", ["sessions.gone.start"]),
            ("`drf_jwt_kit.gone` and `drf_jwt_kit.views`", ["drf_jwt_kit.gone"]),
            ("`jwt.decode` is not ours", []),
        ],
    )
    def test_a_module_that_is_gone_is_found(self, text, missing):
        assert mentions.missing_modules(text) == missing

    @pytest.mark.parametrize(
        ("text", "missing"),
        [
            ('`make test ARGS="-k leeway"`', []),
            ("`make lint types`", []),
            ("`make lint typos`", ["make lint typos"]),
            ("```console\nmake gone\n```", ["make gone"]),
        ],
    )
    def test_a_make_target_that_is_gone_is_found(self, text, missing):
        assert mentions.missing_targets(text) == missing

    def test_a_marker_that_is_not_declared_is_found(self):
        assert mentions.missing_markers("`@pytest.mark.long` `@pytest.mark.slow`") == ["slow"]

    def test_a_table_or_group_that_is_gone_is_found(self):
        text = "`[tool.ruff]` `[tool.black]` `uv run --group test --group dev`"

        assert mentions.missing_tables(text) == ["dev", "[tool.black]"]

    def test_a_variable_that_nothing_reads_is_found(self):
        assert mentions.missing_variables("TEST_CHROMIUM TEST_SAFARI") == ["TEST_SAFARI"]

    def test_a_name_that_is_in_no_code_is_found(self):
        text = "`JWTAuthentication` `JWTAuthentification` `get_settings()`"

        assert mentions.missing_names(text) == ["JWTAuthentification"]
