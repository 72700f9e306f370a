"""What became of arrays that were submitted: which elements wait and run, and how to stop or slow them."""

import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.packing import share_throttle
from sweeprun.launchers.slurm.commands import SlurmError, run_command
from sweeprun.launchers.slurm.queue import (
    QueuedJob,
    active_jobs,
    elements_of,
    ended_by_accounts,
    jobs_in_queue,
    working_directories,
)
from sweeprun.store.activity import Activity, Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import JobRole, Submission, read_jobs

_SUBMITTING_SECONDS = 600.0
"""Longer than that nobody tries to submit one array; a process of another host can't be asked whether it still does."""


def activity(run: RunDirectory, submissions: Sequence[Submission]) -> Activity:
    """What Slurm knows of the elements of some submissions."""
    begun = {  # known before Slurm is asked: what is submitted meanwhile is not taken for ended
        submission.number for submission in submissions if _may_be_under_way(run, submission)
    }
    try:
        jobs = jobs_in_queue(run, submissions)
    except SlurmError as error:
        return Activity(submissions=tuple(submissions), problem=str(error))
    elements: dict[tuple[int, int | None], Element] = {}
    for submission in submissions:
        own = elements_of(job for job in jobs if job.token == submission.token)
        if not own and submission.number in begun:
            own = {None: Element(state=ElementState.QUEUED, reason="being submitted")}
        elements |= {(submission.number, index): element for index, element in own.items()}
    for key, reason in ended_by_accounts(run, submissions, jobs).items():
        elements.setdefault(key, Element(state=ElementState.ENDED, reason=reason))
    asked = frozenset(submission.number for submission in submissions)
    return Activity(submissions=tuple(submissions), elements=elements, asked=asked)


def cancel(run: RunDirectory, submissions: Sequence[Submission], elements: Iterable[int] | None) -> None:
    """Cancel submissions, or some elements of one; what has ended already is left as it is.

    Raises
    ------
    UsageError
        If a job that the run names is another run's, and so goes on.
    """
    active, strange = _own_jobs(run, active_jobs(run, submissions))
    if elements is None:
        words = sorted({job.job_id for job in active})
    else:
        wanted = set(elements)
        indices: dict[str, list[int]] = {}
        for job in active:
            if job.role is JobRole.ARRAY and job.index in wanted:
                indices.setdefault(job.job_id, []).append(job.index)
        words = [f"{job_id}_[{TaskIds.of(own)}]" for job_id, own in indices.items()]
    if words:
        run_command(["scancel", *words])
    if strange:
        raise UsageError(_told_of_strange(run, strange, "cancelled", "scancel"))


def set_throttle(run: RunDirectory, submissions: Sequence[Submission], throttle: int) -> None:
    """Change the limit of the arrays that still wait or run, in proportion to their elements.

    Raises
    ------
    UsageError
        If nothing waits or runs any more, there are more arrays side by side than elements may run at once, or a job
        that the run names is another run's.
    """
    by_token = {submission.token: submission for submission in submissions}
    lanes: dict[int, list[QueuedJob]] = {}
    active, strange = _own_jobs(run, active_jobs(run, submissions))
    if strange:
        raise UsageError(_told_of_strange(run, strange, "changed", "scontrol update ArrayTaskThrottle=N JobId="))
    for job in active:
        if job.role is JobRole.ARRAY:
            lanes.setdefault(_lane(by_token[job.token], submissions), []).append(job)
    if not lanes:
        raise UsageError(f"nothing of {run.shown()} waits or runs; `sweeprun resume` takes hydra.launcher.throttle=N")
    if throttle < len(lanes):
        raise UsageError(
            f"{throttle} elements at once are too few: {len(lanes)} arrays run side by side; choose at least that"
        )
    shares = share_throttle(throttle, [len(jobs) for jobs in lanes.values()])
    for jobs, share in zip(lanes.values(), shares, strict=True):
        for job_id in sorted({job.job_id for job in jobs}):
            try:
                run_command(["scontrol", "update", f"JobId={job_id}", f"ArrayTaskThrottle={share}"])
            except SlurmError as error:  # for an array of which some have ended, it fails and has done it
                if not re.search("already finished|No error", str(error)):
                    raise


def _own_jobs(run: RunDirectory, jobs: Sequence[QueuedJob]) -> tuple[list[QueuedJob], dict[str, str]]:
    """Those jobs that were submitted in the run, and the directories of the others.

    A token alone doesn't make a job a run's: a copy of a run has the tokens of the first one, and anybody can read
    the comment of a job and write it into a run of their own.
    """
    ids = {job.job_id for job in jobs}
    directories = working_directories(ids) if ids else {}
    strange = {job_id: place for job_id, place in directories.items() if not _is_same(place, run.path)}
    return [job for job in jobs if job.job_id in directories.keys() - strange.keys()], strange


def _is_same(place: str, path: Path) -> bool:
    if place == os.fsencode(path).decode(errors="replace"):
        return True
    with suppress(OSError, ValueError):
        return Path(place).samefile(path)
    return False


def _told_of_strange(run: RunDirectory, strange: Mapping[str, str], what: str, command: str) -> str:
    job_id, place = next(iter(strange.items()))
    return (
        f"{run.shown()} names job {', '.join(strange)}, which was submitted in {place!r}, another run, and was not "
        f"{what}; if it should be: {command}{'' if command.endswith('=') else ' '}{job_id}"
    )


def _may_be_under_way(run: RunDirectory, submission: Submission) -> bool:
    """Whether a submission has no job yet, and somebody may be about to submit it."""
    if read_jobs(run, submission.number):
        return False
    alive = submission.submitter.is_alive()
    return time.time() - submission.created < _SUBMITTING_SECONDS if alive is None else alive


def _lane(submission: Submission, submissions: Sequence[Submission]) -> int:
    """The number of the first of the submissions that follow one another up to this one."""
    by_number = {other.number: other for other in submissions}
    while submission.after is not None and submission.after in by_number:
        submission = by_number[submission.after]
    return submission.number
