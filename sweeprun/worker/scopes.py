"""What names mean in a function, or at the top of a module, as far as its syntax tree says."""

import ast
import builtins
import inspect
import linecache
import operator
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import FunctionType
from typing import Any

import numpy as np

from sweeprun.worker.meanings import UNKNOWN, Instance, Meaning, Sum, Thing

_DEEPEST = 20

_OPERATIONS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


@dataclass(kw_only=True)
class Scope:
    """What names mean in one place.

    Attributes
    ----------
    name, file, first_line
        What and where it is.
    names
        What is found by name outside of it.
    given, assigned, unknown
        What its parameters stand for, what it assigns once, and the names that may be anything.
    """

    name: str
    file: str
    first_line: int
    names: Mapping[str, Any]
    given: Mapping[str, Meaning] = field(default_factory=dict)
    assigned: Mapping[str, ast.expr] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    def meaning(self, node: ast.expr | None, depth: int = 0) -> Meaning:  # noqa: PLR0911  # a table
        """What an expression stands for."""
        if depth > _DEEPEST:
            return UNKNOWN
        match node:
            case ast.Constant(value=value):
                return Thing(value)
            case ast.Name(id=name):
                return self._named(name, depth)
            case ast.Attribute(value=inner, attr=name):
                return self.meaning(inner, depth + 1).attribute(name)
            case ast.Subscript(value=inner, slice=ast.Constant(value=key)):
                return self.meaning(inner, depth + 1).item(key)
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATIONS:
                parts = self.meaning(left, depth + 1), self.meaning(right, depth + 1)
                return Sum(_OPERATIONS[type(sign)], *parts)
            case ast.List(elts=[first, *rest]) | ast.Tuple(elts=[first, *rest]):  # zeros at the end don't count
                zeros = all(isinstance(one, ast.Constant) and one.value == 0 for one in rest)
                return self.meaning(first, depth + 1) if zeros else UNKNOWN
            case ast.Call(func=ast.Attribute(value=inner, attr="get"), args=[ast.Constant(value=key), *_]):
                return self.meaning(inner, depth + 1).item(key)
            case ast.Call(func=called) if self.meaning(called, depth + 1).thing in (int, np.random.SeedSequence):
                return self.meaning(only_argument(node, "entropy"), depth + 1)
            case ast.Call(func=called) if isinstance(kind := self.meaning(called, depth + 1).thing, type):
                return Instance(kind)
        return UNKNOWN

    def _named(self, name: str, depth: int) -> Meaning:
        if name in self.unknown:
            return UNKNOWN
        if name in self.assigned:
            before = {other: value for other, value in self.assigned.items() if other != name}  # seed = int(seed)
            return replace(self, assigned=before).meaning(self.assigned[name], depth + 1)
        if name in self.given:
            return self.given[name]
        found = self.names.get(name, vars(builtins).get(name))
        return UNKNOWN if found is None else Thing(found)


def scope_of(function: FunctionType, tree: ast.FunctionDef, name: str, given: Mapping[str, Meaning]) -> Scope:
    """The scope of a function, whose parameters stand for what is given."""
    code = function.__code__
    return Scope(
        name=name,
        file=code.co_filename,
        first_line=code.co_firstlineno,
        names=_names_of(function, tree),
        given=given,
        **_bindings(tree),
    )


def only_argument(node: ast.Call, name: str) -> ast.expr | None:
    """The argument of a call that has one, which may be given by that name."""
    if len(node.args) == 1 and not node.keywords:
        return node.args[0]
    return node.keywords[0].value if not node.args and [own.arg for own in node.keywords] == [name] else None


def tree_of(function: FunctionType) -> ast.FunctionDef | None:
    """The syntax tree of a function, a lambda's as if it had a statement of its own; None if its source isn't known."""
    with suppress(OSError, TypeError, SyntaxError, ValueError, IndexError):
        if function.__name__ == "<lambda>":
            return _tree_of_lambda(function)
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
        return node if isinstance(node, ast.FunctionDef) else None
    return None


def _tree_of_lambda(function: FunctionType) -> ast.FunctionDef | None:
    """A lambda's, in whatever statement it is: what begins where its code does."""
    code = function.__code__
    lines = linecache.getlines(code.co_filename, function.__globals__)
    whole = ast.parse("".join(lines))
    places = {place for place in code.co_positions() if place[2] is not None}
    for node in ast.walk(whole):
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno:
            body = node.body
            if (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset) in places:
                returned = ast.copy_location(ast.Return(value=body), node)
                made = ast.FunctionDef(name="lambda_", args=node.args, body=[returned], decorator_list=[], lineno=1)
                return ast.increment_lineno(made, 1 - code.co_firstlineno)
    return None


def _names_of(function: FunctionType, tree: ast.FunctionDef) -> Mapping[str, Any]:
    """What a function finds by name outside of itself, and what it imports itself of what is imported already."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    names = dict(function.__globals__)
    for name, cell in cells:
        with suppress(ValueError):  # it is empty
            names[name] = cell.cell_contents
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                names[alias.asname or whole] = sys.modules.get(whole)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                names[alias.asname or alias.name] = getattr(sys.modules.get(str(node.module)), alias.name, None)
    return names


def _bindings(tree: ast.FunctionDef) -> dict[str, Any]:
    """The names that a function assigns once, with what, and those that may be anything."""
    stored = Counter(one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    assigned: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            assigned[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            assigned[node.target.id] = node.value
    inner = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.Lambda) and one is not tree]
    shadowed = {argument.arg for one in inner for argument in ast.walk(one.args) if isinstance(argument, ast.arg)}
    simple = {name: value for name, value in assigned.items() if stored[name] == 1 and name not in shadowed}
    return {"assigned": simple, "unknown": frozenset((stored.keys() | shadowed) - simple.keys())}
