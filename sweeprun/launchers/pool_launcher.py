"""What launchers share whose pool of workers is in the process that launches: wherever the workers are."""

import math
import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.link import OpenLink
from sweeprun.launchers.pool import Pool
from sweeprun.launchers.progress import Progress, TaskProgress
from sweeprun.launchers.variables import expand
from sweeprun.store.activity import Activity, Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.launching import is_launched_by
from sweeprun.store.manifest import read_manifest
from sweeprun.store.notices import count_failures
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission
from sweeprun.store.workers import Place
from sweeprun.wording import Command, flag, launcher

_MARGIN_SECONDS = 5.0
"""So much longer than tasks have to end it is waited for the process that runs them."""


class PoolLauncher(ABC):
    """A launcher that feeds a pool of workers until everything has ended.

    A class derived from it is a dataclass with these options, and says its name, how many workers it can have, and how
    one is started.

    Attributes
    ----------
    name
        Its name.
    throttle, tasks_per_job
        Workers at once, and consecutive tasks of one element.
    warning_seconds
        How long tasks that run may go on when the sweep is to stop.
    variables
        Further environment variables of the workers.
    at_least_one
        The options that are numbers from 1 on, or None.
    """

    __slots__ = ()

    name: ClassVar[str]
    at_least_one: ClassVar[Sequence[str]] = ("throttle", "tasks_per_job")
    throttle: int | None
    tasks_per_job: int | None
    warning_seconds: float
    variables: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in self.at_least_one:
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{launcher(name)} is {value}; it must be at least 1")
        if not 0 <= self.warning_seconds < math.inf:
            raise UsageError(f"{launcher('warning_seconds')} is {self.warning_seconds}; it must be a number from 0 on")

    @abstractmethod
    def default_throttle(self) -> int:
        """How many workers there are at once if ``throttle`` doesn't say."""

    @abstractmethod
    def links(self, run: RunDirectory, place: Place, workers: int) -> OpenLink:
        """What starts the workers of a submission."""

    @property
    def in_foreground(self) -> bool:
        return True

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, **asdict(self)}  # type: ignore[call-overload]  # what is derived is a dataclass

    def check(self, progress: Progress) -> None:
        """Only a variable that another one refers to can be missing."""
        del progress
        expand(self.variables, os.environ)

    def array(self, tasks: TaskIds, throttle: int | None = None) -> Array:
        throttle = throttle or self.throttle or self.default_throttle()
        return Array(tasks=tasks, tasks_per_job=self.tasks_per_job or 1, throttle=throttle)

    def workers(self, array: Array) -> int:
        """How many workers an array takes."""
        return min(array.throttle, len(array))

    def script(self, run: RunDirectory, submission: Submission) -> None:
        """There is none."""
        del run, submission

    def launch(self, run: RunDirectory, submissions: Sequence[Submission], progress: TaskProgress) -> None:
        for submission in submissions:
            policy = submission.policy or read_manifest(run).policy
            if policy.max_failures is not None and count_failures(run, submission.attempt) >= policy.max_failures:
                break
            workers = self.workers(submission.array)
            place = Place(submission=submission.number, attempt=submission.attempt)
            Pool(
                run,
                submission.array,
                place=place,
                workers=workers,
                open_link=self.links(run, place, workers),
                progress=progress,
                policy=policy,
                grace=self.warning_seconds,
            ).run()

    def activity(self, run: RunDirectory, submissions: Sequence[Submission]) -> Activity:
        """All elements run while the process that launched them is there; if it is this one, it has come back."""
        elements: dict[tuple[int, int | None], Element] = {}
        asked = set()
        for submission in submissions:
            alive = submission.submitter.is_alive()
            if alive is not None:
                asked.add(submission.number)
            if alive and submission.submitter != Process.current():
                elements[submission.number, None] = Element(
                    state=ElementState.RUNNING,
                    job_id=str(submission.submitter.pid),
                    host=submission.submitter.host,
                    since=submission.created,
                )
        unknown = [submission.submitter for submission in submissions if submission.number not in asked]
        problem = ""
        if unknown:
            problem = (
                f"process {unknown[-1].pid} on {unknown[-1].host} started it, of which nothing is known here; "
                f"if it has ended: {Command('resume', run.shown()).with_option(flag('assume_ended').to(True))}"
            )
        return Activity(submissions=tuple(submissions), elements=elements, asked=frozenset(asked), problem=problem)

    def cancel(self, run: RunDirectory, submissions: Sequence[Submission], elements: Iterable[int] | None) -> None:
        """Interrupt the process that launched them, which stops its workers; it returns when they have ended.

        Raises
        ------
        UsageError
            If only some elements should be stopped, it runs on another host, or nothing but the run says that it is
            the one: then it is left alone.
        """
        if elements is not None:
            raise UsageError("this run can be cancelled as a whole only: its workers have no queue of their own")
        processes = []
        for submission in submissions:
            alive, pid = submission.submitter.is_alive(), submission.submitter.pid
            if alive is None:
                raise UsageError(f"the run was started on {submission.submitter.host}, process {pid}: cancel it there")
            if alive and not is_launched_by(run, submission.number, pid):
                raise UsageError(
                    f"{run.shown()} names process {pid}, which holds no lock in it and has no command line that starts "
                    f"its workers, so it is left alone; if it does run them, stop it yourself: kill {pid}"
                )
            if alive:
                processes.append(pid)
        for pid in dict.fromkeys(processes):
            os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + self.warning_seconds + _MARGIN_SECONDS
        while any(submission.submitter.is_alive() for submission in submissions) and time.monotonic() < until:
            time.sleep(0.02)

    def set_throttle(self, run: RunDirectory, submissions: Sequence[Submission], throttle: int) -> None:
        """Impossible for now: refused.

        Raises
        ------
        UsageError
            Always.
        """
        del submissions
        resume = Command("resume", run.shown()).with_option(launcher("throttle").to(throttle))
        raise UsageError(
            "the number of workers can't be changed while they run; stop the run with "
            f"`{Command('cancel', run.shown())}` and go on with `{resume}`"
        )
