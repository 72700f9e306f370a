"""A launcher of another package at every door: its options, options of tasks, Hydra applications, running tasks."""

import json
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from sweeprun import open_run, sweep
from sweeprun.errors import SweeprunError
from sweeprun.results.collect import collect_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.submissions import read_submissions
from tests.cloud_launcher import cloud  # noqa: F401  # a fixture
from tests.command_line import environment, run_sweeprun, runner

STUDY = """
import json
import os


def told(cfg):
    told = json.loads(os.environ["CLOUD_OPTIONS"])
    return {"memory": told["memory"], "region": told["region"]}
"""
CONFIGS = {
    "config": "defaults:\n  - model: small\n  - _self_\ntask: study.told\nsize: a\nseed: 0\nneeds: {a: 2, b: 64}\n",
    "model/small": "width: 1\n",
    "model/large": "# @package _global_\nmodel: {width: 9}\nhydra: {launcher: {region: far}}\n",
    "hydra/launcher/mycluster": "defaults: [cloud]\nmemory: ${needs.${size}}\n",
    "hydra/launcher/plain": "name: cloud\nregion: us\n",
}
APPLICATION = """
import json
import os

import hydra


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    told = json.loads(os.environ["CLOUD_OPTIONS"])
    return {"memory": told["memory"], "region": told["region"]}


if __name__ == "__main__":
    main()
"""

Type = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "my 'study' ü"
    for name, text in CONFIGS.items():
        path = folder / "conf" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "study.py").write_text(STUDY)
    (folder / "app.py").write_text(APPLICATION)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def type_(here: Path, cloud: Path) -> Type:  # noqa: F811
    """Run ``sweeprun`` where the launcher is installed."""
    assert str(cloud) in environment()["PYTHONPATH"]
    return partial(run_sweeprun, folder=here)


def newest(folder: Path) -> RunDirectory:
    return RunDirectory(max(folder.glob("multirun/*/*"), key=lambda path: path.stat().st_mtime_ns))


def test_a_site_s_file_of_any_name_and_options_that_follow_swept_keys(type_: Type, here: Path) -> None:
    type_("-m", "size=a,b", "seed=0,1", "hydra/launcher=mycluster", "hydra.launcher.labels.team=x")
    run = newest(here)
    dataset = collect_run(run).dataset
    assert dataset.memory.values.tolist() == [[2, 2], [64, 64]]
    submissions = read_submissions(run)
    assert [(one.launcher["name"], one.launcher["memory"]) for one in submissions] == [("cloud", 2), ("cloud", 64)]
    assert {one.launcher["labels"]["team"] for one in submissions} == {"x"}

    type_("extend", str(run.path), "seed=2")
    assert collect_run(run).dataset.memory.values.tolist() == [[2, 2, 2], [64, 64, 64]]


def test_options_that_follow_config_groups_and_a_file_without_a_schema(type_: Type, here: Path) -> None:
    type_("-m", "model=small,large", "hydra/launcher=cloud")
    assert collect_run(newest(here)).dataset.region.values.tolist() == ["eu", "far"]
    type_("-m", "seed=0,1", "hydra/launcher=plain")
    dataset = collect_run(newest(here)).dataset
    assert dataset.region.values.tolist() == ["us", "us"]
    assert dataset.memory.values.tolist() == [4, 4]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("memroy=3", "memroy is no option of hydra/launcher=cloud: its options"),
        ("memory=much", "'much' of type 'str' could not be converted"),
        ("memory=${size}", "'a' of type 'str' could not be converted"),
        ("throttle='${needs.${size}}'", "throttle is 2 for some tasks and 64 for others"),
    ],
)
def test_wrong_options_make_nothing(type_: Type, here: Path, word: str, message: str) -> None:
    said = type_("-m", "size=a,b", "hydra/launcher=cloud", f"hydra.launcher.{word}", code=2).stderr
    assert message in said
    assert "Traceback" not in said
    assert not (here / "multirun").exists()


def test_a_resumed_run_has_its_options_changed_and_checked(type_: Type, here: Path) -> None:
    type_("-m", "size=a,b", "hydra/launcher=cloud")
    run = str(newest(here).path)
    assert "cloud has no option 'memroy'" in type_("resume", run, "hydra.launcher.memroy=1", code=2).stderr
    assert "Integer" in type_("resume", run, "hydra.launcher.memory=much", code=2).stderr


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    ("sweeper", "launcher"), [("basic", "sweeprun_cloud"), ("basic", "mycluster"), ("sweeprun", "mycluster")]
)
def test_hydra_applications_choose_it_behind_any_sweeper(here: Path, sweeper: str, launcher: str) -> None:
    run = runner(here, "app.py")
    run("-m", "size=a,b", f"hydra/sweeper={sweeper}", f"hydra/launcher={launcher}", "hydra.launcher.region=us")
    dataset = collect_run(newest(here)).dataset
    assert dataset.region.values.tolist() == ["us", "us"]
    assert dataset.memory.values.tolist() == ([2, 64] if launcher == "mycluster" else [4, 4])


@pytest.mark.usefixtures("cloud", "here")
def test_python_has_it_by_name_with_its_defaults_and_types() -> None:
    def told(a: int) -> dict[str, object]:
        return dict(json.loads(os.environ["CLOUD_OPTIONS"]), a=a)

    run = sweep(told, {"a": [1, 2]}, launcher={"name": "cloud", "memory": "8"}).wait()
    assert run.dataset.memory.values.tolist() == [8, 8]
    for wrong, message in {
        "memroy": r"cloud has no option 'memroy'; its options are .*did you mean launcher\['memory'\]",
        "memory": "'x' of type 'str' could not be converted to Integer",
        "n_jobs": "cloud has no option 'n_jobs'; did you mean throttle",
    }.items():
        with pytest.raises(SweeprunError, match=message):
            sweep(told, {"a": [1, 2]}, launcher={"name": "cloud", wrong: "x"})


@pytest.mark.usefixtures("cloud")
def test_running_tasks_that_leave_no_beat_are_shown_by_status(type_: Type, here: Path) -> None:
    type_("-m", "size=a,b", "hydra/launcher=cloud")
    run = newest(here)
    for shard in run.shards.iterdir():
        shard.unlink()
    since = time.time() - 30
    known = [{"task_id": 0, "host": "vm-7", "pid": 12, "since": since}, {"task_id": 1}, {"task_id": 99}]
    (run.path / "cloud.json").write_text(json.dumps(known))
    said = type_("status", str(run.path)).stdout
    assert "2 running" in said
    assert "task 0 runs on vm-7, process 12, since 30" in said
    assert "task 1 runs\n" in said
    told = json.loads(type_("status", str(run.path), "--json").stdout)
    assert told["running"][1] == {"task": 1, "host": "", "pid": None, "since": None}
    assert told["not_queued"] == ""
    assert open_run(run.path).status().running[0].host == "vm-7"
