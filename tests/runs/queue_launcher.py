"""A launcher whose queue is a file in the run: tests write into it what waits and runs, and read what was asked of it.

It is found by its name as those of other packages are, through an entry point; see the fixture ``queue``.
"""

import json
import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.progress import Progress, Tally
from sweeprun.store.activity import Activity, Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import Submission

NAME = "queue"
ENTRY_POINT = f"[sweeprun.launchers]\n{NAME} = {__name__}:QueueLauncher\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLauncher:
    """Starts nothing.

    Attributes
    ----------
    throttle, tasks_per_job, variables
        As of other launchers.
    in_foreground
        Whether `launch` is said to return only when everything has ended.
    broken
        Why it can't work here; empty if it can.
    signal
        The number of a signal that `launch` gets; 0 for none.
    """

    throttle: int = 4
    tasks_per_job: int = 1
    variables: Mapping[str, str] = field(default_factory=dict)
    in_foreground: bool = False
    broken: str = ""
    signal: int = 0

    def to_dict(self) -> dict[str, Any]:
        return {"name": NAME, **asdict(self)}

    def check(self, progress: Progress) -> None:
        if self.broken:
            raise UsageError(self.broken)
        progress.note("the queue is slow")

    def array(self, tasks: TaskIds, throttle: int | None = None) -> Array:
        return Array(tasks=tasks, tasks_per_job=self.tasks_per_job, throttle=throttle or self.throttle)

    def script(self, run: RunDirectory, submission: Submission) -> str:
        return f"queue {run.path.name} {submission.number}\n"

    def launch(self, run: RunDirectory, submissions: Sequence[Submission], progress: Progress) -> None:
        _note_call(run, "launch", submissions)
        progress.note("the queue is long")
        if self.signal:
            os.kill(os.getpid(), signal.Signals(self.signal))
        progress.update(Tally(total=1))

    def activity(self, run: RunDirectory, submissions: Sequence[Submission]) -> Activity:
        path = run.path / "queue.json"
        queue = json.loads(path.read_text()) if path.exists() else {"elements": [], "problem": ""}
        elements = {(number, index): Element(state=ElementState(state)) for number, index, state in queue["elements"]}
        asked = frozenset() if queue["problem"] else frozenset(submission.number for submission in submissions)
        return Activity(submissions=tuple(submissions), elements=elements, asked=asked, problem=queue["problem"])

    def cancel(self, run: RunDirectory, submissions: Sequence[Submission], elements: Iterable[int] | None) -> None:
        _note_call(run, "cancel", submissions, None if elements is None else sorted(elements))

    def set_throttle(self, run: RunDirectory, submissions: Sequence[Submission], throttle: int) -> None:
        _note_call(run, "set_throttle", submissions, throttle)


def set_queue(run: RunDirectory, *elements: tuple[int, int | None, str], problem: str = "") -> None:
    """Say what waits and runs: ``(submission, index, state)``."""
    (run.path / "queue.json").write_text(json.dumps({"elements": elements, "problem": problem}))


def calls(run: RunDirectory) -> list[list[Any]]:
    """What was asked of it: the method, the numbers of the submissions, and further arguments."""
    path = run.path / "calls"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def _note_call(run: RunDirectory, method: str, submissions: Sequence[Submission], *arguments: Any) -> None:
    with (run.path / "calls").open("a") as file:
        file.write(json.dumps([method, [submission.number for submission in submissions], *arguments]) + "\n")
