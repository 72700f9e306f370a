"""Global random generators: `random`, NumPy's legacy one, torch's and others; tasks should draw from their own stream.

A library may be imported at any time: before a task, in one, by a ``_target_`` of its config, in a thread. So whoever
seeds or watches global generators hears of imports (`sweeprun.imports`), which costs a task nothing.
"""

import random
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from sweeprun.design.streams import Streams
from sweeprun.imports import ImportHook, loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library that has a global generator.

    Attributes
    ----------
    name
        Its module, by which messages call it.
    seed
        Seeds the generator of the module, on all devices, from 24 words of 32 bits.
    state
        The state of the generator, which any draw changes; None if it can't be looked at.
    seeded
        Something that is another one once the program has seeded the generator itself; by default that can't be seen.
    """

    name: str
    seed: Callable[[Any, np.ndarray], object]
    state: Callable[[Any], Any] | None = None
    seeded: Callable[[Any], Any] = lambda _module: None


def _legacy_state(module: Any) -> Any:
    legacy = module.get_state(legacy=False)
    state = legacy["state"]
    key = state["key"].tobytes() if "key" in state else str(state)
    return key, state.get("pos"), legacy["has_gauss"], legacy["gauss"]


def _has_no_seed_sequence(module: Any) -> bool:
    """Whether NumPy's legacy generator was ever seeded: then it forgets what it was made from."""
    return getattr(module.get_bit_generator(), "seed_seq", None) is None


def _torch_state(module: Any) -> Any:
    """The state on the CPU, and how far the generators of GPUs have gone, if any has."""
    cuda = getattr(module, "cuda", None)
    steps = [own.get_offset() for own in cuda.default_generators] if cuda and cuda.is_initialized() else []
    return module.get_rng_state().numpy().tobytes(), steps if any(steps) else []


LIBRARIES = (
    Library(
        name="random",
        seed=lambda module, words: module.seed(int.from_bytes(words[:8].tobytes(), "little")),
        state=lambda module: module.getstate(),
    ),
    Library(
        name="numpy.random",
        seed=lambda module, words: module.seed(words[8:16]),  # of other words: from the same ones both would draw alike
        state=_legacy_state,
        seeded=_has_no_seed_sequence,
    ),
    Library(
        name="torch",
        seed=lambda module, words: module.manual_seed(_number(words[16:18])),
        state=_torch_state,
        seeded=lambda module: module.initial_seed(),
    ),
    Library(name="tensorflow", seed=lambda module, words: module.random.set_seed(_number(words[18:20]))),
    Library(name="cupy", seed=lambda module, words: module.random.seed(_number(words[20:22]))),
)
"""All that are known; JAX has no global generator."""

_BEFORE_TASKS = 2**62
"""A spawn key that no stream has: those count tasks, of which no run has so many."""

_DRAWS_AS_IT_IS_IMPORTED = {"jax": "numpy.random"}
"""Modules that draw from a generator of another library when they are imported."""

_BY_NAME = {library.name: library for library in LIBRARIES}


def _number(words: np.ndarray) -> int:
    """A number of 63 bits."""
    return int(words[0]) << 31 | int(words[1]) >> 1


class GlobalSeeds:
    """Seeds global generators from the stream of each task.

    They are seeded from the first child of the stream's seed sequence, so a task's own generator draws the same numbers
    with and without it. Before the first task they are seeded alike in each worker of a run, for what modules draw as
    they are imported.

    References
    ----------
    NumPy, `numpy.random.SeedSequence.spawn`: children are independent of their parent and of each other.
    """

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._words = _words(np.random.SeedSequence(streams.root_seed or 0, spawn_key=(_BEFORE_TASKS,)))
        self._hook = ImportHook(_BY_NAME, self._imported)
        self._hook.install()
        self._seed_all()

    def seed(self, stream: int) -> None:
        """A task begins: seed the generators of what is imported, and from now on also of what it imports."""
        sequence = self._streams.seed_sequence(stream)
        self._words = _words(np.random.SeedSequence(sequence.entropy, spawn_key=(*sequence.spawn_key, 0)))
        self._seed_all()

    def _seed_all(self) -> None:
        for library in LIBRARIES:
            if (module := loaded(library.name)) is not None:
                _seed(library, module, self._words)

    def _imported(self, module: ModuleType) -> None:
        _seed(_BY_NAME[module.__name__], module, self._words)

    def close(self) -> None:
        """Leave what is imported from now on alone."""
        self._hook.remove()


def _words(sequence: np.random.SeedSequence) -> np.ndarray:
    """What all generators are seeded from, each from words of its own."""
    return sequence.generate_state(24)


def _seed(library: Library, module: ModuleType, words: np.ndarray) -> None:
    with suppress(Exception):  # what can't be seeded, for want of a device say, can't be drawn from either
        library.seed(module, words)


@dataclass(slots=True, kw_only=True)
class _Watched:
    """A generator, and where it was when it was first seen.

    Attributes
    ----------
    library, module
        Whose it is.
    state, seeded
        What `Library.state` and `Library.seeded` said then.
    """

    library: Library
    module: ModuleType
    state: Any
    seeded: Any

    def moved(self) -> bool:
        """Whether it is somewhere else now."""
        assert self.library.state is not None
        return bool(self.library.state(self.module) != self.state)

    def was_seeded(self) -> bool:
        """Whether the program has seeded it itself."""
        return bool(self.library.seeded(self.module) != self.seeded)


class GlobalsWatch:
    """Notices whether global generators moved that the program doesn't seed: 0.05 ms a look, so not after each task."""

    def __init__(self) -> None:
        self._watched: dict[str, _Watched] = {}
        self._hook = ImportHook({*_BY_NAME, *_DRAWS_AS_IT_IS_IMPORTED}, self._watch)
        self._hook.install()
        for name in _BY_NAME:
            if (module := loaded(name)) is not None:
                self._watch(module)
        self._modules = len(sys.modules)

    def _watch(self, module: ModuleType) -> None:
        name = module.__name__
        if (drawn := _DRAWS_AS_IT_IS_IMPORTED.get(name)) is not None:
            name, module = drawn, sys.modules[drawn]
        library = _BY_NAME[name]
        if library.state is not None:
            with suppress(Exception):  # of what can't be looked at nothing is said
                state, seeded = library.state(module), library.seeded(module)
                self._watched[library.name] = _Watched(library=library, module=module, state=state, seeded=seeded)

    def moved(self) -> list[str]:
        """The names of the generators that were drawn from, and that the program hasn't seeded.

        Some libraries draw from ``random`` when they are imported, which a task function may do; so that one counts
        only if nothing was imported since the last look. One that was seeded is the program's own affair from then on.
        """
        modules = len(sys.modules)
        if modules != self._modules:
            self._watched["random"].state, self._modules = random.getstate(), modules
        found = []
        for name, own in [*self._watched.items()]:
            try:
                if own.was_seeded():
                    del self._watched[name]
                elif own.moved():
                    found.append(name)
            except Exception:  # noqa: BLE001  # of another library's: it must not cost the task its record
                del self._watched[name]
        return found

    def close(self) -> None:
        """Watch no more."""
        self._hook.remove()
