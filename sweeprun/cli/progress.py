"""What the screen shows while a sweep runs, and when it has ended."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

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


@contextmanager
def make_progress(total: int, workers: int, run: RunDirectory) -> Iterator[Progress]:
    """A progress bar on a terminal, lines at a modest rate elsewhere; both on standard error."""
    task = "task" if total == 1 else "tasks"
    worker = "worker" if workers == 1 else "workers"
    print(f"{total} {task} on {workers} {worker}, recorded in {_shown(run)}", file=sys.stderr, flush=True)
    if not sys.stderr.isatty():
        yield PlainProgress()
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
        yield BarProgress(bar, bar.add_task("", total=total, failed="0 failed", rate=""))


class BarProgress:
    """A Rich progress bar."""

    def __init__(self, bar: "RichProgress", task: "TaskID") -> None:
        self._bar = bar
        self._task = task
        self._began = time.monotonic()

    def update(self, tally: Tally) -> None:
        elapsed = time.monotonic() - self._began
        bad = tally.failed + tally.lost
        failed = f"[red]{bad} failed[/red]" if bad else "0 failed"
        self._bar.update(self._task, completed=tally.done, failed=failed, rate=_rate(tally.done, elapsed))


class PlainProgress:
    """Lines, ever further apart."""

    def __init__(self) -> None:
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
        left = elapsed / tally.done * (tally.total - tally.done) if tally.done else 0.0
        text = f"{tally.done}/{tally.total} done, {tally.failed + tally.lost} failed, {_rate(tally.done, elapsed)}, "
        print(f"{text}ETA {duration(left)}", file=sys.stderr, flush=True)


def print_summary(snapshot: Snapshot, seconds: float, *, interrupted: bool) -> None:
    """Say how a run ended."""
    total = len(snapshot.states)
    begin = "stopped" if interrupted else f"{total} {'task' if total == 1 else 'tasks'}"
    print(f"{begin}: {counts_text(snapshot)} in {duration(seconds)}", file=sys.stderr)
    print(f"collect with: sweeprun collect {_shown(snapshot.run)}", file=sys.stderr, flush=True)


def counts_text(snapshot: Snapshot) -> str:
    """How many tasks are in each state, those with none left out."""
    return ", ".join(f"{count} {state.value}" for state, count in snapshot.counts().items() if count)


def state_counts(snapshot: Snapshot) -> dict[str, int]:
    """How many tasks are in each state, by its name, as JSON has it."""
    return {state.value: count for state, count in snapshot.counts().items()}


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
        table.add_row(Text(group.kind), str(group.count), ids, Text(group.message[:_SHOWN_MESSAGE]))
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


def _rate(done: int, elapsed: float) -> str:
    rate = done / elapsed if elapsed > 0 else 0.0
    return f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def _shown(run: RunDirectory) -> str:
    """The run directory as one would type it here."""
    import os
    import shlex

    relative = os.path.relpath(run.path)
    return shlex.quote(str(run.path) if relative.startswith("..") else relative)
