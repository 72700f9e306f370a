"""What Slurm says of our jobs: ``squeue``, and ``sacct`` if there is one. A job is ours by its comment, not its id."""

import os
from collections.abc import Collection, Iterator
from shutil import which

from sweeprun.launchers.arrays.scheduler import ListedJob
from sweeprun.launchers.slurm.commands import SlurmError, run_command
from sweeprun.launchers.slurm.script import COMMENT
from sweeprun.store.activity import Element, ElementState
from sweeprun.store.submissions import JobRole

FORMAT = "%F|%K|%T|%S|%N|%r|%k"
_QUEUED = frozenset({"PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT"})
_RUNNING = frozenset(
    {"RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "STOPPED", "STAGE_OUT", "SIGNALING", "RESIZING"}
)
_MISSING = frozenset({"", "N/A", "None", "(null)", "Unknown"})
_LISTED_JOBS = 100
"""More job ids than this are not named on a command line; everything of the user is listed instead."""


def parse_queue(text: str) -> Iterator[ListedJob]:
    """Our jobs among the rows of ``squeue -r`` in `FORMAT`."""
    for line in text.splitlines():
        columns = line.split("|", 6)
        if len(columns) != 7 or not columns[6].startswith(COMMENT):
            continue
        job_id, index, state, since, host, reason, comment = columns
        token, _, role = comment.split()[0].removeprefix(COMMENT).partition(":")
        if role not in ("", JobRole.COLLECT.value):
            continue
        yield ListedJob(
            element=_element(
                job_id,
                state,
                since=float(since) if since.isdecimal() else None,
                host="" if host in _MISSING else host,
                reason="" if reason in _MISSING else reason,
            ),
            index=int(index) if index.isdecimal() else None,
            token=token,
            role=JobRole(role) if role else JobRole.ARRAY,
        )


def _element(job_id: str, state: str, *, since: float | None, host: str, reason: str) -> Element:
    """The element in a row of ``squeue``, by Slurm's word for its state; ``since`` is when it started or will start."""
    if state in _QUEUED:
        return Element(state=ElementState.QUEUED, job_id=job_id, reason=reason)
    if state in _RUNNING:
        return Element(state=ElementState.RUNNING, job_id=job_id, host=host, since=since)
    reason = f"{state} ({reason})" if reason else state
    return Element(state=ElementState.ENDED, job_id=job_id, reason=reason, host=host, since=since)


def read_queue(job_ids: Collection[str] | None) -> list[ListedJob]:
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


def read_accounting(job_ids: Collection[str], since: float) -> dict[tuple[str, int], str]:
    """How ended elements ended, by job id and array index; nothing where a site keeps no accounts.

    Parameters
    ----------
    job_ids
        The jobs.
    since
        When the first was submitted (Unix time, seconds): others had their ids before.
    """
    if not job_ids or which("sacct") is None:
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
