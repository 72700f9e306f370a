"""One throttled array of a scheduler, which needs nothing from the terminal that submitted it."""

import os
import re
import sys
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Self

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import LaunchError, UsageError
from sweeprun.launchers.arrays.commands import SchedulerError
from sweeprun.launchers.arrays.launcher_options import ArrayOptions
from sweeprun.launchers.arrays.monitor import activity, cancel, set_throttle
from sweeprun.launchers.arrays.scheduler import INDEX, ArrayLimits, JobRequest, Scheduler
from sweeprun.launchers.arrays.script import render_script
from sweeprun.launchers.arrays.shared_paths import why_not_shared
from sweeprun.launchers.arrays.submitting import retrying, submit_or_find
from sweeprun.launchers.progress import Progress, TaskProgress
from sweeprun.launchers.variables import expand
from sweeprun.secrecy import refers_to_environment
from sweeprun.store.activity import Activity
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import create_file
from sweeprun.store.submissions import Job, JobRole, Submission, note_job, read_jobs
from sweeprun.store.trust import TRUST
from sweeprun.wording import Command, hydra
from sweeprun.wording import launcher as option

COLLECTED = "results.nc"
"""What a dependent job collects into, in the run directory."""

_AT_LEAST_1 = ("throttle", "cpus_per_task", "tasks_per_job", "workers_per_job", "warning_seconds")


