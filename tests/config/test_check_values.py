"""Values of axes set on trial on the composed configs: labelled as these type them, or refused."""

import math
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.check_values import type_axis
from sweeprun.config.parse_sweep import OPERATIONS, Grammar, Sweep, axis_of
from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid, Joint
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.overrides import Operation, Override
from sweeprun.errors import OverrideError
from tests.config.schemas import Study
from tests.design.joints import listed


@dataclass
class Whole:
    x: int = 0


@dataclass
class Broken:
    x: float = 0.0


def sweep_of(words: Sequence[str]) -> Sweep:
    """The sweep of some overrides, without config groups."""
    axes, overrides = [], []
    for parsed in Grammar().parse(words):
        key, operation = parsed.key_or_group, OPERATIONS[parsed.type]
        if parsed.is_sweep_override():
            axes.append(axis_of(key, parsed, is_group=False, base=Path()))
            overrides.append(Override(operation=operation, key=key, axis=key))
        else:
            text = parsed.get_value_element_as_str()
            overrides.append(Override(operation=operation, key=key, text=text, value=parsed.value()))
    return Sweep(grid=Grid(axes=tuple(axes)), overrides=tuple(overrides))


def typed(*words: str, configs: Sequence[DictConfig] | None = None) -> Axis:
    """The first axis of some overrides, as configs type it."""
    sweep = sweep_of(words)
    structured: Any = OmegaConf.structured(Study)
    return type_axis(sweep.axes[0], configs or [structured], sweep, {}, is_joint=False)


def labels(axis: Axis) -> list[Any]:
    return [axis.values.label(index) for index in range(len(axis))]


@pytest.mark.parametrize(
    ("words", "expected", "kind"),
    [
        (("lr=1,2.5",), [1.0, 2.5], LabelKind.FLOAT),
        (("color=2,RED",), ["GREEN", "RED"], LabelKind.TEXT),
        (("path='a/ü','b c'",), ["a/ü", "b c"], LabelKind.TEXT),
        (("name=1,2",), ["1", "2"], LabelKind.TEXT),
        (("limit=null,3",), [math.nan, 3], LabelKind.FLOAT),
        (("sizes=[3],[4,5]",), ["[3]", "[4,5]"], LabelKind.TEXT),
        (("optimizer={rate:1},{rate:2}",), ["{rate:1}", "{rate:2}"], LabelKind.TEXT),
        (("optimizer.rate=1,2",), [1.0, 2.0], LabelKind.FLOAT),
        (("free=true,false",), [True, False], LabelKind.BOOLEAN),
        (("+new=1,2",), [1, 2], LabelKind.INTEGER),
        (("lr='${seed}',1",), ["${seed}", 1.0], LabelKind.MIXED),
        (("optimizer.rate=1,2", "optimizer={rate: 7}"), [1.0, 2.0], LabelKind.FLOAT),
    ],
)
def test_labels_are_what_the_config_makes_of_values(
    words: tuple[str, ...], expected: list[Any], kind: LabelKind
) -> None:
    axis = typed(*words)
    assert labels(axis) == expected
    assert list(map(type, labels(axis))) == list(map(type, expected))
    assert axis.kind is kind


@settings(max_examples=20)
@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=6, unique=True))
def test_numbers_have_the_type_of_their_key(numbers: list[int]) -> None:
    written = ",".join(map(str, numbers))
    for key, kind in (("lr", float), ("seed", int), ("name", str)):
        assert labels(typed(f"{key}={written}")) == list(map(kind, numbers))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("seed=1,1.5",), "seed=1.5 does not fit the config: .*could not be converted to Integer"),
        (("color=RED,BLUE",), r"color=BLUE does not fit the config: .*expected one of \[RED, GREEN\]"),
        (("color=range(1,4)",), "color=3 does not fit the config"),
        (("+lr=1,2",), r"\+lr=1 does not fit the config: .*there already"),
        (("sizes.5=1,2",), "sizes.5=1 does not fit the config"),
        (("lr=1,2", "seed=x"), "^seed=x does not fit the config"),
        (("lr='${nowhere}',1",), r"lr='\$\{nowhere\}' can't be resolved: Interpolation key 'nowhere' not found"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_key(words: tuple[str, ...], message: str) -> None:
    with pytest.raises(OverrideError, match=message):
        typed(*words)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("optimiser.rate=1,2", "Did you mean 'optimizer'? To add a key, write +optimiser.rate=1"),
        ("optimizer.rat=1,2", "Did you mean 'rate'? To add a key, write +optimizer.rat=1"),
        ("optimizer.zzz=1,2", "optimizer has the keys: rate, steps. To add a key"),
        ("zzz=1,2", "the config has the keys: optimizer. To add a key"),
    ],
)
def test_a_key_that_is_missing_is_answered_with_those_that_there_are(word: str, hint: str) -> None:
    config = OmegaConf.create({"optimizer": {"rate": 0.1, "steps": 3}, "hydra": {}})
    OmegaConf.set_struct(config, True)
    with pytest.raises(OverrideError) as refused:
        typed(word, configs=[config])
    assert hint in str(refused.value)


