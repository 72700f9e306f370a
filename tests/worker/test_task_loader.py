"""What a worker needs to run a task: its function, its config, its directory and its variables."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.frozen import freeze, write_frozen
from sweeprun.design.overrides import Operation, Override
from sweeprun.errors import TaskFunctionError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.job_spec import MAIN, FunctionReference
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.result_names import NO_NAMES, Labels, ResultNames, labels_to_json
from sweeprun.worker.task_handle import RunningTask
from sweeprun.worker.task_loader import TaskLoader
from tests.results.runs import axis, make_run
from tests.worker.called_runs import make_called_run
from tests.worker.surroundings import restored

MODULE = """
imported = []


def double(cfg):
    return 2 * cfg.lr


def context(cfg, task):
    return (cfg.lr, task.id)
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    study = tmp_path / "a stüdy"
    study.mkdir()
    (study / "funktionen.py").write_text(MODULE)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    with restored(study):
        yield study


def loader_of(study: Path, task: Any, env_set: dict[str, str] | None = None, **job: Any) -> tuple[TaskLoader, Manifest]:
    """The loader of a run over ``lr``, whose config was composed with a ``hydra`` node of the least that is needed."""
    run = make_run(study / "run", axis("lr", [0.5, 1.5]))
    hydra = {
        "job": {
            "name": "x",
            "chdir": False,
            "env_set": env_set or {},
            "config": {"override_dirname": {"kv_sep": "=", "item_sep": ",", "exclude_keys": []}},
        },
        "sweep": {"dir": "unknown", "subdir": "${hydra.job.num}-${hydra.job.override_dirname}"},
        "overrides": {"task": []},
        "runtime": {},
        "output_subdir": ".hydra",
    }
    composed = freeze(OmegaConf.create({"lr": 0.0, "twice": "${lr}", "task": task, "hydra": hydra}))
    write_frozen(run, [(composed.task, composed.full)])
    manifest = read_manifest(run)
    swept = (Override(operation=Operation.CHANGE, key="lr", axis="lr"),)
    manifest = replace(manifest, overrides=swept, job=replace(manifest.job, **job))
    return TaskLoader(run, manifest, study), manifest


def running(task_id: int) -> RunningTask:
    return RunningTask(id=task_id, attempt=1, stream=task_id, coordinates={}, _make_directory=Path)


def called(loader: TaskLoader, manifest: Manifest, task_id: int) -> Any:
    cfg, function = loader.load(manifest.table.task(task_id), None)
    nothing: Any = None
    return function(cfg, nothing, running(task_id))


def test_each_task_has_its_own_config_and_all_have_one_function(study: Path) -> None:
    loader, manifest = loader_of(study, "funktionen.py:context")
    first, function = loader.load(manifest.table.task(0), None)
    second, same = loader.load(manifest.table.task(1), None)
    assert (first.lr, first.twice, second.lr) == (0.5, 0.5, 1.5)
    assert function is same
    assert "hydra" not in first
    assert called(loader, manifest, 1) == (1.5, 1)


def test_the_config_may_name_another_function_for_each_task(study: Path) -> None:
    loader, manifest = loader_of(study, "funktionen.py:double")
    assert called(loader, manifest, 1) == 3.0
    composed = OmegaConf.create({"lr": 4.0, "task": "funktionen.py:context"})
    cfg, function = loader.load(manifest.table.task(0), composed)
    assert cfg is composed
    nothing: Any = None
    assert function(cfg, nothing, running(7)) == (4.0, 7)


def test_a_function_that_is_not_there_is_an_error_of_the_task(study: Path) -> None:
    loader, manifest = loader_of(study, "funktionen.py:tripel")
    with pytest.raises(TaskFunctionError, match="has no 'tripel'"):
        loader.load(manifest.table.task(0), None)


def test_a_function_that_is_called_by_keywords_needs_no_configs(study: Path) -> None:
    run = make_called_run(study / "called", lambda lr, n: lr * n, axis("lr", [0.5, 1.5]), constants={"n": 10})
    loader = TaskLoader(run, read_manifest(run), study)
    assert called(loader, read_manifest(run), 1) == 15.0
    assert not loader.is_application
    assert loader.make_directory(read_manifest(run).table.task(1)) == run.task(1)
    assert list(run.task(1).iterdir()) == []


def test_an_applications_function_that_is_at_hand_is_not_looked_for(study: Path) -> None:
    loader, manifest = loader_of(study, None)
    reference = FunctionReference(kind=MAIN, file="gone.py", name="main", application=True)
    manifest = replace(manifest, job=replace(manifest.job, function=reference))
    at_hand = TaskLoader(RunDirectory(study / "run"), manifest, study, lambda config: config.lr)
    assert at_hand.is_application
    assert not loader.is_application
    assert called(at_hand, manifest, 1) == 1.5


