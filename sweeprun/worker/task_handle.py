"""What a task function may know of the task that it runs: its parameter ``task``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sweeprun.design.scalars import Scalar

INSIDE = "SWEEPRUN_INSIDE"
"""The environment variable of workers, and of all that tasks start, that names their run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTask:
    """The task that is being run.

    Attributes
    ----------
    id
        Its permanent number.
    attempt
        The number of this attempt, from 1; higher in each later one.
    stream
        The number of its random stream.
    coordinates
        Axis name -> value.
    """

    id: int
    attempt: int
    stream: int
    coordinates: dict[str, Scalar]
    _make_directory: Callable[[], Path] = field(repr=False)
    _stopping: Callable[[], bool] = field(repr=False, default=lambda: False)
    _can_resume: Callable[[], None] = field(repr=False, default=lambda: None)

    @property
    def stop_requested(self) -> bool:
        """Whether the task should stop soon: its time limit is near, or the run is being stopped.

        A task that can go on later writes what it needs to `directory` and raises `sweeprun.Unfinished`: nothing is
        recorded, and its next attempt finds the directory as it was left.
        """
        self._can_resume()
        return self._stopping()

    @property
    def directory(self) -> Path:
        """The task's own directory, made when first asked for; the same for every attempt.

        The task's configs are in it, in ``.hydra``, as Hydra's own launchers leave them.
        """
        self._can_resume()
        return self._make_directory()
