"""Pickling functions and classes by value, with cloudpickle; and what that takes by the wrong way."""

import copyreg
import dataclasses
import functools
import io
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

import cloudpickle

from sweeprun.imports import is_cached, is_importable, named_in

_SENTINELS = {
    id(found): name
    for name in ("MISSING", "KW_ONLY", "_HAS_DEFAULT_FACTORY")
    if (found := getattr(dataclasses, name, None)) is not None
}
"""What dataclasses compare by identity: fields have them in the place of a default, say."""


def dumps(value: Any, *, main_by_name: bool = False) -> bytes:
    """An object as bytes, functions and classes by value if no import leads to them.

    Parameters
    ----------
    value
        The object.
    main_by_name
        Whether what the main module names goes by these names, as it is the main module where that is read, too.

    Raises
    ------
    Exception
        Whatever pickling something in it raises.
    """
    file = io.BytesIO()
    pickler = ByValuePickler(file)
    pickler.main_by_name = main_by_name
    pickler.dump(value)
    return file.getvalue()


class ByValuePickler(cloudpickle.Pickler):  # type: ignore[misc, unused-ignore]
    """A pickler like cloudpickle's that keeps caches, sentinels, and what types say of their pickling."""

    main_by_name = False

    def reducer_override(self, obj: Any) -> Any:
        """How an object is pickled; a function with a cache as one whose cache is empty."""
        if id(obj) in _SENTINELS:
            return _SENTINELS[id(obj)]  # the name of a global
        if is_cached(obj) and not is_importable(obj):
            return _cached, (obj.__wrapped__, obj.cache_parameters())
        if isinstance(obj, type) and type(obj) in copyreg.dispatch_table:
            return NotImplemented
        if self.main_by_name and isinstance(obj, type | FunctionType) and _is_of_main(obj):
            return NotImplemented
        return super().reducer_override(obj)


def _is_of_main(found: Any) -> bool:
    return found.__module__ == "__main__" and named_in(sys.modules["__main__"], found.__qualname__) is found


def _cached(function: Callable[..., Any], parameters: dict[str, Any]) -> Callable[..., Any]:
    return functools.wraps(function)(functools.lru_cache(**parameters)(function))
