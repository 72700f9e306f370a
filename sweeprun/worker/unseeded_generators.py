"""Generators that are made without a seed, and numbers that come from the operating system: other ones each time.

What NumPy seeds a generator with that is given no seed, what `random.SystemRandom` gives, and so `secrets`: all of it
comes through one function of the module `random`. Whenever that is called, the stack says from which line, and the
line's syntax tree what it does. A call that makes no such generator, as far as can be seen, is left alone: names of
files and of runs are drawn in the same way.
"""

import ast
import builtins
import os
import random
import secrets
import sys
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from functools import partial
from inspect import getattr_static
from types import FrameType, MethodType, ModuleType
from typing import Any

import numpy as np
from omegaconf import DictConfig, ValueNode

from sweeprun.worker.copied_generators import is_own, seeded_in
from sweeprun.worker.frames import module_of, path_to_call, shown_call, statements_of
from sweeprun.worker.replaced import Replaced

_NUMBERS = Replaced(owner=random, name="_urandom")
_BYTES = Replaced(owner=os, name="urandom")
_PYTHON = Replaced(owner=random.Random, name="seed")

_OF_NUMPY = frozenset(
    getattr(np.random, name)
    for name in ("default_rng", "SeedSequence", "PCG64", "PCG64DXSM", "Philox", "SFC64", "MT19937")
)
"""What makes a generator of NumPy, which asks for a seed only if it is given none."""

_TO_NUMBERS = frozenset({"from_bytes", "frombuffer", "unpack", "unpack_from", "seed", "Random", "manual_seed"})
_AS_NUMBER = frozenset({"int", "fields", "node", "time_low"})
"""What makes numbers of bytes, which could be a name otherwise: functions, and attributes of a `uuid.UUID`."""

_MOST_FRAMES = 100


class UnseededWatch:
    """Notices generators that are made without a seed; it costs nothing where none is.

    Parameters
    ----------
    elsewhere
        Is called at once with what a process makes that a task has forked, such as a pool's: it is not asked later.
    """

    def __init__(self, elsewhere: Callable[[str], None] = lambda _text: None) -> None:
        self._elsewhere = elsewhere
        self._pid = os.getpid()
        self._found: dict[object, str] = {}
        self._seen: set[tuple[object, int]] = set()
        self._hears = ((_NUMBERS, self._on_numbers), (_BYTES, self._on_bytes), (_PYTHON, self._on_python))
        for function, hear in self._hears:
            function.tell(hear)

    def close(self) -> None:
        """Leave the functions that it listens to as they were."""
        for function, hear in self._hears:
            function.forget(hear)

    def note(self, texts: Iterable[str]) -> None:
        """Take note of what was found in other ways."""
        self._found |= {text: text for text in texts}

    def made(self) -> list[str]:
        """How and where such generators were made: ``np.random.default_rng() (study.py, line 5)``."""
        return list(dict.fromkeys(self._found.values()))

    def _on_numbers(self, _size: int) -> None:
        self._look(sys._getframe(2), ("random", "secrets"), as_bytes=False)

    def _on_bytes(self, _size: int) -> None:
        self._look(sys._getframe(2), ("uuid",), as_bytes=True)

    def _on_python(self, generator: random.Random, seed: Any = None, *_more: Any) -> None:
        """An instance of `random.Random` is seeded: with nothing, as it is made, or later with something."""
        if isinstance(generator, random.SystemRandom):
            return
        if seed is None:
            self._look(sys._getframe(2), ("random",), as_bytes=False, mark=id(generator))
        else:
            self._found.pop(id(generator), None)

    def _look(self, frame: FrameType | None, through: tuple[str, ...], *, as_bytes: bool, mark: object = None) -> None:
        """Look whether the line that led here makes numbers for a task."""
        while frame is not None and module_of(frame) in through:
            as_bytes = as_bytes or frame.f_code.co_name.startswith("token_")
            frame = frame.f_back
        if frame is None or _is_ours(module_of(frame)):
            return
        place = (frame.f_code, frame.f_lasti)
        if mark is None and place in self._seen:
            return
        self._seen.add(place)
        with suppress(Exception):  # of code that nobody foresaw: a warning less, and not a task less
            if text := _told(frame, as_bytes=as_bytes):
                self._found[place if mark is None else mark] = text
                if os.getpid() != self._pid:
                    self._elsewhere(text)


def _told(frame: FrameType, *, as_bytes: bool) -> str:
    """How and where a line makes a generator without a seed; an empty text if it doesn't."""
    if not as_bytes and frame.f_back is not None and _is_made_by_dataclass(frame):
        return shown_call(frame.f_back)
    path = path_to_call(frame)
    if not path:
        return ""
    call = path[-1]
    assert isinstance(call, ast.Call)
    is_users = is_own(module_of(frame), "")
    if as_bytes:
        draws = is_users and (any(map(_makes_number, path[:-1])) or _is_number_later(path, frame))
    else:
        draws = _draws(_resolved(call.func, frame), call, frame, is_users=is_users)
    if not draws or _is_seeded_later(path, frame):
        return ""
    while not is_own(module_of(frame), "") and frame.f_back is not None:
        frame = frame.f_back
        if _is_ours(module_of(frame)):
            return ""
    return shown_call(frame)


def _is_made_by_dataclass(frame: FrameType) -> bool:
    """Whether a frame is the ``__init__`` of a dataclass, which calls the factory of a field that makes a generator."""
    code = frame.f_code
    if (code.co_filename, code.co_name) != ("<string>", "__init__"):
        return False
    factories = [frame.f_locals.get(name) for name in code.co_freevars]
    return any(one in _OF_NUMPY for one in map(_without_arguments, factories) if isinstance(one, Hashable))


