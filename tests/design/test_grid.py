"""The grid: positions and indices are one to one, and nothing is materialised."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid, Joint
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.ranges import IntegerRange
from sweeprun.errors import FormatError, OverrideError
from tests.design.joints import joint_grid, joint_grids, listed


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


@given(joint_grids())
def test_points_of_axes_that_move_together_are_one_to_one(design: Grid) -> None:
    points = list(itertools.product(*map(range, design.shape)))
    assert [design.places(position) for position in range(len(design))] == points
    assert [design.position(point) for point in points] == list(range(len(design)))
    for position, point in enumerate(points):
        expected = [place for dimension, place in zip(design.dimensions, point, strict=True) for _ in dimension.axes]
        assert list(design.indices(position)) == expected
        assert list(design.coordinates(position)) == [axis.name for axis in design.axes]
    assert Grid.from_dict(json.loads(json.dumps(design.to_dict()))) == design


@given(joint_grids(), st.data())
def test_the_first_position_agrees_in_axes_that_move_together(design: Grid, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(design) - 1))
    names = sorted(design.names())
    kept = data.draw(st.sets(st.sampled_from(names))) if names else set()

    def seen(at: int) -> list[object]:
        labels = design.coordinates(at)
        numbers = {d.name: place for d, place in zip(design.dimensions, design.places(at), strict=True) if d.joint}
        # The number of a point says more than any of its labels.
        numbered = {name for joint in design.joint if joint.name in kept for name in joint.axes}
        return [numbers.get(name, labels.get(name)) for name in sorted(kept - numbered)]

    assert design.first_position(position, kept) == next(at for at in range(len(design)) if seen(at) == seen(position))


@given(joint_grids(), st.data())
def test_combinations_are_those_of_the_dimensions(design: Grid, data: st.DataObject) -> None:
    names = [axis.name for axis in design.axes]
    chosen = data.draw(st.sets(st.sampled_from(names))) if names else set()
    places = [i for i, name in enumerate(names) if name in chosen]
    seen = dict.fromkeys(tuple(design.indices(at)[i] for i in places) for at in range(len(design)))
    assert list(design.combinations(chosen)) == list(seen)


def test_axes_that_move_together_have_one_length_and_stand_side_by_side() -> None:
    with pytest.raises(OverrideError, match=r"d0\.0 has 2, d0\.1 has 3"):
        joint_grid([[1, 2], [1, 2, 3]])
    with pytest.raises(OverrideError, match=r"'d1' can't be the name"):
        Grid(axes=joint_grid([[1], [2]], [[3]]).axes, joint=(Joint(name="d1", axes=("d0.0", "d0.1")),))
    with pytest.raises(FormatError, match="don't stand side by side"):
        Grid(axes=grid(2, 2, 2).axes, joint=(Joint(name="j", axes=("a0", "a2")),))


def test_a_sample_of_a_billion_points_with_its_members_is_planned_at_once() -> None:
    design = Grid(
        axes=(*grid(10**9, 10**9).axes, listed("seed", range(3))), joint=(Joint(name="sample", axes=("a0", "a1")),)
    )
    assert len(design) == 3 * 10**9
    assert design.coordinates(3 * 10**9 - 1) == {"a0": 10**9 - 1, "a1": 10**9 - 1, "seed": 2}


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
