"""Coordinates of tasks as text and as columns."""

import numpy as np

from sweeprun.design.axes import Axis
from sweeprun.design.extension import extend_table
from sweeprun.design.grid import Dimension, Grid, Joint
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.tasks import TaskTable
from sweeprun.design.values import Numbers
from sweeprun.results.coordinates import axis_columns, coordinates_text, label_text, varying_axes
from tests.results.runs import axis, count_axis


def labels(table: TaskTable) -> dict[str, list[str]]:
    return {column.name: [column.label(int(code)) for code in column.codes] for column in axis_columns(table)}


def test_columns_say_what_tasks_do() -> None:
    grid = Grid(axes=(axis("lr", [0.5, 0.1]), count_axis("one", 1), axis("kind", ["b", "a", "c"])))
    table = TaskTable.of(grid)
    expected = [table.task(i).coordinates for i in range(len(table))]
    assert labels(table) == {name: [str(own[name]) for own in expected] for name in ("lr", "kind")}


def test_numbers_are_in_their_order_and_texts_have_none() -> None:
    lr, kind = axis_columns(TaskTable.of(Grid(axes=(axis("lr", [0.5, 0.1, 2.0]), axis("kind", ["b", "a"])))))
    assert lr.codes.tolist() == [1, 1, 0, 0, 2, 2]
    assert (lr.ordered, kind.ordered) == (True, False)


def test_tasks_that_were_added() -> None:
    table = TaskTable.of(Grid(axes=(axis("lr", [0.5, 0.1]), count_axis("seed", 2))))
    table = extend_table(table, [Dimension.of(axis("lr", [0.2])), Dimension.of(count_axis("seed", 3))])
    expected = [table.task(i).coordinates for i in range(len(table))]
    assert labels(table) == {name: [str(own[name]) for own in expected] for name in ("lr", "seed")}


def test_axes_that_move_together_may_repeat_their_values() -> None:
    axes = (axis("a", [1, 1, 2]), axis("b", ["x", "y", "x"]))
    table = TaskTable.of(Grid(axes=axes, joint=(Joint(name="both", axes=("a", "b")),)))
    a, b = axis_columns(table)
    assert a.codes.tolist() == [0, 0, 1]
    assert b.codes.tolist() == [0, 1, 0]


def test_a_million_tasks_are_columns_of_numbers() -> None:
    values = Numbers(values=tuple(float(i) for i in range(10)))
    grid = Grid(axes=(Axis(name="lr", values=values, kind=LabelKind.FLOAT), count_axis("seed", 100_000)))
    lr, seed = axis_columns(TaskTable.of(grid))
    assert np.array_equal(lr.codes, np.repeat(np.arange(10), 100_000))
    assert seed.label(99_999) == "99999"


def test_text_in_one_line_without_axes_of_one_value() -> None:
    grid = Grid(axes=(axis("input", ["a.csv", "b.csv"]), count_axis("one", 1)))
    assert coordinates_text({"input": "a.csv", "one": 0}, varying_axes(grid)) == "input=a.csv"
    assert varying_axes(Grid(axes=(count_axis("one", 1),))) == ("one",)
    many = {f"a{i}": i for i in range(9)}
    assert coordinates_text(many, many) == "a0=0 a1=1 a2=2 a3=3 a4=4 a5=5 …"


def test_long_labels_keep_their_beginning_and_their_end() -> None:
    told = label_text("/data/" + "x" * 500 + "/station_13.csv")
    assert told.startswith("/data/xxx")
    assert told.endswith("/station_13.csv")
    assert len(told) < 70


def test_a_sweep_of_one_task_has_no_axis() -> None:
    assert axis_columns(TaskTable.of(Grid(axes=()))) == []


def test_only_what_some_tasks_have() -> None:
    table = TaskTable.of(Grid(axes=(axis("lr", [0.5, 0.1, 2.0]), axis("kind", ["b", "a"]))))
    lr, kind = axis_columns(table, np.array([1, 4]))
    assert [lr.label(int(code)) for code in lr.codes] == ["0.5", "2.0"]
    assert [kind.label(int(code)) for code in kind.codes] == ["a", "b"]


def test_what_is_said_of_a_long_value_is_not_cut_to_where_others_look_the_same() -> None:
    paths = [f"/scratch/{'a' * 40}/{name}/{'z' * 40}.nc" for name in ("good", "bad")]
    (column,) = axis_columns(TaskTable.of(Grid(axes=(axis("path", paths),))))
    assert {column.label(0), column.label(1)} == set(paths)
