"""``sweeprun wait``: block until everything of a run has ended, with the progress bar."""

import time
from collections.abc import Callable, Iterator, Sequence
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import chosen_run, subcommand_parser
from sweeprun.launchers.progress import Tally
from sweeprun.store.directory import RunDirectory

if TYPE_CHECKING:
    from sweeprun.store.states import Snapshot

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 10.0
_PAUSE_GROWTH = 1.3
_SHARE_OF_TIME = 10
"""Looking takes at most one part in so many of the time."""


def main(words: Sequence[str]) -> int:
    """Wait for a run; 0 if all its tasks succeeded, 1 if not, 130 if the waiting was interrupted (the run goes on)."""
    parser = subcommand_parser(
        "wait",
        "Wait until everything of a run has ended, with a progress bar. Ctrl-C ends the waiting, not the run.",
        "sweeprun wait multirun/2026-05-04/10-11-12 && sweeprun collect",
    )
    parser.add_argument("run", nargs="?", type=Path, help="the run directory; by default the newest below ./multirun")
    return wait_for(chosen_run(parser.parse_args(words).run))


def wait_for(run: RunDirectory) -> int:
    """Wait for a run, and say how it ended; the exit code."""
    from sweeprun.cli.launching import conclude_snapshot
    from sweeprun.cli.observing import missing_tasks, observe
    from sweeprun.cli.progress import make_progress, print_missing

    problem = ""
    snapshot = observe(run)
    total = snapshot.total
    heading = f"waiting for {total} {'task' if total == 1 else 'tasks'} of {run.shown()}"
    with make_progress(total, heading, done=tally_of(snapshot).done) as progress:
        for snapshot in looks(snapshot, lambda: observe(run)):  # noqa: B020  # the last one is what is told
            progress.update(tally_of(snapshot))
            if snapshot.activity.problem != problem:
                problem = snapshot.activity.problem
                progress.note(f"what waits and runs is not known: {problem}" if problem else "Slurm answers again")
    code = conclude_snapshot(snapshot, None, interrupted=False)
    print_missing(missing_tasks(snapshot), run)
    return code


def looks(
    first: "Snapshot",
    look: "Callable[[], Snapshot]",
    *,
    pause: float = _FIRST_PAUSE_SECONDS,
    longest: float = _LONGEST_PAUSE_SECONDS,
    until: float = inf,
) -> "Iterator[Snapshot]":
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
    from sweeprun.cli.observing import is_active

    snapshot = first
    yield snapshot
    while is_active(snapshot) and time.monotonic() < until:
        time.sleep(max(0.0, min(pause, until - time.monotonic())))
        pause = min(pause * _PAUSE_GROWTH, longest)
        looked = time.monotonic()
        snapshot = look()
        pause = max(pause, _SHARE_OF_TIME * (time.monotonic() - looked))
        yield snapshot


def tally_of(snapshot: "Snapshot") -> Tally:
    """How many tasks have ended, and how."""
    from sweeprun.store.states import TaskState

    counts = snapshot.counts()
    return Tally(
        total=snapshot.total,
        succeeded=counts[TaskState.SUCCEEDED],
        failed=counts[TaskState.FAILED],
        lost=counts[TaskState.LOST],
    )
