"""Sweeps composed once per combination of choices: their tasks, their frozen configs and their task functions."""

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from sweeprun.config.composing import (
    ComposedSweep,
    compose_for_sweep,
    compose_sweep,
    rows_of_configs,
    selection_of,
    task_spec,
)
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.streams import BitGenerator, Streams
from sweeprun.errors import ConfigError, OverrideError
from tests.config.applications import opened
from tests.design.joints import joint_grid

CONFIGS = {
    "config": "defaults: [{model: small}, {data: one}, _self_]\ntask: study.f\nlr: 0.1\nseed: 0\nopt: {wd: 0.0}\n",
    "model/small": "size: 1\n",
    "model/large": "size: 2\nlayer: {_target_: nets.Layer, inner: {_target_: 'nets.Inner'}}\n",
    "data/one": "rows: 1\n",
    "data/two": "rows: 2\n",
}

Compose = Callable[..., ComposedSweep]


@pytest.fixture
def compose(tmp_path: Path) -> Iterator[Compose]:
    with opened(tmp_path, CONFIGS) as application:
        yield lambda *words: compose_sweep(application, compose_for_sweep(application, words))


def configs(sweep: ComposedSweep) -> list[Any]:
    return [pickle.loads(task) for task, _ in sweep.frozen()]


def test_a_config_is_composed_for_each_combination_of_choices(compose: Compose) -> None:
    sweep = compose("model=small,large", "lr=0.5,0.25", "data=two")
    assert len(sweep.table) == 4
    assert sweep.composition_axes == ("model",)
    assert [(config.model.size, config.data.rows) for config in configs(sweep)] == [(1, 2), (2, 2)]


def test_axes_on_keys_alone_need_one_config(compose: Compose) -> None:
    sweep = compose("lr=0.5,0.25", "seed=range(100)")
    assert (len(sweep.table), len(sweep.compositions), sweep.composition_axes) == (200, 1, ())
    (config,) = configs(sweep)
    assert (config.lr, "hydra" in config) == (0.1, False)
    assert "hydra" in pickle.loads(sweep.frozen()[0][1])


def test_fixed_overrides_before_the_first_swept_key_are_composed(compose: Compose) -> None:
    (config,) = configs(compose("seed=7", "lr=0.5,0.25", "opt.wd=1"))
    assert (config.seed, config.opt.wd) == (7, 0.0)


def test_combinations_that_a_zip_repeats_are_composed_once(compose: Compose) -> None:
    sweep = compose("z=zip(model=[small,large,small],lr=[0.1,0.2,0.3])")
    assert [config.model.size for config in configs(sweep)] == [1, 2]
    assert [sweep.table.blocks[0].compositions] == [(0, 1, 0)]


def test_axes_are_of_the_types_that_the_config_has(compose: Compose) -> None:
    assert [axis.kind for axis in compose("lr=1,2.5", "seed=1,2").table.blocks[0].design.axes] == [
        LabelKind.FLOAT,
        LabelKind.INTEGER,
    ]


def test_an_ensemble_is_the_last_axis(compose: Compose) -> None:
    sweep = compose("lr=0.5,0.25", "hydra.sweeper.members=3")
    assert [axis.name for axis in sweep.table.blocks[0].design.axes] == ["lr", "member"]
    assert [override.key for override in sweep.overrides] == ["lr"]


def test_a_config_with_a_member_is_told_its_number(compose: Compose) -> None:
    sweep = compose("+member=0", "hydra.sweeper.members=3")
    assert [(override.key, override.axis) for override in sweep.overrides] == [("member", None), ("member", "member")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("+member=1,2", "hydra.sweeper.members=3"), "both hydra.sweeper.members and an override"),
        (("hydra.sweeper.members=0",), r"hydra\.sweeper\.members is 0"),
        (("lr=0.1,0.1",), "'lr' has the value 0.1 twice"),
        (("both=zip(lr=[nan,nan],seed=[1,1])",), "points 0 and 1 are the same"),
        (("lrr=1,2",), "lrr=1 does not fit the config: .*Did you mean 'lr'"),
        (("model=small,huge",), "(?s)model/huge.*large"),
        (("hydra.sweeper.only=3",), "hydra.sweeper.only has 3, which is no condition"),
        (("hydra.sweep.dir='${nowhere}'", "lr=1,2"), r"hydra\.sweep\.dir can't be resolved"),
    ],
)
def test_what_makes_no_sweep_is_named(words: tuple[str, ...], message: str, compose: Compose) -> None:
    with pytest.raises((OverrideError, ConfigError), match=message):
        compose(*words)


