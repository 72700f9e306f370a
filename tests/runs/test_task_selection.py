"""Which task words name: an id, or a value on each axis."""

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.design.extension import extend_table
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.python_axes import axis_of_values
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import UsageError
from sweeprun.runs.task_selection import choose_task, find_task, words_of
from tests.design.joints import joint_grid, joint_grids
from tests.results.runs import axis, count_axis

TABLE = TaskTable.of(Grid(axes=(axis("lr", [0.1, 0.01]), count_axis("seed", 12))))
JOINED = TaskTable.of(joint_grid([["a", "b"]], [[0, 0, 1], ["x", "y", "x"]]))
"""The axes ``d0``, and ``d1.0`` and ``d1.1`` that move together as ``d1``."""


@settings(max_examples=40)
@given(joint_grids(), st.data())
def test_each_task_is_found_by_its_id_and_by_the_place_on_each_dimension(grid: Grid, data: st.DataObject) -> None:
    table = TaskTable.of(grid)
    task = table.task(data.draw(st.integers(0, len(table) - 1)))
    assert find_task(table, [str(task.task_id)]) == task
    words = [
        f"{dimension.name}={place}" if dimension.joint else f"{dimension.name}={task.coordinates[dimension.name]}"
        for dimension, place in zip(grid.dimensions, grid.places(task.task_id), strict=True)
    ]
    if words:
        assert find_task(table, data.draw(st.permutations(words))) == task


def test_a_task_of_an_extension_is_found_by_its_coordinates() -> None:
    extended = extend_table(TABLE, [Dimension.of(axis("lr", [1.0]))])
    assert find_task(extended, ["lr=1.0", "seed=3"]).task_id == 27
    assert find_task(extended, ["seed=3", "lr=0.1"]).task_id == 3


def test_numbers_may_be_written_in_another_way() -> None:
    assert find_task(TABLE, ["lr=1e-2", "seed=3"]).task_id == 15


def test_axes_that_move_together_are_named_by_what_is_enough() -> None:
    assert find_task(JOINED, ["d0=b", "d1=2"]).task_id == 5
    assert find_task(JOINED, ["d0=b", "d1.0=1"]).task_id == 5
    assert find_task(JOINED, ["d0=a", "d1.0=0", "d1.1=y"]).task_id == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["24"], "there is no task 24; this sweep has tasks 0 to 23"),
        ([], r"which task\? Give an id below 24, or lr=… seed=…"),
        (["lr=0.1"], r"which task\? Give an id below 24"),
        (["1", "2"], "'1' names no task; give an id below 24, or lr=… seed=…"),
        (["-1"], "'-1' names no task"),
        (["lr=0.1", "sede=3"], "'sede=3' names no task"),
        (["lr=0.2", "seed=3"], "lr=0.2: there is no such value; lr has 0.1, 0.01$"),
        (["lr=0.1", "seed=12"], "seed=12: there is no such value; seed has 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …"),
    ],
)
def test_words_that_name_no_single_task_are_refused(words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_task(TABLE, words)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["d0=a", "d1.0=0"], r"which task\? Give an id below 6, or d1=… d0=… d1.0=… d1.1=…"),
        (["d0=a", "d1.0=1", "d1.1=y"], "which task"),
        (["d0=a", "d1=3"], "d1=3: there is no such point; they go from 0 to 2"),
        (["d0=a", "d1=-1"], "d1=-1: there is no such point"),
    ],
)
def test_points_that_are_ambiguous_or_not_there_are_refused(words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_task(JOINED, words)


def test_a_run_of_one_task_needs_no_words() -> None:
    assert find_task(TaskTable.of(Grid(axes=())), []).task_id == 0


def test_a_point_that_is_left_out_is_found_but_not_chosen() -> None:
    table = TaskTable.of(TABLE.blocks[0].design, selection=Selection(exclude=(Expression(text="seed == 3"),)))
    assert find_task(table, ["3"]).coordinates == {"lr": 0.1, "seed": 3}
    with pytest.raises(UsageError, match=r"task 15 is left out by hydra\.sweeper\.exclude or only"):
        choose_task(table, ["lr=0.01", "seed=3"])
    assert choose_task(table, ["lr=0.01", "seed=4"]).task_id == 16


@pytest.mark.parametrize("word", ["²", "٣²", "1²"])
def test_digits_that_make_no_number_name_no_task(word: str) -> None:
    with pytest.raises(UsageError, match="names no task"):
        find_task(TABLE, [word])


VALUES = TaskTable.of(
    Grid(
        axes=tuple(
            axis_of_values(name, values)
            for name, values in {
                "lr": [0.1, 0.01],
                "deep": [True, False],
                "day": [dt.date(2026, 5, 4), dt.date(2026, 5, 5)],
                "seed": range(3),
            }.items()
        )
    )
)
POINT = {"lr": 0.01, "deep": True, "day": dt.date(2026, 5, 5), "seed": 1}


@pytest.mark.parametrize(
    ("task_id", "values"),
    [
        (16, {}),
        (None, POINT),
        (None, POINT | {"lr": np.float64(0.01), "deep": np.bool_(True), "seed": np.int64(1)}),
        (None, POINT | {"day": np.datetime64("2026-05-05")}),
    ],
)
def test_a_task_is_chosen_by_its_id_or_by_values_of_python(task_id: int | None, values: dict[str, Any]) -> None:
    assert choose_task(VALUES, words_of(task_id, values)).task_id == 16


@pytest.mark.parametrize(
    ("task_id", "values", "message"),
    [
        (None, {}, r"which task\? Give its id, such as 17"),
        (1, {"seed": 1}, "which task"),
        (24, {}, "there is no task 24"),
        (-1, {}, "-1 is no id of a task; give a number such as 17, or its coordinates: lr=0.1, seed=3"),
        ("17", {}, "'17' is no id of a task"),
        (True, {}, "True is no id of a task"),
        (None, {"lr": 0.1}, "which task"),
        (None, POINT | {"lr": 0.5}, "lr=0.5: there is no such value; lr has 0.1, 0.01"),
    ],
)
def test_a_choice_that_names_no_single_task_is_refused(task_id: Any, values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        choose_task(VALUES, words_of(task_id, values))