def test_a_key_that_a_structured_config_lacks_is_answered_with_those_that_it_has() -> None:
    structured: Any = OmegaConf.structured(Study)
    with pytest.raises(OverrideError, match=r"'lrr' not in 'Study'\. Did you mean 'lr'\?"):
        typed("lrr=1,2", configs=[structured])


@pytest.mark.parametrize("text", ["${hydra:job.num}", "${registered_by_workers:1}"])
def test_what_only_a_worker_can_resolve_is_left_to_it(text: str) -> None:
    assert labels(typed(f"free='{text}',1")) == [text, 1]


@pytest.mark.parametrize("word", ["lr=1,1.0", "color=1,RED", "free=a,b,a", "lr=nan,1,nan"])
def test_two_values_that_the_config_makes_one_are_refused(word: str) -> None:
    key = word.partition("=")[0]
    with pytest.raises(OverrideError, match=f"axis '{key}' has the value .* twice"):
        typed(word)


def test_an_axis_that_moves_with_others_may_repeat_values() -> None:
    sweep = sweep_of(["lr=1,1.0"])
    structured: Any = OmegaConf.structured(Study)
    assert labels(type_axis(sweep.axes[0], [structured], sweep, {}, is_joint=True)) == [1.0, 1.0]


def test_an_option_of_a_group_is_no_value_of_the_config() -> None:
    choice = Override(operation=Operation.CHANGE, key="model", selects=True, axis="model")
    axis = listed("model", ["small", "large"])
    sweep = Sweep(grid=Grid(axes=(axis,)), overrides=(choice,))
    assert type_axis(axis, [OmegaConf.create({})], sweep, {}, is_joint=False) == axis
    twice = listed("model", ["small", "small"])
    with pytest.raises(OverrideError, match="'model' has the value small twice"):
        type_axis(twice, [OmegaConf.create({})], sweep, {}, is_joint=False)


def test_every_config_must_take_every_value() -> None:
    whole: Any = OmegaConf.structured(Whole)
    broken: Any = OmegaConf.structured(Broken)
    assert typed("x=1,2", configs=[whole, broken]).kind is LabelKind.FLOAT
    with pytest.raises(OverrideError, match=r"x=0\.5 does not fit the config"):
        typed("x=0.5,1", configs=[broken, whole])


def test_a_config_takes_only_the_values_that_it_meets() -> None:
    axes = (listed("model", ["whole", "broken"]), listed("x", [1, 0.5]))
    overrides = (
        Override(operation=Operation.CHANGE, key="model", selects=True, axis="model"),
        Override(operation=Operation.CHANGE, key="x", axis="x"),
    )
    sweep = Sweep(grid=Grid(axes=axes, joint=(Joint(name="both", axes=("model", "x")),)), overrides=overrides)
    configs: list[Any] = [OmegaConf.structured(Whole), OmegaConf.structured(Broken)]
    rows = {"model": [{0}, {1}], "x": [{0}, {1}]}
    assert labels(type_axis(axes[1], configs, sweep, rows, is_joint=True)) == [1, 0.5]
    with pytest.raises(OverrideError, match=r"x=0\.5 does not fit the config"):
        type_axis(axes[1], configs, sweep, {}, is_joint=True)


def test_of_a_huge_range_only_the_ends_are_tried() -> None:
    axis = typed(f"seed=range({10**15})")
    assert (len(axis), axis.kind) == (10**15, LabelKind.INTEGER)
    with pytest.raises(OverrideError, match=f"color={10**15 + 1} does not fit the config"):
        typed(f"color=range({10**15 + 1},0,-1)")


def test_no_trial_changes_a_config() -> None:
    structured: Any = OmegaConf.structured(Study)
    before = pickle.dumps(structured)
    for word in ("lr=1,2", "sizes=[1],[2]", "+new=1,2", "optimizer={rate:1},{rate:2}"):
        typed(word, configs=[structured])
    assert pickle.dumps(structured) == before
