"""Extending a sweep: every new point once, nothing old changed."""

import itertools
import json
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.axes import Axis
from sweeprun.design.extension import extend_table, grid_of, grid_positions, join_axes, places_of, task_at, whole_grid
from sweeprun.design.grid import Dimension, Grid, Joint
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.design.values import Choice
from sweeprun.errors import OverrideError


def grow(table: TaskTable, axes: Sequence[Axis]) -> TaskTable:
    """The table with further values of some axes."""
    return extend_table(table, [Dimension.of(axis) for axis in axes])


def choice(name: str, *labels: object) -> Axis:
    texts = tuple(map(str, labels))
    return Axis(
        name=name,
        values=Choice(values=labels, texts=texts, labels=labels),
        kind=LabelKind.of(labels),  # type: ignore[arg-type]
    )


def count(name: str, start: int, stop: int, step: int = 1) -> Axis:
    return Axis(name=name, values=IntegerRange(start=start, stop=stop, step=step), kind=LabelKind.INTEGER)


def table_of(*axes: Axis, shared_by: tuple[str, ...] | None = None) -> TaskTable:
    return TaskTable.of(Grid(axes=axes), Streams(shared_by=shared_by))


labels = st.lists(st.integers(0, 8), min_size=1, max_size=4, unique=True)
extensions = st.lists(st.dictionaries(st.sampled_from("abc"), labels, max_size=3), max_size=3)


@given(st.tuples(labels, labels, labels), extensions)
def test_every_point_of_the_whole_grid_is_one_task(
    first: tuple[list[int], ...], more: list[dict[str, list[int]]]
) -> None:
    table = table_of(*(choice(name, *own) for name, own in zip("abc", first, strict=True)))
    values = {name: list(own) for name, own in zip("abc", first, strict=True)}
    for extension in more:
        before = [table.task(i) for i in range(len(table))]
        table = grow(table, [choice(name, *own) for name, own in extension.items()])
        assert [table.task(i) for i in range(len(before))] == before
        for name, own in extension.items():
            values[name] += [label for label in own if label not in values[name]]
    grid = whole_grid(table)
    assert [axis.coordinates().tolist() for axis in grid.axes] == list(values.values())
    assert len(table) == len(grid)
    positions = grid_positions(table, grid)
    assert sorted(positions) == list(range(len(grid)))
    for task_id, position in enumerate(positions.tolist()):
        assert table.task(task_id).coordinates == grid.coordinates(position)
    assert TaskTable.from_dict(table.to_dict()) == table


def sample(*points: tuple[int, int]) -> Dimension:
    """Axes that move together through these points."""
    joint = Joint(name="sample", axes=("x", "y"))
    axes = tuple(choice(name, *(point[i] for point in points)) for i, name in enumerate("xy"))
    return Dimension(name="sample", axes=axes, joint=joint)


points = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4)


@given(
    points, labels, st.lists(st.tuples(points, labels), max_size=3), st.sets(st.sampled_from(["x", "y", "c", "sample"]))
)
def test_a_sample_grows_by_the_points_behind_its_own(
    first: list[tuple[int, int]],
    seeds: list[int],
    more: list[tuple[list[tuple[int, int]], list[int]]],
    shared: set[str],
) -> None:
    table = TaskTable.of(grid_of((sample(*first), Dimension.of(choice("c", *seeds)))), Streams(shared_by=tuple(shared)))
    drawn, values = list(first), list(seeds)
    for added, labels_of_c in more:
        before = [table.task(i) for i in range(len(table))]
        drawn += added
        table = extend_table(table, [sample(*drawn), Dimension.of(choice("c", *labels_of_c))])
        assert [table.task(i) for i in range(len(before))] == before
        values += [label for label in labels_of_c if label not in values]
    grid = whole_grid(table)
    assert [axis.coordinates().tolist() for axis in grid.axes] == [[x for x, _ in drawn], [y for _, y in drawn], values]
    assert sorted(grid_positions(table, grid)) == list(range(len(grid))) == list(range(len(table)))
    streams: dict[tuple[object, ...], int] = {}
    for task_id, position in enumerate(grid_positions(table, grid).tolist()):
        task, places = table.task(task_id), grid.places(position)
        assert task.coordinates == grid.coordinates(position)
        assert places_of(table, grid, task) == places
        assert task_at(table, grid, places) == task_id
        names = shared - {"x", "y"} if "sample" in shared else shared
        key = tuple(places[0] if name == "sample" else task.coordinates[name] for name in sorted(names))
        assert task.stream == streams.setdefault(key, task_id)
    assert TaskTable.from_dict(json.loads(json.dumps(table.to_dict()))) == table


