"""What Slurm says of our jobs: ``squeue``, and ``sacct`` if there is one. A job is ours by its comment, not its id."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from shutil import which

from sweeprun.launchers.slurm.commands import SlurmError, run_command
from sweeprun.launchers.slurm.script import COMMENT
from sweeprun.store.activity import Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import JobRole, Submission, read_jobs

FORMAT = "%F|%K|%T|%S|%N|%r|%k"
_QUEUED = frozenset({"PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT"})
_RUNNING = frozenset(
    {"RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "STOPPED", "STAGE_OUT", "SIGNALING", "RESIZING"}
)
_MISSING = frozenset({"", "N/A", "None", "(null)", "Unknown"})
_LISTED_JOBS = 100
"""More job ids than this are not named on a command line; everything of the user is listed instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedJob:
    """One row of ``squeue``.

    Attributes
    ----------
    job_id
        The id of the (whole) job.
    index
        The array index; None for a job that is no array.
    state
        Slurm's word for its state.
    since
        When it started or will start (Unix time, seconds), or None.
    host
        Its nodes.
    reason
        Why it waits.
    token, role
        Which submission's it is, by its comment, and what it does for it.
    """

    job_id: str
    index: int | None
    state: str
    since: float | None
    host: str
    reason: str
    token: str
    role: JobRole

    def element(self) -> Element:
        """The element that it is."""
        if self.state in _QUEUED:
            return Element(state=ElementState.QUEUED, job_id=self.job_id, reason=self.reason)
        if self.state in _RUNNING:
            return Element(state=ElementState.RUNNING, job_id=self.job_id, host=self.host, since=self.since)
        reason = f"{self.state} ({self.reason})" if self.reason else self.state
        return Element(state=ElementState.ENDED, job_id=self.job_id, reason=reason, host=self.host, since=self.since)


def parse_queue(text: str) -> Iterator[QueuedJob]:
    """Our jobs among the rows of ``squeue -r`` in `FORMAT`."""
    for line in text.splitlines():
        columns = line.split("|", 6)
        if len(columns) != 7 or not columns[6].startswith(COMMENT):
            continue
        job_id, index, state, since, host, reason, comment = columns
        token, _, role = comment.split()[0].removeprefix(COMMENT).partition(":")
        if role not in ("", JobRole.COLLECT.value):
            continue
        yield QueuedJob(
            job_id=job_id,
            index=int(index) if index.isdecimal() else None,
            state=state,
            since=float(since) if since.isdecimal() else None,
            host="" if host in _MISSING else host,
            reason="" if reason in _MISSING else reason,
            token=token,
            role=JobRole(role) if role else JobRole.ARRAY,
        )


def read_queue(job_ids: Collection[str] | None) -> list[QueuedJob]:
    """Our jobs among those of some ids, or among all of this user's.

    Raises
    ------
    SlurmError
        If Slurm can't be asked.
    """
    which = ["-u", str(os.getuid())]
    if job_ids is not None and len(job_ids) <= _LISTED_JOBS:
        if not job_ids:
            return []
        which = ["-j", ",".join(job_ids)]
    try:
        text = run_command(
            ["squeue", "-r", "-h", "-t", "all", *which, "-o", FORMAT],
            environ={**os.environ, "SLURM_TIME_FORMAT": "%s"},
        )
    except SlurmError as error:
        if error.unknown_job:  # all of them ended long ago
            return []
        raise
    return list(parse_queue(text))


def working_directories(job_ids: Collection[str]) -> dict[str, str]:
    """The directory that each of some jobs was submitted in, which is its run's; of jobs that are gone, none.

    Raises
    ------
    SlurmError
        If Slurm can't be asked.
    """
    words = ["squeue", "-h", "-t", "all", "-j", ",".join(sorted(job_ids)), "-o", "%F|%Z"]
    try:
        text = run_command(words)
    except SlurmError as error:
        if error.unknown_job:
            return {}
        raise
    return parse_directories(text)


