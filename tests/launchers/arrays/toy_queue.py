"""A launcher for Toy, a scheduler that does much otherwise than Slurm; `toy` beside this file plays its program.

It counts from 1, runs no arrays of one element, writes ids of arrays with brackets, has no comments on jobs, can't be
asked from inside of a job, doesn't say when a job ends, and starts a job again that ends with code 99.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from socket import gethostname
from typing import Any, ClassVar, Self

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.arrays.commands import SchedulerError, call, cannot_start
from sweeprun.launchers.arrays.element_job import ElementJob
from sweeprun.launchers.arrays.launcher import ArrayLauncher
from sweeprun.launchers.arrays.launcher_options import SAME_FOR_ALL_TASKS, ArrayOptions
from sweeprun.launchers.arrays.scheduler import INDEX, ArrayLimits, ByHand, JobRequest, ListedJob, Scheduler
from sweeprun.launchers.arrays.script import quote
from sweeprun.launchers.capabilities import Capabilities
from sweeprun.store.activity import Element, ElementState
from sweeprun.store.submissions import JobRole


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyJob(ElementJob):
    """A job of Toy's from inside."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        try:
            index = int(environ.get("TOY_INDEX", "1")) - 1
            return cls(job_id=environ["TOY_JOB"], index=index, restarts=int(environ["TOY_STARTS"]) - 1)
        except (KeyError, ValueError) as error:
            raise UsageError("this process runs in no job of Toy's") from error

    def end(self) -> None:
        """Toy doesn't say."""

    def requeue(self) -> int:
        return 99

    def cancel_queued(self) -> None:
        """Toy can't be asked here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyScheduler(Scheduler):
    """Toy, with the user's options for its scripts."""

    name = "Toy"
    by_hand = ByHand(submit="toy submit {script}", cancel="toy cancel {job}", throttle="toy throttle {job} N")
    cpus = '"${TOY_CPUS:-1}"'

    toy: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.toy:
            if name not in {"limit", "queue"}:
                raise UsageError(f"{name!r} is no option of Toy's; there are: limit, queue")

    def limits(self) -> ArrayLimits:
        return ArrayLimits(max_elements=500)

    def hosts(self) -> frozenset[str]:
        return frozenset({gethostname()})

    def directives(self, request: JobRequest) -> list[str]:
        options = {
            "name": f"sweeprun:{request.token}:{request.role.value}",
            "cpus": request.cpus_per_worker * request.workers,
            "restart": "yes" if request.requeues else "no",
            "warn": request.warning_seconds,
            **self.toy,
        }
        if request.array is not None and len(request.array) > 1:
            options |= {"indices": f"1-{len(request.array)}", "at-once": request.array.throttle}
        return [f"#TOY {name} {value}" for name, value in options.items()]

    def opening(self, request: JobRequest) -> list[str]:
        before, index, after = request.log.partition(INDEX)
        return [f"exec >>{quote(f'{request.run}/{before}')}{'$((${TOY_INDEX:-1} - 1))' if index else ''}{after} 2>&1"]

    def check(self, request: JobRequest, script: str, variables: Mapping[str, str]) -> str:
        del request, script, variables
        try:
            _toy("list")
        except SchedulerError as error:
            raise UsageError(str(error)) from error
        return ""

    def submit(self, request: JobRequest, after: Iterable[str], variables: Mapping[str, str]) -> str:
        del variables
        answer = _toy("submit", request.script, ",".join(after), cwd=str(request.run))
        if found := re.search(r"Your job (\d+)", answer):
            return found[1]
        raise SchedulerError(f"toy submit: no id of a job in its answer {answer!r}", passing=True)

    def jobs(self, job_ids: Collection[str] | None) -> list[ListedJob]:
        jobs = []
        for job_id, index, state, name, _ in _rows():
            mark, _, rest = name.partition(":")
            token, _, role = rest.partition(":")
            if mark == "sweeprun" and (job_ids is None or job_id in job_ids):
                element = Element(state=ElementState(state), job_id=job_id)
                is_array = role == JobRole.ARRAY.value
                jobs.append(
                    ListedJob(element=element, index=index - 1 if is_array else None, token=token, role=JobRole(role))
                )
        return jobs

    def directories(self, job_ids: Collection[str]) -> dict[str, str]:
        return {job_id: directory for job_id, _, _, _, directory in _rows() if job_id in job_ids}

    def cancel(self, jobs: Mapping[str, TaskIds | None]) -> None:
        for job_id, indices in jobs.items():
            _toy("cancel", job_id, *([] if indices is None else [str(index + 1) for index in indices]))

    def set_throttle(self, job_id: str, throttle: int) -> None:
        _toy("throttle", job_id, str(throttle))


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyOptions(ArrayOptions):
    """``hydra.launcher`` for an array of Toy's."""

    capabilities: ClassVar = Capabilities(
        launches_all_at_once=True,
        same_for_all_tasks=SAME_FOR_ALL_TASKS,
        submission_text="job {jobs}",
        element_job=f"{__name__}:ToyJob",
    )

    toy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyLauncher(ArrayLauncher, ToyOptions):
    """Submits arrays to Toy."""

    name = "toy"

    def scheduler(self) -> ToyScheduler:
        return ToyScheduler(toy=self.toy)


def _rows() -> list[tuple[str, int, str, str, str]]:
    """What ``toy list`` says: id, index from 1, state, name and directory of each job and element."""
    rows = map(json.loads, _toy("list").splitlines())
    return [(job_id.removesuffix("[]"), *rest) for job_id, *rest in rows]


def _toy(*words: str, cwd: str | None = None) -> str:
    try:
        answer = call(["toy", *words], timeout=30, cwd=cwd)
    except OSError as error:
        raise SchedulerError(cannot_start("Toy", "toy", error)) from error
    if answer.code:
        raise SchedulerError(f"toy {words[0]}: {answer.errors.strip()}", passing=answer.code is None)
    return answer.output
