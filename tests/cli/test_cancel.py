"""``sweeprun cancel``: what waits or runs is stopped, and what is recorded stays."""

import signal
from pathlib import Path

import pytest

from sweeprun.cli.main import main
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission, write_submission
from tests.cli.sleepers import launching_process, sleeping
from tests.command_line import Run
from tests.results.runs import count_axis, make_run


@pytest.mark.parametrize("tasks", ["99", "0,5", ""])
def test_only_tasks_that_are_there_can_be_cancelled(run: Run, tasks: str) -> None:
    run("-m", "seed=range(5)", "hydra.sweep.dir=one")
    assert "this run has the tasks 0-4" in run("cancel", "one", "--tasks", tasks, code=2).stderr


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "größter Lauf", count_axis("seed", 5))


def submit(run: RunDirectory, submitter: Process) -> None:
    """Let a process have started all tasks of a run."""
    array = Array(tasks=TaskIds.first(5))
    write_submission(run, Submission(number=0, array=array, launcher={"name": "local"}, submitter=submitter))


def test_the_process_that_runs_it_is_asked_to_end(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    with launching_process(directory) as process:
        submit(directory, Process.of(process.pid))
        assert main(["cancel", str(directory.path)]) == 0
        assert process.wait(30) == -signal.SIGTERM
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "cancelled 5 tasks; go on later with: sweeprun resume 'größter Lauf'\n"


def test_a_process_that_the_run_merely_names_is_left_alone(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    with sleeping() as process:
        submit(directory, Process.of(process.pid))
        assert main(["cancel", str(directory.path)]) == 2
        assert process.poll() is None
    told = capsys.readouterr().err
    assert told.startswith(f"sweeprun: 'größter Lauf' names process {process.pid}, which holds no lock in it")
    assert f"stop it yourself: kill {process.pid}" in told


def test_some_tasks_of_a_local_run_cannot_be_cancelled(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    with sleeping() as process:
        submit(directory, Process.of(process.pid))
        assert main(["cancel", str(directory.path), "--tasks", "1-2"]) == 2
        assert process.poll() is None
    assert "as a whole only" in capsys.readouterr().err


def test_what_another_host_runs_is_not_touched(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    submit(directory, Process(host="elsewhere", pid=4711, born=1))
    assert main(["cancel", str(directory.path)]) == 1
    assert "process 4711 on elsewhere started it" in capsys.readouterr().err


def test_nothing_to_cancel_is_no_failure(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cancel", str(directory.path), "--tasks", "0-4"]) == 0
    assert capsys.readouterr().err == "nothing waits or runs\n"


@pytest.mark.parametrize("tasks", ["x", "3-1", "-1", "1;2"])
def test_tasks_that_are_no_numbers_are_named(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str], tasks: str
) -> None:
    assert main(["cancel", str(directory.path), f"--tasks={tasks}"]) == 2
    assert capsys.readouterr().err.startswith(f"sweeprun: {tasks!r} is no task id; write 7")


def test_whole_elements_are_those_of_named_tasks(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cancel", str(directory.path), "--whole-elements"]) == 2
    assert "--whole-elements goes with --tasks" in capsys.readouterr().err
