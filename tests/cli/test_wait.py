"""``sweeprun wait``: until everything of a run has ended."""

from pathlib import Path

import pytest

from sweeprun.cli.main import main
from sweeprun.store.directory import RunDirectory
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "multirun" / "größter Lauf", count_axis("seed", 3))


def test_a_run_that_is_complete_is_not_waited_for(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(run, "w", [success(i, i) for i in range(3)])
    assert main(["wait"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "waiting for 3 tasks of 'multirun/größter Lauf'",
        "3 tasks: 3 succeeded",
        "collect with: sweeprun collect 'multirun/größter Lauf'",
    ]


def test_what_nothing_runs_any_more_ends_with_1_and_what_to_type(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shard(run, "w", [success(0, 0), failure(1)])
    assert main(["wait", str(run.path)]) == 1
    told = capsys.readouterr().err
    assert "3 tasks: 1 pending, 1 succeeded, 1 failed" in told
    assert "ValueError" in told
    assert told.splitlines()[-4:] == [
        "see one with its traceback: sweeprun show 'multirun/größter Lauf' 1",
        "debug it: sweeprun replay 'multirun/größter Lauf' 1 --pdb",
        "when that is mended, run the 2 tasks that are left: sweeprun resume 'multirun/größter Lauf'",
        "collect what succeeded: sweeprun collect 'multirun/größter Lauf'",
    ]


def test_a_run_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wait", str(tmp_path / "no where")]) == 2
    assert "no where' does not exist" in capsys.readouterr().err
