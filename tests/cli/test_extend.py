"""Extending a run: only new points run, and what is there stays as it is."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tests.command_line import Run, environment


def collected(run: Run, study: Path, at: str = "one") -> xr.Dataset:
    run("collect", at)
    with xr.open_dataset(study / "results.nc") as dataset:
        return dataset.load()


def test_new_points_are_new_tasks_and_old_ones_stay(run: Run, study: Path) -> None:
    run("-m", "lr=0.1,0.01", "seed=range(3)", "hydra.sweep.dir=one")
    before = collected(run, study)
    files = {path: path.read_bytes() for path in (study / "one").rglob("*") if path.is_file()}
    done = run("extend", "one", "seed=range(4)", "lr=0.5,0.1")
    assert "6 new tasks: 6-11" in done.stderr
    assert "6 tasks on" in done.stderr
    after = collected(run, study)
    assert after.lr.values.tolist() == [0.1, 0.01, 0.5]
    assert after.seed.values.tolist() == [0, 1, 2, 3]
    xr.testing.assert_identical(after.isel(lr=[0, 1], seed=[0, 1, 2]).drop_attrs(), before.drop_attrs())
    assert sorted(after.task_id.values.reshape(-1).tolist()) == list(range(12))
    assert after.x.values.tolist() == [[np.random.default_rng(i).random() for i in row] for row in after.task_id.values]
    assert (after.lr_seen == after.lr).all()
    for path, content in files.items():
        assert path.read_bytes() == content
    assert "nothing to add" in run("extend", "one", "seed=3", "lr=0.5").stderr
    shown = json.loads(run("show", "one", "--json").stdout)
    assert (shown["tasks"], shown["axes"]) == (12, {"lr": "3 (float64)", "seed": "4 (int64)"})


def test_an_ensemble_grows(run: Run, study: Path) -> None:
    run("-m", "lr=1,2", "hydra.sweeper.members=2", "hydra.sweeper.streams=[member]", "hydra.sweep.dir=one")
    run("extend", "one", "hydra.sweeper.members=4")
    dataset = collected(run, study)
    assert dataset.sizes == {"lr": 2, "member": 4}
    first = [np.random.default_rng(stream).random() for stream in (0, 1)]
    assert dataset.x.values[:, :2].tolist() == [first, first]
    assert (dataset.x.values[0] == dataset.x.values[1]).all()
    assert len(set(dataset.x.values[0].tolist())) == 4


def test_options_of_config_groups_can_be_added(run: Run, study: Path) -> None:
    (study / "conf" / "model").mkdir()
    for name, size in (("small", 1), ("large", 2), ("huge", 3)):
        (study / "conf" / "model" / f"{name}.yaml").write_text(f"size: {size}\n")
    (study / "conf" / "config.yaml").write_text("defaults: [model: small, _self_]\ntask: sized.size\nseed: 0\n")
    (study / "sized.py").write_text("def size(cfg):\n    return {'size': cfg.model.size, 'seed_seen': cfg.seed}\n")
    run("-m", "model=small,large", "seed=1,2", "hydra.sweep.dir=one")
    run("extend", "one", "model=huge", "seed=5")
    run("extend", "one", "seed=6")
    dataset = collected(run, study)
    assert dataset["size"].values.tolist() == [[1] * 4, [2] * 4, [3] * 4]
    assert dataset.seed_seen.values.tolist() == [[1, 2, 5, 6]] * 3
    assert "Could not find 'model/none'" in run("extend", "one", "model=none", code=2).stderr
    (study / "conf" / "config.yaml").write_text("defaults: [model: small, _self_]\ntask: sized.size\nseed: 7\n")
    (study / "conf" / "model" / "tiny.yaml").write_text("size: 0\n")
    assert "doesn't compose what it did" in run("extend", "one", "model=tiny", code=2).stderr
    run("extend", "one", "seed=8")  # from the frozen configs, whatever has become of conf/
    assert collected(run, study).seed_seen.values.tolist() == [[1, 2, 5, 6, 8]] * 3


def test_task_functions_can_be_added(run: Run, study: Path) -> None:
    (study / "other.py").write_text("def other(cfg):\n    return {'y': cfg.seed}\n")
    run("-m", "task=study.draw,study.print_much", "seed=1,2", "hydra.sweep.dir=two")
    assert "no module 'nowhere'" in run("extend", "two", "task=nowhere.f", code=2).stderr
    assert not (study / "two" / "extensions").exists()
    run("extend", "two", "task=other.other")
    assert collected(run, study, "two").y.values.tolist()[2] == [1, 2]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("one",), "name an axis with further values"),
        (("one", "batch=3"), "'batch' is no axis of this sweep"),
        (("one", "lr=0.3,0.3"), "has the value 0.3 twice"),
        (("one", "lr=abc"), "the axis holds float64"),
        (("one", "seed=range(3,1)"), "'seed=range(3,1)' is empty"),
        (("one", "seed=glob(nothing*)"), "no file matches"),
        (("one", "~seed=1"), "deletes a key"),
        (("one", "seed=[1"), "can't be read"),
        (("one", "hydra.sweeper.members=2"), "'member' is no axis"),
        (("one", "hydra.sweeper.members=1,2"), "the size of an ensemble is one number"),
        (("one", "seed=9", "hydra.launcher.nonsense=1"), "local has no option 'nonsense'"),
        (("one", "two", "seed=9"), "one run directory at a time"),
        (("nowhere", "seed=9"), "does not exist"),
    ],
)
def test_what_cannot_be_added_is_told_and_changes_nothing(
    run: Run, study: Path, words: tuple[str, ...], message: str
) -> None:
    run("-m", "lr=0.1,0.01", "seed=range(3)", "hydra.sweep.dir=one")
    before = {path: path.stat().st_mtime_ns for path in (study / "one").rglob("*")}
    assert message in run("extend", *words, code=2).stderr
    assert {path: path.stat().st_mtime_ns for path in (study / "one").rglob("*")} == before


def test_of_two_extensions_at_once_one_is_refused_or_both_are_whole(run: Run, study: Path) -> None:
    run("-m", "seed=range(2)", "hydra.sweep.dir=one")
    command = [sys.executable, "-m", "sweeprun", "extend", "one", "seed=range(9)"]
    started = [
        subprocess.Popen(command, cwd=study, env=environment(), stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = [process.communicate(timeout=120)[1] for process in started]
    codes = [process.returncode for process in started]
    assert set(codes) <= {0, 2}, told
    assert 0 in codes
    assert not any("Traceback" in text for text in told)
    run("resume", "one")
    dataset = collected(run, study)
    assert dataset.x.values.tolist() == [np.random.default_rng(i).random() for i in range(9)]


def test_a_run_that_goes_on_locally_is_not_crowded(run: Run, study: Path) -> None:
    command = [sys.executable, "-m", "sweeprun", "-m", "task=study.wait_for", "seed=2,3", "hydra.sweep.dir=one"]
    with subprocess.Popen(command, cwd=study, env=environment(), stderr=subprocess.DEVNULL) as started:
        while not (study / "one" / "0" / "running").exists():
            assert started.poll() is None
        assert "local workers still run tasks of one" in run("extend", "one", "seed=9", code=2).stderr
        (study / "never").touch()
        assert started.wait(60) == 0
    run("extend", "one", "seed=9")
