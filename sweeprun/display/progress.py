"""What the screen shows while tasks run."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sweeprun.display.phrases import duration, rate_of, rate_text
from sweeprun.launchers.progress import Progress, Tally
from sweeprun.safe_text import plain_message

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

_FIRST_LINE_SECONDS = 2.0
_LINE_GROWTH = 1.5
_LONGEST_PAUSE_SECONDS = 60.0


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
        yield BarProgress(bar, bar.add_task("", total=total, completed=done, failed="", rate=""), done)


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
        failed = f"[red]{bad} {tally.wrong}[/red]" if bad else f"0 {tally.wrong}"
        self._bar.update(
            self._task, completed=tally.done, failed=failed, rate=rate_text(rate_of(tally.done - self._before, elapsed))
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
        rate = rate_of(tally.done - self._before, elapsed)
        eta = duration((tally.total - tally.done) / rate) if rate > 0 else "unknown"
        text = (
            f"{tally.done}/{tally.total} done, {tally.failed + tally.lost} {tally.wrong}, {rate_text(rate)}, ETA {eta}"
        )
        print(text, file=sys.stderr, flush=True)

    def note(self, text: str) -> None:
        print(plain_message(text), file=sys.stderr, flush=True)
