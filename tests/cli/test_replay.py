"""``sweeprun replay``: one task runs again, and is compared with its record."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sweeprun.cli.main import main
from sweeprun.cli.replay import _AGAIN
from sweeprun.design.task_ids import TaskIds
from sweeprun.runs.prepare_call import Asked, prepare_call
from sweeprun.runs.start import start_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest
from sweeprun.worker.loop import Worker
from tests.cli.chancy import CHANCY, sweep
from tests.command_line import Run, environment
from tests.results.runs import count_axis, make_run
from tests.worker.surroundings import restored


@pytest.mark.usefixtures("chancy")
def test_a_task_is_chosen_by_id_or_coordinates(run: Run) -> None:
    run("-m", "task=chancy.fine", "lr=0.1,0.01,1e-3", "seed=range(3)", "hydra.sweep.dir=fine")
    for words in (("7",), ("lr=0.001", "seed=1"), ("lr=1e-3", "seed=1"), ("seed=1", "lr=0.0010")):
        done = run("replay", "fine", *words)
        assert "task 7: lr=0.001 seed=1; rng = default_rng(7)" in done.stderr
        assert repr(np.random.default_rng(7).random()) in done.stdout
        assert "equal to the bit" in done.stdout


@pytest.mark.usefixtures("chancy")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "which task? Give an id below 4, or seed=…"),
        (("99",), "there is no task 99"),
        (("seed=9",), "there is no such value; seed has 0, 1, 2, 3"),
        (("nope=1",), "'nope=1' names no task"),
        (("seed=x",), "there is no such value"),
    ],
)
def test_what_names_no_task_is_told(run: Run, words: tuple[str, ...], message: str) -> None:
    sweep(run, "fine")
    assert message in run("replay", "fine", *words, code=2).stderr


@pytest.mark.usefixtures("chancy")
@pytest.mark.parametrize("file", ["results.nc", "results.zarr"])
def test_a_dataset_alone_is_enough(run: Run, study: Path, file: str) -> None:
    sweep(run, "ragged", "lr=0.1,0.01")
    run("collect", "ragged", "-o", file)
    for path in sorted((study / "ragged").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for words in (("0",), ("seed=2", "lr=0.01")):
        assert "equal to the bit" in run("replay", file, *words).stdout
    (study / "chancy.py").write_text(CHANCY.replace('"n": 1', '"n": 3'))
    assert "chancy.py has changed" in run("replay", file, "0", code=2).stderr
    assert "differs: n" in run("replay", file, "0", "--allow-drift", code=1).stdout
    (study / "chancy.py").write_text(CHANCY.replace('out = {"n": 1', 'out = {"n": 1 / 0'))
    told = run("replay", file, "0", "--allow-drift", code=1).stdout
    assert "differs: a result before, ZeroDivisionError now" in told


@pytest.mark.usefixtures("chancy")
def test_a_file_that_says_nothing_of_its_making_is_told(run: Run, study: Path) -> None:
    xr.Dataset({"x": 1}).to_netcdf(study / "own.nc")
    assert "does not say how it was made" in run("replay", "own.nc", "0", code=2).stderr
    (study / "bad.nc").write_text("nothing")
    assert "can't be opened as a Dataset" in run("replay", "bad.nc", "0", code=2).stderr


@pytest.mark.usefixtures("chancy")
def test_a_failed_task_fails_again(run: Run) -> None:
    sweep(run, "fail", code=1)
    done = run("replay", "fail", "1")
    assert "ValueError: no 0." in done.stderr
    assert "it fails as it did" in done.stdout
    assert "equal to the bit" in run("replay", "fail", "0").stdout


@pytest.mark.usefixtures("chancy")
def test_a_debugger_opens_where_it_fails(run: Run, study: Path) -> None:
    sweep(run, "fail", code=1)
    done = subprocess.run(
        [sys.executable, "-m", "sweeprun", "replay", "fail", "2", "--pdb"],
        cwd=study,
        env=environment(),
        input="p 'the value is', value == float(str(value))\nq\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "('the value is', True)" in done.stdout
    assert "(Pdb)" in done.stdout


@pytest.mark.usefixtures("chancy")
def test_a_replay_leaves_the_task_directory_alone(run: Run, study: Path) -> None:
    sweep(run, "sees")
    (study / "sees" / "1" / "left").touch()
    (study / "sees" / "1" / "here").unlink()
    assert "equal to the bit" in run("replay", "sees", "1").stdout
    assert not (study / "sees" / "1" / "here").exists()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in; its environment counts as that of the records, so nothing takes this process's place."""
    folder = tmp_path / "größte 'Studie'"
    folder.mkdir()
    monkeypatch.setenv(_AGAIN, "1")
    with restored(folder):
        yield folder


