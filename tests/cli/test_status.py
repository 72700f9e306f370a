"""``sweeprun status``: where a run stands."""

import json
import os
import time
from pathlib import Path

import pytest

from sweeprun.cli.main import main
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission, write_submission
from sweeprun.store.workers import BeatWriter, Place
from tests.cli.sleepers import sleeping
from tests.command_line import run_sweeprun
from tests.results.runs import count_axis, failure, make_run, success, write_shard

RESUME = "sweeprun resume 'multirun/größter Lauf'"


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    return make_run(tmp_path / "multirun" / "größter Lauf", count_axis("seed", 20))


def submit(run: RunDirectory, submitter: Process) -> None:
    array = Array(tasks=TaskIds.first(20), throttle=2)
    write_submission(run, Submission(number=0, array=array, launcher={"name": "local"}, submitter=submitter))


def test_states_are_counted_and_failures_grouped(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(directory, "w", [success(0, 1.0), failure(1, message="bad 1"), failure(2, message="bad 2")])
    assert main(["status"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        str(directory.path),
        "started 2026-05-04T10:11:12+00:00: sweeprun",
        "20 tasks: 17 pending, 1 succeeded, 2 failed",
        f"19 tasks have no result and are in no queue; go on with: {RESUME}",
        "failed:",
        "  2 tasks  ValueError: bad 1 (the first of 2 messages)",
        "      task 1  seed=1",
        "      task 2  seed=2",
    ]
    assert told.err.splitlines() == [
        "see one with its traceback: sweeprun show 'multirun/größter Lauf' 1",
        "debug it: sweeprun replay 'multirun/größter Lauf' 1 --pdb",
    ]


def test_json_has_the_same_and_more(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(directory, "w", [success(0, 1.0), failure(1, message="bad 1"), failure(2, message="bad 2")])
    assert main(["status", "--json", str(directory.path)]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    status = json.loads(told.out)
    assert (status["tasks"], status["states"]["failed"], status["not_queued"]) == (20, 2, "1-19")
    (group,) = status["failures"]
    assert (group["kind"], group["count"], group["task_ids"]) == ("ValueError", 2, [1, 2])


def test_what_runs_is_shown_the_first_ten_of_it(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    writers = [BeatWriter(directory, f"worker-{i:02}", Place()) for i in range(12)]
    for task_id, writer in enumerate(writers):
        writer.start(task_id, time.time() - 125)
    with sleeping() as process:
        submit(directory, Process.of(process.pid))
        assert main(["status"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[2] == "20 tasks: 8 pending, 12 running"
        assert lines[3] == f"local: process {process.pid} runs it"
    assert lines[4].startswith("  task 0 runs on ")
    assert ", since 2 min 0" in lines[4]
    assert lines[14] == "  … and 2 more"
    for writer in writers:
        writer.close()


def test_what_another_host_runs_is_not_known(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    submit(directory, Process(host="elsewhere", pid=4711, born=1))
    assert main(["status"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("what waits and runs is not known: process 4711 on elsewhere started it")
    assert last.endswith(f"{RESUME} --assume-ended")


def test_watching_ends_when_nothing_runs(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(directory, "w", [success(i, i) for i in range(20)])
    assert main(["status", "--watch"]) == 0
    assert capsys.readouterr().out.count("20 tasks: 20 succeeded") == 1
    assert main(["status", "--watch", "0.5", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not_queued"] == ""


def test_watching_ends_when_its_reader_leaves(directory: RunDirectory) -> None:
    reading, unread = os.pipe()
    os.close(reading)
    with sleeping() as process:
        submit(directory, Process.of(process.pid))
        run_sweeprun("status", str(directory.path), "--watch", "0.01", folder=directory.path, instead={1: unread})
    os.close(unread)


@pytest.mark.parametrize("seconds", ["0", "-1", "inf", "nan", "multirun"])
def test_a_pause_that_is_no_number_above_0_is_named(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["status", f"--watch={seconds}"])
    assert ended.value.code == 2
    assert f"'{seconds}' is no number of seconds above 0 (a run directory comes before" in " ".join(
        capsys.readouterr().err.split()
    )


def test_looking_changes_nothing(directory: RunDirectory) -> None:
    write_shard(directory, "w", [success(0, 1.0)])
    before = {path: path.stat().st_mtime_ns for path in directory.path.rglob("*")}
    assert main(["status"]) == 0
    assert {path: path.stat().st_mtime_ns for path in directory.path.rglob("*")} == before


def test_newlines_forge_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "a\n20 tasks: 20 succeeded", count_axis("seed", 2))
    data = json.loads(run.manifest.read_text())
    data["provenance"] |= {"command": ["sweeprun", "x=\n2 tasks: 2 succeeded"], "created": "\n2 tasks: 2 succeeded"}
    run.manifest.write_text(json.dumps(data))
    write_shard(run, "w", [failure(0, "Error\n2 tasks: 2 succeeded"), success(1, 1)])
    assert main(["status", str(run.path)]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines() + told.err.splitlines()
    assert [line for line in lines if line.startswith("2 tasks")] == ["2 tasks: 1 succeeded, 1 failed"]
    assert [line for line in lines if line.startswith("20 tasks")] == []
