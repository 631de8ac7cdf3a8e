"""The map in the package's docstring is the package on disk, and what is public says what it is."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import drf_jwt_kit

ROOT = Path(drf_jwt_kit.__file__).parent


def needs_what_is_missing(name):
    """Django's admin is not installed here; tests/admin imports ours."""
    assert name == "drf_jwt_kit.admin" or name.startswith("drf_jwt_kit.contrib.")


MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(
        [str(ROOT)], "drf_jwt_kit.", onerror=needs_what_is_missing
    )
    if not re.search(r"\.(migrations|contrib\.\w+|admin)\b", name)
]
PUBLIC = [
    *("keys", "tokens", "sessions", "authentication", "mixins", "permissions", "serializers"),
    *("views", "exceptions", "signals", "conf", "models", "guards", "transports"),
    *("resource_server", "resource_server.mixins", "resource_server.authentication"),
    *("testing", "testing.attacks", "testing.tokens", "testing.forgery", "testing.attacks.site"),
    *("jose.algorithms", "jose.codec", "jose.fetch", "jose.jwk", "jose.key_text", "jose.remote"),
]


def test_the_docstring_names_every_module_at_the_root():
    on_disk = {path.stem for path in ROOT.iterdir() if not path.name.startswith(("_", "."))}
    left_out = {"migrations", "locale", "static", "templates", "py"}

    named = set(re.findall(r"\w+", drf_jwt_kit.__doc__))

    assert on_disk - left_out - named == set()


def test_the_root_imports_nothing():
    tree = ast.parse((ROOT / "__init__.py").read_text())

    assert [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))] == []


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_question_it_answers(name):
    assert inspect.getdoc(importlib.import_module(name))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_has_a_docstring(name):
    module = importlib.import_module(f"drf_jwt_kit.{name}")
    members = [
        member
        for public, member in vars(module).items()
        if not public.startswith("_")
        and (inspect.isclass(member) or inspect.isfunction(member))
        and member.__module__.startswith("drf_jwt_kit")
    ]

    assert [member.__qualname__ for member in members if not member.__doc__] == []


@pytest.mark.parametrize(
    "name", ["keys", "tokens", "sessions", "transports", "resource_server", "testing"]
)
def test_what_an_engine_exports_is_there(name):
    module = importlib.import_module(f"drf_jwt_kit.{name}")

    assert module.__all__ != []
    assert [public for public in module.__all__ if not hasattr(module, public)] == []
    assert module.__all__ == sorted(module.__all__)
