"""Which tasks are made of which files."""

import numpy as np

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid, Joint
from sweeprun.design.input_paths import input_paths, input_paths_of
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.tasks import Block, TaskTable
from sweeprun.design.values import Files
from tests.results.runs import axis


def files_axis(name: str, *paths: str) -> Axis:
    return Axis(name=name, values=Files(values=paths, texts=paths, labels=paths), kind=LabelKind.TEXT)


def table_of(*designs: Grid) -> TaskTable:
    first = np.cumsum([0, *map(len, designs)]).tolist()
    return TaskTable(blocks=tuple(Block(first_id=i, design=own) for i, own in zip(first, designs, strict=False)))


def test_each_file_that_is_a_value_of_an_axis_counts_once() -> None:
    table = table_of(
        Grid(axes=(files_axis("x", "b", "a"), axis("no_file", ["c"]))),
        Grid(axes=(files_axis("x", "a", "d"), axis("no_file", ["c"]))),
    )
    assert input_paths(table.blocks) == ["b", "a", "d"]
    assert input_paths([]) == []


def test_tasks_are_made_of_the_files_at_their_places() -> None:
    table = table_of(
        Grid(axes=(axis("lr", [1, 2]), files_axis("x", "a", "b", "c"))),
        Grid(axes=(axis("lr", [3]), files_axis("x", "a", "d"))),
    )
    for ids, paths in (([], ()), ([1], "b"), ([0, 3], "a"), ([2, 4, 7], "bcd"), (range(8), "abcd")):
        tasks = np.isin(np.arange(8), list(ids))
        assert input_paths_of(table, tasks) == set(paths)


def test_axes_that_move_together_are_at_one_place() -> None:
    both = Grid(
        axes=(files_axis("x", "a", "b"), files_axis("y", "c", "d"), axis("seed", [0, 1])),
        joint=(Joint(name="pair", axes=("x", "y")),),
    )
    assert input_paths_of(table_of(both), np.array([False, False, True, False])) == {"b", "d"}