@given(st.tuples(labels, labels), extensions, st.sets(st.sampled_from("ab")))
def test_shared_streams_are_those_of_the_first_task_with_these_values(
    first: tuple[list[int], ...], more: list[dict[str, list[int]]], shared: set[str]
) -> None:
    table = table_of(*(choice(name, *own) for name, own in zip("ab", first, strict=True)), shared_by=tuple(shared))
    for extension in more:
        table = grow(table, [choice(name, *own) for name, own in extension.items() if name != "c"])
    streams: dict[tuple[object, ...], int] = {}
    for task_id in range(len(table)):
        task = table.task(task_id)
        key = tuple(task.coordinates[name] for name in sorted(shared))
        assert task.stream == streams.setdefault(key, task_id)


def test_new_tasks_have_streams_of_their_own() -> None:
    table = grow(table_of(choice("lr", 0.1, 0.01), count("seed", 0, 2)), [count("seed", 0, 4)])
    assert [table.task(i).stream for i in range(8)] == list(range(8))
    assert [table.task(i).coordinates["seed"] for i in range(4, 8)] == [2, 3, 2, 3]


def test_a_range_goes_on_as_a_range() -> None:
    assert join_axes(count("s", 0, 20), count("s", 0, 40)) == count("s", 0, 40)
    assert join_axes(count("s", 0, 20), count("s", 20, 30)) == count("s", 0, 30)
    assert join_axes(count("s", 0, 10, 5), count("s", 0, 20, 5)).coordinates().tolist() == [0, 5, 10, 15]
    assert join_axes(count("s", 0, 4), count("s", 8, 10)).coordinates().tolist() == [0, 1, 2, 3, 8, 9]
    assert join_axes(count("s", 3, 0, -1), count("s", 3, -2, -1)) == count("s", 3, -2, -1)
    assert join_axes(count("s", 5, 7), count("s", 0, 9)).coordinates().tolist() == [5, 6, 0, 1, 2, 3, 4, 7, 8]


def test_values_of_other_kinds_are_joined() -> None:
    decimal = Axis(name="x", values=DecimalRange(start="0", stop="0.3", step="0.1"), kind=LabelKind.FLOAT)
    assert join_axes(decimal, choice("x", 0.1, 0.5)).coordinates().tolist() == [0.0, 0.1, 0.2, 0.5]
    assert join_axes(choice("x", 1, 2), choice("x", 2.0, 2.5)).coordinates().tolist() == [1.0, 2.0, 2.5]
    assert join_axes(choice("x", 1), choice("x", "one")).coordinates().tolist() == ["1", "one"]
    assert join_axes(choice("x", float("nan")), choice("x", float("nan"))).coordinates().size == 1


def test_nothing_new_changes_nothing() -> None:
    table = table_of(choice("lr", 0.1, 0.01))
    assert grow(table, [choice("lr", 0.01)]) == table


@pytest.mark.parametrize(("axes", "message"), [((choice("lr", 1),), "its axes are lr"), ((), "it is a single task")])
def test_only_axes_that_are_there_can_be_extended(axes: tuple[Axis, ...], message: str) -> None:
    with pytest.raises(OverrideError, match=message):
        grow(table_of(*axes), [choice("batch", 1)])


def test_a_large_grid_stays_lazy() -> None:
    table = grow(table_of(count("a", 0, 10**6), count("b", 0, 1000)), [count("b", 0, 1001)])
    assert len(table) == 10**6 * 1001
    assert table.task(10**9).coordinates == {"a": 0, "b": 1000}
    assert list(itertools.islice(table.task(10**9 + 1).coordinates.values(), 2)) == [1, 1000]
    assert np.prod(whole_grid(table).shape) == len(table)
