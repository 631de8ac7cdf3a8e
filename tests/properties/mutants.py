"""The module of the judge with one thing changed in it: a comparison, a condition, a word."""

from __future__ import annotations

import ast
import copy
import inspect
import sys
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

from drf_jwt_kit.sessions import life

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def mutants() -> Iterator[tuple[str, Callable[[], ModuleType]]]:
    """What makes each, with a name that says what was changed, and where."""
    tree = ast.parse(inspect.getsource(life))
    function_of = {
        node: function.name
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for statement in function.body
        for node in ast.walk(statement)
    }
    for place, node in enumerate(ast.walk(tree)):
        function = function_of.get(node, "")
        if function not in JUDGING:
            continue
        for change in _changes(node):
            twin = copy.deepcopy(node)
            change(twin)
            name = f"{function}: {ast.unparse(node)!r} becomes {ast.unparse(twin)!r}"
            yield " ".join(name.replace("\\n", " ").split()), partial(_mutant, tree, place, change)


def _changes(node: ast.AST) -> Iterator[Callable[[ast.AST], object]]:
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


def _mutant(tree: ast.Module, place: int, change: Callable[[ast.AST], object]) -> ModuleType:
    mutant = copy.deepcopy(tree)
    change(next(node for at, node in enumerate(ast.walk(mutant)) if at == place))
    module = ModuleType("tests.properties.mutant")
    sys.modules[module.__name__] = module  # where its dataclasses look for it
    exec(compile(ast.fix_missing_locations(mutant), "mutant", "exec"), module.__dict__)  # noqa: S102
    return module
