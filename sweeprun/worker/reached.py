"""What a function that no import leads to consists of: a notebook's functions, and the modules that they refer to.

Such functions are sent to workers by value, with everything of the notebook that they refer to. Their source is kept in
the run, for people; modules are imported by the workers, so the files of local ones are code like any other.
"""

import inspect
import sys
import textwrap
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any


def is_importable(found: Any) -> bool:
    """Whether a function or class is found again by its module and name, in another process."""
    module = getattr(found, "__module__", None)
    if module is None or module == "__main__" or module not in sys.modules:
        return False
    place: Any = sys.modules[module]
    for part in str(getattr(found, "__qualname__", "")).split("."):
        place = getattr(place, part, None)
    return place is found


def reached_from(function: Callable[..., Any]) -> tuple[list[Any], set[str]]:
    """The functions and classes by value that a function leads to, itself first, and the names of modules."""
    by_value: list[Any] = []
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
            waiting.append(type(found))
        elif is_importable(found):
            modules.add(str(found.__module__))
        else:
            by_value.append(found)
            modules.update(_imported_in(found))
            waiting.extend(_referred(found))
    return by_value, modules - {"builtins"}


def source_of(by_value: list[Any]) -> str:
    """The source of functions and classes, as they were when they were defined."""
    texts = []
    for found in by_value:
        try:
            texts.append(textwrap.dedent(inspect.getsource(found)).rstrip())
        except (OSError, TypeError):
            texts.append(f"# {getattr(found, '__qualname__', found)}: its source is not known")
    return "\n\n\n".join(dict.fromkeys(texts)) + "\n"


def _parts(function: Any) -> list[Any]:
    """The function itself, or what a callable of another kind is made of."""
    if isinstance(function, partial):
        return [part for own in (function.func, *function.args, *function.keywords.values()) for part in _parts(own)]
    if isinstance(function, MethodType):
        return [function.__func__, type(function.__self__)]
    return [function if isinstance(function, FunctionType | type) else type(function)]


def _referred(found: Any) -> Iterator[Any]:
    """The functions, classes, modules and other objects that the code of a function or class names."""
    if isinstance(found, type):
        yield from found.__bases__
        for own in vars(found).values():
            own = getattr(own, "__func__", getattr(own, "fget", own))  # noqa: PLW2901  # static, class methods; properties
            if isinstance(own, FunctionType):
                yield own
        return
    yield from (cell.cell_contents for cell in found.__closure__ or () if _is_filled(cell))
    if (wrapped := getattr(found, "__wrapped__", None)) is not None:
        yield wrapped
    for name in _names(found.__code__):
        if name in found.__globals__:
            yield found.__globals__[name]


def _is_filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _names(code: CodeType) -> Iterator[str]:
    for own in _codes(code):
        yield from own.co_names


def _imported_in(found: Any) -> Iterator[str]:
    """The modules that a function imports when it runs."""
    if isinstance(found, FunctionType):
        from dis import get_instructions

        for code in _codes(found.__code__):
            yield from (str(one.argval) for one in get_instructions(code) if one.opname == "IMPORT_NAME" and one.argval)
