"""What modules of the user's draw from global generators when they are imported: other numbers in each worker.

A state that moved while the task function was imported says that something did; the syntax trees say which lines. Some
libraries draw as they are imported, which is nobody's data, so nothing is said without a line of the user's own.
"""

import ast
import inspect
import random
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from contextlib import suppress
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType, NoneType
from typing import Any

import numpy as np

from sweeprun.worker.copied_generators import full_name, is_own, own_package, reached_from
from sweeprun.worker.meanings import Instance
from sweeprun.worker.scopes import Scope, scope_of, tree_of

_SETS_A_STATE = frozenset({"seed", "getstate", "setstate", "get_state", "set_state"})
_SEEDS = frozenset({"random_state", "seed", "rng"})
"""What libraries call the argument without which they draw from a global generator."""

_FIXED = (NoneType, bool, int, float, complex, str, bytes, tuple, ModuleType, FunctionType, BuiltinFunctionType, type)

_DEEPEST = 5
_MOST_SHOWN = 3


def draws_at_top(generators: Collection[str], function: Callable[..., Any]) -> list[str]:
    """The lines at the top of modules that draw from global generators, with their places.

    Parameters
    ----------
    generators
        Those that were drawn from: ``random``, ``numpy.random``.
    function
        The task function.
    """
    own = own_package(function)
    found: list[str] = []
    reached = {id(value) for _, value in reached_from(function)} if generators else set()
    with suppress(Exception):  # of code that nobody foresaw: a warning less, and not a task less
        for name, module in list(sys.modules.items()) if generators else ():
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and file.endswith(".py") and is_own(name, own):
                found += _in_module(module, Path(file), generators, reached)
    return list(dict.fromkeys(found))[:_MOST_SHOWN]


def _in_module(module: ModuleType, file: Path, generators: Collection[str], reached: Set[int]) -> Iterator[str]:
    scope = Scope(name=module.__name__, file=str(file), first_line=1, names=vars(module))
    with suppress(OSError, SyntaxError, ValueError):
        source = file.read_bytes()
        if "numpy.random" not in generators and b"random" not in source:  # scikit-learn alone moved Python's, mostly
            return
        tree = ast.parse(source)
        for call in _calls(tree):
            if _draws(call, scope, generators, _DEEPEST) and _is_used(call, tree, vars(module), reached):
                yield f"{ast.unparse(call)} ({file.name}, line {call.lineno})"


def _is_used(call: ast.Call, tree: ast.Module, names: Mapping[str, Any], reached: Set[int]) -> bool:
    """Whether a task function reaches anything that is made of a call, as far as the statements of the module say."""
    made: set[str] = set()
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        nodes = list(ast.walk(statement))
        words = [one for one in nodes if isinstance(one, ast.Name)]
        if call in nodes or not made.isdisjoint(one.id for one in words):
            made |= {one.id for one in words if isinstance(one.ctx, ast.Store) or _may_change(names.get(one.id))}
            made |= {one.name for one in nodes if isinstance(one, ast.ClassDef)}
    return any(id(names[name]) in reached for name in made if name in names)


def _may_change(value: Any) -> bool:
    """Whether a statement that names an object may put something into it."""
    return not isinstance(value, _FIXED)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls that are made when a module is imported, or a function called: without those of functions inside."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) or _is_main_part(child):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _calls(child)


def _is_main_part(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "__name__" in {getattr(one, "id", "") for one in ast.walk(node.test)}


def _draws(call: ast.Call, scope: Scope, generators: Collection[str], depth: int) -> bool:
    """Whether a call draws from one of some global generators: itself, or in the user's own functions."""
    called = scope.meaning(call.func).thing
    if (generator := _generator_of(called)) is not None:
        return generator in generators
    if isinstance(called, type):
        called = Instance(called).attribute("__init__").thing
    if not isinstance(called, FunctionType):
        return False
    if not is_own(str(called.__module__), ""):
        return "numpy.random" in generators and _leaves_seed_out(called, call)
    tree = tree_of(called)
    if tree is None or not depth:
        return False
    inside = scope_of(called, tree, full_name(called), {})
    return any(_draws(one, inside, generators, depth - 1) for part in tree.body for one in _calls(part))


def _generator_of(called: Any) -> str | None:
    """The global generator that a function draws from."""
    owner, name = getattr(called, "__self__", None), getattr(called, "__name__", "")
    if owner is None or name in _SETS_A_STATE:
        return None
    if owner is getattr(random, "_inst", None):
        return "random"
    return "numpy.random" if owner is getattr(np.random.mtrand, "_rand", None) else None


def _leaves_seed_out(function: FunctionType, call: ast.Call) -> bool:
    """Whether a function of a library takes a seed, and is given none."""
    given = {own.arg for own in call.keywords}
    names = list(inspect.signature(function).parameters)
    return None not in given and not _SEEDS.isdisjoint(set(names[len(call.args) :]) - given)
