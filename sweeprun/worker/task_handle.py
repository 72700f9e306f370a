"""What a task function may know of the task that it runs: its parameter ``task``."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.design.scalars import Scalar
from sweeprun.design.streams import Streams

if TYPE_CHECKING:
    import numpy as np

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
    _streams: Streams = field(repr=False, default_factory=Streams)
    _commands: Iterator[int] = field(repr=False, default_factory=count)
    _stopping: Callable[[], bool] = field(repr=False, default=lambda: False)
    _can_resume: Callable[[], None] = field(repr=False, default=lambda: None)

    def seed(self, bits: int = 32) -> int:
        """A seed for what has random generators of its own: JAX, torch, R, a program in C.

        It is at least 0 and below ``2**bits``. Tasks with different streams have different seeds, without exception;
        those that share a stream have the same one. It depends on the stream, the run's root seed and ``bits``, so
        neither on the attempt nor on what was drawn from ``rng``.

        Parameters
        ----------
        bits
            As many as the other generator takes, from 16 to 64: 32 for JAX, torch and ``srand48``, 31 for R and for
            whatever reads signed integers of 32 bits. Libraries that are given more than they use cut off the rest
            without a word, as JAX does, and torch on a CPU; then seeds of different tasks may be equal after all.

        Raises
        ------
        UsageError
            If ``bits`` is out of range, or there are more streams than seeds of that length.
        """
        return self._streams.seed(self.stream, bits)

    def command_seeds(self, rng: "np.random.Generator") -> tuple[int, Callable[[int], int]]:
        """What ``{seed}`` stands for in the next command, and ``{seed:BITS}``; those of the first command are `seed`.

        In older runs ``{seed}`` was drawn from ``rng``.
        """
        number = next(self._commands)
        seed = self._streams.command_seed(self.stream, number, rng)
        return seed, lambda bits: self._streams.seed(self.stream, bits, number)

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
