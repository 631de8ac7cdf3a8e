"""The reference pages list what the code has: all of it, and nothing else."""

from __future__ import annotations

import ast
import importlib.util
import re
from functools import cache

import pytest
from rest_framework.exceptions import APIException
from rest_framework_simplejwt.settings import DEFAULTS as SIMPLE_JWT_NAMES

from drf_jwt_kit import exceptions
from drf_jwt_kit.management.check_texts import check_calls
from drf_jwt_kit.sessions.life import Verdict

from .pages import ROOT

PACKAGE = ROOT / "src" / "drf_jwt_kit"
TREES = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(PACKAGE.rglob("*.py"))]
CHECK_ID = re.compile(r"drf_jwt_kit\.[EW]\d{3}")
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


@cache
def nodes(kind):
    """Every node of that kind in the source."""
    return [node for tree in TREES for node in ast.walk(tree) if isinstance(node, kind)]


REFERENCE = generate().PAGES


def is_check_id(node):
    return isinstance(node, ast.Constant) and bool(CHECK_ID.fullmatch(str(node.value)))


def check_id_of(assigned):
    """The id that a constant is, or that it gives to an Error or a Warning; None of others."""
    value = assigned.value
    given = [word.value for word in value.keywords] if isinstance(value, ast.Call) else [value]
    return next((one.value for one in given if is_check_id(one)), None)


CHECK_IDS = [node for node in nodes(ast.Assign) if check_id_of(node)]
CLASSES = {
    node.targets[0].id: node.value.args[0].id
    for node in CHECK_IDS
    if isinstance(node.value, ast.Call)
}


@pytest.mark.parametrize("page", REFERENCE, ids=lambda page: page.name)
def test_tables_are_up_to_date(page):
    text = page.read_text(encoding="utf-8")

    assert generate().filled(text) == text, "run: python docs/generate.py"


def test_every_table_has_a_place():
    placed = re.findall(r"<!-- table: (\S+) -->", "".join(map(read, REFERENCE)))

    assert sorted(placed) == sorted(generate().TABLES)


class TestChecks:
    def test_every_id_is_documented_once(self):
        documented = re.findall(r"^## (\w+)$", read("docs/reference/checks.md"), re.MULTILINE)

        assert documented == sorted({name.rpartition(".")[2] for name, *_ in check_calls()})

    @pytest.mark.parametrize(("name", "call"), [made[:2] for made in check_calls()])
    def test_every_message_has_a_hint_and_an_id_of_its_level(self, name, call):
        called = ast.unparse(call.func)
        level = "W" if CLASSES.get(called, called).endswith("Warning") else "E"

        assert "hint" in [word.arg for word in call.keywords]
        assert name.startswith(f"drf_jwt_kit.{level}")

    def test_every_id_is_a_constant(self):
        assert len([*filter(is_check_id, nodes(ast.Constant))]) == len(CHECK_IDS)

    def test_every_id_has_one_meaning(self):
        numbers = [check_id_of(node) for node in CHECK_IDS]

        assert sorted(numbers) == sorted(set(numbers))

    @pytest.mark.parametrize("assigned", CHECK_IDS, ids=lambda assigned: assigned.targets[0].id)
    def test_every_id_is_used_at_one_place(self, assigned):
        name = assigned.targets[0].id
        uses = [n for n in nodes(ast.Name) if n.id == name and isinstance(n.ctx, ast.Load)]
        uses += [n for n in nodes(ast.Attribute) if n.attr == name]

        assert len(uses) == 1


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


@pytest.mark.parametrize(
    "module", sorted((PACKAGE / "urls").glob("*.py")), ids=lambda path: path.stem
)
def test_every_module_that_can_be_included_is_named_where_an_include_fails(module):
    name = ".".join(["drf_jwt_kit.urls", *([module.stem] if module.stem != "__init__" else [])])
    table = read("docs/reference/urls.md").partition("## Where an include fails")[2]

    assert f"`{name}`" in table.partition("\n## ")[0]


WORKS_WITH = re.findall(
    r"^\| (?P<package>[\w-]+) \| (?P<version>[\d.b]+) \|.*\| `(?P<test>[\w/.]+)` \|$",
    read("docs/how-to/works-with.md"),
    flags=re.MULTILINE,
)


@pytest.mark.parametrize(("package", "version", "test"), WORKS_WITH)
def test_what_we_work_with_is_tried_in_the_version_that_the_page_names(package, version, test):
    pinned = rf'"{package}(\[[\w,]+\])?=={re.escape(version)}[";]'

    assert re.search(pinned, read("pyproject.toml"))
    assert (ROOT / test).is_file()


def test_every_neighbour_is_on_the_page_of_what_we_work_with():
    (group,) = re.findall(
        r"^neighbours = \[(.*?)^\]", read("pyproject.toml"), re.DOTALL | re.MULTILINE
    )
    named = {package for package, _, _ in WORKS_WITH}

    assert set(re.findall(r'^ +"([\w-]+)', group, re.MULTILINE)) - named == {"daphne", "websockets"}
