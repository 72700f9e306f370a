"""Which task of a run somebody means: by its id, or by its coordinates."""

from collections.abc import Mapping, Sequence
from typing import Any

from sweeprun.design.axes import axis_name
from sweeprun.design.extension import task_at, whole_grid
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.python_labels import typed_label
from sweeprun.design.tasks import Task, TaskTable
from sweeprun.errors import UsageError
from sweeprun.statistics.choices import is_count
from sweeprun.wording import sweeper

_SHOWN_VALUES = 10


def find_task(table: TaskTable, words: Sequence[str]) -> Task:
    """The task that an id or ``AXIS=VALUE`` for every axis names.

    Raises
    ------
    UsageError
        If they name none, or not one alone.
    """
    task_id = int(words[0]) if len(words) == 1 and words[0].isdecimal() else task_at(table, *_point(table, words))
    return table.task(task_id)


def words_of(task_id: int | None, values: Mapping[str, Any]) -> list[str]:
    """What names a task, as words: its id, or a value on each axis.

    Raises
    ------
    UsageError
        If there is neither, or both.
    """
    if (task_id is None) == (not values):
        raise UsageError("which task? Give its id, such as 17, or its coordinates, such as lr=0.1, seed=3")
    if task_id is None:
        return [f"{name}={_text(value)}" for name, value in values.items()]
    if not is_count(task_id) or task_id < 0:
        raise UsageError(
            f"{task_id!r} is no id of a task; give a number such as 17, or its coordinates: lr=0.1, seed=3"
        )
    return [str(task_id)]


def _text(value: Any) -> str:
    label = typed_label(value)[1]
    return str(label).lower() if isinstance(label, bool) else str(label)


def choose_task(table: TaskTable, words: Sequence[str]) -> Task:
    """The task that an id or ``AXIS=VALUE`` for every axis names, if it was run.

    Raises
    ------
    UsageError
        If they name none, or not one alone, or one that is left out.
    """
    task = find_task(table, words)
    if not table.is_selected(task.task_id):
        raise UsageError(
            f"task {task.task_id} is left out by {sweeper('exclude')} or only, so it gave nothing to compare with"
        )
    return task


def _point(table: TaskTable, words: Sequence[str]) -> tuple[Grid, list[int]]:
    """The whole grid, and the places on it that ``AXIS=VALUE`` words name."""
    grid = whole_grid(table)
    names = [*(joint.name for joint in grid.joint), *(axis.name for axis in grid.axes)]
    given = dict(word.partition("=")[::2] for word in words if "=" in word)
    given = {key if key in names else axis_name(key): text for key, text in given.items()}
    wrong = [word for word in words if not {key := word.partition("=")[0], axis_name(key)} & set(names)]
    if wrong:
        raise UsageError(f"{wrong[0]!r} names no task; give an id below {len(table)}, or {_example(names)}")
    places = [_place(dimension, given) for dimension in grid.dimensions]
    if None in places or (not given and len(table) > 1):
        raise UsageError(f"which task? Give an id below {len(table)}, or {_example(names)}")
    return grid, [place for place in places if place is not None]


def _place(dimension: Dimension, given: Mapping[str, str]) -> int | None:
    """The place on a dimension that the given values name; None if they don't, or name several."""
    places: Sequence[int] = range(len(dimension))
    if dimension.joint is not None and (number := given.get(dimension.name)) is not None:
        places = places[int(number) : int(number) + 1] if number.isdecimal() else places[:0]
        if not places:
            raise UsageError(
                f"{dimension.name}={number}: there is no such point; they go from 0 to {len(dimension) - 1}"
            )
    for axis in dimension.axes:
        if axis.name not in given:
            continue
        index = axis.find(given[axis.name])
        if index is None:
            first = ", ".join(axis.values.text(i) for i in range(min(len(axis), _SHOWN_VALUES)))
            more = ", …" if len(axis) > _SHOWN_VALUES else ""
            raise UsageError(f"{axis.name}={given[axis.name]}: there is no such value; {axis.name} has {first}{more}")
        if dimension.joint is None:
            return index
        found = axis.values.label(index)
        places = [place for place in places if axis.values.label(place) == found]
    return places[0] if len(places) == 1 else None


def _example(names: Sequence[str]) -> str:
    return " ".join(f"{name}=…" for name in names) or "nothing: there is one task"
