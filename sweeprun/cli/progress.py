"""What the screen shows while a sweep runs, and when it has ended."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sweeprun.cli.display import plain_message
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.progress import Progress, Tally
from sweeprun.store.directory import RunDirectory
from sweeprun.store.states import Snapshot

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

_SHOWN_GROUPS = 12
_SHOWN_MESSAGE = 500
_FIRST_LINE_SECONDS = 2.0
_LINE_GROWTH = 1.5
_LONGEST_PAUSE_SECONDS = 60.0
_UNITS = (("s", 1), ("min", 60), ("h", 3600))


@contextmanager
def make_progress(total: int, heading: str, done: int = 0) -> Iterator[Progress]:
    """A progress bar on a terminal, lines at a modest rate elsewhere; both on standard error, below a heading.

    Parameters
    ----------
    total, done
        How many tasks there are, and how many of them had ended before.
    heading
        What it is about.
    """
    print(heading, file=sys.stderr, flush=True)
    if not sys.stderr.isatty():
        yield PlainProgress(done)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]}"),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("ETA"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        yield BarProgress(bar, bar.add_task("", total=total, completed=done, failed="0 failed", rate=""), done)


class BarProgress:
    """A Rich progress bar."""

    def __init__(self, bar: "RichProgress", task: "TaskID", done: int) -> None:
        self._bar = bar
        self._before = done
        self._task = task
        self._began = time.monotonic()

    def update(self, tally: Tally) -> None:
        elapsed = time.monotonic() - self._began
        bad = tally.failed + tally.lost
        failed = f"[red]{bad} failed[/red]" if bad else "0 failed"
        self._bar.update(
            self._task, completed=tally.done, failed=failed, rate=rate_text(_rate(tally.done - self._before, elapsed))
        )

    def note(self, text: str) -> None:
        self._bar.console.print(plain_message(text), markup=False, highlight=False)


class PlainProgress:
    """Lines, ever further apart."""

    def __init__(self, done: int) -> None:
        self._before = done
        self._began = time.monotonic()
        self._pause = _FIRST_LINE_SECONDS
        self._next = self._began + self._pause

    def update(self, tally: Tally) -> None:
        now = time.monotonic()
        if now < self._next or tally.done >= tally.total:
            return
        self._pause = min(self._pause * _LINE_GROWTH, _LONGEST_PAUSE_SECONDS)
        self._next = now + self._pause
        elapsed = now - self._began
        rate = _rate(tally.done - self._before, elapsed)
        eta = duration((tally.total - tally.done) / rate) if rate > 0 else "unknown"
        text = f"{tally.done}/{tally.total} done, {tally.failed + tally.lost} failed, {rate_text(rate)}, ETA {eta}"
        print(text, file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        print(plain_message(text), file=sys.stderr, flush=True)


def print_summary(snapshot: Snapshot, seconds: float | None, *, interrupted: bool) -> None:
    """Say how a run ended, and how long that took if it is known."""
    total = snapshot.total
    begin = "stopped" if interrupted else f"{total} {'task' if total == 1 else 'tasks'}"
    took = "" if seconds is None else f" in {duration(seconds)}"
    print(f"{begin}: {counts_text(snapshot)}{took}", file=sys.stderr)
    print(f"collect with: sweeprun collect {snapshot.run.shown()}", file=sys.stderr, flush=True)


def counts_text(snapshot: Snapshot) -> str:
    """How many tasks are in each state, those with none left out."""
    return ", ".join(f"{count} {state.value}" for state, count in snapshot.counts().items() if count)


def state_counts(snapshot: Snapshot) -> dict[str, int]:
    """How many tasks are in each state, by its name, as JSON has it."""
    return {state.value: count for state, count in snapshot.counts().items()}


def print_missing(missing: TaskIds, run: RunDirectory) -> None:
    """Say what is left to be resumed; nothing if nothing is."""
    if missing:
        print(
            f"{missing_text(len(missing))}; go on with: sweeprun resume {run.shown()}",
            file=sys.stderr,
        )


def missing_text(count: int) -> str:
    """That so many tasks are neither done nor to be done."""
    return (
        "1 task has no result and is in no queue" if count == 1 else f"{count} tasks have no result and are in no queue"
    )


def print_failures(groups: Sequence[Any]) -> None:
    """A table of failures, grouped; nothing if there are none."""
    if not groups:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title="failures", title_justify="left")
    for column in ("what", "tasks", "ids", "message"):
        table.add_column(column, justify="right" if column == "tasks" else "left")
    for group in groups[:_SHOWN_GROUPS]:
        ids = ", ".join(map(str, group.task_ids[:5])) + (", …" if group.count > 5 else "")
        kind, message = plain_message(group.kind), plain_message(group.message[:_SHOWN_MESSAGE])
        table.add_row(Text(kind), str(group.count), ids, Text(message))
    if len(groups) > _SHOWN_GROUPS:
        rest = groups[_SHOWN_GROUPS:]
        table.add_row(
            f"… {len(rest)} more kinds", str(sum(group.count for group in rest)), "", "sweeprun status --json"
        )
    Console(stderr=True).print(table)


def duration(seconds: float) -> str:
    """A time span for people."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def rate_text(rate: float) -> str:
    """Tasks per second."""
    unit, seconds = next((pair for pair in _UNITS if rate * pair[1] >= 1), _UNITS[0])
    shown = rate * seconds
    return f"{shown:.0f}/{unit}" if shown >= 10 else f"{shown:.1f}/{unit}"


def _rate(done: int, elapsed: float) -> float:
    return done / elapsed if elapsed > 0 else 0.0
