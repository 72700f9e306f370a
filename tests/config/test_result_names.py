"""Names for dimensions of results in configs, beside the task."""

import pickle
from typing import Any

import pytest
from omegaconf import OmegaConf

from sweeprun.config.result_names import dims_of_configs, labels_in, misspelt_in, names_in
from sweeprun.design.grid import Grid
from sweeprun.design.overrides import Operation, Override
from sweeprun.errors import OverrideError
from sweeprun.store.object_values import Unstorable
from tests.results.runs import axis

CONFIG = """
task: study.f
lr: 0.1
time: [0, 0.5, 1]
grid: {points: [1, 2]}
dims: {curves: [trial, time, space], fit: {x: '${names.of_x}'}}
names: {of_x: [k]}
coords: {space: '${grid.points}'}
"""
DIMS = {"curves": ("trial", "time", "space"), "fit.x": ("k",)}


def dims_of(*texts: str, overrides: tuple[Override, ...] = (), grid: Grid | None = None) -> Any:
    configs = [pickle.dumps(OmegaConf.create(text)) for text in texts]
    return dims_of_configs(configs, overrides, grid or Grid(axes=(axis("lr", [1, 2]),)))


def test_names_and_labels_are_beside_the_task() -> None:
    config = OmegaConf.create(CONFIG)
    OmegaConf.set_struct(config, True)
    names = names_in(config)
    assert names.dims == DIMS
    assert {dim: (own.values, own.given) for dim, own in names.labels.items()} == {
        "time": ([0, 0.5, 1], False),
        "space": ([1, 2], True),
    }
    assert dims_of(CONFIG) == DIMS
    nothing = OmegaConf.create({"task": "study.f"})
    OmegaConf.set_struct(nothing, True)
    assert (names_in(nothing).dims, dims_of("task: x")) == ({}, {})


@pytest.mark.parametrize("dims", ["3", "[64, 128]", "{hidden: 64, latent: 8}", "null"])
def test_numbers_are_a_parameter_of_the_study(dims: str) -> None:
    assert dims_of(f"dims: {dims}\ncoords: 7") == {}


def test_coords_without_dims_are_of_the_study() -> None:
    assert names_in(OmegaConf.create("coords: [1, 2]")).labels == {}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("dims: [time]", r"dims is \['time'\]"),
        ("dims: {x: [lr]}", "an axis of this sweep"),
        ("dims: {x: '${nothing}'}", "dims can't be resolved: .*nothing"),
        ("dims: {x: '???'}", "dims can't be resolved: .*[Mm]issing"),
        ("dims: {x: [t]}\ncoords: {u: [1]}", "coords has 'u'"),
        ("dims: {x: [t]}\ncoords: [1]", "coords is"),
    ],
)
def test_what_can_not_be_names_is_refused(text: str, match: str) -> None:
    with pytest.raises(OverrideError, match=match):
        dims_of(text)


@pytest.mark.parametrize(
    ("coords", "match"), [("{t: 3}", "no list"), ("{t: '${nothing}'}", "can't be resolved"), ("{t: [1, a]}", "a text")]
)
def test_labels_that_can_be_none_are_refused(coords: str, match: str) -> None:
    with pytest.raises(OverrideError, match=f"coords.t can't label the dimension: .*{match}"):
        names_in(OmegaConf.create(f"dims: {{x: [t]}}\ncoords: {coords}"))


def test_what_a_task_alone_can_not_resolve_is_said_when_it_is_recorded() -> None:
    config = OmegaConf.create("dims: {x: [t, u]}\ncoords: {t: '${nothing}'}\nu: '${nothing}'")
    (labels,) = labels_in(config, {"x": ("t", "u")}).values()
    assert isinstance(labels.values, Unstorable)


def test_compositions_agree_on_the_names_that_they_share() -> None:
    assert dims_of("dims: {x: [t]}", "dims: {y: [u]}", "lr: 1") == {"x": ("t",), "y": ("u",)}
    with pytest.raises(OverrideError, match=r"dims.x is \[t\] in one of the composed configs and \[u\] in another"):
        dims_of("dims: {x: [t]}", "dims: {x: [u]}")


def followed(key: str, value: Any, swept: str | None = None) -> tuple[Override, ...]:
    """An override that comes after the first one that follows an axis."""
    first = Override(operation=Operation.CHANGE, key="lr", axis="lr")
    return first, Override(operation=Operation.FORCE_ADD, key=key, value=value, text=str(value), axis=swept)


def test_overrides_name_dimensions_too() -> None:
    assert dims_of("lr: 1", overrides=followed("dims.x", ["t"])) == {"x": ("t",)}
    assert dims_of("lr: 1\ndims: {x: [a]}", overrides=followed("dims.x", ["t"])) == {"x": ("t",)}


def test_names_are_the_same_in_all_tasks() -> None:
    grid = Grid(axes=(axis("lr", [1, 2]), axis("dims.x", ["t", "u"])))
    with pytest.raises(OverrideError, match=r"dims\.x is an axis, and the names of dimensions are the same"):
        dims_of("lr: 1", overrides=followed("dims.x", None, "dims.x"), grid=grid)
    widths = Grid(axes=(axis("lr", [1, 2]), axis("dims", [2, 3])))
    assert dims_of("lr: 1\ndims: 2", overrides=followed("dims", None, "dims"), grid=widths) == {}


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("dim: {x: [a, b]}", ["dim"]),
        ("dim: {x: a}\ncoord: {a: [1, 2]}", ["dim", "coord"]),
        ("dims: {x: [a, b]}\ncoord: {a: [1, 2]}", ["coord"]),
        ("dims: {x: [a, b]}\ndim: {y: c}", []),
        ("dim: 3", []),
        ("dim: {hidden: 64}", []),
        ("dim: time", []),
        ("coord: {lat: [1, 2]}", []),
        ("dim: {x: '${nothing}'}", []),
    ],
)
def test_keys_that_may_be_meant_otherwise_are_noted(text: str, keys: list[str]) -> None:
    said = misspelt_in(OmegaConf.create(text))
    assert [one.split("`")[1] for one in said] == keys
    assert all(f"did you mean `{key}s`" in one for key, one in zip(keys, said, strict=True))
