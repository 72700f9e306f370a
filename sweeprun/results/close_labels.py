"""Labels that differ by rounding alone: noticed, and made one within a tolerance."""

from collections.abc import Sequence
from math import ceil, log10

import numpy as np

from sweeprun.errors import ResultError
from sweeprun.results.dtypes import equal
from sweeprun.results.notes import Note, NoteKind
from sweeprun.wording import flag

_ROUNDINGS = 64
"""So many of the smallest relative steps of a float may a computation be off."""


def close_labels(dim: str, tasks: Sequence[int], given: Sequence[np.ndarray], union: np.ndarray) -> tuple[Note, ...]:
    """What is to be said if two tasks have labels that are next to each other as far as rounding goes.

    Parameters
    ----------
    dim
        The dimension.
    tasks, given
        The id of each task, and its labels, of the types in which they were returned.
    union
        All labels, rising.
    """
    if union.dtype.kind != "f" or len(union) < 2:
        return ()
    coarsest = max(float(np.finfo(array.dtype).eps) if array.dtype.kind == "f" else 0.0 for array in given)
    with np.errstate(invalid="ignore", over="ignore"):
        gaps = np.diff(union)
        scale = np.maximum(np.maximum(np.abs(union[:-1]), np.abs(union[1:])), _smallest_step(given))
        near = np.flatnonzero(gaps <= _ROUNDINGS * coarsest * scale)
    for place in near.tolist():
        low, high = union[place], union[place + 1]
        one, other = _first_with(tasks, given, low, high), _first_with(tasks, given, high, low)
        if one is not None and other is not None:
            wide = 10.0 ** (ceil(log10(float(high - low))) + 1)
            text = (
                f"labels of {dim!r} differ by rounding alone, {float(low)!r} in task {one} and {float(high)!r} in task "
                f"{other}, and are kept apart; a tolerance makes them one: {flag('tolerance').to(wide)}"
            )
            return (Note(kind=NoteKind.LABELS, name=dim, text=text),)
    return ()


def _smallest_step(given: Sequence[np.ndarray]) -> float:
    """The smallest distance between two labels of one task: these are meant to differ."""
    steps = [float(np.diff(np.sort(array.astype(float))).min()) for array in given if len(array) > 1]
    return min((step for step in steps if np.isfinite(step)), default=0.0)


def _first_with(tasks: Sequence[int], given: Sequence[np.ndarray], label: float, other: float) -> int | None:
    """The first task with a label, which has not the other one, too."""
    having = (task for task, own in zip(tasks, given, strict=True) if (own == label).any() and not (own == other).any())
    return next(having, None)


def nearest_places(labels: np.ndarray, own: np.ndarray) -> np.ndarray:
    """The place of the nearest of some rising labels, for each of others; NaN, which is the last, stands at NaN."""
    above = np.searchsorted(labels, own).clip(max=len(labels) - 1)
    below = (above - 1).clip(min=0)
    with np.errstate(invalid="ignore"):
        nearer = np.abs(own - labels[below]) < np.abs(labels[above] - own)
    places: np.ndarray = np.where(nearer | (np.isnan(labels[above]) & ~np.isnan(own)), below, above)
    return places


def union_within(dim: str, tasks: Sequence[int], given: Sequence[np.ndarray], tolerance: float) -> np.ndarray:
    """All labels, rising; of those within a tolerance of each other, that of the first task.

    Raises
    ------
    ResultError
        If two labels of one task would become one.
    """
    union = np.unique(given[0])
    for own in given[1:]:
        new = own if not len(union) else own[~_within(union[nearest_places(union, own)], own, tolerance)]
        if len(new):
            union = np.unique(np.concatenate([union, new]))
    for task_id, own in zip(tasks, given, strict=True):
        if len(np.unique(nearest_places(union, own))) < len(own):
            raise ResultError(
                f"a tolerance of {tolerance:g} is too wide: two labels of {dim!r} in task {task_id} would become one"
            )
    return union


def same(labels: np.ndarray, others: np.ndarray, tolerance: float) -> bool:
    """Whether labels are equal, or within a tolerance of each other."""
    return bool(_within(labels, others, tolerance).all()) if tolerance else equal(labels, others)


def _within(labels: np.ndarray, others: np.ndarray, tolerance: float) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        close: np.ndarray = np.abs(labels - others) <= tolerance
    close |= labels == others
    close |= np.isnan(labels) & np.isnan(others)
    return close
