"""Generators that a task function makes of seeds that are in its code or its config, found in its syntax tree.

What it calls is followed as long as it is the user's own code, and so is what module-level names that it uses were made
of. Nothing is run: what a seed is follows from constants, config keys and a little arithmetic, or isn't known.
"""

import ast
import builtins
import inspect
import operator
import sys
import textwrap
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from sweeprun.design.streams import BitGenerator
from sweeprun.worker.copied_generators import full_name, is_own, own_package
from sweeprun.worker.meanings import UNKNOWN, Config, Meaning, Sum, Task, Thing, World

_DEEPEST = 20
_MOST_FUNCTIONS = 100

_OPERATIONS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededCall:
    """A call that makes a generator of a seed.

    Attributes
    ----------
    function
        The function that it is in, or the module.
    place
        File and line.
    maker, seed
        The call as it is written, in two parts: ``np.random.default_rng`` and ``cfg.seed``.
    bit_generator
        Of what it makes.
    values, key
        What the seed is in the tasks, and the config key that it follows; an empty text if it is a constant.
    """

    function: str
    place: str
    maker: str
    seed: str
    bit_generator: str
    values: Sequence[int]
    key: str


@dataclass(kw_only=True)
class _Scope:
    """What names mean in a function, or at the top of a module."""

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
                return self.meaning(_only_argument(node, "entropy"), depth + 1)
        return UNKNOWN

    def _named(self, name: str, depth: int) -> Meaning:
        if name in self.unknown:
            return UNKNOWN
        if name in self.assigned and depth < _DEEPEST:
            value = self.assigned[name]
            inside = any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(value))
            return self.given.get(name, UNKNOWN) if inside else self.meaning(value, depth + 1)
        if name in self.given:
            return self.given[name]
        found = self.names.get(name, vars(builtins).get(name))
        return UNKNOWN if found is None else Thing(found)


def seeded_calls(function: Callable[..., Any], given: Mapping[str, Meaning], world: World) -> list[SeededCall]:
    """The calls in a task function, and in all of the user's code that it calls, that make a generator of a seed.

    Parameters
    ----------
    function
        The function.
    given
        What its parameters stand for.
    world
        What it runs in.
    """
    plain = _plain(function)
    if plain is None or plain.__module__.startswith("sweeprun."):
        return []
    reader = _Reader(world, own_package(function))
    reader.waiting.append((plain, given))
    while reader.waiting:
        reader.read(*reader.waiting.popleft())
    return list(dict.fromkeys(reader.found))


class _Reader:
    def __init__(self, world: World, own: str) -> None:
        self._world = world
        self._own = own
        self._seen: set[Any] = set()
        self.waiting: deque[tuple[FunctionType, Mapping[str, Meaning]]] = deque()
        self.found: list[SeededCall] = []

    def read(self, function: FunctionType, given: Mapping[str, Meaning]) -> None:
        """Read a function that is called with some arguments; what it calls in turn waits."""
        key = (function, tuple(sorted(given.items(), key=lambda item: item[0])))
        with suppress(TypeError):  # an argument that can't be hashed
            if key in self._seen:
                return
            self._seen.add(key)
        tree = _tree_of(function)
        if tree is None or len(self._seen) > _MOST_FUNCTIONS or not is_own(str(function.__module__), self._own):
            return
        scope = _Scope(
            name=full_name(function),
            file=function.__code__.co_filename,
            first_line=function.__code__.co_firstlineno,
            names=_names_of(function),
            given=given,
            **_bindings(tree),
        )
        self._read_nodes(tree.body, scope, sys.modules.get(str(function.__module__)))

    def _read_top(self, module: ModuleType | None, name: str) -> None:
        """Read what a name at the top of a module was made of."""
        if module is None or (module, name) in self._seen or not is_own(module.__name__, self._own):
            return
        self._seen.add((module, name))
        file = getattr(module, "__file__", None)
        for value in _top_of(file).get(name, ()) if isinstance(file, str) else ():
            scope = _Scope(name=module.__name__, file=str(file), first_line=1, names=vars(module))
            self._read_nodes([value], scope, module)

    def _read_nodes(self, nodes: Sequence[ast.AST], scope: _Scope, module: ModuleType | None) -> None:
        for node in (one for top in nodes for one in ast.walk(top)):
            if isinstance(node, ast.Call):
                self._read_call(node, scope)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                if node.id not in scope.unknown and node.id not in scope.assigned and node.id not in scope.given:
                    self._read_top(module, node.id)
            elif isinstance(node, ast.Attribute):
                holder = scope.meaning(node.value).thing
                if isinstance(holder, ModuleType):
                    self._read_top(holder, node.attr)

    def _read_call(self, node: ast.Call, scope: _Scope) -> None:
        called = scope.meaning(node.func).thing
        with suppress(TypeError):  # what can't be hashed makes no generator
            if bit_generator := _makers().get(called):
                self._note(node, scope, bit_generator)
                return
        function = vars(called).get("__init__") if isinstance(called, type) else called
        if isinstance(function, FunctionType):
            first = [UNKNOWN] if isinstance(called, type) else []
            self.waiting.append((function, _bound(function, node, scope, first)))

    def _note(self, node: ast.Call, scope: _Scope, bit_generator: str) -> None:
        seed = _only_argument(node, "seed")
        values, key = scope.meaning(seed).seeds(self._world)
        if seed is not None and len(values):
            place = f"{Path(scope.file).name}, line {scope.first_line + node.lineno - 1}"
            call = SeededCall(
                function=scope.name,
                place=place,
                maker=ast.unparse(node.func),
                seed=ast.unparse(seed),
                bit_generator=bit_generator,
                values=tuple(values),
                key=key,
            )
            self.found.append(call)


