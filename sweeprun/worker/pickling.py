"""Pickling functions of notebooks and scripts by value, with cloudpickle; cached ones, too, which it takes by name."""

import functools
import io
from collections.abc import Callable
from typing import Any

import cloudpickle

from sweeprun.worker.references import is_cached, is_importable


def dumps(value: Any) -> bytes:
    """An object as bytes, functions and classes by value if no import leads to them.

    Raises
    ------
    Exception
        Whatever pickling something in it raises.
    """
    file = io.BytesIO()
    _Pickler(file).dump(value)
    return file.getvalue()


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc, unused-ignore]
    def reducer_override(self, obj: Any) -> Any:
        """How an object is pickled; a function with a cache as one whose cache is empty."""
        if is_cached(obj) and not is_importable(obj):
            return _cached, (obj.__wrapped__, obj.cache_parameters())
        return super().reducer_override(obj)


def _cached(function: Callable[..., Any], parameters: dict[str, Any]) -> Callable[..., Any]:
    return functools.wraps(function)(functools.lru_cache(**parameters)(function))
