"""Submissions and their jobs, as they lie on disk."""

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import (
    Job,
    JobRole,
    Submission,
    find_submission,
    note_job,
    read_jobs,
    read_submission,
    read_submissions,
    write_submission,
)


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run_directory(tmp_path / "run", numbered=False)


def submission(number: int = 0) -> Submission:
    array = Array(tasks=TaskIds.of([0, 2, 4, 9]), tasks_per_job=2, throttle=3)
    return Submission(number=number, array=array, attempt=2, launcher={"name": "local", "x": [1, None]}, after=None)


def test_they_come_back_in_their_order(run: RunDirectory) -> None:
    made = [submission(number) for number in (10, 0, 2)]
    for one in made:
        write_submission(run, one)
    assert read_submissions(run) == (made[1], made[2], made[0])
    assert read_submission(run, 2) == made[2]
    assert len({one.token for one in made}) == 3


def test_a_number_is_given_once(run: RunDirectory) -> None:
    write_submission(run, submission())
    with pytest.raises(FileExistsError):
        write_submission(run, submission())


def test_a_run_without_any(tmp_path: Path) -> None:
    assert read_submissions(RunDirectory(tmp_path)) == ()
    with pytest.raises(FormatError, match="has no submission 3"):
        read_submission(RunDirectory(tmp_path), 3)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("version", 2, "of version 2 .* reads 'sweeprun-submission' of version 1"),
        ("format", "other", "it is 'other'"),
        ("array", {}, "malformed"),
        ("array", {"tasks": "x", "tasks_per_job": 1, "throttle": 1}, "no task id"),
        ("submitter", {"host": 1}, "malformed"),
        ("number", "x", "malformed"),
    ],
)
def test_what_is_wrong_is_told(run: RunDirectory, key: str, value: Any, message: str) -> None:
    run.submission(0).write_text(json.dumps(submission().to_dict() | {key: value}))
    with pytest.raises(Exception, match=message) as caught:
        read_submissions(run)
    assert caught.value.exit_code == 2  # type: ignore[attr-defined]


def test_jobs_are_noted_once(run: RunDirectory) -> None:
    for _ in range(2):
        note_job(run, 0, Job(job_id="12"))
        note_job(run, 0, Job(job_id="13", role=JobRole.COLLECT))
        note_job(run, 1, Job(job_id="14"))
    run.job(0, "15").write_text("nonsense")
    assert read_jobs(run, 0) == (Job(job_id="12"), Job(job_id="13", role=JobRole.COLLECT))
    assert read_jobs(run, 1) == (Job(job_id="14"),)
    assert read_jobs(run, 2) == ()


def test_a_process_is_known_by_more_than_its_id() -> None:
    mine = Process.current()
    assert mine.pid == os.getpid()
    assert mine.is_alive() is True
    assert replace(mine, born=mine.born - 1).is_alive() is False
    assert replace(mine, host="elsewhere").is_alive() is None
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert replace(mine, pid=ended.pid).is_alive() is False


def test_a_submission_that_cannot_be_read_is_not_taken_for_none(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says which function runs: without it, another one would."""
    assert find_submission(run, 0) is None
    write_submission(run, submission())
    assert find_submission(run, 0) is not None
    open_ = os.open

    def fail(path: Any, *arguments: Any, **options: Any) -> int:
        if str(path).endswith("0.json"):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return open_(path, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", fail)
        with pytest.raises(OSError, match="Stale"):
            find_submission(run, 0)
    run.submission(0).write_text("{")
    with pytest.raises(FormatError):
        find_submission(run, 0)


@pytest.mark.parametrize(
    ("launcher", "fresh"),
    [
        ({}, False),
        ({"tasks_per_job": 1}, False),  # of another launcher, or an older sweeprun
        ({"fresh_process": None, "tasks_per_job": None}, False),
        ({"fresh_process": None, "tasks_per_job": 1}, True),
        ({"fresh_process": None, "tasks_per_job": 2}, False),
        ({"fresh_process": False, "tasks_per_job": 1}, False),
        ({"fresh_process": True, "tasks_per_job": 9}, True),
    ],
)
def test_who_gives_processes_to_tasks(launcher: dict[str, Any], fresh: bool) -> None:
    assert replace(submission(), launcher=launcher).gives_processes is fresh