def test_points_are_left_out_and_streams_are_shared_as_the_options_say(compose: Compose) -> None:
    words = ("hydra.sweeper.exclude='lr > 0.3'", "hydra.sweeper.streams=[net/x]", "hydra.sweeper.root_seed=5")
    table = compose("lr=0.5,0.25", "+net/x=1,2", *words, "hydra.sweeper.bit_generator=SFC64").table
    assert [expression.text for expression in table.selection.exclude] == ["lr > 0.3"]
    assert table.streams == Streams(root_seed=5, shared_by=("net.x",), bit_generator=BitGenerator.SFC64)


def test_a_bit_generator_that_there_is_not_is_refused_with_those_that_there_are(compose: Compose) -> None:
    with pytest.raises(OverrideError, match=r"'MT19937', expected one of \[PCG64, PCG64DXSM, Philox, SFC64\]"):
        compose("lr=0.5,0.25", "hydra.sweeper.bit_generator=MT19937")


@pytest.mark.parametrize(
    ("words", "specs"),
    [
        (("model=small,large",), ("study.f",)),
        (("task=study.g", "lr=1,2"), ("study.g",)),
        (("task=study.f,study.g,study.h",), ("study.f", "study.g", "study.h")),
        (("task={_target_: study.f, a: 1}",), ({"_target_": "study.f", "a": 1},)),
        (("~task", "lr=1,2"), (None,)),
    ],
)
def test_every_task_function_is_listed_once(words: tuple[str, ...], specs: tuple[Any, ...], compose: Compose) -> None:
    assert compose(*words).task_specs == specs


def test_targets_are_found_wherever_they_are_in_a_config(compose: Compose) -> None:
    assert compose("model=small,large").targets() == {"nets.Layer", "nets.Inner"}


@pytest.mark.parametrize(
    ("only", "exclude", "texts"),
    [
        (None, None, ([], [])),
        ("lr > 1", ["seed == 2", "seed == 3"], (["lr > 1"], ["seed == 2", "seed == 3"])),
        ([], "lr > 1", ([], ["lr > 1"])),
    ],
)
def test_conditions_are_one_or_a_list(only: Any, exclude: Any, texts: tuple[list[str], list[str]]) -> None:
    selection = selection_of(OmegaConf.create({"only": only, "exclude": exclude}))
    assert ([one.text for one in selection.only], [one.text for one in selection.exclude]) == texts


def test_each_config_meets_the_rows_that_choose_it() -> None:
    grid = joint_grid([["a", "b", "a"], [1, 2, 3]], [[7, 8]])
    chosen = list(grid.combinations(("d0.0",)))
    met = rows_of_configs(grid, ("d0.0",), chosen, [0, 1, 0])
    assert met == {"d0.0": [{0, 2}, {1}], "d0.1": [{0, 2}, {1}]}
    assert rows_of_configs(grid, ("d1",), list(grid.combinations(("d1",))), [0, 1]) == {}


@pytest.mark.parametrize(
    ("config", "spec"),
    [
        ({"task": "study.f"}, "study.f"),
        ({"task": {"_target_": "study.f", "lr": "${lr}"}, "lr": 1}, {"_target_": "study.f", "lr": "${lr}"}),
        ({"task": "${nowhere}"}, None),
        ({"task": "???"}, None),
        ({}, None),
    ],
)
def test_the_task_function_of_a_config(config: dict[str, Any], spec: Any) -> None:
    assert task_spec(OmegaConf.create(config)) == spec