class ArrayLauncher(ArrayOptions):
    """A launcher that submits job arrays: all of it but the scheduler.

    The launcher of a scheduler derives from this and from its options, which derive from `ArrayOptions`, and is a
    dataclass.

    Attributes
    ----------
    name
        The name of the launcher.
    """

    __slots__ = ()
    name: ClassVar[str]

    def __post_init__(self) -> None:
        for name in _AT_LEAST_1:
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{option(name)} is {value}; it must be at least 1")
        if self.requeues < 0:
            raise UsageError(f"{option('requeues')} is {self.requeues}; it must be at least 0")
        for name in self.variables:
            if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
                raise UsageError(f"{hydra('job.env_set')} has {name!r}, which is no name of an environment variable")
        self.scheduler()  # which checks its own options

    @abstractmethod
    def scheduler(self) -> Scheduler:
        """The scheduler, with its own options.

        Raises
        ------
        UsageError
            If one of them is wrong.
        """

    @property
    def in_foreground(self) -> bool:
        return False

    def to_dict(self) -> dict[str, Any]:
        fixed = {"python": self.python or sys.executable, "cwd": self.cwd or str(Path.cwd()), "setup": list(self.setup)}
        return {"name": self.name, **asdict(self), **fixed}

    def check(self, progress: Progress) -> None:
        """Let the scheduler judge the job without submitting it.

        Raises
        ------
        UsageError
            If there is no such scheduler here, or it would never run such a job.
        SchedulerError
            If it can't be asked for now.
        """
        run = Path("run")
        request = self._request(run, Submission(number=0, array=Array(tasks=TaskIds.first(1))))
        script, scheduler = self._array_script(request, 0), self.scheduler()
        remark = retrying(lambda: scheduler.check(request, script, self._secrets()), progress)
        if remark:
            progress.note(remark)

    def array(self, tasks: TaskIds, throttle: int | None = None) -> Array:
        throttle = throttle or self.throttle
        most = _most_elements(self.scheduler().limits(), throttle)
        least = -(-len(tasks) // most)
        per_job = self.tasks_per_job or max(self.workers_per_job, least)
        if per_job < least:
            raise UsageError(
                f"{option('tasks_per_job').to(per_job)} makes more than {most} elements of {len(tasks)} tasks, and an "
                f"array of this site has at most {most}; leave it out, or choose at least {least}"
            )
        return Array(tasks=tasks, tasks_per_job=per_job, throttle=throttle)

    def script(self, run: RunDirectory, submission: Submission) -> str:
        return self._array_script(self._request(run.path, submission), submission.number)

    def launch(self, run: RunDirectory, submissions: Sequence[Submission], progress: TaskProgress) -> None:
        """Submit everything.

        Raises
        ------
        LaunchError
            If the scheduler refuses, or can't be reached for too long; whatever was submitted until then is queued.
        """
        job_ids: dict[int, str] = {}
        if reason := why_not_shared(run.path, self.scheduler()):
            progress.note(
                f"warning: {reason}; if the nodes don't see it, choose a shared one: {hydra('sweep.dir').to(...)}"
            )
        try:
            for submission in submissions:
                ahead = None if submission.after is None else job_ids.get(submission.after)
                launcher = self._with_options_of(submission)
                job_ids[submission.number] = launcher._submit(run, submission, ahead, progress)
            if self.after_collect:
                self._submit_collecting(run, submissions[-1], list(job_ids.values()), progress)
        except SchedulerError as error:
            queued = f"{len(job_ids)} of {len(submissions)} arrays are queued" if job_ids else "nothing was submitted"
            raise LaunchError(
                f"{error}\n{queued}, and the run is recorded; go on with: {Command('resume', run.shown())}"
            ) from error

    def activity(self, run: RunDirectory, submissions: Sequence[Submission]) -> Activity:
        return activity(self.scheduler(), run, submissions)

    def cancel(self, run: RunDirectory, submissions: Sequence[Submission], elements: Iterable[int] | None) -> None:
        cancel(self.scheduler(), run, submissions, elements)

    def set_throttle(self, run: RunDirectory, submissions: Sequence[Submission], throttle: int) -> None:
        set_throttle(self.scheduler(), run, submissions, throttle)

    def _with_options_of(self, submission: Submission) -> Self:
        """The launcher with the options that a submission holds."""
        return type(self)(**{key: value for key, value in submission.launcher.items() if key != "name"})

    def _submit(self, run: RunDirectory, submission: Submission, ahead: str | None, progress: Progress) -> str:
        """Submit an array, behind the one that must have ended before; its job id, which is noted."""
        request = self._request(run.path, submission)
        _write_script(run.job_script(submission.number), self._array_script(request, submission.number))
        after = [ahead] if ahead else []
        if submission.after is not None and not ahead:
            after = [job.job_id for job in read_jobs(run, submission.after)]
        job_id = submit_or_find(self.scheduler(), request, after, self._secrets(), progress)
        note_job(run, submission.number, Job(job_id=job_id))
        return job_id

    def _submit_collecting(self, run: RunDirectory, last: Submission, after: Sequence[str], progress: Progress) -> None:
        """Submit the job that collects when all arrays have ended, however they did."""
        path = run.collect_script(last.number)
        request = JobRequest(
            run=run.path,
            script=str(path.relative_to(run.path)),
            log="logs/collect.log",
            title=f"collect-{_printable(run.path.name)}",
            token=last.token,
            role=JobRole.COLLECT,
        )
        command = [*self._sweeprun, "collect", str(run.path), "-o", COLLECTED]
        script = render_script(self.scheduler(), request, cwd=run.path, variables={}, setup=self.setup, command=command)
        _write_script(path, script)
        job_id = submit_or_find(self.scheduler(), request, after, self._secrets(), progress)
        note_job(run, last.number, Job(job_id=job_id, role=JobRole.COLLECT))

    def _request(self, run: Path, submission: Submission) -> JobRequest:
        """What the scheduler is asked for: the array of a submission."""
        number = submission.number
        return JobRequest(
            run=run,
            script=f"submissions/{number}.sh",
            log=f"logs/{number}.{INDEX}.log",
            title=f"sweeprun-{_printable(run.name)}",
            token=submission.token,
            array=submission.array,
            workers=self.workers_per_job,
            cpus_per_worker=self.cpus_per_task,
            requeues=self.requeues > 0,
            warning_seconds=self.warning_seconds,
        )

    def _array_script(self, request: JobRequest, number: int) -> str:
        return render_script(
            self.scheduler(),
            request,
            cwd=Path(self.cwd or Path.cwd()),
            variables=self.variables,
            setup=self.setup,
            command=[*self._sweeprun, "element", str(request.run), str(number), TRUST],
        )

    @property
    def _sweeprun(self) -> list[str]:
        """The words that jobs start sweeprun by."""
        return [self.python or sys.executable, "-m", "sweeprun"]

    def _secrets(self) -> Mapping[str, str]:
        """The variables that refer to the environment of this process, with their values."""
        secrets = {name: value for name, value in self.variables.items() if refers_to_environment(value)}
        return expand(secrets, os.environ)


def _most_elements(limits: ArrayLimits, throttle: int) -> int:
    return limits.max_elements if limits.has_throttle else min(limits.max_elements, throttle)


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "_" for character in name)


def _write_script(path: Path, script: str) -> None:
    create_file(path, script.encode("utf-8", "surrogateescape"))