@cache
def _makers() -> Mapping[Any, str]:
    """What makes a generator of a seed -> its bit generator; NumPy imports these only when they are asked for."""
    return {np.random.default_rng: "PCG64", **{getattr(np.random, one.value): one.value for one in BitGenerator}}


def _only_argument(node: ast.Call, name: str) -> ast.expr | None:
    """The argument of a call that has one, which may be given by that name."""
    if len(node.args) == 1 and not node.keywords:
        return node.args[0]
    return node.keywords[0].value if not node.args and [own.arg for own in node.keywords] == [name] else None


def _plain(function: Any) -> FunctionType | None:
    """The Python function that a callable runs in the end."""
    function = inspect.unwrap(function) if isinstance(function, FunctionType) else function
    function = getattr(function, "func", function)  # of a partial
    function = getattr(function, "__func__", function)  # of a method
    if isinstance(function, FunctionType):
        return function
    own = vars(type(function)).get("__call__")
    return own if isinstance(own, FunctionType) else None


@lru_cache(maxsize=256)
def _tree_of(function: FunctionType) -> ast.FunctionDef | None:
    with suppress(OSError, TypeError, SyntaxError, ValueError, IndexError):
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
        return node if isinstance(node, ast.FunctionDef) else None
    return None


@lru_cache(maxsize=64)
def _top_of(file: str) -> Mapping[str, Sequence[ast.expr]]:
    """What the names at the top of a module are assigned."""
    found: dict[str, list[ast.expr]] = {}
    with suppress(OSError, SyntaxError, ValueError):
        for node in ast.parse(Path(file).read_bytes()).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for one in (one for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)):
                    found.setdefault(one.id, []).append(node.value)
    return found


def _names_of(function: FunctionType) -> Mapping[str, Any]:
    """What a function finds by name outside of itself, and what it imports itself of what is imported already."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=False)
    names = dict(function.__globals__)
    for name, cell in cells:
        with suppress(ValueError):  # it is empty
            names[name] = cell.cell_contents
    tree = _tree_of(function)
    for node in ast.walk(tree) if tree is not None else ():
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


def _bound(function: FunctionType, node: ast.Call, scope: _Scope, first: Sequence[Meaning]) -> dict[str, Meaning]:
    """What the parameters of a function stand for in a call."""
    if any(isinstance(one, ast.Starred) for one in node.args):
        return dict(_defaults(function))
    positional = function.__code__.co_varnames[: function.__code__.co_argcount]
    given = dict(_defaults(function))
    given |= dict(zip(positional, [*first, *map(scope.meaning, node.args)], strict=False))
    return given | {own.arg: scope.meaning(own.value) for own in node.keywords if own.arg is not None}


def _defaults(function: FunctionType) -> Iterator[tuple[str, Meaning]]:
    """What the parameters of a function stand for if they aren't given."""
    code = function.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    yield from ((name, UNKNOWN) for name in code.co_varnames[:count])
    values = function.__defaults__ or ()
    named = zip(code.co_varnames[code.co_argcount - len(values) : code.co_argcount], values, strict=True)
    yield from ((name, Thing(value)) for name, value in (*named, *(function.__kwdefaults__ or {}).items()))


def parameters_of(function: Callable[..., Any], prefix: tuple[str, ...], world: World) -> dict[str, Meaning] | None:
    """What the parameters of a task function stand for; None if it doesn't take ``rng``.

    Parameters
    ----------
    function, world
        The function, and what it runs in.
    prefix
        The key that its own arguments are below.
    """
    plain = _plain(function)
    if plain is None:
        return None
    given = dict(_defaults(plain))
    if "rng" not in given:
        return None
    for name in given:
        if world.has(".".join((*prefix, name))):
            given[name] = Config((*prefix, name))
    return given | {"cfg": Config(), "task": Task(), "rng": UNKNOWN}
