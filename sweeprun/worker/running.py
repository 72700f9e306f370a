"""What a task function may know of the task that it runs: its parameter ``task``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sweeprun.design.values import Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningTask:
    """The task that is being run.

    Attributes
    ----------
    id
        Its permanent number.
    attempt
        The number of this attempt, from 1.
    stream
        The number of its random stream.
    coordinates
        Axis name -> value.
    """

    id: int
    attempt: int
    stream: int
    coordinates: dict[str, Scalar]
    _locate: Callable[[], Path] = field(repr=False)

    @property
    def directory(self) -> Path:
        """The task's own directory, made when first asked for; the same for every attempt."""
        directory = self._locate()
        directory.mkdir(parents=True, exist_ok=True)
        return directory
