"""Global generators that modules seed when they are imported: every worker begins in the same state."""

import ast
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from types import FrameType, ModuleType
from typing import Any

from sweeprun.imports import ImportHook, loaded
from sweeprun.worker.copied_generators import is_own
from sweeprun.worker.frames import call_in, module_of, shown_call
from sweeprun.worker.own_seeding import SEEDING
from sweeprun.worker.replaced import Replaced

_TORCH = "torch"


class ImportSeeding:
    """Knows the lines by which modules put global generators into a state while they are imported.

    A line whose seed is computed, of the clock say, may give each worker another state, and is not among them.
    """

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}
        self._told: list[tuple[Replaced, Callable[..., None]]] = []
        for name, functions in SEEDING.items():
            self._listen(name, *functions)
        self._hook = ImportHook({_TORCH}, self._imported)
        self._hook.install()
        if (torch := loaded(_TORCH)) is not None:
            self._imported(torch)

    def lines(self, generators: Collection[str]) -> list[str]:
        """What seeds some generators, with its place: ``np.random.seed(4) (study.py, line 3)``."""
        return list(dict.fromkeys(text for name, text in self._lines.items() if name in generators))

    def close(self) -> None:
        """Leave the functions that seed as they were."""
        self._hook.remove()
        for function, hear in self._told:
            function.forget(hear)
        self._told.clear()

    def _imported(self, torch: ModuleType) -> None:
        self._listen(_TORCH, Replaced(owner=torch, name="manual_seed"))

    def _listen(self, name: str, *functions: Replaced) -> None:
        def called(*args: Any, **kwargs: Any) -> None:
            frames = _importing(sys._getframe(2))
            if not frames:
                return
            self._lines.pop(name, None)
            given = any(value is not None for value in (*args[:1], *kwargs.values()))
            with suppress(Exception):  # of code that nobody foresaw: a warning says less, and the module is imported
                if given and not any(map(_computes, frames)):
                    self._lines[name] = shown_call(_shown(frames))

        for function in functions:
            function.tell(called)
            self._told.append((function, called))


def _importing(frame: FrameType | None) -> list[FrameType]:
    """The frames from a call up to the module whose import makes it; none if no import does."""
    frames: list[FrameType] = []
    while frame is not None and module_of(frame).partition(".")[0] != "sweeprun":
        frames.append(frame)
        if frame.f_code.co_name == "<module>":
            return frames
        frame = frame.f_back
    return []


def _shown(frames: list[FrameType]) -> FrameType:
    """The innermost line of the user's own that leads to a call, or else where it is."""
    return next((frame for frame in frames if is_own(module_of(frame), "")), frames[0])


def _computes(frame: FrameType) -> bool:
    """Whether a call is given what another call returns at that time."""
    call = call_in(frame)
    if call is None:
        return False
    inside = (*call.args, *(own.value for own in call.keywords))
    return any(isinstance(part, ast.Call) for one in inside for part in ast.walk(one))
