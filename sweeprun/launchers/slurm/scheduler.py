"""Slurm, as a scheduler of throttled job arrays."""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.arrays.scheduler import INDEX, WARNING, ArrayLimits, ByHand, JobRequest, ListedJob, Scheduler
from sweeprun.launchers.slurm.commands import SlurmError, run_command
from sweeprun.launchers.slurm.environment import submission_environment
from sweeprun.launchers.slurm.options import directive, normalize_options
from sweeprun.launchers.slurm.queue import read_accounting, read_queue, working_directories
from sweeprun.launchers.slurm.script import COMMENT, log_lines
from sweeprun.launchers.slurm.site import Site, able_but_unavailable, assumed_site, read_hosts, read_site
from sweeprun.store.submissions import JobRole
from sweeprun.wording import launcher

_COLLECT_INHERITS = ("account", "partition", "qos", "reservation", "constraint", "nodelist", "exclude")
_OWN_OPTIONS = (
    *("job-name", "comment", "array", "nodes", "ntasks", "cpus-per-task", "requeue", "no-requeue", "signal"),
    *("output", "error", "open-mode", "chdir", "dependency"),
)
_ANSWERS = (
    re.compile(r"Submitted batch job ([0-9]+)(?: on cluster \S+)?", re.IGNORECASE),
    re.compile(r"([0-9]+);[^\s;]+"),
    re.compile(r"([0-9]+)"),
)
_LONGEST_ANSWER = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmScheduler(Scheduler):
    """The Slurm that this machine belongs to.

    Attributes
    ----------
    sbatch
        The user's options of ``sbatch`` for arrays.
    collect_sbatch
        Those for the job that collects.
    """

    name = "Slurm"
    by_hand = ByHand(
        submit="sbatch {script}", cancel="scancel {job}", throttle="scontrol update ArrayTaskThrottle=N JobId={job}"
    )
    cpus = '"${SLURM_CPUS_PER_TASK:-1}"'
    cpu_variables = ("SRUN_CPUS_PER_TASK",)

    sbatch: Mapping[str, Any] = field(default_factory=dict)
    collect_sbatch: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._for_arrays()
        self._for_collecting()

    def limits(self) -> ArrayLimits:
        return ArrayLimits(max_elements=known_site().max_elements)

    def hosts(self) -> frozenset[str]:
        return read_hosts()

    def directives(self, request: JobRequest) -> list[str]:
        output, _ = _log_lines(request)
        return [*(directive(name, value) for name, value in self._options(request).items()), *output]

    def opening(self, request: JobRequest) -> list[str]:
        _, redirection = _log_lines(request)
        return redirection

    def check(self, request: JobRequest, script: str, variables: Mapping[str, str]) -> str:
        try:
            self._call(["sbatch", "--test-only"], Path.cwd(), variables, script)
        except SlurmError as error:
            if error.passing:
                raise
            cpus = request.cpus_per_worker * request.workers
            waits_for = able_but_unavailable(self._for_arrays(), cpus) if error.unavailable else []
            if not waits_for:
                raise UsageError(str(error)) from error
            return f"no node can run this job now, and it will wait for one of: {', '.join(waits_for)}"
        return ""

    def submit(self, request: JobRequest, after: Iterable[str], variables: Mapping[str, str]) -> str:
        words = ["sbatch", "--parsable"]
        if job_ids := list(after):
            own = self._for_arrays().get("dependency") if request.role is JobRole.ARRAY else None
            words.append("--dependency=" + ",".join(filter(None, [own, f"afterany:{':'.join(job_ids)}"])))
        return job_id_in(self._call([*words, request.script], request.run, variables))

    def jobs(self, job_ids: Collection[str] | None) -> list[ListedJob]:
        return read_queue(job_ids)

    def directories(self, job_ids: Collection[str]) -> dict[str, str]:
        return working_directories(job_ids)

    def ended(self, job_ids: Collection[str], since: float) -> dict[tuple[str, int], str]:
        return read_accounting(job_ids, since)

    def cancel(self, jobs: Mapping[str, TaskIds | None]) -> None:
        run_command(["scancel", *(job if indices is None else f"{job}_[{indices}]" for job, indices in jobs.items())])

    def set_throttle(self, job_id: str, throttle: int) -> None:
        try:
            run_command(["scontrol", "update", f"JobId={job_id}", f"ArrayTaskThrottle={throttle}"])
        except SlurmError as error:  # for an array of which some have ended, it fails and has done it
            if not re.search("already finished|No error", str(error)):
                raise

    def _for_arrays(self) -> dict[str, str | None]:
        return normalize_options(self.sbatch)

    def _for_collecting(self) -> dict[str, str | None]:
        return normalize_options(self.collect_sbatch, key=launcher("collect_sbatch"))

    def _options(self, request: JobRequest) -> dict[str, str | None]:
        """The options of ``sbatch`` in a script, by their long names; None for a flag."""
        chosen = self._for_arrays()
        if request.array is None:
            inherited = {name: value for name, value in chosen.items() if name in _COLLECT_INHERITS}
            comment = f"{COMMENT}{request.token}:{request.role.value}"
            return {"job-name": request.title, "comment": comment, **inherited, **self._for_collecting()}
        own_comment = chosen.pop("comment", None)
        return {
            "job-name": chosen.pop("job-name", None) or request.title,
            "comment": COMMENT + request.token + (f" {own_comment}" if own_comment else ""),
            "array": str(request.array),
            "nodes": "1",
            "ntasks": str(request.workers),
            "cpus-per-task": str(request.cpus_per_worker),
            "requeue" if request.requeues else "no-requeue": None,
            "signal": f"B:{WARNING}@{request.warning_seconds}",
            **chosen,
        }

    def _call(self, words: list[str], cwd: Path, variables: Mapping[str, str], script: str | None = None) -> str:
        """What ``sbatch`` answers."""
        environment = submission_environment(os.environ, [*self._for_arrays(), *_OWN_OPTIONS])
        return run_command(words, cwd=cwd, environ={**environment, **variables}, input=script)


def job_id_in(answer: str) -> str:
    """The id of the job that ``sbatch`` has submitted, by its answer.

    Sites put scripts around ``sbatch`` that print lines of their own before and behind that, or leave out
    ``--parsable``. The last line counts that has the form of an answer of Slurm's and nothing else; a bare number only
    if there is no line in words.

    Raises
    ------
    SlurmError
        If no line has: the job was taken, as ``sbatch`` didn't fail.

    References
    ----------
    ``man sbatch``, ``--parsable``: "the job id number and the cluster name if present", separated by a semicolon.
    """
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    for form in _ANSWERS:
        for line in reversed(lines):
            if (found := form.fullmatch(line)) is not None:
                return found[1]
    said = "; ".join(lines)[:_LONGEST_ANSWER] or "it said nothing"
    raise SlurmError(
        f"sbatch: no id of a job in its answer ({said}), so squeue is asked for the job by its comment",
        passing=True,
        accepted=True,
    )


@cache
def known_site() -> Site:
    """The site's limits, or Slurm's defaults on a machine that has no Slurm (for planning)."""
    try:
        return read_site() if which("scontrol") else assumed_site()
    except SlurmError:  # planning needs no Slurm, and before anything is submitted it is asked again
        return assumed_site()


def _log_lines(request: JobRequest) -> tuple[list[str], list[str]]:
    return log_lines(request.run, request.log.replace(INDEX, "%a"))
