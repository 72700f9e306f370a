"""Stopping a run, or some tasks of it."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import LaunchError, UsageError
from sweeprun.launchers.local import LocalLauncher
from sweeprun.runs.cancel import Cancelled, cancel_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import read_submissions
from sweeprun.wording import PYTHON, speaking
from tests.cli.sleepers import launching_process, sleeping
from tests.results.runs import count_axis, failure, make_run, success, write_shard
from tests.runs.queue_launcher import calls, set_queue
from tests.runs.submitting import ALIVE, ELSEWHERE, QUEUE, submit


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", count_axis("x", 10))


@pytest.fixture
def queued(run: RunDirectory, queue: str) -> RunDirectory:
    """Two tasks in an element: those of 0-1 have ended, 2-5 run, 6-9 wait."""
    submit(run, launcher=QUEUE | {"name": queue}, tasks_per_job=2)
    set_queue(run, *((0, index, "queued" if index > 2 else "running") for index in range(1, 5)))
    return run


def test_where_nothing_waits_or_runs_nothing_is_stopped(run: RunDirectory) -> None:
    assert cancel_run(run) == Cancelled(run=run, stopped=0)
    submit(run)
    assert cancel_run(run) == Cancelled(run=run, stopped=0)
    assert cancel_run(run, TaskIds.parse("3")).stopped == 0


def test_what_was_stopped_is_said_with_how_to_go_on(run: RunDirectory) -> None:
    assert str(Cancelled(run=run, stopped=0)) == "nothing waits or runs"
    with speaking(PYTHON):
        told = str(Cancelled(run=run, stopped=1))
    assert told == "cancelled 1 task; go on later with: run.resume()"


def test_what_is_not_known_is_not_stopped(run: RunDirectory) -> None:
    submit(run, submitter=ELSEWHERE)
    with pytest.raises(LaunchError, match="process 4711 on another host"):
        cancel_run(run)


def test_the_process_that_runs_local_workers_is_interrupted(run: RunDirectory) -> None:
    with launching_process(run) as process:
        submit(run, submitter=Process.of(process.pid))
        assert cancel_run(run).stopped == 10
        assert process.wait() == -signal.SIGTERM


def test_tasks_that_have_ended_are_not_counted(run: RunDirectory) -> None:
    with launching_process(run) as process:
        submit(run, submitter=Process.of(process.pid))
        write_shard(run, "w", [success(i, 1) for i in range(9)])
        assert cancel_run(run).stopped == 1
        assert process.wait() == -signal.SIGTERM


def test_of_a_run_whose_tasks_have_all_succeeded_nothing_is_stopped(run: RunDirectory) -> None:
    with launching_process(run) as process:
        submit(run, submitter=Process.of(process.pid))
        write_shard(run, "w", [success(i, 1) for i in range(10)])
        assert cancel_run(run) == Cancelled(run=run, stopped=0)
        assert process.poll() is None


def test_workers_that_may_try_a_failed_task_again_are_stopped(run: RunDirectory) -> None:
    with launching_process(run) as process:
        submit(run, submitter=Process.of(process.pid))
        write_shard(run, "w", [failure(0), *(success(i, 1) for i in range(1, 10))])
        assert cancel_run(run).stopped == 0
        assert process.wait() == -signal.SIGTERM


def test_a_run_that_cannot_be_read_can_be_stopped(run: RunDirectory) -> None:
    with launching_process(run) as process:
        submit(run, submitter=Process.of(process.pid))
        run.manifest.write_text("{")
        assert cancel_run(run).stopped == 10
        assert process.wait() == -signal.SIGTERM


def test_a_copy_of_a_run_does_not_stop_the_first_one(run: RunDirectory, tmp_path: Path) -> None:
    with launching_process(run) as process:
        submit(run, submitter=Process.of(process.pid))
        shutil.copytree(run.path, tmp_path / "copy")
        with pytest.raises(UsageError, match=f"names process {process.pid}, which holds no lock in it"):
            cancel_run(RunDirectory(tmp_path / "copy"))
        assert process.poll() is None


def test_if_one_of_several_processes_is_not_the_run_s_none_is_stopped(run: RunDirectory) -> None:
    with launching_process(run) as process, sleeping() as other:
        submit(run, 0, "0-4", submitter=Process.of(process.pid))
        submit(run, 1, "5-9", submitter=Process.of(other.pid))
        with pytest.raises(UsageError, match=f"names process {other.pid}"):
            LocalLauncher().cancel(run, read_submissions(run), None)
        assert (process.poll(), other.poll()) == (None, None)


def test_local_workers_are_stopped_all_together_only(run: RunDirectory) -> None:
    submit(run, submitter=ALIVE)
    with pytest.raises(UsageError, match="as a whole only"):
        cancel_run(run, TaskIds.parse("3"))
    assert ALIVE.pid != os.getpid()
    assert ALIVE.is_alive()


def test_all_that_waits_or_runs_is_stopped_and_counted(queued: RunDirectory) -> None:
    assert cancel_run(queued).stopped == 8
    assert calls(queued) == [["cancel", [0], None]]


def test_of_some_tasks_only_the_elements_that_wait_or_run_are_stopped(queued: RunDirectory) -> None:
    assert cancel_run(queued, TaskIds.parse("0-3,8-9")).stopped == 4
    assert calls(queued) == [["cancel", [0], [1, 4]]]


def test_an_element_that_runs_other_tasks_as_well_is_stopped_only_if_that_is_right(queued: RunDirectory) -> None:
    with pytest.raises(UsageError, match=r"the same array elements run the tasks 2,5 as well.*--whole-elements"):
        cancel_run(queued, TaskIds.parse("3-4"))
    assert calls(queued) == []
    assert cancel_run(queued, TaskIds.parse("3-4"), whole_elements=True).stopped == 4
    assert calls(queued) == [["cancel", [0], [1, 2]]]


def test_submissions_without_any_of_the_tasks_go_on(queued: RunDirectory) -> None:
    submit(queued, 1, "0-1", launcher=QUEUE)
    set_queue(queued, (0, 1, "running"), (1, 0, "queued"), (1, 1, "queued"))
    assert cancel_run(queued, TaskIds.parse("1")).stopped == 1
    assert calls(queued) == [["cancel", [1], [1]]]


def test_tasks_that_have_ended_are_told(queued: RunDirectory) -> None:
    with pytest.raises(UsageError, match="none of the tasks 0-1 waits or runs; see `sweeprun status"):
        cancel_run(queued, TaskIds.parse("0-1"))


@pytest.mark.parametrize(("tasks", "shown"), [("8-10", "8-10"), ("3,99", "3,99"), ("", "''")])
def test_tasks_that_the_run_does_not_have_are_refused(queued: RunDirectory, tasks: str, shown: str) -> None:
    with pytest.raises(UsageError, match=f"--tasks {shown}: this run has the tasks 0-9"):
        cancel_run(queued, TaskIds.parse(tasks))
    assert calls(queued) == []


def test_whole_elements_are_those_of_some_tasks(run: RunDirectory) -> None:
    with pytest.raises(UsageError, match="--whole-elements goes with --tasks; without both, everything is cancelled"):
        cancel_run(run, whole_elements=True)


def test_what_has_ended_by_then_is_not_counted(run: RunDirectory) -> None:
    with launching_process(run) as process:
        submit(run, submitter=Process.of(process.pid))
        write_shard(run, "a", [success(0, 1)])
        assert cancel_run(run).stopped == 9
