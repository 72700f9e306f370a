"""Further values of a run's axes: checked against the configs that it was made with, composed only if they must be."""

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from omegaconf import OmegaConf

from sweeprun.config.application import Application, ConfigSource, open_application
from sweeprun.config.composing import ComposedSweep, compose_for_sweep, compose_sweep
from sweeprun.config.extending import Extension, like_axis, plan_extension
from sweeprun.config.frozen import ConfigDeriver
from sweeprun.design.axes import Axis
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.python_values import Typed
from sweeprun.design.ranges import IntegerRange
from sweeprun.design.values import Choice
from sweeprun.errors import OverrideError, UsageError
from sweeprun.store.job_spec import JobSpec
from sweeprun.store.manifest import Manifest
from tests.config.applications import write_configs

CONFIGS = {
    "config": "defaults: [{model: small}, _self_]\ntask: study.f\nlr: 0.1\nseed: 0\nopt: {wd: 0.0}\ninput: x\n",
    "model/small": "size: 1\n",
    "model/large": "size: 2\n",
    "model/huge": "size: 3\n",
}


class Study:
    """A config directory, and the run of a sweep that was composed from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.opened = 0
        write_configs(folder / "conf", CONFIGS)

    def open(self) -> AbstractContextManager[Application]:
        self.opened += 1
        return open_application(ConfigSource(path=str(self.folder / "conf")))

    def sweep(self, *words: str) -> None:
        with self.open() as application:
            self.composed: ComposedSweep = compose_sweep(application, compose_for_sweep(application, words))
        self.opened = 0
        self.manifest = Manifest(
            table=self.composed.table,
            overrides=self.composed.overrides,
            composition_axes=self.composed.composition_axes,
            launcher={},
            job=JobSpec(cwd=str(self.folder)),
            python_path=(),
            provenance={},
        )

    def extend(self, *words: str) -> Extension:
        return plan_extension(self.manifest, self.composed.frozen(), words, self.open)

    def points(self, extension: Extension, *keys: str) -> list[tuple[Any, ...]]:
        """What the configs of the new tasks hold."""
        frozen = [*self.composed.frozen(), *((one.task, one.full) for one in extension.compositions)]
        table = self.manifest.table.with_blocks(extension.blocks)
        deriver = ConfigDeriver(replace(self.manifest, table=table), frozen)
        configs = [deriver.derive(table.task(number)) for number in range(len(self.manifest.table), len(table))]
        return [tuple(OmegaConf.select(config, key) for key in keys) for config in configs]


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "my ü study")


def test_new_values_make_new_points_on_the_frozen_configs(study: Study) -> None:
    study.sweep("lr=0.1,0.2", "seed=range(2)", "opt.wd=1")
    write_configs(study.folder / "conf", {"config": "changed: 1\n"})
    extension = study.extend("lr=0.2,0.3")
    assert study.points(extension, "lr", "seed", "opt.wd") == [(0.3, 0, 1.0), (0.3, 1, 1.0)]
    assert (extension.compositions, extension.task_specs, study.opened) == ((), (), 0)


def test_values_that_are_there_add_nothing(study: Study) -> None:
    study.sweep("lr=0.1,0.2", "seed=range(2)")
    assert study.extend("lr=0.2,0.10", "seed=1").blocks == ()


def test_an_ensemble_grows_to_its_new_size(study: Study) -> None:
    study.sweep("lr=0.1,0.2", "hydra.sweeper.members=2")
    (block,) = study.extend("hydra.sweeper.members=4").blocks
    assert [len(axis) for axis in block.design.axes] == [2, 2]
    assert study.extend("hydra.sweeper.members=1").blocks == ()


def test_all_replicates_of_a_sample_go_on(study: Study) -> None:
    study.sweep("lr=interval(0,1)", "hydra.sweeper.sample={n: 2, replicates: 3}")
    extension = study.extend("hydra.sweeper.sample.n=3")
    points = study.points(extension, "lr")
    (block,) = extension.blocks
    assert [block.design.coordinates(place)["replicate"] for place in range(3)] == [0, 1, 2]
    study.sweep("lr=interval(0,1)", "hydra.sweeper.sample={n: 3, replicates: 3}")
    values = study.manifest.table.blocks[0].design.axes[0].values
    assert points == [(values.value(index),) for index in range(6, 9)]


def test_a_sample_goes_on_where_it_ended(study: Study) -> None:
    study.sweep("lr=interval(0,1)", "hydra.sweeper.sample.n=2")
    points = study.points(study.extend("hydra.sweeper.sample.n=5"), "lr")
    study.sweep("lr=interval(0,1)", "hydra.sweeper.sample.n=5")
    values = study.manifest.table.blocks[0].design.axes[0].values
    assert points == [(values.value(index),) for index in range(2, 5)]


def test_points_of_a_zip_are_added_once(study: Study) -> None:
    study.sweep("z=zip(lr=[0.1,0.2],seed=[1,2])")
    extension = study.extend("z=zip(seed=[1,3],lr=[0.1,0.3])")
    assert study.points(extension, "lr", "seed") == [(0.3, 3)]


def test_a_new_file_is_found_where_the_run_was_made(study: Study) -> None:
    for name in ("a", "b"):
        (study.folder / f"{name}.nc").write_text("")
    study.sweep("input=x,y")
    assert study.points(study.extend("input=glob(*.nc)"), "input") == [("a.nc",), ("b.nc",)]


def test_only_a_new_option_is_composed(study: Study) -> None:
    study.sweep("model=small,large", "lr=0.1,0.2")
    extension = study.extend("lr=0.3")
    assert (extension.compositions, study.opened) == ((), 0)
    assert study.points(extension, "model.size", "lr") == [(1, 0.3), (2, 0.3)]
    extension = study.extend("model=huge", "lr=0.3")
    assert (len(extension.compositions), study.opened) == (1, 1)
    expected = {(3, 0.1), (3, 0.2), (3, 0.3), (1, 0.3), (2, 0.3)}
    assert sorted(study.points(extension, "model.size", "lr")) == sorted(expected)


def test_a_config_directory_that_changed_gives_no_new_option(study: Study) -> None:
    study.sweep("model=small,large")
    write_configs(study.folder / "conf", {"model/small": "size: 9\n"})
    with pytest.raises(UsageError, match="doesn't compose what it did when the run was made"):
        study.extend("model=huge")


def test_a_new_task_function_is_named(study: Study) -> None:
    study.sweep("task=study.f,study.g", "seed=range(2)")
    assert study.extend("task=study.g,study.h").task_specs == ("study.h",)
    assert study.extend("seed=2").task_specs == ()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A run with one axis."""
    study = Study(tmp_path_factory.mktemp("plain"))
    study.sweep("lr=1,2")
    return study


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("seed=1", "'seed' is no axis of this sweep"),
        ("lr=x", "lr=x.* not of that type"),
        ("lr=[1", r"the override 'lr=\[1' can't be read"),
        ("lr=3,3", "'lr' has the value 3 twice"),
        ("~lr", "'~lr' deletes a key"),
        ("zip(lr=[1,2],seed=[3,4])", "names no axes of this sweep that move together; none do"),
        ("hydra.sweeper.members=2", "'member' is no axis"),
        ("hydra.sweeper.members=1,2", "the size of an ensemble is one number"),
        ("hydra.sweeper.members=few", "the size of an ensemble is one number"),
        ("hydra.sweeper.sample.n=8", "this run has no sample"),
    ],
)
def test_a_word_that_adds_no_points_is_named(word: str, message: str, plain: Study) -> None:
    with pytest.raises(OverrideError, match=message):
        plain.extend(word)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("lr=3", r"'lr' belongs to axes .* by 'z=zip\(lr=…,seed=…\)'"),
        ("z=zip(lr=[1,2],opt=[1,2])", r"there are z=zip\(lr=…,seed=…\)"),
        ("z=zip(lr=[3,3],seed=[1,1])", "points 0 and 1 are the same"),
        ("z=zip(lr=[3,4],seed=[1])", "lr has 2, seed has 1"),
    ],
)
def test_axes_that_move_together_are_extended_together(word: str, message: str, study: Study) -> None:
    study.sweep("z=zip(lr=[1,2],seed=[1,2])")
    with pytest.raises(OverrideError, match=message):
        study.extend(word)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("lr=3", r"'lr' belongs to axes .* by hydra\.sweeper\.sample\.n=N"),
        ("hydra.sweeper.sample.n=8", "a latin_hypercube of 4 points can't be continued"),
    ],
)
def test_a_sample_is_extended_by_its_size_if_at_all(word: str, message: str, study: Study) -> None:
    study.sweep("lr=interval(0,1)", "hydra.sweeper.sample={n: 4, method: latin_hypercube}")
    with pytest.raises(OverrideError, match=message):
        study.extend(word)


def listed(*values: Any) -> Axis:
    choice = Choice(values=values, texts=tuple(map(str, values)), labels=values)
    return Axis(name="x", values=choice, kind=LabelKind.of(values))


def test_words_are_read_like_values_that_were_given_in_python() -> None:
    assert like_axis(listed(1, 2), Typed.of([0.5])).values == Typed.of([1.0, 2.0])
    assert like_axis(listed("2024-05-01T00:00"), Typed.of([np.datetime64("2023-01-01")])).kind is LabelKind.DATE
    whole = Axis(name="x", values=IntegerRange(start=0, stop=3), kind=LabelKind.INTEGER)
    assert like_axis(whole, IntegerRange(start=0, stop=2)) == whole
    with pytest.raises(OverrideError, match=r"^x=a,0\.5: 'a' is no int"):
        like_axis(listed("a", 0.5), Typed.of([1]))
