"""Whether two results of one task are the same to the bit, and if not, by how much they differ."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from sweeprun.store.payloads import Layout, decode_result
from sweeprun.store.records import Outcome, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How one variable of two results differs.

    Attributes
    ----------
    variable
        Its name; empty if it is about the whole.
    what
        In words.
    absolute, relative
        The largest difference of two numbers, and the largest one relative to the first; NaN where that has no meaning.
    """

    variable: str
    what: str
    absolute: float = float("nan")
    relative: float = float("nan")


def compare_records(before: Record, after: Record) -> list[Difference]:
    """What differs between two records of one task: nothing if layout and payload are equal to the bit."""
    if before.outcome is after.outcome and (before.layout, before.payload) == (after.layout, after.payload):
        return []
    first, second = before.failure(), after.failure()
    if first is not None and second is not None and (first.type, first.message) == (second.type, second.message):
        return []  # tracebacks name lines
    if before.outcome is not Outcome.SUCCEEDED or after.outcome is not Outcome.SUCCEEDED:
        return [Difference(variable="", what=f"{_outcome(before)} before, {_outcome(after)} now")]
    now, unrecorded = arrays_of(after), _unrecorded_coordinates(before, after)
    found = compare_arrays(arrays_of(before), {name: one for name, one in now.items() if name not in unrecorded})
    found += _other_dims(before, after)
    if found or unrecorded:
        return found
    return [Difference(variable="", what="the attributes of the result or of its variables differ")]


def _unrecorded_coordinates(before: Record, after: Record) -> set[str]:
    """Coordinates without dims that only the later record has: earlier versions left those named like an axis out."""
    known = {variable.name for variable in Layout.from_json(before.layout).variables}
    variables = Layout.from_json(after.layout).variables
    return {one.name for one in variables if one.coordinate and not one.dims and one.name not in known}


def _other_dims(before: Record, after: Record) -> list[Difference]:
    """Variables whose dims have other names in a later record."""
    dims = {variable.name: variable.dims for variable in Layout.from_json(before.layout).variables}
    return [
        Difference(variable=one.name, what=f"the dims {', '.join(dims[one.name])} before, {', '.join(one.dims)} now")
        for one in Layout.from_json(after.layout).variables
        if dims.get(one.name, one.dims) != one.dims and len(dims[one.name]) == len(one.dims)
    ]


def arrays_of(record: Record) -> dict[str, np.ndarray]:
    """The variables of a result by name."""
    layout = Layout.from_json(record.layout)
    arrays = decode_result(layout, record.payload)
    return {variable.name: array for variable, array in zip(layout.variables, arrays, strict=True)}


def compare_arrays(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> list[Difference]:
    """What differs between two sets of variables."""
    found = []
    for name in dict.fromkeys([*before, *after]):
        if name not in after or name not in before:
            found.append(Difference(variable=name, what="is there no more" if name in before else "was not there"))
        elif difference := _compare(name, before[name], after[name]):
            found.append(difference)
    return found


class SomeOf(dict[str, np.ndarray]):
    """Some variables of a result, by name; nothing is known of the others."""


def as_collected(
    collected: Mapping[str, np.ndarray], now: Mapping[str, np.ndarray], told: Collection[str] = ()
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The values that a Dataset has of one task, and a new result of it, in the same form.

    In a Dataset, variables have the type that holds the values of all tasks, are padded to the longest, and are missing
    where a task didn't return them. If it has but some of them, so has what is compared with it.

    Parameters
    ----------
    collected, now
        The values, by name.
    told
        Names under which a Dataset says something itself: there, a result is called otherwise, or left out if it says
        the same.
    """
    before = dict(collected)
    other = {name: f"result_{name}" for name in now if name not in collected and f"result_{name}" in collected}
    after = {other.get(name, name): array for name, array in now.items() if name in other or name not in told}
    if isinstance(collected, SomeOf):
        after = {name: array for name, array in after.items() if name in collected}
    for name, array in collected.items():
        if name not in after:
            if _is_missing(array):
                del before[name]
            continue
        if array.ndim == after[name].ndim:
            inside = tuple(slice(length) for length in after[name].shape)
            outside = np.ones(array.shape, dtype=bool)
            outside[inside] = False
            if _is_missing(array[outside]):
                before[name] = np.asarray(array[inside], dtype=array.dtype)
        if before[name].dtype.kind in "OU":
            before[name] = before[name].astype(after[name].dtype)
        after[name] = after[name].astype(before[name].dtype)
    return before, after


def _is_missing(array: np.ndarray) -> bool:
    """Whether all values are what stands for a missing one."""
    if array.dtype.kind in "fcmM":
        return bool((array != array).all())  # noqa: PLR0124  # NaN and NaT alone differ from themselves
    return not array.size or (array.dtype.kind in "OU" and not array.astype(bool).any())


def _compare(name: str, before: np.ndarray, after: np.ndarray) -> Difference | None:
    if before.dtype.kind == after.dtype.kind == "U":  # however wide
        before, after = before.astype(object), after.astype(object)
    if before.dtype != after.dtype or before.shape != after.shape:
        return Difference(variable=name, what=f"{before.dtype}{before.shape} before, {after.dtype}{after.shape} now")
    if before.tobytes() == after.tobytes() if before.dtype.kind != "O" else before.tolist() == after.tolist():
        return None
    if before.dtype.kind not in "biufc":
        return Difference(variable=name, what=_count(int(np.count_nonzero(before != after)), before.size))
    kind = complex if before.dtype.kind == "c" else float
    one, other = before.astype(kind).reshape(-1), after.astype(kind).reshape(-1)
    same = (before.reshape(-1) == after.reshape(-1)) | (np.isnan(one) & np.isnan(other))
    with np.errstate(all="ignore"):
        absolute = np.abs(other - one)[~same]
        relative = absolute / np.abs(one)[~same]
    return Difference(
        variable=name,
        what=_count(int(np.count_nonzero(~same)), before.size) if absolute.size else "differs in signs of zero or NaNs",
        absolute=_largest(absolute),
        relative=_largest(relative),
    )


def _count(different: int, size: int) -> str:
    return "differs" if size == 1 else f"{different} of {size} values differ"


def _largest(values: np.ndarray) -> float:
    return float(np.nanmax(values)) if values.size and not np.isnan(values).all() else float("nan")


def _outcome(record: Record) -> str:
    failure = record.failure()
    return "a result" if failure is None else f"{failure.type}: {failure.message.partition(chr(10))[0]}"
