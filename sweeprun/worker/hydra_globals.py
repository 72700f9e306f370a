"""Hydra's singletons and OmegaConf's resolvers: each task finds them as the first one did.

What a module sets as it is imported stays, since it is imported once a process, be it by a task.
"""

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

from omegaconf.basecontainer import BaseContainer

from sweeprun.imports import loaded
from sweeprun.worker.replaced import Replaced

_SINGLETON = "hydra.core.singleton"
_CONFIG_STORE = "hydra.core.config_store"
_MADE_BY_TASKS = frozenset({"GlobalHydra", "JobRuntime"})
"""Singletons that go with the task that made them; others, such as the store of configs, hold what imports set."""

_ABSENT: Any = object()


class HydraGlobals:
    """Puts back, when a block of a task ends, what was when it began; Hydra is not imported for it."""

    def __init__(self) -> None:
        self._resolvers = _Resolvers()
        self._instances: dict[type, tuple[Any, dict[str, Any]]] = {}
        self._store: _StoreWatch | None = None

    def __enter__(self) -> None:
        if BaseContainer._resolvers is not self._resolvers:
            self._resolvers = BaseContainer._resolvers = _Resolvers(BaseContainer._resolvers)
        self._resolvers.before.clear()
        self._instances = {kind: (one, dict(vars(one))) for kind, one in _instances().items()}
        if self._store is None and (module := loaded(_CONFIG_STORE)) is not None:
            self._store = _StoreWatch(module.ConfigStore)

    def __exit__(self, *_: object) -> None:
        BaseContainer._resolvers = self._resolvers
        self._resolvers.put_back()
        instances = _instances()
        for kind in [kind for kind in instances if kind not in self._instances and kind.__name__ in _MADE_BY_TASKS]:
            del instances[kind]
        for kind, (one, own) in self._instances.items():
            instances[kind] = one
            if vars(one) != own:
                vars(one).clear()
                vars(one).update(own)
        if self._store is not None:
            self._store.put_back()

    def close(self) -> None:
        """Leave Hydra and OmegaConf as they were."""
        BaseContainer._resolvers = dict(BaseContainer._resolvers)
        if self._store is not None:
            self._store.close()


def _instances() -> dict[type, Any]:
    """Hydra's singletons that there are."""
    module = loaded(_SINGLETON)
    found: dict[type, Any] = {} if module is None else module.Singleton._instances
    return found


class _Resolvers(dict[str, Any]):
    """Resolvers, which remember what was before, but for what imports register."""

    def __init__(self, found: Any = ()) -> None:
        super().__init__(found)
        self.before: dict[str, Any] = {}

    def __setitem__(self, name: str, resolver: Any) -> None:
        self._note(name)
        super().__setitem__(name, resolver)

    def __delitem__(self, name: str) -> None:
        self._note(name)
        super().__delitem__(name)

    def pop(self, name: str, *default: Any) -> Any:
        self._note(name)
        return super().pop(name, *default)

    def __reduce__(self) -> Any:
        return dict, (dict(self),)  # what Hydra hands on is a plain one

    def put_back(self) -> None:
        for name, resolver in self.before.items():
            if resolver is _ABSENT:
                super().pop(name, None)
            else:
                super().__setitem__(name, resolver)
        self.before.clear()

    def _note(self, name: str) -> None:
        if _is_importing():
            self.before.pop(name, None)
        else:
            self.before.setdefault(name, self.get(name, _ABSENT))


class _StoreWatch:
    """What tasks store among Hydra's configs is taken away again."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._before: dict[str, Any] | None = None
        self._imported: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        self._replaced = Replaced(owner=kind, name="store")
        self._replaced.tell(self._note)

    def close(self) -> None:
        self._replaced.forget(self._note)

    def put_back(self) -> None:
        if self._before is None:
            return
        store = self._kind.instance()
        store.repo, self._before = self._before, None
        for args, kwargs in self._imported:
            store.store(*args, **kwargs)
        self._imported.clear()

    def _note(self, store: Any, *args: Any, **kwargs: Any) -> None:
        if not _is_importing() and self._before is None:
            self._before = _copied(store.repo)
        elif self._before is not None and _is_importing():
            self._imported.append((args, kwargs))


def _copied(groups: dict[str, Any]) -> dict[str, Any]:
    return {name: _copied(own) if isinstance(own, dict) else own for name, own in groups.items()}


def _is_importing() -> bool:
    """Whether what is running is the import of a module, seen from the worker that called a task."""
    return any(name == "<module>" for name in _called_names())


def _called_names() -> Iterator[str]:
    """The names of the code that is running, from the innermost that isn't ours to the task function."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    while frame is not None and not _is_ours(frame):
        yield frame.f_code.co_name
        frame = frame.f_back


def _is_ours(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).startswith("sweeprun.worker.")
