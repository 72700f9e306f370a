"""Hearing that a module was imported, whenever and by whomever that is done; and to which functions an import leads."""

import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any


class ImportHook(MetaPathFinder):
    """Calls a function as soon as one of some modules has been imported, before anything can use it.

    A module whose import fails isn't heard of; when its import is tried again, it is. Modules that were imported
    before aren't either (see `loaded`).

    Parameters
    ----------
    names
        The full names of the modules. None of them may be built into the interpreter.
    imported
        Is called with the module, in the thread that imports it.

    References
    ----------
    Python, "The import system", "The meta path": finders are asked in order for a module that isn't loaded, and the
    loader in the spec that one returns executes it.
    """

    def __init__(self, names: Iterable[str], imported: Callable[[ModuleType], None]) -> None:
        self._names = frozenset(names)
        self._imported = imported

    def install(self) -> None:
        """Listen from now on."""
        sys.meta_path.insert(0, self)

    def remove(self) -> None:
        """Listen no more; does nothing if it doesn't."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Find a module as the finders behind this one do; whoever executes it calls the function then.

        To ask for the spec isn't to import: many libraries only look whether another one is there.
        """
        if fullname not in self._names or self not in sys.meta_path:
            return None
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            find = getattr(finder, "find_spec", None)
            if find is not None and (spec := find(fullname, path, target)) is not None:
                return self._heard(spec)
        return None

    def _heard(self, spec: ModuleSpec) -> ModuleSpec:
        execute = getattr(spec.loader, "exec_module", None)
        own = getattr(spec.loader, "__dict__", None)
        if execute is None or not isinstance(own, dict):  # a class, such as that of built-in modules, has none to write
            return spec

        def execute_and_call(module: ModuleType) -> None:
            execute(module)
            if module.__name__ == spec.name and self in sys.meta_path:  # a loader may serve more than one module
                self._imported(module)

        own["exec_module"] = execute_and_call
        return spec


def loaded(name: str) -> ModuleType | None:
    """The module of a name if its import is complete; one that another thread is importing isn't."""
    module = sys.modules.get(name)
    return None if module is None or getattr(module.__spec__, "_initializing", False) else module


def is_importable(found: Any) -> bool:
    """Whether a function or class is found again by its module and name, in another process."""
    module = getattr(found, "__module__", None)
    if module is None or module == "__main__" or module not in sys.modules:
        return False
    return named_in(sys.modules[module], str(getattr(found, "__qualname__", ""))) is found


def named_in(module: ModuleType, name: str) -> Any:
    """What a name with dots leads to in a module; None if it leads nowhere."""
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    return found


def is_cached(found: Any) -> bool:
    """Whether it is a function with a cache, of `functools.lru_cache` or `functools.cache`."""
    return isinstance(found, _Cached)


_Cached = type(lru_cache(lambda: None))
