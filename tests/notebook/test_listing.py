"""The runs that a notebook finds."""

import os
from pathlib import Path

import pytest

import sweeprun
from tests.results.runs import count_axis, make_run


def test_runs_are_listed_newest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert repr(sweeprun.list_runs()) == "no runs"
    assert not sweeprun.list_runs()
    for age, name in enumerate(["new", "older", "oldest"]):
        run = make_run(tmp_path / "multirun" / name, count_axis("seed", 1))
        os.utime(run.manifest, (10**9 - age, 10**9 - age))
    assert [run.path.name for run in sweeprun.list_runs()] == ["new", "older", "oldest"]
    assert [run.path.name for run in sweeprun.list_runs("multirun/older")] == ["older"]
    assert repr(sweeprun.list_runs()[:2]) == "multirun/new  1 pending  sweeprun\nmultirun/older  1 pending  sweeprun"
    assert sweeprun.list_runs()[-1].path.name == "oldest"


def test_what_cannot_be_read_is_passed_over_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path / "good", count_axis("seed", 1))
    make_run(tmp_path / "bad", count_axis("seed", 1)).manifest.write_text("{")
    assert [run.path.name for run in sweeprun.list_runs(tmp_path)] == ["good"]
    assert capsys.readouterr().err.startswith("sweeprun: passed over: ")
