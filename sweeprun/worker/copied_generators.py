"""Generators that a task function finds in its module or notebook, instead of drawing from its own stream.

Every worker has a copy of such a generator, and all copies begin in the same state. So tasks of different workers draw
the same numbers, and which these are depends on what else their worker ran.
"""

import random
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from inspect import unwrap
from itertools import islice
from pathlib import Path
from types import BuiltinMethodType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from sweeprun.worker.references import codes_of

_MOST_VISITED = 2000
_MOST_ITEMS = 100
_MOST_WATCHED = 20
_LONGEST_NAME = 100

_OURS = "sweeprun"
_MAIN = frozenset({None, "__main__", "__mp_main__"})
"""What the modules of scripts and notebooks are called, here or in a process that a pool started."""

_INSTALLED = frozenset({"site-packages", "dist-packages"})
_SEEDING = frozenset({"seed", "setstate", "set_state"})
"""Methods that put a generator into a state of the task's own choice."""


class GeneratorsWatch:
    """Notices which of the generators that task functions can reach were moved: some microseconds a look for each."""

    def __init__(self) -> None:
        self._before: list[tuple[str, Any, Any]] = []

    def follow(self, function: Callable[..., Any]) -> None:
        """Watch the generators that another function can reach; before it is called for the first time."""
        room = _MOST_WATCHED - len(self._before)
        self._before += [(name, one, _state(one)) for name, one in reachable_generators(function)[:room]]

    def moved(self) -> list[str]:
        """The names of those that are not where they were when they were first seen."""
        moved = (name for name, generator, state in self._before if _state(generator) != state)
        return list(dict.fromkeys(moved))


def reachable_generators(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """Generators, and the names that a function has for them: NumPy's, Python's and torch's.

    They are found in what it names, itself or in functions that it calls: globals, closures, default values, arguments
    of a `functools.partial`, attributes of objects, items of containers. No installed package is looked into but the
    function's own. A generator that is seeded in there is left out: whoever seeds it knows what is drawn.
    """
    kinds = _kinds()
    found: list[tuple[str, Any]] = []
    seeded: set[str] = set()
    for name, value in reached_from(function, kinds):
        if issubclass(type(value), kinds):
            if not _is_global(value):
                found.append((name[:_LONGEST_NAME], value))
        elif type(value) is FunctionType:
            seeded.update(seeded_in(value.__code__))
    return [(name, one) for name, one in found if name.rpartition(".")[2] not in seeded]


def seeds_when_compiled(function: Callable[..., Any]) -> bool:
    """Whether it leads to a function that numba compiles and that seeds numba's generators."""
    reached = (value for _, value in reached_from(function) if _is_compiled(value))
    return any("random" in seeded_in(value.py_func.__code__) for value in reached)


def reached_from(function: Callable[..., Any], ends: tuple[type, ...] = ()) -> Iterator[tuple[str, Any]]:
    """A function and all that it leads to, with the names for it; what is of some types leads nowhere."""
    own = own_package(function)
    if own == _OURS:
        return
    waiting: deque[tuple[str, Any]] = deque([("", function)])
    seen: set[int] = set()
    while waiting and len(seen) < _MOST_VISITED:
        name, value = waiting.popleft()
        if id(value) not in seen:
            seen.add(id(value))
            yield name, value
            if not issubclass(type(value), ends):
                waiting.extend(_parts(name, value, own))


def _is_compiled(value: Any) -> bool:
    """Whether it is a function that numba compiles, which has what it is made of."""
    return str(type(value).__module__).startswith("numba.") and type(getattr(value, "py_func", None)) is FunctionType


def is_generator(value: Any) -> bool:
    """Whether it is a random generator."""
    return isinstance(value, _kinds())


def _kinds() -> tuple[type, ...]:
    torch = getattr(sys.modules.get("torch"), "Generator", None)
    return (np.random.Generator, np.random.RandomState, random.Random, *([torch] if isinstance(torch, type) else []))


def _is_global(generator: Any) -> bool:
    """Whether it is one of those that have a watch of their own, or has no state."""
    own = getattr(random, "_inst", None), getattr(np.random.mtrand, "_rand", None)
    return any(generator is one for one in own) or isinstance(generator, random.SystemRandom)


def _without_arguments(function: Any) -> Any:
    """What a `functools.partial` calls in the end; any other function as it is."""
    while type(function) is partial:
        function = function.func
    return function


def full_name(function: Any) -> str:
    """What a task function is called, with its module; one of a notebook or script has none."""
    function = _without_arguments(function)
    named = function if hasattr(function, "__qualname__") else type(function)
    return _global_name(named.__module__, named.__qualname__)[:_LONGEST_NAME]


def own_package(function: Any) -> str:
    """The top-level package of a function, which is looked into even if it is installed."""
    function = _without_arguments(function)
    with suppress(Exception):
        return str(unwrap(function).__module__).partition(".")[0]
    return ""


def is_own(module: str, own: str) -> bool:
    """Whether a module is the user's: the function's own, or none that is installed. A notebook's is not imported."""
    package = module.partition(".")[0]
    if package == own or module in _MAIN or module not in sys.modules:
        return True
    file = getattr(sys.modules[module], "__file__", None)
    ours = package in sys.stdlib_module_names or package == _OURS
    return isinstance(file, str) and not ours and not _INSTALLED & set(Path(file).parts)


def _parts(name: str, value: Any, own: str) -> Iterator[tuple[str, Any]]:
    """What an object leads to, by name; nothing of its own code is run."""
    kind = type(value)
    if kind is FunctionType:
        if is_own(str(value.__module__), own):
            yield from _parts_of_function(value, own)
    elif kind in (MethodType, BuiltinMethodType):
        yield name or "self", value.__self__
        yield name, getattr(value, "__func__", None)
    elif kind is partial:
        yield from value.keywords.items()
        yield from (("an argument", one) for one in value.args)
        yield name, value.func
    elif _is_compiled(value):
        yield name, value.py_func
    elif kind in (list, tuple, set, frozenset):
        yield from ((f"{name}[{number}]", item) for number, item in enumerate(islice(value, _MOST_ITEMS)))
    elif kind is dict:
        yield from ((f"{name}[{str(key)!r}]", item) for key, item in islice(value.items(), _MOST_ITEMS))
    elif issubclass(kind, type):
        if is_own(str(value.__module__), own):
            yield from _parts_of_class(value)
    elif kind is not ModuleType and is_own(str(kind.__module__), own):
        with suppress(Exception):
            yield from ((f"{name or 'self'}.{attribute}", one) for attribute, one in list(vars(value).items()))
        yield "", kind


def _parts_of_function(function: FunctionType, own: str) -> Iterator[tuple[str, Any]]:
    code = function.__code__
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=False):
        with suppress(ValueError):  # it is empty
            yield name, cell.cell_contents
    defaults = function.__defaults__ or ()
    yield from zip(code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount], defaults, strict=True)
    yield from (function.__kwdefaults__ or {}).items()
    yield "", vars(function).get("__wrapped__")
    names = {name for one in codes_of(code) for name in one.co_names}
    for name in sorted(names & function.__globals__.keys()):
        value = function.__globals__[name]
        if type(value) is ModuleType and is_own(value.__name__, own):
            inside = vars(value)
            yield from ((f"{value.__name__}.{one}", inside[one]) for one in sorted(names & inside.keys()))
        else:
            yield _global_name(function.__module__, name), value


