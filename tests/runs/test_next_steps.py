"""What can be typed next, in the words of the door."""

from pathlib import Path

import pytest

from sweeprun.results.failures import failures_of
from sweeprun.runs.next_steps import look_closer, missing_text, next_steps
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.workers import Exit, append_exit
from sweeprun.wording import PYTHON, TERMINAL, speaking
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "one", count_axis("seed", 3))


def told(run: RunDirectory, *, stopped: bool = False) -> list[str]:
    snapshot = take_snapshot(run)
    with speaking(TERMINAL):
        return list(map(str, next_steps(snapshot, failures_of(snapshot), stopped=stopped)))


def test_a_run_that_is_complete_is_collected(run: RunDirectory) -> None:
    write_shard(run, "w", [success(i, i) for i in range(3)])
    assert told(run) == ["collect with: sweeprun collect one"]


def test_one_failure_is_looked_at_mended_and_run_again(run: RunDirectory) -> None:
    write_shard(run, "w", [success(0, 0), success(1, 1), failure(2)])
    assert told(run) == [
        "see one with its traceback: sweeprun show one 2",
        "debug it: sweeprun replay one 2 --pdb",
        "when that is mended, run it again: sweeprun resume one",
        "collect what succeeded: sweeprun collect one",
    ]
    snapshot = take_snapshot(run)
    with speaking(PYTHON):
        assert [str(step.command) for step in next_steps(snapshot, failures_of(snapshot))] == [
            "run.task(2)",
            "run.replay(2)",
            "run.resume()",
            "run.collect()",
        ]


def test_a_lost_task_has_no_traceback_and_may_have_printed_something(run: RunDirectory) -> None:
    append_exit(run, "launcher", Exit(worker="w", task_id=1, code=-9, when=0.0))
    snapshot = take_snapshot(run)
    with speaking(TERMINAL):
        assert list(map(str, look_closer(snapshot, failures_of(snapshot)))) == [
            "see what it printed: sweeprun logs one 1"
        ]


def test_a_command_has_no_line_of_python_to_debug(run: RunDirectory) -> None:
    write_shard(run, "w", [failure(0, "CommandError", "./x ended with exit code 3\nno grid")])
    assert told(run)[0] == "see one: sweeprun show one 0"
    assert "replay" not in "".join(told(run))


def test_tasks_that_have_not_run_wait_for_the_user_only_if_the_run_was_stopped(run: RunDirectory) -> None:
    write_shard(run, "w", [success(0, 0)])
    collect = "collect what succeeded: sweeprun collect one"
    assert told(run) == [collect]
    assert told(run, stopped=True) == [f"{missing_text(2)}; go on with: sweeprun resume one", collect]


@pytest.mark.parametrize(("count", "begin"), [(1, "1 task has "), (2, "2 tasks have "), (1000, "1000 tasks have ")])
def test_missing_tasks_are_counted_in_a_sentence(count: int, begin: str) -> None:
    assert missing_text(count).startswith(begin)
