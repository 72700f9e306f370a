"""``sweeprun show``: a run, and one of its tasks."""

import json
from pathlib import Path

import numpy as np
import pytest

from sweeprun.cli.main import main
from sweeprun.design.grid import Grid
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.tasks import TaskTable
from sweeprun.store.directory import RunDirectory
from sweeprun.store.looks import LookRecord, keep_look
from sweeprun.store.verification import Verification, keep_verification
from sweeprun.store.workers import Exit, append_exit
from tests.command_line import Run
from tests.results.runs import axis, count_axis, failure, make_run, make_run_of, success, write_shard


def test_runs_are_listed_shown_and_counted(run: Run) -> None:
    run("-m", "lr=1,2", "hydra.sweep.dir=multirun/first")
    run("-m", "lr=3", "seed=1,2,3")
    listed = json.loads(run("list", "--json").stdout)
    assert [item["states"]["succeeded"] for item in listed] == [3, 2]
    assert "2 succeeded" in run("list").stdout
    shown = json.loads(run("show", "multirun/first", "1", "--json").stdout)
    assert shown["coordinates"] == {"lr": 2}
    assert shown["overrides"] == ["lr=2"]
    assert shown["result"]["lr_seen"] == 2
    assert json.loads(run("show", "lr=2", "--json", "multirun/first").stdout) == shown
    assert json.loads(run("show", "seed=2", "--json").stdout)["task"] == 1
    assert "lr=5: there is no such value" in run("show", "multirun/first", "lr=5", code=2).stderr
    assert "'rate=5' names no task" in run("show", "rate=5", code=2).stderr
    assert json.loads(run("show", "--json").stdout)["tasks"] == 3
    assert json.loads(run("status", "multirun/first", "--json").stdout)["states"]["succeeded"] == 2
    assert "2 tasks: 2 succeeded" in run("status", "multirun/first").stdout


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "multirun" / "größter Lauf", axis("lr", [0.5, 0.25]), count_axis("seed", 2))


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    assert main(["show", "--json", *words]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    found: dict[str, object] = json.loads(told.out)
    return found


def test_a_run_is_shown_with_its_axes_config_and_origin(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    told = shown(capsys)
    assert told["run"] == str(directory.path)
    assert told["tasks"] == 4
    assert told["axes"] == {"lr": "2 (float64)", "seed": "2 (int64)"}
    assert told["command"] == "sweeprun"
    assert told["created"] == "2026-05-04T10:11:12+00:00"
    assert told["config"] == "lr: 0.1\n"
    assert not {"moving together", "left out", "looks", "verified"} & set(told)
    assert main(["show"]) == 0
    text = capsys.readouterr().out
    assert "axes:\n  lr: 2 (float64)\n  seed: 2 (int64)\n" in text
    assert "versions:\n  numpy: 2\n" in text


def test_looks_and_the_last_verification_are_shown(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    look = LookRecord(
        rule="sem(x)<1", over="seed", time="2026-05-04T10:12:00+00:00", members=2, open_points=1, points=2, worst=None,
        added=3,
    )  # fmt: skip
    keep_look(directory, look)
    keep_verification(
        directory,
        Verification(time="now", host="größe", sample=3, seed=0, equal=2, code="", different=(1,), causes=("chance",)),
    )
    told = shown(capsys)
    assert told["looks"] == {
        "1": "2026-05-04T10:12:00+00:00 sem(x)<1 over seed: 2 members, worst None, 1 of 2 points open, 3 added"
    }
    assert told["verified"] == "2/3 equal to the bit (now on größe, seed 0): chance"


def test_a_task_is_shown_with_its_stream_and_result(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    result = {"x": 0.5, "name": "größer", "curve": ("t", np.arange(10)), "pair": ("p", [1.5, 2.5])}
    write_shard(directory, "w", [success(3, result, attempt=2)])
    told = shown(capsys, "lr=0.25", "seed=1")
    assert told["task"] == 3
    assert told["coordinates"] == {"lr": 0.25, "seed": 1}
    assert told["stream"] == "default_rng(3)"
    assert (told["state"], told["attempt"], told["seconds"]) == ("succeeded", 2, 0.5)
    assert told["result"] == {
        "x": 0.5,
        "name": "größer",
        "curve": "('t',) int64 [0, 1, 2, 3, 4, 5, 6, 7, …]",
        "pair": "('p',) float64 [1.5, 2.5]",
    }
    assert shown(capsys, "3", str(directory.path)) == told


def test_a_task_that_returned_nothing_is_said_to(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(directory, "w", [success(3, None), success(2, {"x": None})])
    assert main(["show", "3"]) == 0
    assert "result: the task returned no value\n" in capsys.readouterr().out
    assert main(["show", "2"]) == 0
    assert "missing: x\nresult: the task returned no value\n" in capsys.readouterr().out
    assert shown(capsys, "3")["result"] == {}


def test_a_failed_task_is_shown_with_its_traceback(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(directory, "w", [failure(1, "KeyError", "no key\x1b[2J")])
    assert main(["show", "1"]) == 0
    text = capsys.readouterr().out
    assert "state: failed\n" in text
    assert "failure: KeyError: no key\\x1b[2J\n" in text
    assert "traceback: Traceback …\n" in text


def test_a_lost_task_is_shown_with_its_worker_and_what_to_type(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    append_exit(directory, "launcher", Exit(worker="0.1-größe-77", task_id=2, code=-9, when=1.0))
    told = shown(capsys, "2")
    assert told["state"] == "lost"
    assert told["lost"] == "signal SIGKILL"
    assert told["worker"] == "0.1-größe-77"
    assert told["see"] == "sweeprun logs 'multirun/größter Lauf' 2, sweeprun resume 'multirun/größter Lauf'"


def test_the_directory_of_a_task_is_shown_if_it_is_one(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    directory.task(0).mkdir()
    directory.task(1).symlink_to("/")
    assert shown(capsys, "0")["directory"] == str(directory.task(0))
    assert "directory" not in shown(capsys, "1")
    assert "directory" not in shown(capsys, "2")


def test_points_that_are_left_out_are_shown_with_the_condition(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = TaskTable.of(
        Grid(axes=(count_axis("seed", 4),)), selection=Selection(exclude=(Expression(text="seed == 2"),))
    )
    path = str(make_run_of(tmp_path / "run", table).path)
    assert "seed == 2" in json.dumps(shown(capsys, path)["left out"])
    assert shown(capsys, path, "2")["state"] == "excluded"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["4"], "there is no task 4"),
        (["lr=0.5"], "which task? Give an id below 4, or lr=… seed=…"),
        (["lr=0.3", "seed=0"], "lr=0.3: there is no such value; lr has 0.5, 0.25"),
        (["one", "two"], "one run or file at a time, not 2: one two"),
        (["no where"], "'no where' does not exist"),
    ],
)
@pytest.mark.usefixtures("directory")
def test_what_is_not_there_is_named(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err


def test_newlines_forge_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "run", axis("lr", ["a\nstate: succeeded", "b"]))
    write_shard(run, "w", [failure(0, "Error", "no\nstate: succeeded")])
    assert main(["show", str(run.path), "0"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("state:")] == ["state: failed"]
    assert "  lr: a\\nstate: succeeded" in lines
