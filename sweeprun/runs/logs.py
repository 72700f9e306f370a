"""What a task printed, and the files that it is in."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import list_files
from sweeprun.store.logs import Log, Output, outputs_of, read_outputs
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.submissions import read_submissions
from sweeprun.store.workers import read_beats, read_exits

_LOG = re.compile(r"[^/\0]+\.log")
"""The names that logs have; others that notes hold are passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutput:
    """What a task printed.

    Attributes
    ----------
    task_id
        The task.
    files
        The logs that it may be in.
    outputs
        What each attempt printed, the last one last.
    unmarked
        If there are none: what the logs of its workers hold besides, and nothing says whose it is.
    recorded
        Whether an attempt was recorded, so that the task ended in order.
    """

    task_id: int
    files: tuple[Path, ...]
    outputs: tuple[Output, ...]
    unmarked: tuple[Output, ...]
    recorded: bool

    @property
    def note(self) -> str:
        """What is to be known of it; empty if it is simply what the task printed."""
        if self.outputs:
            return ""
        if not self.unmarked:
            return f"task {self.task_id} has printed nothing"
        what = "printed nothing" if self.recorded else "has not ended in order"
        return f"task {self.task_id} {what}; what the logs of its workers hold besides:"


def output_of_task(snapshot: Snapshot, task_id: int) -> TaskOutput:
    """What a task printed, in all attempts at it; it is read when it is asked for."""
    run = snapshot.run
    logs = [log for log in logs_of_task(run, task_id) if os.path.lexists(log.path)]
    outputs = sorted(outputs_of(logs, task_id), key=lambda output: output.attempt or 0)
    unmarked = (output for log in logs_of_workers(run, task_id) for output in read_outputs(log))
    return TaskOutput(
        task_id=task_id,
        files=tuple(log.path for log in logs),
        outputs=tuple(outputs),
        unmarked=() if outputs else tuple(output for output in unmarked if output.task_id is None),
        recorded=bool(snapshot.best.outcome[task_id] >= 0),
    )


def logs_of_task(run: RunDirectory, task_id: int) -> Iterator[Log]:
    """The logs in which a task's output may be, those of earlier submissions first; perhaps some that there aren't."""
    for submission in read_submissions(run):
        index = submission.array.element_of(task_id)
        if index is not None:
            begins = (f"{submission.number}.{index}-worker-", f"{submission.number}.worker-")
            named = (path for path in list_files(run.logs, ".log") if path.name.startswith(begins))
            paths = dict.fromkeys((run.element_log(submission.number, index), *named))
            yield from (Log(path=path, signed=submission.signed_logs) for path in paths)


def logs_of_workers(run: RunDirectory, task_id: int) -> Iterator[Log]:
    """The logs of the workers that are on a task or died on it, and of its elements."""
    noted = {noted.log for noted in read_exits(run) if noted.task_id == task_id}
    noted |= {beat.log for beat in read_beats(run) if beat.task_id == task_id}
    names = sorted(name for name in noted if _LOG.fullmatch(name))
    submissions = {str(submission.number): submission for submission in read_submissions(run)}
    elements = ((own.number, own.array.element_of(task_id)) for own in submissions.values())
    own = (run.element_log(number, index).name for number, index in elements if index is not None)
    for name in dict.fromkeys((*names, *own)):
        submission = submissions.get(name.partition(".")[0])
        yield Log(path=run.logs / name, signed=submission is None or submission.signed_logs)