def parse_directories(text: str) -> dict[str, str]:
    """The rows of ``squeue`` with a job's id and directory; a directory's name may go over several lines."""
    found: dict[str, str] = {}
    job_id, open_lines = "", False
    for line in text.splitlines():
        begin, mark, rest = line.partition("|")
        if mark and begin.isdecimal():
            open_lines = begin not in found
            job_id = begin
            found.setdefault(job_id, rest)
        elif open_lines:
            found[job_id] += f"\n{line}"
    return found


def elements_of(jobs: Iterable[QueuedJob]) -> dict[int | None, Element]:
    """The elements of one submission by array index; where one is there twice, what waits or runs comes first."""
    order = (ElementState.ENDED, ElementState.QUEUED, ElementState.RUNNING)
    elements: dict[int | None, Element] = {}
    for job in jobs:
        if job.role is not JobRole.ARRAY:
            continue
        element = job.element()
        known = elements.get(job.index)
        if known is None or order.index(element.state) >= order.index(known.state):
            elements[job.index] = element
    return elements


def read_accounting(job_ids: Sequence[str], since: float) -> dict[tuple[str, int], str]:
    """How ended elements ended, by job id and array index; nothing where a site keeps no accounts.

    Parameters
    ----------
    job_ids
        The jobs.
    since
        When the first was submitted (Unix time, seconds): others had their ids before.
    """
    if not job_ids:
        return {}
    try:
        text = run_command(
            ["sacct", "-X", "-n", "-P", "-j", ",".join(job_ids), "-o", "JobID,Submit,ExitCode,State"],
            environ={**os.environ, "SLURM_TIME_FORMAT": "%s"},
        )
    except SlurmError:
        return {}
    return parse_accounting(text, since)


def parse_accounting(text: str, since: float) -> dict[tuple[str, int], str]:
    """The rows of ``sacct`` that are of elements which have ended, of jobs submitted no earlier than ``since``."""
    found = {}
    for line in text.splitlines():
        columns = line.split("|")
        if len(columns) != 4:
            continue
        job, submitted, exit_code, state = columns
        job_id, _, index = job.partition("_")
        word = state.split()[0] if state else ""
        if not index.isdecimal() or not submitted.isdecimal() or word in _QUEUED | _RUNNING:
            continue
        if float(submitted) >= since - _CLOCK_DIFFERENCE_SECONDS:
            found[job_id, int(index)] = word if exit_code == "0:0" else f"{word} (exit {exit_code})"
    return found


_CLOCK_DIFFERENCE_SECONDS = 60.0
"""Clocks of a login node and of the controller may differ so much."""


def _noted_ids(run: RunDirectory, submission: Submission) -> list[str]:
    """The ids of the jobs that were noted; Slurm's are numbers, and whatever else a note holds is not for Slurm."""
    jobs = read_jobs(run, submission.number)
    return [job.job_id for job in jobs if job.job_id.isascii() and job.job_id.isdecimal()]


def jobs_in_queue(run: RunDirectory, submissions: Sequence[Submission]) -> list[QueuedJob]:
    """The jobs of some submissions that Slurm still lists."""
    noted = [_noted_ids(run, submission) for submission in submissions]
    known = [job_id for job_ids in noted for job_id in job_ids] if all(noted) else None
    tokens = {submission.token for submission in submissions}
    return [job for job in read_queue(known) if job.token in tokens]


def active_jobs(run: RunDirectory, submissions: Sequence[Submission]) -> list[QueuedJob]:
    """Those of them that wait or run."""
    return [job for job in jobs_in_queue(run, submissions) if job.element().state is not ElementState.ENDED]


def ended_by_accounts(
    run: RunDirectory, submissions: Sequence[Submission], listed: Iterable[QueuedJob]
) -> dict[tuple[int, int | None], str]:
    """How the elements of jobs ended that Slurm lists no longer, where it keeps accounts."""
    forgotten = {job_id: submission.number for submission in submissions for job_id in _noted_ids(run, submission)}
    for job in listed:
        forgotten.pop(job.job_id, None)
    if not forgotten or which("sacct") is None:
        return {}
    found = read_accounting(list(forgotten), min(submission.created for submission in submissions))
    return {(forgotten[job_id], index): reason for (job_id, index), reason in found.items() if job_id in forgotten}
