"""While a run goes on, the first failure of each kind is a note; more of them don't flood the screen."""

from collections.abc import Callable

import numpy as np

from sweeprun.launchers.progress import Progress, Tally
from sweeprun.results.failed_task import FailureTexts
from sweeprun.results.failure_lines import told_of
from sweeprun.results.failures import FailureReader
from sweeprun.runs.observe import is_active
from sweeprun.safe_text import one_line
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest
from sweeprun.store.records import Failure
from sweeprun.store.snapshot import Snapshot
from sweeprun.wording import Command

_MOST_KINDS = 5
_MOST_LOOKED_AT = 100
"""So many kinds are noted; so many new failures are looked at in one look."""


class FailureNotes:
    """Tells the first failure of each kind of a run in one line.

    Parameters
    ----------
    run
        The run.
    note
        Takes a line.
    """

    def __init__(self, run: RunDirectory, note: Callable[[str], None]) -> None:
        self._run = run
        self._note = note
        self._texts: FailureTexts | None = None
        self._kinds: set[object] = set()
        self._seen = np.array([], np.int64)

    def failed(self, task_id: int, failure: Failure) -> None:
        """A task has failed."""
        if len(self._kinds) > _MOST_KINDS:
            return
        kind = failure.type, told_of(failure.type, failure.message, failure.traceback).where
        if kind in self._kinds:
            return
        self._kinds.add(kind)
        if len(self._kinds) > _MOST_KINDS:
            self._note(f"more kinds of failures are not noted here; see {Command('status', self._run.shown())}")
            return
        if self._texts is None:
            self._texts = FailureTexts(self._run, read_manifest(self._run))
        told = self._texts.line(self._texts.task(task_id, failure))
        self._note(one_line(f"task {task_id} failed:  {told}"))

    def look(self, snapshot: Snapshot) -> None:
        """See which tasks have failed, as long as the run goes on: at its end all failures are told."""
        if len(self._kinds) > _MOST_KINDS or not is_active(snapshot):
            return
        reader = FailureReader(snapshot)
        new = np.setdiff1d(reader.task_ids, self._seen)[:_MOST_LOOKED_AT]
        self._seen = np.concatenate([self._seen, new])
        latest = max((submission.attempt for submission in snapshot.activity.submissions), default=0)
        for task_id in new.tolist():
            record = snapshot.record(task_id)
            if record is None or record.attempt >= latest:  # what failed earlier is known
                self.failed(task_id, reader.failure(task_id))


class NotedProgress:
    """Progress of a launcher, with notes of the first failure of each kind.

    Parameters
    ----------
    run
        The run.
    progress
        Shows how it goes on.
    """

    def __init__(self, run: RunDirectory, progress: Progress) -> None:
        self._progress = progress
        self._notes = FailureNotes(run, progress.note)
        self._waiting: list[tuple[int, Failure]] = []

    def update(self, tally: Tally) -> None:
        self._progress.update(tally)
        waiting, self._waiting = self._waiting, []
        if tally.done < tally.total:  # or all failures are told in a moment
            for task_id, failure in waiting:
                self._notes.failed(task_id, failure)

    def note(self, text: str) -> None:
        self._progress.note(text)

    def failed(self, task_id: int, failure: Failure) -> None:
        self._waiting.append((task_id, failure))
