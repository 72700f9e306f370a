"""What a function that no import leads to consists of: a notebook's functions, and the modules that they refer to.

Such functions are sent to workers by value, with everything of the notebook that they refer to. Their source is kept in
the run, for people; modules are imported by the workers, so the files of local ones are code like any other.
"""

import inspect
import linecache
import textwrap
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from sweeprun.imports import is_cached, is_importable
from sweeprun.store.short_repr import brief


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What a function leads to.

    Attributes
    ----------
    by_value
        Functions and classes that go with it by value, itself first if it does.
    variables
        Name -> other objects of the notebook that these name.
    modules
        The names of modules that anything of it is in, or that it imports.
    """

    by_value: tuple[Any, ...]
    variables: Mapping[str, Any]
    modules: frozenset[str]

    def source(self) -> str:
        """The source of the functions and classes, and the values of variables, as they are now; empty if none is."""
        if not self.by_value:
            return ""
        lines = [f"{name} = {brief(name, value)}" for name, value in sorted(self.variables.items())]
        texts = ["\n".join(lines)] if lines else []
        return "\n\n\n".join([*texts, *dict.fromkeys(map(source_of, self.by_value))]) + "\n"

    def files(self) -> dict[str, list[str]]:
        """The lines of the cells and scripts that define the functions, by what tracebacks call them."""
        functions = [own for found in self.by_value for own in _functions_of(found)]
        lines = {own.__code__.co_filename: linecache.getlines(own.__code__.co_filename) for own in functions}
        return {name: own for name, own in lines.items() if own}


def reached_from(function: Callable[..., Any]) -> Reached:
    """What a function leads to."""
    by_value: list[Any] = []
    variables: dict[str, Any] = {}
    modules: set[str] = set()
    waiting = deque(_parts(function))
    seen: set[int] = set()
    while waiting:
        found = waiting.popleft()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if isinstance(found, ModuleType):
            modules.add(found.__name__)
        elif not isinstance(found, FunctionType | type):
            waiting.extend(_parts(found) if is_cached(found) and not is_importable(found) else [type(found)])
        elif is_importable(found):
            modules.add(str(found.__module__))
        else:
            by_value.append(found)
            modules.update(_imported_in(found))
            named = dict(_referred(found))
            variables |= {name: one for name, one in named.items() if not (isinstance(one, _DEFINED) or is_cached(one))}
            waiting.extend(named.values())
    return Reached(by_value=tuple(by_value), variables=variables, modules=frozenset(modules - {"builtins"}))


_DEFINED = (ModuleType, FunctionType, BuiltinFunctionType, type)


def source_of(found: Any) -> str:
    """The source of a function or class, as it was when it was defined."""
    try:
        return textwrap.dedent(inspect.getsource(found)).rstrip()
    except (OSError, TypeError):
        return f"# {getattr(found, '__qualname__', found)}: its source is not known"


def _functions_of(found: Any) -> list[FunctionType]:
    if isinstance(found, FunctionType):
        return [found]
    return [own for own in vars(found).values() if isinstance(own, FunctionType)]


def _parts(function: Any) -> list[Any]:
    """The function itself, or what a callable of another kind is made of."""
    if is_cached(function):
        return [function.__wrapped__]
    if isinstance(function, partial):
        return [part for own in (function.func, *function.args, *function.keywords.values()) for part in _parts(own)]
    if isinstance(function, MethodType):
        return [function.__func__, type(function.__self__)]
    return [function if isinstance(function, FunctionType | type) else type(function)]


def _referred(found: Any) -> Iterator[tuple[str, Any]]:
    """The functions, classes, modules and other objects that a function or class names, by these names."""
    if isinstance(found, type):
        yield from ((base.__name__, base) for base in found.__bases__)
        for name, member in vars(found).items():
            own = getattr(member, "__func__", getattr(member, "fget", member))  # static, class methods; properties
            if isinstance(own, FunctionType):
                yield f"{found.__name__}.{name}", own
        return
    for name, cell in zip(found.__code__.co_freevars, found.__closure__ or (), strict=False):
        if _is_filled(cell):
            yield name, cell.cell_contents
    if (wrapped := getattr(found, "__wrapped__", None)) is not None:
        yield wrapped.__name__, wrapped
    for name in _names(found.__code__):
        if name in found.__globals__:
            yield name, found.__globals__[name]


def _is_filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def codes_of(code: CodeType) -> Iterator[CodeType]:
    """Some code, and that of all functions inside of it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_of(constant)


def _names(code: CodeType) -> Iterator[str]:
    for own in codes_of(code):
        yield from own.co_names


def _imported_in(found: Any) -> Iterator[str]:
    """The modules that a function imports when it runs."""
    if isinstance(found, FunctionType):
        from dis import get_instructions

        for code in codes_of(found.__code__):
            yield from (str(one.argval) for one in get_instructions(code) if one.opname == "IMPORT_NAME" and one.argval)
