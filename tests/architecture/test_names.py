"""The names of the tests are read alone, in a log: each is a sentence with a subject."""

import ast

import pytest

from .make import ROOT

PREPOSITIONS = """
    about above across after against among and as at because before behind below beneath beside
    besides between beyond but by except for from if in inside into like near nor of off on once
    onto or out outside over per since so than that then though through till to toward towards
    under unless until up upon via when where whether which while whose with within without yet
"""
"""And conjunctions: whatever begins with one of these is the second half of a sentence."""
FILES = sorted([*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("example_project/**/test_*.py")])


def names_in(path):
    """The names of the tests in a file, in classes too, with their lines."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (
            node.name.startswith("test_")
        ):
            yield node.name, node.lineno


def is_half_a_sentence(name):
    """Whether a name has no words, or begins with one that needs something before it."""
    return name.removeprefix("test_").partition("_")[0] in {"", *PREPOSITIONS.split()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_test_of_a_file_says_who_does_what(path):
    halves = [f"line {line}: {name}" for name, line in names_in(path) if is_half_a_sentence(name)]

    assert not halves, "These begin in the middle of a sentence:\n" + "\n".join(halves)


@pytest.mark.parametrize(
    ("name", "is_half"),
    [
        ("test_of_a_deleted_user_is_refused", True),
        ("test_a_refresh_of_a_deleted_user_is_refused", False),
        ("test_with_a_token", True),
        ("test_every_link_leads_somewhere", False),
        ("test_", True),
    ],
)
def test_a_preposition_at_the_beginning_is_noticed(name, is_half):
    assert is_half_a_sentence(name) is is_half
