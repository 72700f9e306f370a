"""Modules that were edited after the notebook imported them: workers import them as they are now."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from sweeprun.provenance.code import Code
from sweeprun.safe_text import plain_message


def tell_of_stale_modules(code: Code) -> None:
    """Say of which modules workers will run something else than this process would."""
    for name in stale_modules(code):
        told = (
            f"sweeprun: {name} was edited after it was imported here; workers run it as its file is now "
            f"(importlib.reload({name}) does so here)"
        )
        print(plain_message(told), file=sys.stderr)


def stale_modules(code: Code) -> list[str]:
    """The modules of some code of which functions or methods are others in their files than in this process.

    What else a module holds may have been computed, so it can't be compared.
    """
    files = {(Path(code.base) / name).resolve() for name in code.files}
    loaded = [(name, module, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
    return sorted(
        name
        for name, module, file in loaded
        if name != "__main__" and file and (path := Path(file).resolve()) in files and _is_stale(module, path)
    )


def _is_stale(module: ModuleType, path: Path) -> bool:
    try:
        there = dict(_functions_in(compile(path.read_bytes(), str(path), "exec", dont_inherit=True)))
    except (OSError, SyntaxError, ValueError):
        return False
    here = dict(_functions_of(vars(module), module.__name__))
    return any(name in there and _meaning(code) != _meaning(there[name]) for name, code in here.items())


def _functions_of(members: Any, module: str, outer: str = "") -> Iterator[tuple[str, CodeType]]:
    """The functions of a module and the methods of its classes, by their names in it."""
    for name, member in dict(members).items():
        if getattr(member, "__module__", None) != module:
            continue
        found = inspect.unwrap(member) if callable(member) else member
        if isinstance(found, FunctionType):
            yield outer + name, found.__code__
        elif isinstance(found, type) and not outer:
            yield from _functions_of(vars(found), module, f"{name}.")


def _functions_in(code: CodeType, outer: str = "") -> Iterator[tuple[str, CodeType]]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield outer + constant.co_name, constant
            if not outer:
                yield from _functions_in(constant, f"{constant.co_name}.")


def _meaning(code: CodeType) -> tuple[Any, ...]:
    """What a function does, wherever its lines are."""
    constants = tuple(_meaning(own) if isinstance(own, CodeType) else repr(own) for own in code.co_consts)
    return code.co_code, code.co_names, code.co_varnames, constants
