"""Where do the project's files name something of Simple JWT's, and what should stand there?

Goes by syntax trees: no file is run, and of a line only names are told.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from rest_framework_simplejwt.settings import DEFAULTS

from .changes import Change
from .counterparts import ROOT, counterpart, why_none
from .places import shown

_WORTH_READING = (ROOT, "OutstandingToken", "BlacklistedToken", "outstandingtoken", "AccessToken")
_DOTTED = re.compile(rf"{ROOT}(\.\w+){{2,}}")
_TABLES = {"OutstandingToken", "BlacklistedToken", "outstandingtoken_set"}
_LOOP = (
    "What is written there ends no session of ours. Where it logs a user out, put these lines "
    "after it, and keep it until the day of ADOPT_SIMPLEJWT_TOKENS_UNTIL: tokens that have not "
    "been exchanged end by it alone."
)
_REVOKE = ("from drf_jwt_kit import sessions", "sessions.revoke(user=user)")
_NO_SESSION = "An access token that is made so has no session, and every view refuses it."


def changes_in(files: Iterable[Path]) -> Iterator[Change]:
    """The changes in ``files``, file by file and line by line."""
    for file in files:
        try:
            text = file.read_bytes()
            if any(word.encode() in text for word in _WORTH_READING):
                reader = _Reader(shown(file))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # Python's, of the project's style
                    reader.visit(ast.parse(text))
                yield from reader.in_order()
        except (OSError, SyntaxError, ValueError, RecursionError) as error:
            why = f"It cannot be read ({type(error).__name__}). Look there for {ROOT}."
            yield Change(shown(file), 0, "", why=why)


class _Reader(ast.NodeVisitor):
    """Collects what one file mentions."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.found: list[Change] = []
        self.tables: dict[int, str] = {}
        self.revokes = False

    def in_order(self) -> list[Change]:
        if self.tables and not self.revokes:
            lines = ", ".join(map(str, sorted(self.tables)))
            first = min(self.tables)
            more = "" if len(self.tables) == 1 else f" (lines {lines})"
            found = f"{', '.join(sorted(set(self.tables.values())))}{more}"
            why = f"{found}. {_LOOP}"
            self.found.append(Change(self.place, first, "", _REVOKE, why))
        return sorted(self.found)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level or module.partition(".")[0] != ROOT:
            return
        moved, kept, why = [], [], []
        for alias in node.names:
            path = f"{module}.{alias.name}".removesuffix(".*")
            if counterpart(path) is not None:
                moved.append(alias)
            elif said := why_none(path):
                why.append(f"{alias.name}: {said}")
            else:
                kept.append(alias)
        if moved or why:
            new = [(module.replace(ROOT, "drf_jwt_kit", 1), moved), (module, kept)]
            lines = [ast.unparse(ast.ImportFrom(name, some, 0)) for name, some in new if some]
            self._add(node, ast.unparse(node), lines, " ".join(why))

    def visit_Import(self, node: ast.Import) -> None:
        moved = [one for one in node.names if counterpart(one.name) is not None]
        if moved:
            names = [
                one.name.replace(ROOT, "drf_jwt_kit", 1) if one in moved else one.name
                for one in node.names
            ]
            new = [ast.alias(name, one.asname) for name, one in zip(names, node.names, strict=True)]
            self._add(node, ast.unparse(node), [ast.unparse(ast.Import(new))])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._note(node, node.attr)
        dotted = ast.unparse(node)
        if _DOTTED.fullmatch(dotted):
            self._path(node, dotted)
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._note(node, node.id)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._note(node, node.value.removeprefix("token_blacklist."))
            if _DOTTED.fullmatch(node.value):
                self._path(node, node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if re.fullmatch(r"(\w+\.)*AccessToken\.for_user", _name_of(node.func)):
            new = ["from drf_jwt_kit import sessions", "sessions.start(user).access"]
            self._add(node, "AccessToken.for_user(user)", new, _NO_SESSION)
        self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if not (isinstance(key, ast.Constant) and key.value in DEFAULTS):
                self.visit(value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not any(map(_is_of_simple_jwt, node.targets)):
            self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg not in DEFAULTS:
            self.generic_visit(node)

    def _path(self, node: ast.expr, path: str) -> None:
        new = counterpart(path)
        if new is not None or why_none(path):
            self._add(node, path, [] if new is None else [new], why_none(path))

    def _note(self, node: ast.expr, name: str) -> None:
        if name in _TABLES:
            self.tables[node.lineno] = name
        self.revokes = self.revokes or name == "revoke"

    def _add(self, node: ast.stmt | ast.expr, old: str, new: Iterable[str], why: str = "") -> None:
        self.found.append(Change(self.place, node.lineno, old, tuple(new), why))


def _is_of_simple_jwt(target: ast.expr) -> bool:
    """Whether a setting of Simple JWT's is assigned: a path of theirs there means ours."""
    key = target.slice if isinstance(target, ast.Subscript) else None
    return isinstance(key, ast.Constant) and key.value in DEFAULTS


def _name_of(node: ast.expr) -> str:
    return ast.unparse(node) if isinstance(node, (ast.Attribute, ast.Name)) else ""
