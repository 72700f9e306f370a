"""What launchers know of a run, put together over all of its submissions."""

import os
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.activity import activity_of
from sweeprun.launchers.local import LocalLauncher
from sweeprun.store.activity import Activity, ElementState, TaskAtWork
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission, write_submission
from tests.results.runs import count_axis, make_run

ELSEWHERE = Process(host="another host", pid=4711, born=1)
GONE = replace(Process.current(), born=1)
"""A process of this host whose id was given to another since."""


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 10))


def submit(run: RunDirectory, number: int, submitter: Process, **launcher: Any) -> Submission:
    made = Submission(
        number=number,
        array=Array(tasks=TaskIds.first(10)),
        launcher=launcher or LocalLauncher().to_dict(),
        submitter=submitter,
    )
    write_submission(run, made)
    return made


def test_of_a_run_without_submissions_nothing_is_known(run: RunDirectory) -> None:
    assert activity_of(run) == Activity()


def test_each_submission_is_asked_about_by_itself(run: RunDirectory) -> None:
    submissions = (submit(run, 0, GONE), submit(run, 1, Process.of(os.getppid())))
    activity = activity_of(run)
    assert activity.submissions == submissions
    assert activity.asked == {0, 1}
    assert activity.problem == ""
    assert activity.state(0, None) is ElementState.ENDED
    assert activity.state(1, None) is ElementState.RUNNING


def test_what_another_host_started_is_unknown_and_the_message_names_it(run: RunDirectory) -> None:
    submit(run, 0, GONE)
    submit(run, 1, ELSEWHERE)
    activity = activity_of(run)
    assert activity.asked == {0}
    assert activity.state(1, 3) is None
    assert activity.is_active(1, 3)
    assert "process 4711 on another host" in activity.problem


def test_what_several_launchers_know_is_put_together(
    run: RunDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # where no squeue is
    submit(run, 0, ELSEWHERE)
    submit(run, 1, Process.of(os.getppid()))
    submit(run, 2, GONE, name="slurm")
    activity = activity_of(run)
    assert activity.asked == {1}
    assert activity.state(1, None) is ElementState.RUNNING
    first, second = activity.problem.split("; there is no squeue")
    assert "4711" in first
    assert "PATH" in second


def test_a_launcher_that_is_given_takes_the_place_of_the_named_one(run: RunDirectory) -> None:
    submit(run, 0, GONE)
    submit(run, 1, Process.of(os.getppid()), name="nobody's")
    with pytest.raises(UsageError, match='there is no launcher "nobody\'s"'):
        activity_of(run)
    found = activity_of(run, {1: LocalLauncher()})
    assert found.asked == {0, 1}
    (element,) = found.elements.values()
    assert (element.state, element.host) == (ElementState.RUNNING, socket.gethostname())


def test_running_tasks_are_those_that_any_launcher_knows(run: RunDirectory, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(run, 0, GONE)
    monkeypatch.setattr(LocalLauncher, "activity", lambda *_: Activity(running=(TaskAtWork(task_id=3, host="vm"),)))
    assert activity_of(run).running == (TaskAtWork(task_id=3, host="vm"),)