def _draws(called: Any, call: ast.Call, frame: FrameType, *, is_users: bool) -> bool:
    """Whether a call whose seed came from the operating system makes numbers for a task."""
    if isinstance(called, partial) and not (called.args or called.keywords):
        called = _without_arguments(called)
    if called is np.random.RandomState:  # which asks for a seed even if it is given one
        given = [*call.args, *(own.value for own in call.keywords)]
        return not given or (len(given) == 1 and _is_none(given[0], frame))
    with suppress(TypeError):
        if called in _OF_NUMPY:
            has_key = any(own.arg == "key" for own in call.keywords)  # Philox's, which takes the place of a seed
            return not has_key and (is_users or frame.f_code.co_name != "<module>")
    own_of_system = isinstance(getattr(called, "__self__", None), random.SystemRandom)
    of_secrets = getattr(called, "__module__", None) == secrets.__name__
    of_python = isinstance(called, type) and issubclass(called, random.Random)
    return is_users and (own_of_system or of_secrets or of_python)


def _is_none(node: ast.expr, frame: FrameType) -> bool:
    """Whether an expression is known to be None, without running anything of anybody's code."""
    match node:
        case ast.Constant(value=value):
            return value is None
        case ast.Name(id=name):
            return frame.f_locals.get(name, frame.f_globals.get(name, _MISSING)) is None
        case ast.Attribute(value=inner, attr=key):
            return _held(_value(inner, frame), key, by_attribute=True) is None
        case ast.Subscript(value=inner, slice=ast.Constant(value=key)):
            return _held(_value(inner, frame), key) is None
        case ast.Call(func=ast.Attribute(value=inner, attr="get"), args=[ast.Constant(value=key)]):
            holder = _value(inner, frame)
            found = _held(holder, key)
            return isinstance(holder, dict | DictConfig) and (found is None or found is _MISSING)
    return False


_MISSING = object()


def _value(node: ast.expr, frame: FrameType) -> Any:
    """The object that holds what is looked for: a name's, or one that it holds, or of a class that is called."""
    match node:
        case ast.Name(id=name):
            return frame.f_locals.get(name, frame.f_globals.get(name))
        case ast.Attribute(value=inner, attr=key):
            return _held(_value(inner, frame), key, by_attribute=True)
        case ast.Call(func=called):
            return _resolved(called, frame)
    return None


def _held(holder: Any, key: Any, *, by_attribute: bool = False) -> Any:
    """What an object, a dict or a config has under a key."""
    if isinstance(holder, DictConfig):
        node: Any = holder._get_node(key)
        return None if node is None or node._is_none() else node._value() if isinstance(node, ValueNode) else node
    if by_attribute:
        return getattr_static(holder, key, _MISSING)
    return holder.get(key, _MISSING) if type(holder) is dict else _MISSING


def _makes_number(node: ast.AST) -> bool:
    """Whether an expression makes a number of bytes inside of it."""
    if isinstance(node, ast.Attribute):
        return node.attr in _AS_NUMBER
    return isinstance(node, ast.Call) and str(getattr(node.func, "attr", getattr(node.func, "id", ""))) in (
        _TO_NUMBERS | {one.__name__ for one in _OF_NUMPY if one is not np.random.default_rng} | {"default_rng"}
    )


def _is_number_later(path: list[ast.AST], frame: FrameType) -> bool:
    """Whether bytes get a name, of which the same function makes a number."""
    target = path[0].targets[0] if isinstance(path[0], ast.Assign) else getattr(path[0], "target", None)
    if not isinstance(target, ast.Name):
        return False
    statements = statements_of(frame)
    calls = (one for top in statements for one in ast.walk(top) if _makes_number(one))
    lines = {line for _, _, line in frame.f_code.co_lines() if line is not None}
    return any(
        getattr(one, "lineno", 0) in lines and target.id in {getattr(part, "id", None) for part in ast.walk(one)}
        for one in calls
    )


def _is_seeded_later(path: list[ast.AST], frame: FrameType) -> bool:
    """Whether what a call makes has a name by which it is put into a state in the same function."""
    targets = path[0].targets if isinstance(path[0], ast.Assign) else [getattr(path[0], "target", None)]
    names = {getattr(one, "id", getattr(one, "attr", None)) for one in targets}
    return not names.isdisjoint(seeded_in(frame.f_code))


def _without_arguments(function: Any) -> Any:
    return function.func if isinstance(function, partial) else function


def _is_ours(module: str) -> bool:
    """Whether a module is sweeprun's, NumPy's or Python's own: none draws for a task, though NumPy's unpickles."""
    package = module.partition(".")[0]
    return package in ("sweeprun", "numpy") or (package in sys.stdlib_module_names and package != "__main__")


def _resolved(node: ast.expr, frame: FrameType) -> Any:
    """The object that an expression names in a frame; None if it isn't known. Nothing of anybody's code is run."""
    if isinstance(node, ast.Name):
        for names in (frame.f_locals, frame.f_globals, vars(builtins)):
            if node.id in names:
                return names[node.id]
    if isinstance(node, ast.Attribute):
        holder = _resolved(node.value, frame)
        if isinstance(holder, ModuleType):
            return vars(holder).get(node.attr)
        if isinstance(holder, random.SystemRandom):
            return MethodType(getattr(type(holder), node.attr), holder)
        found = getattr_static(holder, node.attr, None)
        return found.__func__ if isinstance(found, staticmethod) else found
    if isinstance(node, ast.Call):  # random.SystemRandom().random
        made = _resolved(node.func, frame)
        return secrets._sysrand if made is random.SystemRandom else None  # type: ignore[attr-defined]
    return None
