"""Launching in the background, by a process that outlives whoever started it."""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from sweeprun.errors import LaunchError, RunDirectoryError
from sweeprun.runs.background import launch_in_background, reap
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.submissions import Submission, read_submissions
from tests.runs.observers import Kept, Listener
from tests.runs.queue_launcher import calls
from tests.runs.submitting import QUEUE, submit
from tests.runs.sweeping import sweep_function


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def run(functions: ModuleType, kept: Kept) -> RunDirectory:
    """A run whose submissions were kept, and not launched."""
    return sweep_function(functions.draw, {"lr": [0.1], "seed": range(2)}, launch=kept)


def test_another_process_runs_the_tasks_and_is_their_submitter_from_the_first_moment(
    run: RunDirectory, kept: Kept, observer: Listener
) -> None:
    launch_in_background(run, kept.submissions, observer)
    (submission,) = read_submissions(run)
    assert submission.submitter != Process.current()
    assert os.getsid(submission.submitter.pid) == submission.submitter.pid  # no signal to a terminal reaches it
    assert submission == replace(kept.submissions[0], submitter=submission.submitter)
    os.waitid(os.P_PID, submission.submitter.pid, os.WEXITED | os.WNOWAIT)
    assert take_snapshot(run).complete
    assert (observer.notes, observer.warnings, observer.headings) == ([], [], [])
    assert "2 succeeded" in run.launcher_log(0).read_text()
    reap()
    with pytest.raises(ChildProcessError):
        os.waitpid(submission.submitter.pid, 0)


def test_a_number_that_another_process_has_taken_starts_nothing(
    run: RunDirectory, kept: Kept, observer: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    spawn = os.posix_spawn

    def noted_spawn(*arguments: object, **options: object) -> int:
        started.append(spawn(*arguments, **options))  # type: ignore[arg-type]
        return started[-1]

    monkeypatch.setattr(os, "posix_spawn", noted_spawn)
    other = submit(run, 0, "0-1")
    with pytest.raises(RunDirectoryError, match="has just resumed 'a rün'"):
        launch_in_background(run, kept.submissions, observer)
    (pid,) = started
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL
    assert read_submissions(run) == (other,)
    assert list(run.shards.iterdir()) == []
    reap()  # of a process that is gone, it knows nothing to do


def test_a_process_that_cannot_be_started_leaves_nothing(
    run: RunDirectory, kept: Kept, observer: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no python"))
    with pytest.raises(LaunchError, match=r"no process could be started to run the workers: .*No such file"):
        launch_in_background(run, kept.submissions, observer)
    assert read_submissions(run) == ()


@pytest.mark.usefixtures("queue")
def test_what_has_a_queue_of_its_own_needs_no_process(run: RunDirectory, kept: Kept, observer: Listener) -> None:
    made: list[Submission] = [replace(kept.submissions[0], launcher=QUEUE)]
    launch_in_background(run, made, observer)
    assert read_submissions(run) == tuple(made)
    assert calls(run) == [["launch", [0]]]
    assert observer.warnings == ["the queue is long"]
    assert not run.launcher_log(0).exists()
