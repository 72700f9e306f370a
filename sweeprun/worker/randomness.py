"""Watching whether tasks draw from anything but their own streams, and noting it once a run."""

from collections.abc import Callable
from typing import Any

from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import (
    CopiedGenerators,
    GlobalRandomness,
    note_copied_generators,
    note_global_randomness,
)
from sweeprun.worker.copied_generators import GeneratorsWatch, full_name
from sweeprun.worker.global_generators import GlobalsWatch


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
        self._followed: dict[int, str] = {}
        self.is_new = True
        """Whether nobody has looked yet."""

    def begin(self, function: Callable[..., Any]) -> None:
        """A task function is about to be called; it is kept as long as the worker lives."""
        if id(function) in self._followed:
            return
        self._followed[id(function)] = full_name(function)
        if self._generators is not None:
            self._generators.follow(function)
        if self._watches_globals and self._globals is None:
            self._globals = GlobalsWatch()

    def look(self, task_ids: TaskIds) -> None:
        """Look what some tasks moved; what was noted isn't looked at again."""
        self.is_new = False
        named = ", ".join(dict.fromkeys(self._followed.values()))
        if self._globals is not None and (moved := self._globals.moved()):
            self.close()
            generators = " and ".join(moved)
            note_global_randomness(
                self._run, GlobalRandomness(function=named, tasks=str(task_ids), generators=generators)
            )
        if self._generators is not None and (moved := self._generators.moved()):
            self._generators = None
            generators = " and ".join(moved)
            note_copied_generators(
                self._run, CopiedGenerators(function=named, tasks=str(task_ids), generators=generators)
            )

    def close(self) -> None:
        """Watch global generators no more."""
        if self._globals is not None:
            self._globals.close()
        self._globals, self._watches_globals = None, False
