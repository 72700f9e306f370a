"""How a run ended, or into which queue it went, on a terminal."""

from pathlib import Path

import pytest

from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.display.outcome import conclude, conclude_ended, conclude_waiting
from sweeprun.runs.launch import Ended, Started
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.submissions import Job, JobRole, Submission, note_job
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """A run of three tasks; commands are typed where it is."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return make_run(tmp_path / "größter Lauf", count_axis("seed", 3))


def test_a_complete_run_ends_with_0_and_says_what_to_type_next(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shard(run, "w", [success(i, i) for i in range(3)])
    assert conclude_ended(Ended(snapshot=take_snapshot(run), seconds=75)) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "3 tasks: 3 succeeded in 1 min 15 s\ncollect with: sweeprun collect 'größter Lauf'\n"


def test_a_run_with_failures_ends_with_1_and_lists_them(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(run, "w", [success(0, 0), failure(1, "KeyError", "no [bold]key\x1b[2J"), failure(2, "OSError")])
    assert conclude_ended(Ended(snapshot=take_snapshot(run))) == 1
    told = capsys.readouterr().err
    assert told.startswith("3 tasks: 1 succeeded, 2 failed\n")
    assert "KeyError" in told
    assert "no [bold]key\\x1b[2J" in told
    assert "OSError" in told


def test_what_ctrl_c_stopped_ends_with_130(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(run, "w", [success(0, 0)])
    assert conclude_ended(Ended(snapshot=take_snapshot(run), seconds=1.25, interrupted=True)) == 130
    assert capsys.readouterr().err.startswith("stopped: 2 pending, 1 succeeded in 1.2 s\n")


def test_waiting_ends_with_what_is_left_to_be_resumed(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(run, "w", [success(0, 0)])
    assert conclude_waiting(Ended(snapshot=take_snapshot(run))) == 1
    assert capsys.readouterr().err.splitlines() == [
        "3 tasks: 2 pending, 1 succeeded",
        "2 tasks have no result and are in no queue; go on with: sweeprun resume 'größter Lauf'",
        "collect what succeeded: sweeprun collect 'größter Lauf'",
    ]
    write_shard(run, "v", [success(1, 1), success(2, 2)])
    assert conclude_waiting(Ended(snapshot=take_snapshot(run))) == 0
    assert "resume" not in capsys.readouterr().err


def test_if_everything_failed_there_is_nothing_to_collect(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shard(run, "w", [failure(i) for i in range(3)])
    assert conclude_ended(Ended(snapshot=take_snapshot(run))) == 1
    assert capsys.readouterr().err.splitlines() == [
        "3 tasks: 3 failed",
        "failed:",
        "  3 tasks  ValueError: bad",
        "      task 0  seed=0",
        "      task 1  seed=1",
        "      task 2  seed=2",
        "see one with its traceback: sweeprun show 'größter Lauf' 0",
        "debug it: sweeprun replay 'größter Lauf' 0 --pdb",
        "when that is mended, run these 3 tasks again: sweeprun resume 'größter Lauf'",
    ]


def test_a_run_that_returned_nothing_has_nothing_to_collect(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shard(run, "w", [success(i, None) for i in range(3)])
    assert conclude_ended(Ended(snapshot=take_snapshot(run))) == 0
    told = capsys.readouterr().err.splitlines()
    assert told[1].startswith("no task returned anything")
    assert told[-2:] == [
        "see one task: sweeprun show 'größter Lauf' 0",
        "when it returns something, run all again: sweeprun resume 'größter Lauf' --incomplete",
    ]


def test_nothing_to_start_is_no_failure(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    assert conclude(Started(run=run, nothing="nothing to start: 3 succeeded")) == 0
    assert capsys.readouterr().err == "nothing to start: 3 succeeded\n"


def test_what_goes_into_a_queue_is_shown_with_its_jobs(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    arrays = [Array(tasks=TaskIds.first(1)), Array(tasks=TaskIds.of([1, 2]), tasks_per_job=2, throttle=5)]
    submissions = tuple(Submission(number=number, array=array) for number, array in enumerate(arrays))
    note_job(run, 0, Job(job_id="41"))
    note_job(run, 1, Job(job_id="42"))
    note_job(run, 1, Job(job_id="43", role=JobRole.COLLECT))
    assert conclude(Started(run=run, submissions=submissions)) == 0
    assert capsys.readouterr().err.splitlines() == [
        "job 41: 1 task as array 0-0%1",
        "job 42: 2 tasks as array 0-0%5, 2 tasks each",
        "job 43: collects when they have ended",
        "recorded in 'größter Lauf'; follow it with: sweeprun wait 'größter Lauf', sweeprun status 'größter Lauf'",
    ]


def test_a_run_ends_with_what_is_equal_in_all_members(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(run, "w", [success(i, {"x": 0.30000000000000004, "ok": True}) for i in range(3)])
    assert conclude_ended(Ended(snapshot=take_snapshot(run))) == 0
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("x is equal to the bit in the first 3 members, although their random streams differ")
