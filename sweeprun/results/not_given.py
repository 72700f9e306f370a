"""Which tasks succeeded and gave no value of a variable, or fewer than others.

In a Dataset NaN stands for that, and for NaN that a task returned. So its attribute `NOT_GIVEN` names these tasks, by
variable: those that gave nothing (`None`, or a value that can't be stored), and those whose results are padded along a
dimension of their own, with the places that they did give. Tasks without a result are not there: the coordinate
``state`` says that.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.results.merging import Merged, MergedResults, Piece

NOT_GIVEN = "not_given"
"""The attribute: JSON, variable -> groups of tasks, null if these are too many to be named. A variable that all tasks
gave isn't there."""

_NUMBERS = "biufc"
_NOWHERE = "none"
_LONGEST = 100_000
"""Characters of one variable: so large an attribute is of no use, and then it is not known."""


def not_given_text(results: MergedResults) -> str:
    """The attribute of some results."""
    everyone = sum(len(part.task_ids) for part in results.parts)
    found = {}
    for variable in results.variables:
        if variable.gridded and not variable.coordinate and any(p.dtype.kind in _NUMBERS for p in variable.pieces):
            groups = _groups(results, variable, everyone)
            if groups != []:
                found[variable.name] = groups
    return json.dumps(found)


class _TooManyError(Exception):
    """There are too many tasks to be named."""


def _groups(results: MergedResults, variable: Merged, everyone: int) -> list[dict[str, Any]] | None:
    """The tasks that lack values of a variable, those together that lack the same; None if these are too many."""
    try:
        found = list(_lacking(results, variable, everyone))
    except _TooManyError:
        return None
    return found if len(json.dumps(found)) <= _LONGEST else None


def _lacking(results: MergedResults, variable: Merged, everyone: int) -> Iterator[dict[str, Any]]:
    if sum(len(piece.part.task_ids) for piece in variable.pieces) < everyone:
        having = {id(piece.part) for piece in variable.pieces}
        without = [part.task_ids for part in results.parts if id(part) not in having]
        yield {"tasks": _text(np.concatenate(without))}
    padded: dict[tuple[str, ...], list[np.ndarray]] = {}
    length = 0
    for piece in variable.pieces:
        places = _places(results, variable, piece)
        if any(places):
            length += 0 if places in padded else sum(map(len, places))
            if length > _LONGEST:
                raise _TooManyError
            padded.setdefault(places, []).append(piece.part.task_ids)
    for places, task_ids in padded.items():
        sized = zip(variable.dims, places, variable.shape, strict=True)
        given = {dim: {"places": own, "of": length} for dim, own, length in sized if own}
        yield {"tasks": _text(np.concatenate(task_ids)), "given": given}


def _places(results: MergedResults, variable: Merged, piece: Piece) -> tuple[str, ...]:
    """The places along each own dim that the tasks of a piece gave; an empty text where these are all."""
    dimensions = [results.dimensions[dim] for dim in variable.dims]
    shape = piece.shape(variable.dims)
    if shape == variable.shape:
        return ("",) * len(shape)  # as many labels as the union has are all of them
    own = piece.part.own_coordinates() if any(one.aligned for one in dimensions) else {}
    found = []
    for dim, dimension, length in zip(variable.dims, dimensions, shape, strict=True):
        if length in (0, dimension.length):
            found.append("" if length else _NOWHERE)
        elif dimension.aligned and dim in own:
            found.append(_text(dimension.places(own[dim][1], length)))
        else:
            found.append(str(TaskIds.first(length)))
    return tuple(found)


def _text(numbers: np.ndarray) -> str:
    """Numbers in any order, as ranges."""
    mask = np.zeros(int(numbers.max()) + 1, bool)
    mask[numbers] = True
    if np.count_nonzero(np.diff(mask)) > _LONGEST:
        raise _TooManyError
    return str(TaskIds.where(mask))


def is_given(dataset: xr.Dataset, name: str) -> np.ndarray | None:
    """Whether each value of a variable was given by its task, if that succeeded; None if the Dataset doesn't say.

    Parameters
    ----------
    dataset
        What was collected, or a part of it.
    name
        The variable.

    Returns
    -------
    numpy.ndarray or None
        Booleans that broadcast to the variable's shape. It isn't known of Datasets that sweeprun didn't make, that
        an earlier version collected, or of which a part was taken along a padded dimension.
    """
    variable = dataset[name]
    try:
        groups = json.loads(str(dataset.attrs[NOT_GIVEN])).get(name, [])
        if not groups:
            return None if groups is None else np.ones((1,) * variable.ndim, bool)
        task_ids = dataset["task_id"]
        own = [str(dim) for dim in variable.dims if dim not in task_ids.dims]
        if not set(task_ids.dims) <= set(variable.dims):
            return None
        given = np.ones((task_ids.size, *(variable.sizes[dim] for dim in own)), bool)
        ids = task_ids.values.reshape(-1)
        order = np.argsort(ids)
        for group in groups:
            rows = order[_found(ids[order], TaskIds.parse(group["tasks"]))]
            given[rows] &= _along([variable.sizes[dim] for dim in own], own, group)
        shaped = xr.Variable((*task_ids.dims, *own), given.reshape((*task_ids.shape, *given.shape[1:])))
        return shaped.transpose(*variable.dims).values
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, UsageError):
        return None


def _found(ascending: np.ndarray, ids: TaskIds) -> np.ndarray:
    """Where some ids are among ascending numbers."""
    found = [np.zeros(0, int)]
    for part in ids.ranges:
        start, stop = np.searchsorted(ascending, (part[0], part[-1] + 1))
        places = np.arange(start, stop)
        found.append(places if part.step == 1 else places[(ascending[start:stop] - part[0]) % part.step == 0])
    return np.concatenate(found)


def _along(shape: Sequence[int], dims: Sequence[str], group: Mapping[str, Any]) -> np.ndarray:
    """Which places the tasks of a group gave, of those along their own dims."""
    found = np.full(shape, "given" in group)
    for dim, told in group.get("given", {}).items():
        place = dims.index(dim)
        if shape[place] != told["of"]:
            raise ValueError(f"a part was taken along {dim!r}")
        places = TaskIds.parse("" if told["places"] == _NOWHERE else told["places"])
        mask = np.zeros(shape[place], bool)
        mask[_found(np.arange(shape[place]), places)] = True
        found &= mask.reshape([-1 if one == dim else 1 for one in dims])
    return found
