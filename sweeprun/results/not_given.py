"""Which tasks succeeded and gave no value of a variable, or fewer than others.

In a Dataset NaN stands for that, and for NaN that a task returned. So its attribute `NOT_GIVEN` names these tasks, by
variable: those that gave nothing (`None`, or a value that can't be stored), and those whose results are padded along a
dimension of their own, with the places that they did give. Tasks without a result are not there: the coordinate
``state`` says that.
"""

import json
from collections.abc import Iterator, Mapping
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


def _groups(results: MergedResults, variable: Merged, everyone: int) -> list[dict[str, Any]] | None:
    """The tasks that lack values of a variable, those together that lack the same; None if these are too many."""
    found: list[dict[str, Any]] = []
    length = 0
    for group in _lacking(results, variable, everyone):
        length += len(json.dumps(group))
        if length > _LONGEST:
            return None
        found.append(group)
    return found


def _lacking(results: MergedResults, variable: Merged, everyone: int) -> Iterator[dict[str, Any]]:
    if sum(len(piece.part.task_ids) for piece in variable.pieces) < everyone:
        having = {id(piece.part) for piece in variable.pieces}
        without = [part.task_ids for part in results.parts if id(part) not in having]
        yield {"tasks": _text(np.concatenate(without))}
    padded: dict[tuple[str, ...], list[np.ndarray]] = {}
    for piece in variable.pieces:
        places = _places(results, variable, piece)
        if any(places):
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
        labels = own[dim][1] if dim in own else np.arange(length)
        found.append("" if length == dimension.length else _text(dimension.places(labels, length)) or "none")
    return tuple(found)


def _text(numbers: np.ndarray) -> str:
    return str(TaskIds.of(numbers.tolist()))


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
        if not set(task_ids.dims) <= set(variable.dims):
            return None
        found = xr.Variable(variable.dims, np.ones(variable.shape, bool))
        for group in groups:
            found = found & (
                ~xr.Variable(task_ids.dims, _isin(task_ids.values, group["tasks"])) | _along(variable, group)
            )
        return found.transpose(*variable.dims).values
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError, UsageError):
        return None


def _along(variable: xr.DataArray, group: Mapping[str, Any]) -> xr.Variable:
    """Which places the tasks of a group gave."""
    if "given" not in group:
        return xr.Variable((), False)
    found = xr.Variable((), True)
    for dim, told in group["given"].items():
        if variable.sizes[dim] != told["of"]:
            raise ValueError(f"a part was taken along {dim!r}")
        places = "" if told["places"] == "none" else told["places"]
        found = found & xr.Variable((dim,), _isin(np.arange(told["of"]), places))
    return found


def _isin(numbers: np.ndarray, text: str) -> np.ndarray:
    """Whether numbers are among those that a text names, however many these are."""
    ranges = TaskIds.parse(text).ranges
    if not ranges:
        return np.zeros(numbers.shape, bool)
    first, last, step = np.array([(one[0], one[-1], one.step) for one in ranges]).T
    near = np.maximum(np.searchsorted(first, numbers, "right") - 1, 0)
    found: np.ndarray = (first[near] <= numbers) & (numbers <= last[near]) & ((numbers - first[near]) % step[near] == 0)
    return found
