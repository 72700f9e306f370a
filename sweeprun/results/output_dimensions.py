"""The dimensions that tasks' results have of their own: padded to the longest, or aligned by their coordinates."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from sweeprun.errors import ResultError
from sweeprun.results.agreement import check_units, common_attrs, dropped_note
from sweeprun.results.close_labels import close_labels, nearest_places, same, union_within
from sweeprun.results.dtypes import DType, cast, family, kept
from sweeprun.results.layout_groups import Part
from sweeprun.results.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDimension:
    """A dimension that tasks' results have of their own.

    Attributes
    ----------
    length
        Of the longest task, or of the union of all coordinates.
    values
        Its coordinate, if tasks gave one.
    aligned
        Whether tasks have coordinates of which none continues the others, so that each is placed by its values.
    attrs
        Of the coordinate.
    nearest
        Whether a label stands at the nearest of ``values``, and not only at one that is equal.
    notes
        What is to be said of it.
    """

    length: int
    values: np.ndarray | None = None
    aligned: bool = False
    attrs: dict[str, Any] = field(default_factory=dict)
    nearest: bool = False
    notes: tuple[Note, ...] = ()

    def places(self, own: np.ndarray, length: int) -> np.ndarray:
        """Where the entries of one part belong."""
        if self.aligned and self.values is not None:
            if self.nearest:
                return nearest_places(self.values, cast(own, self.values.dtype))
            return np.searchsorted(self.values, cast(own, self.values.dtype))
        return np.arange(length)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    """How one part labels a dimension; ``values`` is None if it doesn't, ``implied`` if a list of the config does."""

    task_id: int
    length: int
    values: np.ndarray | None = None
    attrs: dict[str, Any]
    implied: bool = False

    def without(self) -> "_Labels":
        """The same part, unlabelled."""
        return _Labels(task_id=self.task_id, length=self.length, attrs={})


def own_dimensions(
    parts: Sequence[Part], only: Collection[str] | None = None, tolerance: float = 0.0
) -> tuple[dict[str, OwnDimension], dict[str, str]]:
    """The dimensions that results have of their own, over all parts.

    Parameters
    ----------
    parts
        What the tasks returned.
    only
        The results whose dimensions they are; by default all.
    tolerance
        How far apart two labels may be that are one: that of the first task.

    Returns
    -------
    tuple
        Name -> dimension; and of those that can't be, since coordinates of two tasks don't go together, name -> why.
    """
    labels: dict[str, list[_Labels]] = {}
    for part in parts:
        lengths = {
            dim: length
            for _, variable in part.columns_of(only)
            for dim, length in zip(variable.dims, variable.shape, strict=True)
        }
        own = part.own_coordinates()
        for dim, length in lengths.items():
            variable, values = own.get(dim, (None, None))
            attrs = variable.attrs if variable is not None else {}
            labels.setdefault(dim, []).append(
                _Labels(
                    task_id=part.first_task,
                    length=length,
                    values=values,
                    attrs=attrs,
                    implied=dim in part.layout.implied,
                )
            )
    found: dict[str, OwnDimension] = {}
    refused: dict[str, str] = {}
    for dim, given in labels.items():
        try:
            found[dim] = _tolerant(dim, given, tolerance)
        except ResultError as error:
            refused[dim] = str(error)
    return found, refused


def _tolerant(dim: str, given: Sequence[_Labels], tolerance: float) -> OwnDimension:
    """A dimension without the labels that lists of the config imply, if these don't fit in all tasks."""
    if not any(labels.implied for labels in given):
        return _own_dimension(dim, given, tolerance)
    without = [labels.without() if labels.implied else labels for labels in given]
    if any(labels.values is None for labels in given):
        return _own_dimension(dim, without, tolerance)
    try:
        return _own_dimension(dim, given, tolerance)
    except ResultError:
        return _own_dimension(dim, without, tolerance)


