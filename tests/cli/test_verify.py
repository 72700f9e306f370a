"""Running tasks again: replay one, verify a sample; equal to the bit, or what differs and why."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tests.command_line import Run, environment

CHANCY = """
import os
import random
import time

import numpy as np

_calls = []


def fine(cfg, rng):
    return {"x": rng.random(), "y": rng.standard_normal((2, 3)), "label": f"seed {cfg.seed}", "missing": float("nan")}


def global_random(cfg):
    return {"x": np.random.random(), "y": random.random()}


def clock(cfg):
    return {"t": time.time()}


def order(cfg):
    return {"s": "".join({"a", "b", "c", "d", "e", "f", "g"})}


def stateful(cfg):
    _calls.append(cfg.seed)
    return {"n": len(_calls)}


def threads(cfg):
    return {"n": int(os.environ["OMP_NUM_THREADS"])}


def ragged(cfg, rng):
    out = {"n": 1, "y": rng.random(cfg.seed + 1)}
    return out | {"extra": 2.5} if cfg.seed else out


def fail(cfg, rng):
    value = rng.random()
    if cfg.seed:
        raise ValueError(f"no {value}")
    return value


def where(cfg, task):
    return {"path": str(task.directory)}


def sees(cfg, task):
    (task.directory / "here").touch()
    return {"attempt": task.attempt, "left": os.path.exists(task.directory / "left")}
"""


@pytest.fixture
def chancy(study: Path) -> Path:
    (study / "chancy.py").write_text(CHANCY)
    return study


def sweep(run: Run, name: str, *words: str, code: int = 0) -> None:
    run("-m", f"task=chancy.{name}", "seed=range(4)", f"hydra.sweep.dir={name}", *words, code=code)


@pytest.mark.usefixtures("chancy")
def test_a_sample_is_equal_to_the_bit(run: Run, study: Path) -> None:
    sweep(run, "fine")
    before = {path: path.stat().st_mtime_ns for path in (study / "fine").rglob("*")}
    assert run("verify", "fine").stdout == "4/4 equal to the bit\n"
    assert run("verify", "fine", "--sample", "2").stdout == "2/2 equal to the bit\n"
    chosen = [
        [verdict["task_id"] for verdict in json.loads(run("verify", "fine", *words, "--json").stdout)["sample"]]
        for words in (("--sample", "2"), ("--sample", "2"), ("--sample", "2", "--seed", "1"))
    ]
    assert chosen[0] == chosen[1] != chosen[2]
    outcome = study / "fine" / "verification.json"
    after = {path: path.stat().st_mtime_ns for path in (study / "fine").rglob("*") if path != outcome}
    assert after == before
    assert json.loads(outcome.read_text())["equal"] == 2
    assert "verified: 2/2 equal to the bit" in run("show", "fine").stdout


@pytest.mark.usefixtures("chancy")
@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("global_random", "global randomness"),
        ("clock", "chance"),
        ("order", "the order of a set"),
        ("stateful", "state"),
        ("where", "paths"),
    ],
)
def test_what_differs_is_told_with_its_likely_cause(run: Run, name: str, cause: str) -> None:
    sweep(run, name, "hydra.launcher.throttle=1")
    told = run("verify", name, "--sample", "3", code=1)
    assert "/3 equal to the bit" in told.stdout
    assert f": {cause}" in told.stdout


@pytest.mark.usefixtures("chancy")
def test_as_many_threads_are_used_as_then(run: Run) -> None:
    sweep(run, "threads", "hydra.launcher.cpus_per_task=3")
    assert run("verify", "threads").stdout == "4/4 equal to the bit\n"
    assert "equal to the bit" in run("replay", "threads", "2").stdout


@pytest.mark.usefixtures("chancy")
def test_a_wrong_number_is_found_and_measured(run: Run, study: Path) -> None:
    """Results that were made with other code, and now the code is restored."""
    source = (study / "chancy.py").read_text()
    (study / "chancy.py").write_text(source.replace('{"x": rng.random()', '{"x": rng.random() + 0.125'))
    sweep(run, "fine")
    (study / "chancy.py").write_text(source)
    assert "chancy.py has changed" in run("verify", "fine", code=2).stderr
    told = json.loads(run("verify", "fine", "--allow-drift", "--json", code=1).stdout)["sample"]
    for verdict in told:
        (difference,) = verdict["differences"]
        assert (difference["variable"], difference["absolute"]) == ("x", 0.125)
        assert "drift" in verdict["cause"] or verdict["cause"] == "probably the same"
    again = run("replay", "fine", "1", "--allow-drift", code=1).stdout
    assert "differs: x: differs, at most by 0.125" in again


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
def test_a_task_is_run_again_once_whatever_the_policy(run: Run) -> None:
    sweep(run, "fail", "hydra.sweeper.retries=2", "hydra.sweeper.timeout=100", code=1)
    assert "it fails as it did" in run("replay", "fail", "1").stdout
    assert run("verify", "fail").stdout == "1/1 equal to the bit\n"


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


@pytest.mark.usefixtures("chancy")
def test_nothing_to_verify_is_told(run: Run) -> None:
    run("-m", "task=study.misbehave", "kind=raise", "seed=0,1", "hydra.sweep.dir=none", code=1)
    assert "no task of none has a result" in run("verify", "none", code=2).stderr
    assert "verify at least 1 task" in run("verify", "none", "--sample", "0", code=2).stderr
