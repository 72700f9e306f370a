"""Watching whether tasks draw from anything but their own streams, and noting it once a run."""

from collections.abc import Callable, Sequence
from typing import Any

from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import (
    CopiedGenerators,
    GlobalRandomness,
    UnseededGenerators,
    note_copied_generators,
    note_global_randomness,
    note_unseeded_generators,
)
from sweeprun.worker import numba_generators
from sweeprun.worker.copied_generators import GeneratorsWatch, full_name, seeds_when_compiled
from sweeprun.worker.global_generators import GlobalsWatch
from sweeprun.worker.import_seeding import ImportSeeding
from sweeprun.worker.own_seeding import OwnSeeding
from sweeprun.worker.unseeded_generators import UnseededWatch


class RandomnessWatch:
    """Watches for one worker.

    Parameters
    ----------
    run
        Where it is noted.
    seeded
        Whether global generators are seeded for each task, so that there is nothing to note of them.
    """

    def __init__(self, run: RunDirectory, *, seeded: bool) -> None:
        self._run = run
        self._watches_globals = not seeded
        self._globals: GlobalsWatch | None = None
        self._generators: GeneratorsWatch | None = GeneratorsWatch()
        self._unseeded: UnseededWatch | None = UnseededWatch(self._note_unseeded)
        self._seeding = None if seeded else OwnSeeding()
        self._imports = None if seeded else ImportSeeding()
        self._followed: dict[int, str] = {}
        self._functions: list[Callable[..., Any]] = []
        self._application = False
        self._task_id = 0
        self.is_new = True
        """Whether nobody has looked yet."""

    def close(self) -> None:
        """Look no more, and leave all that was listened to as it was."""
        self._watch_globals_no_more()
        if self._unseeded is not None:
            self._unseeded.close()
        self._unseeded = None

    def _watch_globals_no_more(self) -> None:
        if self._globals is not None:
            self._globals.close()
        if self._seeding is not None:
            self._seeding.close()
        if self._imports is not None:
            self._imports.close()
        self._globals = self._seeding = self._imports = None
        self._watches_globals = False

    def begin(self, function: Callable[..., Any], *, application: bool = False, task_id: int = 0) -> None:
        """A task function is about to be called, perhaps an application's; it is kept as long as the worker lives."""
        self._task_id = task_id
        if self._seeding is not None:
            self._seeding.begin()
        if id(function) in self._followed:
            return
        self._followed[id(function)] = full_name(function)
        self._application = application
        is_first = not self._functions
        self._functions.append(function)
        if is_first and self._seeding is not None and self._unseeded is not None and self._seeding.drawn_by_imports:
            from sweeprun.worker.top_draws import draws_at_top  # of few runs

            self._unseeded.note(draws_at_top(self._seeding.drawn_by_imports, function))
        if self._generators is not None:
            self._generators.follow(function)
        if self._watches_globals and self._globals is None:
            self._globals = GlobalsWatch()

    def look(self, task_ids: TaskIds) -> None:
        """Look what some tasks moved; what was noted isn't looked at again."""
        self.is_new = False
        if self._globals is not None and (moved := [name for name in self._globals.moved() if not self._owns(name)]):
            seeded = self._imports.lines(moved) if self._imports is not None else []
            self._watch_globals_no_more()
            noted = GlobalRandomness(**self._noted(moved, task_ids), seeded=" and ".join(seeded))
            note_global_randomness(self._run, noted)
        if self._generators is not None and (moved := self._generators.moved()):
            self._generators = None
            note_copied_generators(self._run, CopiedGenerators(**self._noted(moved, task_ids)))
        if self._unseeded is not None and (made := self._unseeded.made()):
            self._unseeded.close()
            self._unseeded = None
            note_unseeded_generators(self._run, UnseededGenerators(**self._noted(made, task_ids)))

    def _note_unseeded(self, text: str) -> None:
        """Note what the running task makes in a process that it has forked."""
        note_unseeded_generators(self._run, UnseededGenerators(**self._noted([text], TaskIds.of([self._task_id]))))

    def _owns(self, name: str) -> bool:
        """Whether tasks draw from a global generator that they have seeded themselves."""
        if name == numba_generators.NAME:
            return any(map(seeds_when_compiled, self._functions))
        return self._seeding is not None and self._seeding.owns(name)

    def _noted(self, generators: Sequence[str], task_ids: TaskIds) -> dict[str, Any]:
        """What is noted of generators that were used in some tasks."""
        return {
            "function": ", ".join(dict.fromkeys(self._followed.values())),
            "tasks": str(task_ids),
            "generators": " and ".join(generators),
            "application": self._application,
        }
