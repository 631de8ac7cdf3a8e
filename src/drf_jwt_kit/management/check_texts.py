"""What can each system check say, and what is the cure? Read from the source, without running it.

The reference of checks in the documentation is made from this, and so is ``doctor --explain``. What
is only known while a check runs is an ellipsis.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from drf_jwt_kit.conf.documentation import page

_CHECK_ID = re.compile(r"drf_jwt_kit\.[EW]\d{3}")
_PACKAGE = Path(__file__).resolve().parents[1]
_RUN_BY = {
    "W1": "`check --deploy`",
    "E1": "`check --deploy`",
    "W06": "`check --database ALIAS` and `migrate`",
    "": "`check` and `runserver`",
}
"""By the beginning of the id."""


@cache
def texts_by_id() -> dict[str, list[tuple[str, str]]]:
    """By the id without its package, every message with its hint."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, call, tree in check_calls():
        hint = next(word.value for word in call.keywords if word.arg == "hint")
        entry = text_of(call.args[0], tree), text_of(hint, tree)
        listed = found.setdefault(name.rpartition(".")[2], [])
        listed.extend([] if entry in listed else [entry])
    return found


def level_of(number: str) -> str:
    """What a message with this id is."""
    return "Error" if number.startswith("E") else "Warning"


def run_by(number: str) -> str:
    """Which command says it."""
    return next(by for beginning, by in _RUN_BY.items() if number.startswith(beginning))


def check_calls() -> Iterator[tuple[str, ast.Call, ast.Module]]:
    """Every call in the package that makes a message of a check: its id, itself, its module.

    What is called is ``Error`` or ``Warning``, or a constant that is one of them with an id.
    """
    paths = sorted(_PACKAGE.rglob("*.py"))
    for tree in [ast.parse(path.read_text(encoding="utf-8")) for path in paths]:
        kinds = {
            assigned.targets[0].id: word.value
            for assigned in tree.body
            if isinstance(assigned, ast.Assign) and isinstance(assigned.targets[0], ast.Name)
            for made in calls(assigned, "partial")
            for word in made.keywords
            if word.arg == "id"
        }
        for call in calls(tree, "Error", "Warning", "UnusableKey", *kinds):
            words = {word.arg: word.value for word in call.keywords}
            given = kinds.get(ast.unparse(call.func)) or words.get("id")
            name = text_of(given, tree) if given else ""
            if _CHECK_ID.fullmatch(name):  # others hand on the id of an exception
                yield name, call, tree


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """The calls below ``tree`` of a function with one of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in names:
            yield node


def text_of(node: ast.expr, tree: ast.Module) -> str:
    """The words of a string in the source; what is only known at run time is an ellipsis."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part, tree) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return text_of(node.value, tree)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "page":
        return page(ast.literal_eval(node.args[0]))
    name = ast.unparse(node)
    lines = ast.walk(tree) if name in {"problem", "hint"} else tree.body
    named = [
        line
        for line in lines
        if isinstance(line, ast.Assign)
        and line.lineno < node.lineno
        and ast.unparse(line.targets[0]) == name
    ]
    return text_of(max(named, key=lambda line: line.lineno).value, tree) if named else "…"
