"""An observer that keeps what it hears, and launches that don't start any process."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.progress import Progress, Tally
from sweeprun.runs.events import Observer
from sweeprun.runs.launch import Ended, write_new
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.submissions import Submission
from sweeprun.store.workers import Place
from sweeprun.worker.loop import Worker
from tests.worker.surroundings import restored


@dataclass(kw_only=True)
class Listener:
    """Keeps what a verb says.

    Attributes
    ----------
    notes, warnings
        What was said.
    headings
        ``(heading, total, done)`` of all progress.
    tallies, progress_notes
        What the progress heard.
    on_update
        Called with each tally.
    """

    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    headings: list[tuple[str, int, int]] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    progress_notes: list[str] = field(default_factory=list)
    on_update: Callable[[Tally], None] | None = None

    def note(self, text: str) -> None:
        self.notes.append(text)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    @contextmanager
    def progress(self, total: int, heading: str, done: int = 0) -> Iterator[Progress]:
        self.headings.append((heading, total, done))
        yield _Followed(self)


@dataclass
class _Followed:
    listener: Listener

    def update(self, tally: Tally) -> None:
        self.listener.tallies.append(tally)
        if self.listener.on_update is not None:
            self.listener.on_update(tally)

    def note(self, text: str) -> None:
        self.listener.progress_notes.append(text)


@dataclass
class Kept:
    """A launch that only keeps the submissions."""

    submissions: list[Submission] = field(default_factory=list)

    def __call__(self, run: RunDirectory, submissions: Sequence[Submission], observer: Observer) -> None:
        del run, observer
        self.submissions += submissions


def launch_here(run: RunDirectory, submissions: Sequence[Submission], observer: Observer) -> Ended:
    """A launch that runs all tasks in this process."""
    del observer
    write_new(run, submissions)
    for submission in submissions:
        run_here(run, submission.array.tasks, Place(submission=submission.number, attempt=submission.attempt))
    return Ended(snapshot=take_snapshot(run))


def run_here(run: RunDirectory, tasks: TaskIds, place: Place | None = None) -> None:
    with restored(Path.cwd()), Worker(run, read_manifest(run), place) as worker:
        worker.run_tasks(tasks)