def _parts_of_class(found: type) -> Iterator[tuple[str, Any]]:
    for attribute, member in list(vars(found).items()):
        name = f"{_global_name(found.__module__, found.__qualname__)}.{attribute}"
        yield name, getattr(member, "fget", getattr(member, "__func__", member))  # of properties and the like
    yield from (("", base) for base in found.__bases__)


def _global_name(module: str | None, name: str) -> str:
    """As one finds it: what is in a notebook or script has no module's name."""
    return name if module in _MAIN else f"{module}.{name}"


def seeded_in(code: CodeType) -> Iterator[str]:
    """The names of what is seeded, or put into a state, in some code."""
    for one in codes_of(code):
        if not _SEEDING.isdisjoint(one.co_names) or "bit_generator" in one.co_names:
            from dis import get_instructions

            words = [(step.opname, step.argval) for step in get_instructions(one)]
            for (_, name), (_, attribute), (opname, last) in zip(words, words[1:], words[2:], strict=False):
                sets = attribute == "bit_generator" and (opname, last) == ("STORE_ATTR", "state")
                if isinstance(name, str) and (sets or attribute in _SEEDING):
                    yield name


def _state(generator: Any) -> Any:
    """The state of a generator, as something to compare; None if it has none to show."""
    with suppress(Exception):
        if isinstance(generator, random.Random):
            return generator.getstate()
        if isinstance(generator, np.random.Generator):
            seeds = getattr(generator.bit_generator, "seed_seq", None)
            return _plain(generator.bit_generator.state), getattr(seeds, "n_children_spawned", 0)
        if isinstance(generator, np.random.RandomState):
            return _plain(generator.get_state(legacy=False))
        return generator.get_state().numpy().tobytes()
    return None


def _plain(state: Any) -> Any:
    if isinstance(state, dict):
        return {name: _plain(value) for name, value in state.items()}
    return state.tobytes() if isinstance(state, np.ndarray) else state