@pytest.mark.parametrize(("subdir", "name"), [("${hydra.job.num}", "1"), ("else", "1-lr=1.5")])
def test_the_directory_of_a_task_is_made_with_its_configs_in_it(study: Path, subdir: str, name: str) -> None:
    loader, manifest = loader_of(study, "funktionen.py:double", subdir=subdir)
    task = manifest.table.task(1)
    directory = study / "run" / name
    assert loader.directory(task) == directory
    assert not directory.exists()
    assert loader.make_directory(task) == directory
    assert OmegaConf.load(directory / ".hydra" / "config.yaml").lr == 1.5
    assert OmegaConf.load(directory / ".hydra" / "overrides.yaml") == ["lr=1.5"]
    hydra = OmegaConf.load(directory / ".hydra" / "hydra.yaml").hydra
    assert (hydra.job.num, hydra.sweep.dir, hydra.runtime.output_dir) == (1, str(study / "run"), str(directory))


def test_a_directory_is_written_to_once_while_its_task_runs(study: Path) -> None:
    loader, manifest = loader_of(study, "funktionen.py:double")
    first, second = map(manifest.table.task, (0, 1))
    (loader.make_directory(first) / ".hydra" / "config.yaml").unlink()
    assert not (loader.make_directory(first) / ".hydra" / "config.yaml").exists()
    loader.make_directory(second)
    assert (loader.make_directory(first) / ".hydra" / "config.yaml").exists()  # another attempt at it


def test_variables_that_depend_on_the_task_are_set_while_it_runs(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWEPT_RATE", "before")
    monkeypatch.delenv("SWEPT_TWICE", raising=False)
    env_set = {"SWEPT_RATE": "${lr}", "SWEPT_TWICE": "ü ${twice}", "NOT_OF_THE_TASK": "1"}
    names = ["SWEPT_RATE", "SWEPT_TWICE"]
    loader, manifest = loader_of(study, "funktionen.py:double", env_set, task_variables=names)
    seen: list[list[str | None]] = []

    def look(cfg: DictConfig) -> float:
        seen.append([os.environ.get(name) for name in (*names, "NOT_OF_THE_TASK")])
        if cfg.lr > 1:
            raise ValueError("no")
        return float(cfg.lr)

    for task_id in (0, 1):
        task = manifest.table.task(task_id)
        cfg, _ = loader.load(task, None)
        if task_id:
            with pytest.raises(ValueError, match="no"):
                loader.call(task, cfg, look)
        else:
            assert loader.call(task, cfg, look) == 0.5
    assert seen == [["0.5", "ü 0.5", None], ["1.5", "ü 1.5", None]]
    assert os.environ["SWEPT_RATE"] == "before"
    assert "SWEPT_TWICE" not in os.environ


def test_names_of_dimensions_come_with_labels_from_the_tasks_config(study: Path) -> None:
    loader, manifest = loader_of(study, "funktionen.py:double", dims={"x": ("t", "twice")})
    cfg, function = loader.load(manifest.table.task(1), None)
    cfg["coords"] = {"t": [0, "${lr}"]}
    names = loader.names(cfg, function)
    cfg["coords"] = "changed"
    assert names.dims == {"x": ("t", "twice")}
    assert {dim: own.values for dim, own in names.labels.items()} == {"t": [0, 1.5]}  # and no number
    other, manifest = loader_of(study / "without", "funktionen.py:double")
    assert other.names(cfg, function) is NO_NAMES


def test_of_keyword_functions_labels_are_in_the_run_and_among_constants(study: Path) -> None:
    given = ResultNames(dims={"x": ("t", "n", "k")}, labels={"t": Labels(values=[0.5, 1.5])})
    constants = {"n": [1, 2], "k": 3}
    job = {"dims": given.dims, "coords": labels_to_json(given.labels)}
    run = make_called_run(study / "called", pow, axis("lr", [1, 2]), constants=constants, **job)
    loader = TaskLoader(run, read_manifest(run), study)
    cfg, function = loader.load(read_manifest(run).table.task(1), None)
    names = loader.names(cfg, function)
    assert {dim: own.given for dim, own in names.labels.items()} == {"n": False, "k": False, "t": True}
    assert names.labels["t"].array()[0].tolist() == [0.5, 1.5]
    assert loader.names(cfg, function) is names
