"""Looking at a run, ever more rarely, until everything has ended."""

import time
from collections.abc import Callable, Iterator
from math import inf

from sweeprun.launchers.progress import Tally
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.failure_notes import FailureNotes
from sweeprun.runs.launch import Ended
from sweeprun.runs.observe import is_active, lacked_by_all, observe
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import Snapshot, TaskState

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0
_PAUSE_GROWTH = 1.3
_SHARE_OF_TIME = 10
"""Looking takes at most one part in so many of the time."""


def wait_for(run: RunDirectory, observer: Observer = SILENT) -> Ended:
    """Wait until everything of a run has ended."""
    problem = news = ""
    snapshot = observe(run)
    total = snapshot.total
    heading = f"waiting for {total} {'task' if total == 1 else 'tasks'} of {run.shown()}"
    with observer.progress(total, heading, done=tally_of(snapshot).done) as progress:
        failures = FailureNotes(run, progress.note)
        for snapshot in looks(snapshot, lambda: observe(run)):  # noqa: B020  # the last one is what is told
            progress.update(tally_of(snapshot))
            failures.look(snapshot)
            if not news and (news := lacked_by_all(snapshot)):
                progress.note(news)
            if snapshot.activity.problem != problem:
                problem = snapshot.activity.problem
                known = "what waits and runs is known again"
                progress.note(f"what waits and runs is not known: {problem}" if problem else known)
    return Ended(snapshot=snapshot)


def looks(
    first: Snapshot,
    look: Callable[[], Snapshot],
    *,
    pause: float = _FIRST_PAUSE_SECONDS,
    longest: float = _LONGEST_PAUSE_SECONDS,
    until: float = inf,
) -> Iterator[Snapshot]:
    """A run as it goes on, looked at ever more rarely, until everything has ended.

    Parameters
    ----------
    first
        The run as it is.
    look
        Looks again.
    pause, longest
        The first and the longest time between two looks, in seconds.
    until
        When to stop looking, by the monotonic clock.
    """
    snapshot = first
    yield snapshot
    while is_active(snapshot) and time.monotonic() < until:
        time.sleep(max(0.0, min(pause, until - time.monotonic())))
        pause = min(pause * _PAUSE_GROWTH, longest)
        looked = time.monotonic()
        snapshot = look()
        pause = max(pause, _SHARE_OF_TIME * (time.monotonic() - looked))
        yield snapshot


def tally_of(snapshot: Snapshot) -> Tally:
    """How many tasks have ended, and how."""
    counts = snapshot.counts()
    return Tally(
        total=snapshot.total,
        succeeded=counts[TaskState.SUCCEEDED],
        failed=counts[TaskState.FAILED],
        lost=counts[TaskState.LOST],
    )
