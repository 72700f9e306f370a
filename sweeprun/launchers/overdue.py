"""Workers whose task did not end at its time limit: it is in C code, swallows exceptions, or is stopped."""

import time

from sweeprun.launchers.pool_worker import PoolWorker
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import read_beat

OVERDUE_SECONDS = 5.0
"""So much later than at its time limit a task's worker is killed."""


def is_overdue(run: RunDirectory, worker: PoolWorker, limit: float) -> bool:
    """Whether a worker should have ended its task by now.

    One that is stopped (SIGSTOP) as it begins, between two tasks or at its end would never be late with a task, and the
    pool would wait for it for ever.
    """
    if time.monotonic() - worker.given <= limit + OVERDUE_SECONDS:
        return False
    beat = None if worker.name is None else read_beat(run.beat(worker.name))
    due = 0.0 if beat is None else beat.due
    return time.monotonic() > due + OVERDUE_SECONDS if due else worker.link.is_stopped()


def overdue_text(limit: float | None) -> str:
    """Why a worker was killed whose task had that limit."""
    return f"timeout: it did not end {OVERDUE_SECONDS:g} s after {limit:g} s"
