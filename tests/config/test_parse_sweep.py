"""Overrides as they are typed, become axes, dimensions and overrides."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweeprun.config.parse_sweep import Grammar, Sweep, axis_name, axis_of, choice_of, parse_sweep
from sweeprun.config.schema import SampleOptions, SweeperOptions
from sweeprun.design.axes import Axis
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.overrides import Operation, Override
from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.design.values import Files
from sweeprun.errors import OverrideError
from tests.config.applications import opened

CONFIGS = {
    "config": "defaults: [{model: small}, _self_]\nlr: 0.1\nseed: 0\nname: x\nopt: {wd: 0.0}\n",
    "model/small": "size: 1\n",
    "model/large": "size: 2\n",
    "net/deep/one": "size: 1\n",
    "net/deep/two": "size: 2\n",
}
TWO_POINTS = SampleOptions(n=2)

Parse = Callable[..., Sweep]


@pytest.fixture
def parse(tmp_path: Path) -> Iterator[Parse]:
    """Parses overrides, with options of the sweeper."""
    with opened(tmp_path, CONFIGS) as application:

        def parsed(*words: str, **options: Any) -> Sweep:
            return parse_sweep(application, OmegaConf.structured(SweeperOptions(**options)), words)

        yield parsed


def values(axis: Axis) -> list[Any]:
    return [axis.values.value(index) for index in range(len(axis))]


def test_axes_are_in_the_order_in_which_they_are_typed(parse: Parse) -> None:
    sweep = parse("lr=0.1,0.01", "name=fixed", "seed=range(3)")
    assert [(axis.name, values(axis)) for axis in sweep.axes] == [("lr", [0.1, 0.01]), ("seed", [0, 1, 2])]
    assert sweep.overrides == (
        Override(operation=Operation.CHANGE, key="lr", axis="lr"),
        Override(operation=Operation.CHANGE, key="name", text="fixed", value="fixed"),
        Override(operation=Operation.CHANGE, key="seed", axis="seed"),
    )


def test_the_command_line_replaces_parameters_in_their_place(parse: Parse) -> None:
    sweep = parse("seed=5,6,7", "name=a,b", params={"seed": "range(2)", "lr": "0.1,0.2"})
    assert [axis.name for axis in sweep.axes] == ["seed", "lr", "name"]
    assert values(sweep.axes[0]) == [5, 6, 7]
    assert [axis.name for axis in parse("lr=1", params={"seed": "range(2)", "lr": "0.1,0.2"}).axes] == ["seed"]


@pytest.mark.parametrize(
    ("word", "expected", "kind"),
    [
        ("name='a b',\"c, d\"", ["a b", "c, d"], LabelKind.TEXT),
        ("name=str(1),true", [1, True], LabelKind.MIXED),
        ("lr=choice(1,2.5)", [1, 2.5], LabelKind.FLOAT),
        ("lr=null,1", [None, 1], LabelKind.FLOAT),
        ("opt={wd: 1},{wd: 2}", [{"wd": 1}, {"wd": 2}], LabelKind.TEXT),
        ("seed=sort(3,1,2)", [1, 2, 3], LabelKind.INTEGER),
        ("lr=range(0,0.3,0.1)", [0.0, 0.1, 0.2], LabelKind.FLOAT),
        ("seed=range(3,0,-1)", [3, 2, 1], LabelKind.INTEGER),
        (f"seed=range({2**63},{2**63 + 2})", [2**63, 2**63 + 1], LabelKind.MIXED),
    ],
)
def test_values_are_what_hydras_jobs_would_get(word: str, expected: list[Any], kind: LabelKind, parse: Parse) -> None:
    (axis,) = parse(word).axes
    assert values(axis) == expected
    assert list(map(type, values(axis))) == list(map(type, expected))
    assert axis.kind is kind


def test_ranges_are_not_written_out(parse: Parse) -> None:
    seeds, rates = parse("seed=range(1000000000)", "lr=range(0,1000000.0,0.1)").axes
    assert seeds.values == IntegerRange(start=0, stop=10**9)
    assert rates.values == DecimalRange(start="0", stop="1000000.0", step="0.1")


def test_a_shuffled_range_is_a_list_of_all_its_values(parse: Parse) -> None:
    assert sorted(values(parse("seed=shuffle(range(6))").axes[0])) == list(range(6))


@pytest.mark.parametrize(
    ("word", "name", "options"),
    [
        ("model=small,large", "model", ["small", "large"]),
        ("model=glob(*)", "model", ["large", "small"]),
        ("model=glob(*,exclude=s*)", "model", ["large"]),
        ("+net/deep=one,two", "net.deep", ["one", "two"]),
    ],
)
def test_options_of_a_config_group_are_selected(word: str, name: str, options: list[str], parse: Parse) -> None:
    sweep = parse(word)
    assert [(axis.name, values(axis)) for axis in sweep.axes] == [(name, options)]
    assert [override.selects for override in sweep.overrides] == [True]


def test_a_mapping_in_the_place_of_an_option_is_a_value(parse: Parse) -> None:
    assert [override.selects for override in parse("model={size: 3},{size: 4}").overrides] == [False]
    assert [override.selects for override in parse("model={size: 3}", "seed=1").overrides] == [False, False]
    assert [override.selects for override in parse("model=large").overrides] == [True]


@pytest.mark.parametrize(
    ("word", "operation", "key"),
    [
        ("+new=1", Operation.ADD, "new"),
        ("++lr=1", Operation.FORCE_ADD, "lr"),
        ("~opt.wd", Operation.DELETE, "opt.wd"),
        ("+model@other=small", Operation.ADD, "model@other"),
    ],
)
def test_an_override_keeps_its_sign_apart_from_its_key(word: str, operation: Operation, key: str, parse: Parse) -> None:
    (override,) = parse(word).overrides
    assert (override.operation, override.key) == (operation, key)


@pytest.mark.parametrize("word", ["z=zip('opt.wd=1,2',lr=[3,4])", "z=zip('opt.wd=1,2','lr=3,4')"])
def test_axes_of_a_zip_are_one_dimension(word: str, parse: Parse) -> None:
    sweep = parse("seed=range(3)", word)
    seed, zipped = sweep.grid.dimensions
    assert (seed.name, zipped.name) == ("seed", "z")
    assert {axis.name: values(axis) for axis in zipped.axes} == {"opt.wd": [1, 2], "lr": [3, 4]}
    assert [override.key for override in sweep.overrides] == ["seed", "opt.wd", "lr"]


def test_sampled_keys_are_one_dimension_in_the_place_of_the_first(parse: Parse) -> None:
    sweep = parse("seed=1,2", "lr=interval(0,1)", "name=a,b", "opt.wd=interval(0,1)", sample=TWO_POINTS)
    assert [dimension.name for dimension in sweep.grid.dimensions] == ["seed", "sample", "name"]
    assert [axis.name for axis in sweep.grid.dimensions[1].axes] == ["lr", "opt.wd"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("lr=range(1,2,0)",), r"range\(1,2,0\) has step 0"),
        (("seed=range(3,1)",), r"'seed=range\(3,1\)' is empty: .*range\(0,3\) is 0, 1, 2"),
        (("model=glob(z*)",), r"'model=glob\(z\*\)' is empty: .*'model' has the options: large, small"),
        (("~seed=1,2",), "'~seed=1,2' sweeps over what to delete"),
        (("z=zip(lr=[1,2],seed=3)",), "'seed=…' in .*needs a list of values"),
        (("z=zip('lr=interval(0,1)',seed=[3,4])",), r"'lr=interval\(0,1\)' in .*needs a list of values"),
        (("z=zip(lr=[1,1],seed=[2,2])",), r"points 0 and 1 are the same \(lr=1, seed=2\)"),
        (("z=zip(lr=[1,2],seed=[1,2,3])",), "lr has 2, seed has 3"),
        (("+z=zip(lr=[1,2],seed=[1,2])",), r"^'\+z=zip\(.*written NAME=zip\(…\)"),
        (("model=interval(0,1)",), "'model' is a config group; name its options"),
        (("lr=tag(exp,interval(0,1))",), r"^'lr=tag\(exp,interval\(0,1\)\)': tag\(exp, …\) means nothing"),
        (("lr=interval(0,1)",), r"lr: .*add hydra\.sweeper\.sample\.n=256"),
    ],
)
def test_what_makes_no_sweep_is_named(words: tuple[str, ...], message: str, parse: Parse) -> None:
    with pytest.raises(OverrideError, match=message):
        parse(*words)


def test_a_sample_without_anything_to_draw_is_refused(parse: Parse) -> None:
    with pytest.raises(OverrideError, match="no key follows an interval"):
        parse("lr=0.1,0.2", sample=TWO_POINTS)


@settings(max_examples=20)
@given(
    st.lists(
        st.integers() | st.booleans() | st.none() | st.sampled_from(["a", "b/c", "x y", "ü", "1", "nan"]), max_size=4
    )
)
def test_texts_of_listed_values_are_read_as_the_values(given: list[Any]) -> None:
    elements = [Grammar().parse([f"key='{one}'"])[0]._value if isinstance(one, str) else one for one in given]
    choice = choice_of(Grammar(), elements)
    assert list(choice.values) == given
    assert [Grammar().parse([f"key={text}"])[0].value() for text in choice.texts] == given


def axis_from(word: str, *, is_group: bool = False, base: Path = Path(), like: Files | None = None) -> Axis:
    return axis_of("key", Grammar().parse([word])[0], is_group=is_group, base=base, like=like)


def test_one_value_is_an_axis_of_one_value() -> None:
    assert values(axis_from("key=0.5")) == [0.5]
    assert values(axis_from("key=[1,2]")) == [[1, 2]]


def test_files_of_an_axis_are_labelled_like_those_that_it_has(tmp_path: Path) -> None:
    (tmp_path / "b ü.nc").write_text("")
    known = Files(values=("x/a.nc",), texts=("x/a.nc",), labels=("a",), root="x/", suffix=".nc")
    assert axis_from("key=glob(*.nc)", base=tmp_path).values.label(0) == "b ü"
    assert axis_from("key=glob(*.nc)", base=tmp_path, like=known).values.label(0) == "b ü.nc"


@pytest.mark.parametrize(
    ("word", "is_group", "message"),
    [
        ("~key", False, "'~key' deletes a key"),
        ("key=range(2,1)", False, r"'key=range\(2,1\)' is empty"),
        ("key=glob(*)", True, r"'key=glob\(\*\)': name the options one by one"),
        ("key=interval(0,1)", False, r"a sample is extended by hydra\.sweeper\.sample\.n=N"),
    ],
)
def test_further_values_are_listed(word: str, is_group: bool, message: str) -> None:
    with pytest.raises(OverrideError, match=message):
        axis_from(word, is_group=is_group)


def test_a_name_of_an_axis_holds_no_slash() -> None:
    assert axis_name("net/deep@other") == "net.deep@other"
    assert axis_name("opt.wd") == "opt.wd"
