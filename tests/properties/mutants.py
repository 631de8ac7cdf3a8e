"""The module of the judge with one thing changed in it: a comparison, a condition, a word."""

from __future__ import annotations

import ast
import copy
import inspect
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from drf_jwt_kit.sessions import life

if TYPE_CHECKING:
    from collections.abc import Iterator

JUDGING = {
    *("judge", "_judge_generation", "is_recent", "end_of", "is_cut_off"),
    *("idle_limit", "accepts", "advances", "is_wanting"),
}
WORDS = {
    "Verdict": (
        *("ROTATE", "REPEAT_CURRENT", "REPEAT_CONCURRENT", "COLLECT"),
        *("REUSED", "AHEAD", "UNPROVEN"),
    ),
    "Proof": ("UNASKED", "FITS", "MISSING", "OF_ANOTHER"),
}
OTHER = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq, ast.LtE),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),  # codespell:ignore notin
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
}


def mutants() -> Iterator[tuple[str, ModuleType]]:
    """Each with a name that says what was changed, and where."""
    tree = ast.parse(inspect.getsource(life))
    for place, node in enumerate(ast.walk(tree)):
        function = _function_of(tree, node)
        if function not in JUDGING:
            continue
        for change in _changes(node):
            mutant = copy.deepcopy(tree)
            twin = next(n for at, n in enumerate(ast.walk(mutant)) if at == place)
            before = ast.unparse(twin)
            change(twin)
            after = ast.unparse(ast.fix_missing_locations(twin))
            name = f"{function}: {before!r} becomes {after!r}"
            yield " ".join(name.replace("\\n", " ").split()), _module(mutant)


def _changes(node: ast.AST) -> Iterator[object]:
    if isinstance(node, ast.Compare):
        for other in OTHER.get(type(node.ops[0]), ()):
            yield lambda twin, other=other: twin.ops.__setitem__(0, other())
    if isinstance(node, ast.BinOp):
        for other in OTHER.get(type(node.op), ()):
            yield lambda twin, other=other: setattr(twin, "op", other())
    if isinstance(node, ast.BoolOp):
        neutral = ast.Constant(isinstance(node.op, ast.And))
        for at in range(len(node.values)):
            yield lambda twin, at=at: twin.values.__setitem__(at, neutral)
    if isinstance(node, ast.If | ast.IfExp):
        for always in (True, False):
            yield lambda twin, always=always: setattr(twin, "test", ast.Constant(always))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield lambda twin: setattr(twin, "operand", ast.Constant(value=False))
    if isinstance(node, ast.Attribute):
        for name in WORDS.get(getattr(node.value, "id", ""), ()):
            if name != node.attr:
                yield lambda twin, name=name: setattr(twin, "attr", name)


def _function_of(tree: ast.AST, node: ast.AST) -> str:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            inside = [part for statement in function.body for part in ast.walk(statement)]
            if any(part is node for part in inside):
                return function.name
    return ""


def _module(tree: ast.Module) -> ModuleType:
    module = ModuleType("tests.properties.mutant")
    sys.modules[module.__name__] = module  # where its dataclasses look for it
    exec(compile(ast.fix_missing_locations(tree), "mutant", "exec"), module.__dict__)  # noqa: S102
    return module
