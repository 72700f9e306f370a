"""The files in which the output of a task is."""

import re
from collections.abc import Iterator

from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import list_files
from sweeprun.store.logs import Log
from sweeprun.store.submissions import read_submissions
from sweeprun.store.workers import read_beats, read_exits

_LOG = re.compile(r"[^/\0]+\.log")
"""The names that logs have; others that notes hold are passed over."""


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
