"""Global generators that tasks seed themselves before they draw, so that there is nothing to say of them."""

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from sweeprun.worker.replaced import Replaced

SEEDING = {
    "random": (Replaced(owner=random, name="seed"), Replaced(owner=random, name="setstate")),
    "numpy.random": (Replaced(owner=np.random, name="seed"), Replaced(owner=np.random, name="set_state")),
}
"""Global generators, by the names that `GlobalsWatch` has for them -> what puts them into a state."""


class OwnSeeding:
    """Knows which global generators tasks have moved from no state but one of their own choice.

    It costs a comparison of states a task, 0.04 ms, where tasks do seed themselves, and nothing elsewhere.
    """

    def __init__(self) -> None:
        self._reference = {name: _state(name) for name in SEEDING}
        self._modules = len(sys.modules)
        self._seeded: dict[str, bool] = {}  # generators that were ever seeded -> whether by the task that runs
        self._drawn: set[str] = set()
        self._begun = False
        self.drawn_by_imports: tuple[str, ...] = ()
        """The generators that were drawn from before the first task, without being seeded first."""
        self._watches = {name: self._watch(name) for name in SEEDING}
        for name, watch in self._watches.items():
            for function in SEEDING[name]:
                function.tell(watch)

    def close(self) -> None:
        """Leave the functions that seed as they were."""
        for name, watch in self._watches.items():
            for function in SEEDING[name]:
                function.forget(watch)

    def begin(self) -> None:
        """A task is about to begin."""
        if not self._begun:  # what was drawn before, by imports, is no task's doing
            self._begun = True
            unseeded = (name for name in SEEDING if name not in self._seeded and _state(name) != self._reference[name])
            self.drawn_by_imports = (*self._drawn, *unseeded)
            self._drawn.clear()
            self._reference = {name: _state(name) for name in SEEDING}
        for name, by_task in self._seeded.items():
            if not by_task:
                self._compare(name)
            self._reference[name] = _state(name)
            self._seeded[name] = False

    def owns(self, name: str) -> bool:
        """Whether all that was drawn from a global generator was drawn by tasks that had seeded it."""
        if name not in self._seeded:
            return False
        if not self._seeded[name]:
            self._compare(name)
        return name not in self._drawn

    def _watch(self, name: str) -> Callable[..., None]:
        def called(*args: Any, **kwargs: Any) -> None:
            if any(value is not None for value in (*args[:1], *kwargs.values())):
                if not self._seeded.get(name, False):
                    self._compare(name)
                self._seeded[name] = True

        return called

    def _compare(self, name: str) -> None:
        """Note whether a generator was drawn from that the task hasn't seeded.

        Some libraries draw from ``random`` when they are imported, which isn't the task's doing.
        """
        is_import = name == "random" and len(sys.modules) != self._modules
        self._modules = len(sys.modules)
        if not is_import and _state(name) != self._reference[name]:
            self._drawn.add(name)


def _state(name: str) -> Any:
    """The state of a global generator, as something to compare."""
    if name == "random":
        return random.getstate()
    legacy: Any = np.random.get_state(legacy=False)  # noqa: NPY002
    state = legacy["state"]
    key = state["key"].tobytes() if "key" in state else str(state)
    return key, state.get("pos"), legacy["has_gauss"], legacy["gauss"]
