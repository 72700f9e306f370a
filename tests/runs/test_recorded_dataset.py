"""A task of a collected Dataset, from which it can be run again without its run."""

import json
import os
import pickle
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sweeprun.errors import FormatError, UsageError
from sweeprun.provenance.code import Code
from sweeprun.results.attributes import CODE_ATTRIBUTE, MANIFEST_ATTRIBUTE
from sweeprun.results.comparing import SomeOf
from sweeprun.runs.collect import collect_into
from sweeprun.runs.observe import observe
from sweeprun.runs.recorded_dataset import recorded_in_dataset
from sweeprun.runs.replay import differences_from, run_here
from sweeprun.store import trust
from sweeprun.store.directory import RunDirectory
from tests.results.runs import axis, count_axis, make_run, success, write_shard
from tests.runs.observers import Listener
from tests.runs.studies import STUDY
from tests.runs.sweeping import sweep_function, sweep_words


@pytest.fixture
def results(here: Path) -> Path:
    """The results of a run that is gone."""
    run = sweep_words("model=small,large", "lr=0.1,0.2", "seed=range(2)")
    collect_into(observe(run), here / "my results ü.nc")
    shutil.rmtree(run.path)
    return here / "my results ü.nc"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The results of a run that was made by hand: 8 tasks, whose code is not known."""
    run = make_run(tmp_path / "run", axis("lr", [0.1, 0.2]), count_axis("seed", 4))
    write_shard(run, "0.a", [success(task_id, {"x": 1.5}) for task_id in range(7)])
    collect_into(observe(run), tmp_path / "made.nc")
    return tmp_path / "made.nc"


def changed(results: Path, **attributes: str) -> Path:
    """The same Dataset with other attributes."""
    with xr.open_dataset(results) as opened:
        dataset = opened.load()
    dataset.assign_attrs(attributes).to_netcdf(results)
    return results


def test_a_task_runs_again_from_the_file_alone(results: Path, observer: Listener) -> None:
    recorded = recorded_in_dataset(results, ["model=large", "lr=0.2", "seed=1"], observer=observer)
    assert (recorded.task.task_id, recorded.record) == (7, None)
    assert recorded.arrays is not None
    assert {name: array.item() for name, array in recorded.arrays.items()} == {
        "x": np.random.default_rng(7).random(),
        "y": 0.2,
        "word": "large",
    }
    assert recorded.code is not None
    assert "study.of_config" in recorded.code.functions
    assert differences_from(recorded, run_here(recorded)) == []
    assert (observer.notes, observer.warnings) == ([], [])


def test_a_zarr_store_will_do_and_so_will_some_results(here: Path) -> None:
    run = sweep_words("lr=0.1,0.2")
    collect_into(observe(run), here / "some.zarr", ["y"])
    recorded = recorded_in_dataset(here / "some.zarr", ["1"])
    assert isinstance(recorded.arrays, SomeOf)
    assert list(recorded.arrays) == ["y"]
    assert differences_from(recorded, run_here(recorded)) == []


def test_of_a_task_without_a_result_there_are_no_values(made: Path) -> None:
    assert recorded_in_dataset(made, ["7"], allow_drift=True).arrays is None
    assert recorded_in_dataset(made, ["lr=0.2", "seed=2"], allow_drift=True).arrays == {"x": 1.5}


def test_other_code_is_refused_or_told(results: Path, here: Path, observer: Listener) -> None:
    (here / "study.py").write_text(STUDY.replace("cfg.lr * cfg.seed", "cfg.lr + cfg.seed"))
    with pytest.raises(UsageError, match=r"(?s)it would not be the same run again.*study\.py has changed"):
        recorded_in_dataset(results, ["1"])
    recorded_in_dataset(results, ["1"], allow_drift=True, observer=observer)
    (warning,) = observer.warnings
    assert "study.py has changed, and in it the task function study.of_config" in warning


@pytest.mark.parametrize("attributes", [{}, {CODE_ATTRIBUTE: "{"}, {CODE_ATTRIBUTE: "{}"}])
def test_code_that_is_not_known_is_refused_or_told(made: Path, observer: Listener, attributes: dict[str, str]) -> None:
    changed(made, **attributes)
    with pytest.raises(
        UsageError, match=r"what code .* was made with is not known.*base_config\) and add --allow-drift"
    ):
        recorded_in_dataset(made, ["1"])
    assert recorded_in_dataset(made, ["1"], allow_drift=True, observer=observer).code is None
    assert observer.warnings == [f"what code {made} was made with is not known"]


def test_code_that_names_neither_a_file_nor_a_function_is_not_known(made: Path) -> None:
    code = json.dumps(Code(base=str(made.parent)).to_dict())
    with pytest.raises(UsageError, match="is not known"):
        recorded_in_dataset(changed(made, **{CODE_ATTRIBUTE: code}), ["1"])


def test_of_the_variables_in_a_file_only_those_are_set_that_run_no_code(made: Path, observer: Listener) -> None:
    with xr.open_dataset(made) as dataset:
        manifest = json.loads(dataset.attrs[MANIFEST_ATTRIBUTE])
    manifest["launcher"]["variables"] = {
        "OMP_NUM_THREADS": "2",
        "PYTHONPATH": "/tmp/evil",
        "CUDA_VISIBLE_DEVICES": "/tmp/evil",
        "DATA": "x",
    }
    manifest["job"]["task_variables"] = ["LD_PRELOAD", "PYTHONHASHSEED"]
    changed(made, **{MANIFEST_ATTRIBUTE: json.dumps(manifest)})
    recorded = recorded_in_dataset(made, ["1"], allow_drift=True, trust=True, observer=observer)
    assert recorded.manifest.launcher["variables"] == {"OMP_NUM_THREADS": "2"}
    assert recorded.manifest.job.task_variables == ("PYTHONHASHSEED",)
    (note,) = observer.notes
    assert note.startswith("PYTHONPATH, DATA, LD_PRELOAD, CUDA_VISIBLE_DEVICES: not set as ")


@pytest.mark.parametrize("name", ["made.nc", "made.zarr"])
def test_a_file_of_another_user_is_refused_unless_it_is_trusted(
    made: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if name == "made.zarr":
        collect_into(observe(RunDirectory(made.parent / "run")), made.with_suffix(".zarr"))
    stranger = {made.parent / name, made.with_suffix(".zarr") / "zarr.json"}
    monkeypatch.setattr(trust, "owner_of", lambda path: 7 if path in stranger else os.geteuid())
    with pytest.raises(UsageError, match=r"belongs to .*, and a task that runs again .* add --trust"):
        recorded_in_dataset(made.parent / name, ["1"], allow_drift=True)
    recorded_in_dataset(made.parent / name, ["1"], allow_drift=True, trust=True)
    monkeypatch.setenv(trust.TRUST_VARIABLE, str(made.parent))
    recorded_in_dataset(made.parent / name, ["1"], allow_drift=True)


def test_code_where_others_may_put_some_is_refused(made: Path, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with xr.open_dataset(made) as dataset:
        manifest = json.loads(dataset.attrs[MANIFEST_ATTRIBUTE])
    manifest["python_path"] = [str(tmp_path), str(tmp_path / "open")]
    changed(made, **{MANIFEST_ATTRIBUTE: json.dumps(manifest)})
    with pytest.raises(UsageError, match=r"its code is in '.*open', which can be written by every user, .*add --trust"):
        recorded_in_dataset(made, ["1"], allow_drift=True)
    assert recorded_in_dataset(made, ["1"], allow_drift=True, trust=True).task.task_id == 1


@pytest.mark.parametrize(("words", "message"), [(["8"], "no task 8"), (["lr=0.1"], "which task"), ([], "which task")])
def test_words_that_name_no_task_are_refused(made: Path, words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        recorded_in_dataset(made, words)


@pytest.mark.parametrize("name", ["gone.nc", "gone.zarr", "text.nc"])
def test_what_is_no_dataset_is_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.nc").write_text("nothing of the kind")
    with pytest.raises(UsageError, match=f"{name}' can't be opened as a Dataset"):
        recorded_in_dataset(tmp_path / name, ["0"])


def test_a_dataset_of_another_origin_is_refused(tmp_path: Path) -> None:
    xr.Dataset({"x": 1}).to_netcdf(tmp_path / "other.nc")
    with pytest.raises(UsageError, match=r"other\.nc' does not say how it was made; name the run instead"):
        recorded_in_dataset(tmp_path / "other.nc", ["0"])


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"format": "sweeprun-run", "version": 4, "blocks": 3})])
def test_a_manifest_that_is_damaged_is_named(made: Path, text: str) -> None:
    with pytest.raises(FormatError, match=rf"made\.nc'.* {MANIFEST_ATTRIBUTE} is malformed"):
        recorded_in_dataset(changed(made, **{MANIFEST_ATTRIBUTE: text}), ["0"])


def test_a_function_that_is_in_the_run_is_not_in_the_file(functions: ModuleType, here: Path) -> None:
    run = sweep_function(functions.draw, {"lr": [0.1], "seed": [1]})
    collect_into(observe(run), here / "results.nc")
    with pytest.raises(UsageError, match=r"the task function of .*results\.nc. is in its run, and not in the file"):
        recorded_in_dataset(here / "results.nc", ["0"])


def test_what_a_file_masks_comes_from_its_run(here: Path) -> None:
    run = sweep_words("+hf_token=hunter2t", "+api_key=hunter2a,hunter2b", "seed=0,1")
    collect_into(observe(run), here / "results.nc")
    recorded = recorded_in_dataset(here / "results.nc", ["api_key=masked-2", "seed=1"])
    assert recorded.manifest.values(recorded.task)["api_key"] == "hunter2b"
    assert pickle.loads(recorded.frozen[0][0])["hf_token"] == "hunter2t"
    assert differences_from(recorded, run_here(recorded)) == []
    run.path.rename(here / "moved")
    with pytest.raises(UsageError, match=r"results\.nc. masks api_key, hf_token, and the run .* RUN 3"):
        recorded_in_dataset(here / "results.nc", ["3"])


def test_a_result_that_is_left_out_as_secret_is_not_compared(made: Path, tmp_path: Path) -> None:
    run = RunDirectory(tmp_path / "run")
    write_shard(run, "0.b", [success(7, {"x": 1.5, "hf_token": "hunter2"})])
    collect_into(observe(run), made)
    assert isinstance(recorded_in_dataset(made, ["7"], allow_drift=True).arrays, SomeOf)


@pytest.mark.parametrize("job", [{}, {"subdir": "${lr}"}, {"chdir": True, "directories": True}])
def test_a_task_that_writes_files_runs_again_without_hydras_config(
    here: Path, observer: Listener, job: dict[str, Any]
) -> None:
    snapshot = observe(sweep_words("task=study.keeps_a_file", "lr=0.1,0.2"))
    manifest = replace(snapshot.manifest, job=replace(snapshot.manifest.job, **job))
    run = snapshot.run
    collect_into(replace(snapshot, manifest=manifest), here / "files.nc")
    shutil.rmtree(run.path)
    recorded = recorded_in_dataset(here / "files.nc", ["lr=0.2"], observer=observer)
    assert differences_from(recorded, run_here(recorded)) == []
    told = "doesn't have Hydra's config, so the task runs where you are, not in a directory"
    assert [note.endswith(told) for note in observer.notes] == [True] * ("chdir" in job)
