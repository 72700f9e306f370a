"""Submissions are written once."""

from pathlib import Path

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.launcher import write_submissions
from sweeprun.store.submissions import Submission, read_submissions
from tests.results.runs import count_axis, make_run


def submission(number: int) -> Submission:
    return Submission(number=number, array=Array(tasks=TaskIds.first(3)))


def test_submissions_are_read_as_they_were_written(tmp_path: Path) -> None:
    run = make_run(tmp_path / "a rün", count_axis("x", 3))
    written = (submission(0), submission(1))
    write_submissions(run, written)
    assert read_submissions(run) == written


def test_of_two_resumptions_at_once_the_second_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 3))
    first = submission(1)
    write_submissions(run, [first])
    with pytest.raises(FileExistsError):
        write_submissions(run, [submission(1), submission(2)])
    assert read_submissions(run) == (first,)
