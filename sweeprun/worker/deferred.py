"""Functions that return before their work is done: a call gives a coroutine or a generator, and nothing has run yet."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from sweeprun.errors import TaskFunctionError
from sweeprun.imports import is_cached

_KINDS = (
    (inspect.iscoroutinefunction, "an async function", "await inside it, and call it by asyncio.run(…)"),
    (inspect.isasyncgenfunction, "an async generator function", "collect what it yields, and return that"),
    (inspect.isgeneratorfunction, "a generator function", "collect what it yields, and return that"),
)


def refuse_deferred(what: str, function: Callable[..., Any]) -> None:
    """Refuse a task function whose call runs nothing of it.

    Parameters
    ----------
    what
        What it is called in the message.
    function
        The function.

    Raises
    ------
    TaskFunctionError
        If it is an async or a generator function, or calls one as it is.
    """
    called = _called(function)
    for is_kind, kind, instead in _KINDS:
        if is_kind(called):
            raise TaskFunctionError(
                f"{what} is {kind}: a call runs nothing of it and returns no result. Give an ordinary function "
                f"({instead})"
            )


def _called(function: Any) -> Any:
    """What a call runs: behind partials and caches, and of an object its ``__call__``."""
    while isinstance(function, partial) or is_cached(function):
        function = function.func if isinstance(function, partial) else function.__wrapped__
    plain = inspect.isroutine(function) or inspect.isclass(function)
    return function if plain else getattr(type(function), "__call__", function)  # noqa: B004  # what it is, not whether
