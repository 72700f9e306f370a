"""``sweeprun element``: what the job scripts of Slurm run."""

import os
from pathlib import Path

import pytest

from sweeprun.cli.main import main
from sweeprun.store.directory import RunDirectory
from sweeprun.store.finding import newest_run
from tests.command_line import Run
from tests.results.runs import count_axis, make_run


def test_an_element_outside_a_job_says_so(run: Run, study: Path) -> None:
    run("-m", "seed=range(2)")
    told = run("element", str(newest_run(study / "multirun").path), "0", code=2).stderr
    assert "by hand, run `sweeprun worker RUN INDEX`" in told


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """A run, in a process that is no job of Slurm."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("SLURM_")]:
        monkeypatch.delenv(name)
    return make_run(tmp_path / "größter Lauf", count_axis("seed", 2))


def test_a_run_that_is_not_there_is_named_before_the_job_is_asked_for(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["element", f"{directory.path}/none", "0"]) == 2
    assert "none' does not exist" in capsys.readouterr().err


def test_a_submission_that_is_not_there_is_named(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("JOB_ID", "7"), ("ARRAY_JOB_ID", "7"), ("ARRAY_TASK_ID", "0")):
        monkeypatch.setenv(f"SLURM_{name}", value)
    assert main(["element", str(directory.path), "3"]) == 2
    assert "the run has no submission 3" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["."], [".", "first"], []])
def test_a_run_and_a_number_are_needed(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["element", *words])
    assert ended.value.code == 2
    assert "usage: sweeprun element" in capsys.readouterr().err