def recorded(here: Path, function: Callable[..., Any], tasks: int = 2) -> str:
    """A run of which all but the last task are recorded; its name."""
    prepared = prepare_call(Asked(function=function, axes={"seed": range(tasks)}, directory=here / "run"))
    run = start_run(prepared, ["sweeprun"], launch=lambda *_: None).run
    with Worker(run, read_manifest(run)) as worker:
        worker.run_tasks(TaskIds.first(tasks - 1))
    return run.path.name


def test_a_result_is_shown_beside_the_recorded_one(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def draw(seed: int) -> dict[str, Any]:
        return {"x": seed + 0.5, "label": "größer", "when": np.datetime64("2024-05-01", "s"), "y": np.arange(9)}

    assert main(["replay", recorded(here, draw), "seed=0"]) == 0
    told = capsys.readouterr()
    assert told.err == "task 0: seed=0; rng = default_rng(0)\n"
    assert told.out.splitlines() == [
        "x      recorded 0.5",
        "       now      0.5",
        "label  recorded 'größer'",
        "       now      'größer'",
        "when   recorded '2024-05-01T00:00:00'",
        "       now      '2024-05-01T00:00:00'",
        "y      recorded int64(9,) [0, 1, 2, 3, 4, 5, …]",
        "       now      int64(9,) [0, 1, 2, 3, 4, 5, …]",
        "equal to the bit",
    ]


def test_differences_are_measured_and_end_with_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = here / "changed"

    def draw(seed: int) -> dict[str, Any]:
        if changed.exists():
            return {"x": 4.5 + seed, "more": 1}
        return {"x": 4.0 + seed, "gone": 1}

    name = recorded(here, draw)
    changed.touch()
    assert main(["replay", name, "0"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "differs: x: differs, at most by 0.5 (relative 0.125)" in lines
    assert "differs: gone: is there no more" in lines
    assert "differs: more: was not there" in lines
    assert "gone  recorded 1" in lines
    assert "more  now      1" in lines
    assert lines[-1] == "`sweeprun verify` looks for the cause"


def test_a_task_without_a_record_is_run_all_the_same(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failing = here / "failing"

    def draw(seed: int) -> int:
        if failing.exists():
            raise ValueError("größer")
        return seed

    name = recorded(here, draw)
    assert main(["replay", name, "1"]) == 0
    told = capsys.readouterr().out
    assert told == "result  now      1\nnothing was recorded of this task to compare with\n"
    failing.touch()
    assert main(["replay", name, "1"]) == 1
    assert "ValueError: größer" in capsys.readouterr().err


def test_a_failure_is_compared_with_what_was_before(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mended = here / "mended"

    def draw(seed: int) -> int:
        if not mended.exists():
            raise ValueError("bad")
        return seed

    name = recorded(here, draw)
    assert main(["replay", name, "0"]) == 0
    told = capsys.readouterr()
    assert told.out == "it fails as it did\n"
    assert "ValueError: bad" in told.err
    mended.touch()
    assert main(["replay", name, "0"]) == 1
    assert "differs: ValueError: bad before, a result now\n" in capsys.readouterr().out


def test_nothing_is_written_to_the_run(here: Path) -> None:
    name = recorded(here, lambda seed: seed)
    before = {path: path.stat().st_mtime_ns for path in (here / name).rglob("*")}
    assert main(["replay", name, "0"]) == 0
    assert {path: path.stat().st_mtime_ns for path in (here / name).rglob("*")} == before


def test_words_that_name_no_task_run_none(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run: RunDirectory = make_run(here / "multirun" / "run", count_axis("seed", 3))
    for words, message in (
        (["3"], "there is no task 3"),
        (["seed=7"], "seed=7: there is no such value; seed has 0, 1, 2"),
        (["none.nc", "0"], "none.nc"),
        ([str(run.path), "nowhere", "0"], "one run or file at a time, not 2"),
    ):
        assert main(["replay", *words]) == 2
        told = capsys.readouterr()
        assert message in told.err
        assert told.out == ""
