"""A job as it is seen from inside: what a scheduler says to the element that it runs, and takes from it.

Each element imports this before it does anything, so it is kept apart from `sweeprun.launchers.arrays.scheduler`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from sweeprun.errors import UsageError
from sweeprun.launchers.registry import element_job_of

BY_HAND = "by hand, run `sweeprun worker RUN INDEX`"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementJob(ABC):
    """The element of an array that this process runs in; each scheduler has a class of its own.

    Its launcher names that class in its capabilities (``element_job``). The module of the class should import little.

    Attributes
    ----------
    job_id
        The id of the array, as `Scheduler.submit` gave it.
    index
        The array index, from 0. A scheduler that counts from 1 takes that off; one that runs an array of one element as
        an ordinary job, without an index, says 0.
    restarts
        How often the element was started before. It becomes part of the number of each attempt at a task, so two
        starts never have the same. A scheduler that says only whether there was an earlier start counts by itself, by a
        file of its own in the run, say.
    """

    job_id: str
    index: int
    restarts: int

    @classmethod
    @abstractmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """The job, by the environment that the scheduler gave to this process.

        Raises
        ------
        UsageError
            If this process runs in no element of an array.
        """

    @abstractmethod
    def end(self) -> float | None:
        """When its time is up (Unix time, seconds). Asked for after the warning, and again before the element ends.

        None if the scheduler can't say, or not now: then the warning counts, which comes ``warning_seconds`` before.

        Raises
        ------
        SchedulerError
            If the scheduler can't be asked: the same as None.
        """

    @abstractmethod
    def requeue(self) -> int | None:
        """Have the scheduler start this element again later; what runs of it now is stopped by that.

        None if the scheduler was asked and has taken it. A scheduler that can't be asked from inside of a job, but
        starts a job again that ends with a certain exit code (99, say), gives that code: then the element stops its
        tasks, and ends with it.

        Raises
        ------
        SchedulerError
            If the scheduler refuses, or can do neither: then ``resume`` starts what is left.
        """

    @abstractmethod
    def cancel_queued(self) -> None:
        """Take the elements of its array out of the queue that have not started. Those that run go on.

        Does nothing if the scheduler can't do that: each element finds out by itself as it starts.

        Raises
        ------
        SchedulerError
            If the scheduler can't be asked: the same as if it can't do it.
        """


def element_job(launcher: str, environ: Mapping[str, str]) -> ElementJob:
    """The job that this process runs in, which a launcher of that name has submitted.

    Raises
    ------
    UsageError
        If the launcher submits no arrays, or this process runs in no element of one.
    """
    kind: type[ElementJob] | None = element_job_of(launcher)
    if kind is None:
        raise UsageError(f"the launcher {launcher!r} submits no arrays, so there are no elements to run; {BY_HAND}")
    return kind.from_environment(environ)