def _own_dimension(dim: str, given: Sequence[_Labels], tolerance: float) -> OwnDimension:
    length = max(labels.length for labels in given)
    labelled = [(labels, labels.values) for labels in given if labels.values is not None]
    if not labelled:
        return OwnDimension(length=length)
    what = f"coordinate {dim!r}"
    told = [(labels.task_id, labels.attrs) for labels, values in labelled if len(values)] or [(0, {})]
    check_units(what, told)
    attrs, dropped = common_attrs(told)
    own = partial(OwnDimension, attrs=attrs)
    notes = dropped_note(dim, dropped)
    first, _ = labelled[0]
    values = _joined(what, [(labels.task_id, values) for labels, values in labelled])
    if values[0].dtype == np.float16:  # which pandas has no index for
        values = [array.astype(np.float32) for array in values]
    within = tolerance if values[0].dtype.kind == "f" else 0.0
    longest = max(values, key=len)
    unlabelled = next((labels for labels in given if labels.values is None), None)
    if all(same(array, longest[: len(array)], within) for array in values):
        if length > len(longest):
            raise ResultError(_half_labelled(dim, first, unlabelled))
        return own(length=length, values=longest, notes=notes)
    if unlabelled is not None:
        raise ResultError(_half_labelled(dim, first, unlabelled))
    tasks = [labels.task_id for labels, _ in labelled]
    _check_once(dim, tasks, values)
    if within:
        union = union_within(dim, tasks, values, within)
        return own(length=len(union), values=union, aligned=True, nearest=True, notes=notes)
    union = np.unique(np.concatenate(values))
    notes += close_labels(dim, tasks, [array for _, array in labelled], union)
    return own(length=len(union), values=union, aligned=True, notes=notes)


def _check_once(dim: str, tasks: Sequence[int], values: Sequence[np.ndarray]) -> None:
    for task_id, array in zip(tasks, values, strict=True):
        if len(np.unique(array)) < len(array):
            raise ResultError(
                f"tasks have different coordinates {dim!r}, and that of task {task_id} has a value twice, "
                "so they can't be aligned"
            )


def _half_labelled(dim: str, labelled: _Labels, unlabelled: _Labels | None) -> str:
    other = f"task {unlabelled.task_id}" if unlabelled is not None else "another task"
    return (
        f"task {labelled.task_id} has a coordinate for its dimension {dim!r} and {other} has none, "
        "so they can't be aligned"
    )


def _joined(what: str, arrays: Sequence[tuple[int, np.ndarray]]) -> list[np.ndarray]:
    """The arrays of several tasks in the type that holds them all.

    Raises
    ------
    ResultError
        If there is none; it names two tasks.
    """
    dtype = joined_dtype(what, [(task_id, array.dtype, array.size) for task_id, array in arrays])
    return [cast_named(what, array, dtype) for _, array in arrays]


def joined_dtype(what: str, given: Sequence[tuple[int, DType, int]]) -> DType:
    """The type that holds the values of several tasks.

    Parameters
    ----------
    what
        What they are, for the message.
    given
        The id of each task, and the type and the number of its values. What is empty goes with any type, since ``[]``
        is an array of floats.

    Raises
    ------
    ResultError
        If there is none; it names two tasks.
    """
    dtypes = [(task_id, dtype) for task_id, dtype, size in given if size] or [one[:2] for one in given[:1]]
    first_id, first = dtypes[0]
    for task_id, dtype in dtypes:
        if family(dtype) != family(first):
            raise ResultError(
                f"{what} is a {family(first)} in task {first_id} and a {family(dtype)} in task {task_id}; "
                "they must agree"
            )
    return np.result_type(*{kept(dtype) for _, dtype in dtypes})


def cast_named(what: str, array: np.ndarray, dtype: DType) -> np.ndarray:
    """Cast to a type that holds all.

    Raises
    ------
    ResultError
        If a value is out of its range.
    """
    try:
        return cast(array, dtype)
    except OverflowError as error:
        raise ResultError(f"{what} can't be collected: {error}") from error
