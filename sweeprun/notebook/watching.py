"""Watching a run: a bar that is drawn anew as it goes on, in a notebook or on a terminal."""

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from math import inf
from typing import Any

from sweeprun.display.failures import failure_lines
from sweeprun.display.phrases import duration, rate_text
from sweeprun.display.progress import make_progress
from sweeprun.display.streams import standard_streams
from sweeprun.errors import FormatError
from sweeprun.launchers.progress import Tally
from sweeprun.launchers.registry import capabilities_of
from sweeprun.notebook.summary import STYLE, bar_of
from sweeprun.results.failures import failures_of
from sweeprun.results.left_out import returned_nothing
from sweeprun.runs.failure_notes import FailureNotes
from sweeprun.runs.next_steps import next_steps
from sweeprun.runs.observe import is_active, lacked_by_all, name_warnings, warnings_of
from sweeprun.runs.sampled_members import equal_at_one_point
from sweeprun.runs.wait import looks, tally_of
from sweeprun.safe_text import plain_message
from sweeprun.store.files import read_tail
from sweeprun.store.snapshot import Snapshot, TaskState

_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 2.0
_LAST_WORDS_BYTES = 1000


def watch(first: Snapshot, look: Callable[[], Snapshot]) -> bool:
    """Show how a run goes on until everything has ended; whether it has: an interrupt ends the watching alone."""
    display = _display()
    launchers = {str(submission.launcher.get("name")) for submission in first.activity.submissions}
    here = all(capabilities_of(name).on_this_machine for name in launchers)
    found = looks(first, look, pause=_FIRST_PAUSE_SECONDS, **({"longest": _LONGEST_PAUSE_SECONDS} if here else {}))
    last, news = first, ""
    failures = FailureNotes(first.run, _tell)
    try:
        with _shown_on(display, first) as show:
            for last in found:  # the last one is what is told
                show(last)
                failures.look(last)
                if not news and (news := lacked_by_all(last)):
                    _tell(news)
    except KeyboardInterrupt:
        _tell("the run goes on; stop it with run.cancel()")
        return False
    _tell_end(last)
    return True


def wait(first: Snapshot, look: Callable[[], Snapshot], timeout: float | None) -> bool:
    """Wait without showing anything; whether everything has ended."""
    until = inf if timeout is None else time.monotonic() + timeout
    found = looks(first, look, pause=_FIRST_PAUSE_SECONDS, longest=_LONGEST_PAUSE_SECONDS, until=until)
    (last,) = deque(found, maxlen=1)
    return not is_active(last)


def _tell_end(snapshot: Snapshot) -> None:
    """Say what failed, what is left to do, and what the process that ran the tasks said."""
    failures = failures_of(snapshot)
    for line in (*failure_lines(failures), *warnings_of(snapshot), *equal_at_one_point(snapshot)):
        _tell(line)
    if is_active(snapshot):
        return
    if not snapshot.complete or returned_nothing(snapshot):
        for step in next_steps(snapshot, failures, stopped=True):
            _tell(str(step))
    if snapshot.counts()[TaskState.PENDING]:
        _tell(_last_words(snapshot))


def _last_words(snapshot: Snapshot) -> str:
    """The end of what the launching process printed, if that was in the background."""
    numbers = [submission.number for submission in snapshot.activity.submissions]
    logs = [snapshot.run.launcher_log(number) for number in numbers]
    for log in reversed(logs):
        with suppress(FileNotFoundError, FormatError):
            return read_tail(log, _LAST_WORDS_BYTES).decode(errors="replace").strip()
    return ""


def tell_of_names(snapshot: Snapshot, told: set[str]) -> None:
    """Say what is wrong with the names of dimensions, but for what was told before, and take note of it."""
    for line in name_warnings(snapshot) if snapshot.manifest.job.dims else ():
        if line not in told:
            told.add(line)
            _tell(line)


def _tell(text: str) -> None:
    if text:
        with standard_streams():
            print(plain_message(text), file=sys.stderr, flush=True)


def _display() -> Any:
    """What shows things in the notebook that this is; None if it is none."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    if shell is None or getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display

    return display


@contextmanager
def _shown_on(display: Any, first: Snapshot) -> Iterator[Callable[[Snapshot], None]]:
    total = first.total
    heading = f"{total} {'task' if total == 1 else 'tasks'}"
    if display is None:
        done = tally_of(first).done
        heading = f"watching {heading} of {first.run.shown()}"
        with standard_streams(), make_progress(total, heading, done=done) as progress:
            yield lambda snapshot: progress.update(tally_of(snapshot))
        return
    bar = NotebookBar(display, tally_of(first))
    yield bar.show


class NotebookBar:
    """One output of a notebook's cell, replaced as a run goes on; what it showed last stays in the notebook.

    Parameters
    ----------
    display
        IPython's function of that name.
    first
        What had ended when the watching began.
    """

    def __init__(self, display: Any, first: Tally) -> None:
        self._display = display
        self._handle: Any = None
        self._before = first.done
        self._began = time.monotonic()
        self._shown: dict[str, str] = {}

    def show(self, snapshot: Snapshot) -> None:
        """Draw it anew, if anything has changed."""
        told = self._told(tally_of(snapshot), active=is_active(snapshot))
        html = f'<style>{STYLE}</style><div class="sweeprun-run">{bar_of(snapshot.counts(), told)}</div>'
        data = {"text/html": html, "text/plain": told}
        if data == self._shown:
            return
        self._shown = data
        if self._handle is None:
            self._handle = self._display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)

    def _told(self, tally: Tally, *, active: bool) -> str:
        elapsed = time.monotonic() - self._began
        told = f"{tally.done}/{tally.total} done"
        if tally.failed + tally.lost:
            told += f", {tally.failed + tally.lost} failed"
        done = tally.done - self._before
        if not active:
            return f"{told} in {duration(elapsed)}" if done else told
        if done and elapsed > 0:
            rate = done / elapsed
            told += f", {rate_text(rate)}, {duration((tally.total - tally.done) / rate)} left"
        return told
