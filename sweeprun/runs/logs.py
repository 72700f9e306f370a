"""The files in which the output of a task is."""

import re
from collections.abc import Iterator
from pathlib import Path

from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import list_files
from sweeprun.store.submissions import read_submissions
from sweeprun.store.workers import read_beats, read_exits

_LOG = re.compile(r"[^/\0]+\.log")
"""The names that logs have; others that notes hold are passed over."""


def log_paths(run: RunDirectory, task_id: int) -> Iterator[Path]:
    """The logs in which a task's output may be, those of earlier submissions first."""
    for submission in read_submissions(run):
        index = submission.array.element_of(task_id)
        if index is not None:
            yield run.element_log(submission.number, index)
            begins = (f"{submission.number}.{index}-worker-", f"{submission.number}.worker-")
            yield from (path for path in list_files(run.logs, ".log") if path.name.startswith(begins))


def logs_of_workers(run: RunDirectory, task_id: int) -> Iterator[Path]:
    """The logs of the workers that are on a task or died on it, and of its elements."""
    names = {noted.log for noted in read_exits(run) if noted.task_id == task_id}
    names |= {beat.log for beat in read_beats(run) if beat.task_id == task_id}
    yield from (run.logs / name for name in sorted(names) if _LOG.fullmatch(name))
    for submission in read_submissions(run):
        index = submission.array.element_of(task_id)
        path = None if index is None else run.element_log(submission.number, index)
        if path is not None and path.name not in names:
            yield path
