"""The reference pages list what the code has: all of it, and nothing else."""

from __future__ import annotations

import ast
import importlib.util
import re

import pytest
from rest_framework.exceptions import APIException
from rest_framework_simplejwt.settings import DEFAULTS as SIMPLE_JWT_NAMES

from drf_jwt_kit import exceptions
from drf_jwt_kit.sessions.life import Verdict

from .pages import ROOT

REFERENCE = sorted((ROOT / "docs" / "reference").glob("*.md"))
SOURCES = sorted((ROOT / "src" / "drf_jwt_kit").rglob("*.py"))
CODES = [
    cls.default_code
    for cls in vars(exceptions).values()
    if isinstance(cls, type) and issubclass(cls, APIException)
]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def generate():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def check_messages():
    """``(id, words of the call)`` of each place in the source that makes a check message."""
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {ast.unparse(n.targets[0]): n.value for n in tree.body if isinstance(n, ast.Assign)}
        for node in ast.walk(tree):
            words = {w.arg: w.value for w in node.keywords} if isinstance(node, ast.Call) else {}
            number = words.get("id")
            number = named.get(number.id) if isinstance(number, ast.Name) else number
            if not isinstance(number, ast.Constant):
                continue
            if ast.unparse(node.func).endswith(("Error", "UnusableKey")):
                yield number.value, "E", words
            elif ast.unparse(node.func).endswith("Warning"):
                yield number.value, "W", words


@pytest.mark.parametrize("page", REFERENCE, ids=lambda page: page.name)
def test_tables_are_up_to_date(page):
    text = page.read_text(encoding="utf-8")

    assert generate().filled(text) == text, "run: python docs/generate.py"


def test_every_table_has_a_place():
    placed = re.findall(r"<!-- table: (\S+) -->", "".join(map(read, REFERENCE)))

    assert sorted(placed) == sorted(generate().TABLES)


class TestChecks:
    def test_every_id_is_documented_once(self):
        documented = re.findall(r"^### (\w+)$", read("docs/reference/checks.md"), re.MULTILINE)

        assert documented == sorted({f"{name.rpartition('.')[2]}" for name, *_ in check_messages()})

    @pytest.mark.parametrize("message", [*check_messages()], ids=lambda message: message[0])
    def test_every_message_has_a_hint_and_an_id_of_its_level(self, message):
        name, level, words = message

        assert "hint" in words
        assert re.fullmatch(rf"drf_jwt_kit\.{level}\d\d\d", name)


class TestCodes:
    @pytest.mark.parametrize("code", CODES)
    def test_every_code_is_documented(self, code):
        assert f"`{code}`" in read("docs/reference/codes.md")

    @pytest.mark.parametrize("reason", exceptions.Reason)
    def test_every_reason_is_explained(self, reason):
        assert f"\n- `{reason.value}`: " in read("docs/reference/codes.md")


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_is_in_the_table(verdict):
    table = read("docs/explanation/life-of-a-token.md").partition("## The verdict")[2]

    assert f"| `{verdict.value}` |" in table.partition("\n## ")[0]


@pytest.mark.parametrize("name", SIMPLE_JWT_NAMES)
def test_every_setting_of_simple_jwt_is_accounted_for(name):
    table = read("docs/how-to/from-simplejwt.md").partition("## Settings")[2]

    assert f"`{name}`" in table.partition("\n## ")[0]
