"""The grid: positions and indices are one to one, and nothing is materialised."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.axes import Axis, LabelKind
from sweeprun.design.grid import Grid
from sweeprun.design.values import IntegerRange
from sweeprun.errors import FormatError, OverrideError


def grid(*shape: int) -> Grid:
    axes = (
        Axis(name=f"a{i}", values=IntegerRange(start=0, stop=length), kind=LabelKind.INTEGER)
        for i, length in enumerate(shape)
    )
    return Grid(axes=tuple(axes))


shapes = st.lists(st.integers(1, 5), max_size=4)


@given(shapes)
def test_positions_are_in_the_order_of_the_product(shape: list[int]) -> None:
    design = grid(*shape)
    points = list(itertools.product(*map(range, shape)))
    assert len(design) == len(points)
    assert [design.indices(position) for position in range(len(design))] == points
    assert [design.position(point) for point in points] == list(range(len(points)))


@given(shapes, st.data())
def test_first_position_is_the_first_that_agrees(shape: list[int], data: st.DataObject) -> None:
    design = grid(*shape)
    position = data.draw(st.integers(0, len(design) - 1))
    kept = data.draw(st.sets(st.sampled_from([axis.name for axis in design.axes]))) if shape else set()
    places = [i for i, axis in enumerate(design.axes) if axis.name in kept]
    mine = [design.indices(position)[i] for i in places]
    agreeing = [p for p in range(len(design)) if [design.indices(p)[i] for i in places] == mine]
    assert design.first_position(position, kept) == agreeing[0]


def test_a_huge_grid_is_instant() -> None:
    design = grid(10**6, 10**6, 10**6)
    assert design.indices(10**18 - 1) == (10**6 - 1,) * 3
    assert design.coordinates(10**12 + 5) == {"a0": 1, "a1": 0, "a2": 5}


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=3), st.data())
def test_positions_of_huge_grids_and_their_indices_are_one_to_one(shape: list[int], data: st.DataObject) -> None:
    design = grid(*shape)
    position = data.draw(st.integers(0, len(design) - 1))
    indices = design.indices(position)
    assert design.position(indices) == position
    assert indices == np.unravel_index(position, shape)


def test_more_points_than_can_be_numbered_are_refused() -> None:
    with pytest.raises(OverrideError, match="10000000000 x 10000000000 points"):
        grid(10**10, 10**10)


@pytest.mark.parametrize("indices", [(0,), (0, 0, 0), (0, 3), (-1, 0)])
def test_indices_outside_are_refused(indices: tuple[int, ...]) -> None:
    with pytest.raises((IndexError, ValueError)):
        grid(2, 3).position(indices)


@pytest.mark.parametrize("position", [-1, 6])
def test_positions_outside_are_refused(position: int) -> None:
    with pytest.raises(IndexError):
        grid(2, 3).indices(position)


def test_a_grid_survives_json() -> None:
    assert Grid.from_dict(json.loads(json.dumps(grid(2, 3).to_dict()))) == grid(2, 3)


def test_unknown_designs_are_refused_by_name() -> None:
    with pytest.raises(FormatError, match="'spiral'"):
        Grid.from_dict({"kind": "spiral", "axes": []})


def test_two_axes_of_one_name_are_refused() -> None:
    with pytest.raises(OverrideError, match="'a0'"):
        Grid(axes=grid(2).axes + grid(3).axes)
