"""One throttled array of Slurm, which needs nothing from the terminal that submitted it."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import LaunchError, UsageError
from sweeprun.launchers.capabilities import NOT_AN_OPTION
from sweeprun.launchers.progress import Progress, TaskProgress
from sweeprun.launchers.slurm.commands import SlurmError, run_command, submission_environment, with_retries
from sweeprun.launchers.slurm.launcher_options import SlurmOptions
from sweeprun.launchers.slurm.monitor import activity, cancel, set_throttle
from sweeprun.launchers.slurm.options import normalize_options
from sweeprun.launchers.slurm.queue import (
    read_queue,
)
from sweeprun.launchers.slurm.script import COMMENT, render_script
from sweeprun.launchers.slurm.site import Site, able_but_unavailable, assumed_site, read_site, why_not_shared
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

_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 2.0

_COLLECT_INHERITS = ("account", "partition", "qos", "reservation", "constraint", "nodelist", "exclude")
_OWN_OPTIONS = (
    *("job-name", "comment", "array", "nodes", "ntasks", "cpus-per-task", "requeue", "no-requeue", "signal"),
    *("output", "error", "open-mode", "chdir", "dependency"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmLauncher(SlurmOptions):
    """Submits job arrays to Slurm.

    Attributes
    ----------
    variables
        Further environment variables of the workers.
    cwd
        Where workers work; None for the directory of this process.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = field(default=None, metadata=NOT_AN_OPTION)

    def __post_init__(self) -> None:
        for name in ("throttle", "cpus_per_task", "tasks_per_job", "workers_per_job", "warning_seconds"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{option(name)} is {value}; it must be at least 1")
        if self.requeues < 0:
            raise UsageError(f"{option('requeues')} is {self.requeues}; it must be at least 0")
        for name in self.variables:
            if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
                raise UsageError(f"{hydra('job.env_set')} has {name!r}, which is no name of an environment variable")
        normalize_options(self.sbatch)
        normalize_options(self.collect_sbatch, key=option("collect_sbatch"))

    @property
    def in_foreground(self) -> bool:
        return False

    def to_dict(self) -> dict[str, Any]:
        fixed = {"python": self.python or sys.executable, "cwd": self.cwd or str(Path.cwd()), "setup": list(self.setup)}
        return {"name": "slurm", **asdict(self), **fixed}

    def check(self, progress: Progress) -> None:
        """Let Slurm judge the job without submitting it.

        Raises
        ------
        UsageError
            If there is no Slurm here, or it would never run such a job.
        SlurmError
            If it can't be asked for now.
        """
        script = self._render(Path("run"), Submission(number=0, array=Array(tasks=TaskIds.first(1))))
        try:
            _retrying(lambda: self._call(["sbatch", "--test-only"], Path.cwd(), script), progress)
        except SlurmError as error:
            if error.passing:
                raise
            cpus = self.cpus_per_task * self.workers_per_job
            waits_for = able_but_unavailable(normalize_options(self.sbatch), cpus) if error.unavailable else []
            if not waits_for:
                raise UsageError(str(error)) from error
            progress.note(f"no node can run this job now, and it will wait for one of: {', '.join(waits_for)}")

    def array(self, tasks: TaskIds, throttle: int | None = None) -> Array:
        most = known_site().max_elements
        least = -(-len(tasks) // most)
        per_job = self.tasks_per_job or max(self.workers_per_job, least)
        if per_job < least:
            raise UsageError(
                f"{option('tasks_per_job').to(per_job)} makes more than {most} elements of {len(tasks)} tasks, and an "
                f"array of this site has at most {most}; leave it out, or choose at least {least}"
            )
        return Array(tasks=tasks, tasks_per_job=per_job, throttle=throttle or self.throttle)

    def script(self, run: RunDirectory, submission: Submission) -> str:
        return self._render(run.path, submission)

    def launch(self, run: RunDirectory, submissions: Sequence[Submission], progress: TaskProgress) -> None:
        """Submit everything.

        Raises
        ------
        LaunchError
            If Slurm refuses, or can't be reached for too long; whatever was submitted until then is queued.
        """
        job_ids: dict[int, str] = {}
        if reason := why_not_shared(run.path):
            progress.note(
                f"warning: {reason}; if the nodes don't see it, choose a shared one: {hydra('sweep.dir').to(...)}"
            )
        try:
            for submission in submissions:
                launcher = _launcher_of(submission)
                _write_script(run.job_script(submission.number), launcher.script(run, submission))
                dependency: list[str | None] = []
                if submission.after is not None:
                    own = normalize_options(launcher.sbatch).get("dependency")
                    ahead = job_ids.get(submission.after)
                    earlier = [ahead] if ahead else [job.job_id for job in read_jobs(run, submission.after)]
                    dependency = [own, _after(earlier) if earlier else None]
                job_id = launcher._submit(run, submission, JobRole.ARRAY, dependency, progress)
                job_ids[submission.number] = job_id
                note_job(run, submission.number, Job(job_id=job_id))
            if self.after_collect:
                last = submissions[-1]
                _write_script(run.collect_script(last.number), self._collect_script(run, last))
                job_id = self._submit(run, last, JobRole.COLLECT, [_after(list(job_ids.values()))], progress)
                note_job(run, last.number, Job(job_id=job_id, role=JobRole.COLLECT))
        except SlurmError as error:
            queued = f"{len(job_ids)} of {len(submissions)} arrays are queued" if job_ids else "nothing was submitted"
            raise LaunchError(
                f"{error}\n{queued}, and the run is recorded; go on with: {Command('resume', run.shown())}"
            ) from error

    def activity(self, run: RunDirectory, submissions: Sequence[Submission]) -> Activity:
        return activity(run, submissions)

    def cancel(self, run: RunDirectory, submissions: Sequence[Submission], elements: Iterable[int] | None) -> None:
        cancel(run, submissions, elements)

    def set_throttle(self, run: RunDirectory, submissions: Sequence[Submission], throttle: int) -> None:
        set_throttle(run, submissions, throttle)

    def _render(self, run: Path, submission: Submission) -> str:
        """The script of an array."""
        number = submission.number
        return render_script(
            run=run,
            name=f"submissions/{number}.sh",
            log=f"logs/{number}.%a.log",
            cwd=Path(self.cwd or Path.cwd()),
            options=self._options(run, submission),
            variables=self.variables,
            setup=self.setup,
            command=[self.python or sys.executable, "-m", "sweeprun", "element", str(run), str(number), TRUST],
        )

    def _options(self, run: Path, submission: Submission) -> dict[str, str | None]:
        chosen = normalize_options(self.sbatch)
        own_comment = chosen.pop("comment", None)
        return {
            "job-name": chosen.pop("job-name", None) or f"sweeprun-{_printable(run.name)}",
            "comment": COMMENT + submission.token + (f" {own_comment}" if own_comment else ""),
            "array": str(submission.array),
            "nodes": "1",
            "ntasks": str(self.workers_per_job),
            "cpus-per-task": str(self.cpus_per_task),
            "requeue" if self.requeues else "no-requeue": None,
            "signal": f"B:USR1@{self.warning_seconds}",
            **chosen,
        }

    def _submit(
        self,
        run: RunDirectory,
        submission: Submission,
        role: JobRole,
        dependency: Sequence[str | None],
        progress: Progress,
    ) -> str:
        """Submit a script that is written; its job id. A call that broke off is looked up before it is made again."""
        number = submission.number
        path = run.job_script(number) if role is JobRole.ARRAY else run.collect_script(number)
        words = ["sbatch", "--parsable"]
        if any(dependency):
            words.append("--dependency=" + ",".join(filter(None, dependency)))
        words.append(str(path.relative_to(run.path)))

        unsure = False  # whether an earlier call may have worked: then nothing is submitted before that is known

        def submit_or_find() -> str:
            nonlocal unsure
            if unsure:
                for job in read_queue(None):
                    if (job.token, job.role) == (submission.token, role):
                        return job.job_id
                unsure = False
            try:
                return self._call(words, run.path).strip().partition(";")[0]
            except SlurmError as error:
                unsure = error.passing
                raise

        return _retrying(submit_or_find, progress)

    def _collect_script(self, run: RunDirectory, last: Submission) -> str:
        """The script of the job that collects when all arrays have ended, however they did."""
        inherited = {name: value for name, value in normalize_options(self.sbatch).items() if name in _COLLECT_INHERITS}
        return render_script(
            run=run.path,
            name=str(run.collect_script(last.number).relative_to(run.path)),
            log="logs/collect.log",
            cwd=run.path,
            options={
                "job-name": f"collect-{_printable(run.path.name)}",
                "comment": f"{COMMENT}{last.token}:{JobRole.COLLECT.value}",
                **inherited,
                **normalize_options(self.collect_sbatch, key=option("collect_sbatch")),
            },
            variables={},
            setup=self.setup,
            command=[self.python or sys.executable, "-m", "sweeprun", "collect", str(run.path), "-o", COLLECTED],
        )

    def _call(self, words: Sequence[str], cwd: Path, script: str | None = None) -> str:
        """What ``sbatch`` answers."""
        secrets = {name: value for name, value in self.variables.items() if refers_to_environment(value)}
        environment = submission_environment(os.environ, [*normalize_options(self.sbatch), *_OWN_OPTIONS])
        environment |= expand(secrets, os.environ)
        return run_command(words, cwd=cwd, environ=environment, input=script)


@cache
def known_site() -> Site:
    """The site's limits, or Slurm's defaults on a machine that has no Slurm (for planning)."""
    try:
        return read_site() if which("scontrol") else assumed_site()
    except SlurmError:  # planning needs no Slurm, and before anything is submitted it is asked again
        return assumed_site()


def _retrying(call: Callable[[], str], progress: Progress) -> str:
    """What a call gives, made again while what went wrong may pass, and said so."""
    return with_retries(
        call,
        attempts=_ATTEMPTS,
        first_pause=_FIRST_PAUSE_SECONDS,
        on_retry=lambda error, pause: progress.note(f"{error}; trying again in {pause:.0f} s"),
    )


def _launcher_of(submission: Submission) -> SlurmLauncher:
    """The launcher with the options that a submission holds."""
    return SlurmLauncher(**{key: value for key, value in submission.launcher.items() if key != "name"})


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "_" for character in name)


def _write_script(path: Path, script: str) -> None:
    create_file(path, script.encode("utf-8", "surrogateescape"))


def _after(job_ids: Sequence[str]) -> str:
    return f"afterany:{':'.join(job_ids)}"
