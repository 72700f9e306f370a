"""A run directory that an older sweeprun made: all that can be done with a run still can."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tests.command_line import Run, sweeprun_runner

_KEPT = Path(__file__).parent / "data"
_MADE_IN = "/srv/study"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """The study and its run, of which tasks 2 and 5 failed, moved to another place."""
    return moved("study", tmp_path)


def moved(name: str, tmp_path: Path) -> Path:
    """A study with a run, in another place than the one that it was made in."""
    study = tmp_path / "an 'old' study"
    shutil.copytree(_KEPT / name, study)
    for empty in ("logs", "workers"):  # git keeps no empty directories
        (study / "run" / empty).mkdir(exist_ok=True)
    for path in (study / "run").rglob("*.json"):
        path.write_text(path.read_text().replace(_MADE_IN, json.dumps(str(study))[1:-1]))
    return study


@pytest.fixture
def run(study: Path) -> Run:
    return sweeprun_runner(study)


def test_it_is_collected(study: Path, run: Run) -> None:
    run("collect", "run")
    with xr.open_dataset(study / "results.nc") as dataset:
        assert dataset["state"].values.tolist() == [["succeeded", "succeeded", "failed"]] * 2
        expected = [np.random.default_rng(task_id).random() for task_id in (0, 1, 3, 4)]
        assert dataset["x"].values[:, :2].ravel().tolist() == expected


def test_it_is_resumed_and_extended(study: Path, run: Run) -> None:
    (study / "mended").touch()
    assert "2 tasks on 1 worker" in run("resume", "run", "--allow-drift").stderr
    assert "2 new tasks: 6-7" in run("extend", "run", "seed=range(4)", "--allow-drift").stderr
    run("collect", "run")
    with xr.open_dataset(study / "results.nc") as dataset:
        assert (dataset["state"] == "succeeded").all()
        ids = [[0, 1, 2, 6], [3, 4, 5, 7]]
        assert dataset["x"].values.tolist() == [[np.random.default_rng(i).random() for i in row] for row in ids]


def test_it_is_verified_and_replayed(run: Run) -> None:
    assert "4/4 equal to the bit" in run("verify", "run", "--allow-drift").stdout
    assert "equal to the bit" in run("replay", "run", "3", "--allow-drift").stdout
    assert "it fails as it did" in run("replay", "run", "5", "--allow-drift").stdout


def test_it_is_shown(run: Run) -> None:
    assert "4 succeeded, 2 failed" in run("status", "run").stdout
    assert "no result of seed 2" in run("show", "run", "5").stdout


def test_a_sample_and_the_seeds_of_commands_stay_what_they_were(tmp_path: Path) -> None:
    """A run of manifest version 4: its design draws from default_rng(seed), and {seed} is the first number drawn."""
    study = moved("sampled", tmp_path)
    run = sweeprun_runner(study)
    assert "2 new tasks: 2-3" in run("extend", "run", "hydra.sweeper.sample.n=4", "--allow-drift").stderr
    run("collect", "run")
    with xr.open_dataset(study / "results.nc") as dataset:
        assert dataset["x"].values.tolist() == np.random.default_rng(0).random(4).tolist()
        seeds = [int(np.random.default_rng(task_id).integers(2**32)) for task_id in range(4)]
        assert dataset["seed"].values.tolist() == seeds
        streams = {"root_seed": None, "shared_by": None, "bit_generator": "PCG64", "command_seeds": "drawn"}
        assert json.loads(dataset.attrs["streams"]) == streams
    assert "4/4 equal to the bit" in run("verify", "run", "--allow-drift").stdout
    assert "equal to the bit" in run("replay", "run", "1", "--allow-drift").stdout
