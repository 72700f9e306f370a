"""Further values on the axes of a run."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from sweeprun.config.extending import Extension
from sweeprun.config.launching import Given, Words
from sweeprun.design.streams import BitGenerator, Streams
from sweeprun.errors import OverrideError, RunDirectoryError, SweeprunError, UsageError
from sweeprun.results.collect import collect_run
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.extend import extend_run, plan_given, plan_words
from sweeprun.runs.launch import Launch, Started
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import count_extensions, write_extension
from sweeprun.store.manifest import Manifest, read_manifest, write_manifest
from sweeprun.store.notices import read_stream_clash
from tests.runs.observers import Kept, Listener, launch_here
from tests.runs.studies import STUDY
from tests.runs.submitting import ALIVE, submit
from tests.runs.sweeping import sweep_function, sweep_words


@pytest.fixture
def run(functions: ModuleType) -> RunDirectory:
    return sweep_function(functions.draw, {"lr": [0.1, 0.2], "seed": range(2)})


def extended(
    run: RunDirectory,
    axes: Mapping[str, Any],
    *,
    members: int | None = None,
    launch: Launch | None = None,
    observer: Observer = SILENT,
) -> Started:
    return extend_run(
        run,
        lambda manifest: plan_given(run, manifest, axes, members),
        Given(),
        ["run.extend(…)"],
        launch=launch or Kept(),
        observer=observer,
    )


def by_words(run: RunDirectory, *words: str, launch: Launch | None = None, observer: Observer = SILENT) -> Started:
    return extend_run(
        run,
        lambda manifest: plan_words(run, manifest, words),
        Words(),
        ["sweeprun", "extend", *words],
        launch=launch or Kept(),
        observer=observer,
    )


def test_only_the_new_points_run_and_what_is_there_stays(run: RunDirectory, observer: Listener) -> None:
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    old = collect_run(run).dataset.load()
    started = extended(run, {"seed": range(4)}, launch=launch_here, observer=observer)
    (submission,) = started.submissions
    assert (submission.number, str(submission.array.tasks)) == (1, "4-7")
    assert observer.notes == ["4 new tasks: 4-7"]
    assert {path: path.read_bytes() for path in before} == before
    dataset = collect_run(run).dataset
    np.testing.assert_array_equal(dataset["x"].sel(seed=[0, 1]), old["x"])
    np.testing.assert_array_equal(dataset["y"], np.outer([0.1, 0.2], range(4)))
    assert dataset["task_id"].values.tolist() == [[0, 1, 4, 5], [2, 3, 6, 7]]


def test_what_is_there_already_adds_nothing(run: RunDirectory, observer: Listener) -> None:
    kept = Kept()
    started = extended(run, {"seed": [1, 0], "lr": [0.2]}, launch=kept, observer=observer)
    assert (started.submissions, kept.submissions, started.ended) == ((), [], None)
    assert started.nothing == "nothing to add: 'a rün' has all these points; see `sweeprun status 'a rün'`"
    assert count_extensions(run) == 0


def test_new_points_that_are_left_out_are_told_and_do_not_run(functions: ModuleType, observer: Listener) -> None:
    run = sweep_function(functions.draw, {"lr": [0.1, 0.2], "seed": range(2)}, exclude="seed > 2", launch=Kept())
    (submission,) = extended(run, {"seed": range(4)}, observer=observer).submissions
    assert str(submission.array.tasks) == "4,6"
    assert observer.notes == ["2 of 4 new points are left out", "2 new tasks: 4,6"]
    assert extended(run, {"seed": [4]}).nothing == "nothing to start: all new points (2) are left out"


def test_axes_that_move_together_get_further_points(functions: ModuleType) -> None:
    run = sweep_function(functions.draw, {"pair": {"lr": [0.1, 0.2], "seed": [1, 2]}}, launch=Kept())
    (submission,) = extended(run, {"pair": {"seed": [2, 3], "lr": [0.2, 0.3]}}).submissions  # in any order
    assert str(submission.array.tasks) == "2"
    assert read_manifest(run).table.task(2).coordinates == {"lr": 0.3, "seed": 3}
    with pytest.raises(OverrideError, match=r"'lr' belongs to axes that move together: pair="):
        extended(run, {"lr": [0.4]})
    with pytest.raises(OverrideError, match="'pair' does not hold lr, member in this run, moving together"):
        extended(run, {"pair": {"lr": [0.4], "member": [1]}})


def test_an_ensemble_gets_further_members(functions: ModuleType) -> None:
    run = sweep_function(functions.flaky, {"seed": [0]}, members=2, launch=Kept())
    assert str(extended(run, {}, members=5).submissions[0].array.tasks) == "2-4"


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({}, "name an axis with further values"),
        ({"lrr": [1]}, "'lrr' is no axis of this sweep.*its axes are lr, seed"),
        ({"seed": ["a"]}, "the axis holds int64, and these are not of that type"),
        ({"seed": []}, "the axis 'seed' is empty"),
    ],
)
def test_what_the_run_cannot_have_is_refused_and_changes_nothing(
    run: RunDirectory, axes: dict[str, Any], message: str
) -> None:
    before = sorted(run.path.rglob("*"))
    with pytest.raises(SweeprunError, match=message):
        extended(run, axes)
    assert sorted(run.path.rglob("*")) == before


def test_other_code_is_refused_before_anything_is_planned(run: RunDirectory, here: Path) -> None:
    (here / "study.py").write_text(STUDY.replace("lr * seed", "lr + seed"))

    def never(_: Manifest) -> Extension:
        raise AssertionError

    with pytest.raises(UsageError, match=r"study\.py has changed, and in it the task function study\.draw"):
        extend_run(run, never, Given(), [], launch=Kept())
    assert count_extensions(run) == 0


def test_a_run_whose_jobs_make_no_grid_cannot_be_extended(run: RunDirectory) -> None:
    manifest = read_manifest(run)
    run.manifest.unlink()
    write_manifest(run, replace(manifest, job=replace(manifest.job, composed_each=True)))
    with pytest.raises(UsageError, match="'a rün' can't be extended: its jobs make no grid"):
        extended(run, {"seed": [5]})


def test_more_local_workers_beside_those_that_run_are_refused(functions: ModuleType) -> None:
    run = sweep_function(functions.flaky, {"seed": range(4)}, launch=Kept())
    submit(run, 0, "0-3", submitter=ALIVE)
    with pytest.raises(UsageError, match=r"local workers still run tasks of 'a rün'.*sweeprun wait 'a rün'"):
        extended(run, {"seed": [5]})


def test_of_two_at_once_one_is_refused(run: RunDirectory) -> None:
    def plan_late(manifest: Manifest) -> Extension:
        extension = plan_given(run, manifest, {"seed": [5]}, None)
        extended(run, {"seed": [6]})
        return extension

    kept = Kept()
    with pytest.raises(RunDirectoryError, match=r"has just extended 'a rün'; see `sweeprun show 'a rün'`"):
        extend_run(run, plan_late, Given(), [], launch=kept)
    assert kept.submissions == []
    assert read_manifest(run).table.task(4).coordinates["seed"] == 6


@pytest.mark.usefixtures("here")
def test_a_run_of_configs_is_extended_by_words_and_by_values(observer: Listener) -> None:
    run = sweep_words("lr=0.1,0.2", "seed=range(2)")
    by_words(run, "seed=range(3)", launch=launch_here, observer=observer)
    extended(run, {"lr": [0.3], "seed": [7]}, launch=launch_here)
    dataset = collect_run(run).dataset
    assert dataset.sizes == {"lr": 3, "seed": 4}
    np.testing.assert_array_equal(dataset["y"], np.outer([0.1, 0.2, 0.3], [0, 1, 2, 7]))
    assert observer.notes == ["2 new tasks: 4-5"]
    with pytest.raises(OverrideError, match="seed"):
        extended(run, {"seed": ["a"]})


def test_a_new_choice_of_a_config_group_is_composed_from_the_configs(here: Path) -> None:
    run = sweep_words("model=small,large", "seed=1,2")
    (here / "conf" / "model" / "huge.yaml").write_text("name: huge\n")
    by_words(run, "model=huge", launch=launch_here)
    assert len(list(run.extensions.glob("*.pickle"))) == 1
    dataset = collect_run(run).dataset
    assert dataset["word"].sel(seed=1).values.tolist() == ["small", "large", "huge"]


def test_an_older_run_that_did_not_note_its_configs_takes_no_new_choice(here: Path) -> None:
    run = sweep_words("model=small,large", "seed=1,2", launch=Kept())
    manifest = read_manifest(run)
    run.manifest.unlink()
    write_manifest(run, replace(manifest, job=replace(manifest.job, config=None)))
    (here / "conf" / "model" / "huge.yaml").write_text("name: huge\n")
    with pytest.raises(UsageError, match="did not note where its configs came from"):
        by_words(run, "model=huge")
    assert str(by_words(run, "seed=3").submissions[0].array.tasks) == "4-5"


def test_extensions_are_numbered(run: RunDirectory) -> None:
    for count in (1, 2):
        extended(run, {"seed": [10 + count]})
        assert count_extensions(run) == count
    with pytest.raises(FileExistsError):
        write_extension(run, 2, read_manifest(run).table.blocks[:1], None, [])


@pytest.mark.parametrize("seeds", [4, 6])
def test_a_stream_that_an_added_task_has_and_the_function_too_is_warned_of(
    functions: ModuleType, observer: Listener, seeds: int
) -> None:
    run = sweep_function(functions.has_a_stream, {"seed": range(3)})
    assert read_stream_clash(run) is None
    extended(run, {"seed": range(seeds)}, launch=Kept(), observer=observer)
    noted = read_stream_clash(run)
    assert (None if noted is None else noted.tasks) == (None if seeds == 4 else "4")
    assert observer.warnings == ([] if noted is None else [str(noted)])
    extended(run, {"seed": range(7)}, launch=Kept(), observer=observer)
    assert len(observer.warnings) <= 1


@pytest.mark.usefixtures("here")
def test_a_clash_with_added_tasks_is_warned_of_before_they_start(observer: Listener) -> None:
    run = sweep_words("task=study.shares_a_stream", "seed=10,11", launch=Kept())
    assert read_stream_clash(run) is None
    by_words(run, "seed=2", launch=Kept(), observer=observer)
    (warning,) = observer.warnings
    assert "makes np.random.default_rng(cfg.seed)" in warning
    assert str(read_stream_clash(run)) == warning


@pytest.mark.parametrize("root_seed", [None, 7])
def test_a_run_keeps_its_bit_generator(functions: ModuleType, root_seed: int | None) -> None:
    run = sweep_function(functions.draw, {"lr": [1], "seed": range(2)}, bit_generator="SFC64", root_seed=root_seed)
    extended(run, {"seed": range(4)}, launch=launch_here)
    dataset = collect_run(run).dataset
    streams = Streams(root_seed=root_seed, bit_generator=BitGenerator.SFC64)
    assert dataset["x"].values.tolist() == [[streams.generator(task_id).random() for task_id in range(4)]]
    if root_seed is None:
        assert dataset["x"].values[0, 0] == np.random.Generator(np.random.SFC64(0)).random()
    assert json.loads(dataset.attrs["streams"]) == streams.to_dict()
