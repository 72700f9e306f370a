"""Generators that a task function makes of seeds that are in its code or its config, found in its syntax tree.

What it calls is followed as long as it is the user's own code, and so is what module-level names that it uses were made
of. Nothing is run: what a seed is follows from constants, config keys and a little arithmetic, or isn't known.
"""

import ast
import inspect
import linecache
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

from sweeprun.design.streams import BitGenerator
from sweeprun.worker.copied_generators import full_name, is_own, own_package
from sweeprun.worker.meanings import UNKNOWN, Config, Instance, Meaning, Method, Task, Thing, World
from sweeprun.worker.scopes import Scope, only_argument, scope_of, tree_of

_MOST_FUNCTIONS = 100


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
    _makers()  # so that the code finds them in NumPy
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
        self._tops: dict[ModuleType, list[tuple[str, Mapping[str, Sequence[ast.expr]]]]] = {}
        self.waiting: deque[tuple[FunctionType, Mapping[str, Meaning]]] = deque()
        self.found: list[SeededCall] = []

    def read(self, function: FunctionType, given: Mapping[str, Meaning]) -> None:
        """Read a function that is called with some arguments; what it calls in turn waits."""
        key = (function, tuple(sorted(given.items(), key=lambda item: item[0])))
        with suppress(TypeError):  # an argument that can't be hashed
            if key in self._seen:
                return
            self._seen.add(key)
        tree = tree_of(function)
        if tree is None or len(self._seen) > _MOST_FUNCTIONS or not is_own(str(function.__module__), self._own):
            return
        scope = scope_of(function, tree, full_name(function), given)
        self._read_nodes(tree.body, scope, sys.modules.get(str(function.__module__)))

    def _read_top(self, module: ModuleType | None, name: str) -> None:
        """Read what a name at the top of a module, or in a cell of a notebook, was made of."""
        if module is None or (module, name) in self._seen or not is_own(module.__name__, self._own):
            return
        self._seen.add((module, name))
        for file, names in self._tops_of(module):
            scope = Scope(name=module.__name__, file=file, first_line=1, names=vars(module))
            self._read_nodes(names.get(name, ()), scope, module)

    def _tops_of(self, module: ModuleType) -> Sequence[tuple[str, Mapping[str, Sequence[ast.expr]]]]:
        """Where a module's source is, and what is assigned at its top; for each cell of a notebook."""
        if module not in self._tops:
            self._tops[module] = [(file, _top_of(source)) for file, source in _sources_of(module)]
        return self._tops[module]

    def _read_nodes(self, nodes: Sequence[ast.AST], scope: Scope, module: ModuleType | None) -> None:
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

    def _read_call(self, node: ast.Call, scope: Scope) -> None:
        meaning = scope.meaning(node.func)
        called = inspect.unwrap(meaning.thing) if hasattr(meaning.thing, "__wrapped__") else meaning.thing
        with suppress(TypeError):  # what can't be hashed makes no generator
            if bit_generator := _makers().get(called):
                self._note(node, scope, bit_generator)
                return
        if isinstance(called, type):
            meaning = Instance(called).attribute("__init__")
            called = meaning.thing
        if isinstance(called, FunctionType):
            function, first = called, [meaning.owner] if isinstance(meaning, Method) else []
            self.waiting.append((function, _bound(function, node, scope, first)))

    def _note(self, node: ast.Call, scope: Scope, bit_generator: str) -> None:
        seed = only_argument(node, "seed")
        values, key = scope.meaning(seed).seeds(self._world)
        if seed is not None and len(values):
            place = f"{_shown(scope.file)}, line {scope.first_line + node.lineno - 1}"
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


def _plain(function: Any) -> FunctionType | None:
    """The Python function that a callable runs in the end."""
    function = inspect.unwrap(function) if isinstance(function, FunctionType) else function
    function = getattr(function, "func", function)  # of a partial
    function = getattr(function, "__func__", function)  # of a method
    if isinstance(function, FunctionType):
        return function
    own = Instance(type(function)).attribute("__call__").thing
    return own if isinstance(own, FunctionType) else None


def _shown(file: str) -> str:
    """A file's name; of what a notebook calls by a number, its cell."""
    cells = getattr(sys.modules.get("__main__"), "In", None)
    if isinstance(cells, list) and not Path(file).is_file():
        source = "".join(linecache.getlines(file)).strip()
        return next(
            (f"cell {number}" for number, cell in enumerate(cells) if source and cell.strip() == source),
            Path(file).name,
        )
    return Path(file).name


def _sources_of(module: ModuleType) -> Iterator[tuple[str, str | bytes]]:
    """Where the source of a module is, and the source; of a notebook, that of each cell."""
    file, cells = getattr(module, "__file__", None), getattr(module, "In", None)
    if isinstance(file, str):
        with suppress(OSError):
            yield file, Path(file).read_bytes()
    elif isinstance(cells, list):
        yield from ((f"cell {number}", str(cell)) for number, cell in enumerate(cells) if cell)


def _top_of(source: str | bytes) -> Mapping[str, Sequence[ast.expr]]:
    """What the names at the top of a module are assigned; nothing of what is no Python, such as IPython's magics."""
    found: dict[str, list[ast.expr]] = {}
    with suppress(SyntaxError, ValueError):
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for one in (one for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)):
                    found.setdefault(one.id, []).append(node.value)
    return found


def _bound(function: FunctionType, node: ast.Call, scope: Scope, first: Sequence[Meaning]) -> dict[str, Meaning]:
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


def _is_method(function: FunctionType, owner: Any) -> bool:
    """Whether a function is one of an object's class."""
    return any(function is found for base in type(owner).__mro__ for found in vars(base).values())


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
    owner = getattr(function, "__self__", None if isinstance(function, FunctionType) else function)
    first = {plain.__code__.co_varnames[0]: Instance(type(owner))} if _is_method(plain, owner) else {}
    return given | {"cfg": Config(), "task": Task(), "rng": UNKNOWN} | first
