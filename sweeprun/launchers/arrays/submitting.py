"""Submitting a job once: a call that broke off is looked up by its token before it is made again."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sweeprun.launchers.arrays.commands import SchedulerError, with_retries
from sweeprun.launchers.arrays.scheduler import JobRequest, Scheduler
from sweeprun.launchers.progress import Progress

T = TypeVar("T")

_ATTEMPTS = 6
_FIRST_PAUSE_SECONDS = 2.0


def submit_or_find(
    scheduler: Scheduler,
    request: JobRequest,
    after: Sequence[str],
    variables: Mapping[str, str],
    progress: Progress,
) -> str:
    """Submit a job whose script is written; its job id.

    Raises
    ------
    SchedulerError
        If the scheduler refuses it, or can't be reached for too long.
    """
    doubt: SchedulerError | None = None  # an earlier call may have worked: nothing is submitted before that is known

    def submit() -> str:
        nonlocal doubt
        if doubt is not None:
            for job in scheduler.jobs(None):
                if (job.token, job.role) == (request.token, request.role):
                    return job.job_id
            if doubt.accepted:
                raise doubt
            doubt = None
        try:
            return scheduler.submit(request, after, variables)
        except SchedulerError as error:
            doubt = error if error.passing else None
            raise

    return retrying(submit, progress)


def retrying(call: Callable[[], T], progress: Progress) -> T:
    """What a call gives, made again while what went wrong may pass, and said so."""
    return with_retries(
        call,
        attempts=_ATTEMPTS,
        first_pause=_FIRST_PAUSE_SECONDS,
        on_retry=lambda error, pause: progress.note(f"{error}; trying again in {pause:.0f} s"),
    )
