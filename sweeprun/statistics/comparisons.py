"""The difference between two points of a Dataset, over the members of an ensemble."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.statistics.dependence import Members, members_along, streams_are_shared
from sweeprun.statistics.differences import DifferenceKind, independent_difference, paired_difference
from sweeprun.statistics.ensembles import STATISTIC, kept_attrs, kept_coordinates, members_of, numeric_variables
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.kinds import choose_kind
from sweeprun.statistics.not_finite import NanPolicy, NotFinite, check_finite, count_not_finite

DIFFERENCES = ("n", "mean", "sem", "low", "high", "correlation", "variance_reduction")
"""The labels of the dimension ``statistic``."""


def paired(  # noqa: PLR0913  # each is an option of the accessor
    dataset: xr.Dataset,
    axis: str,
    first: Any,
    second: Any,
    over: str | Sequence[str] | None = None,
    *,
    level: float = 0.95,
    shared: bool | None = None,
    kind: DifferenceKind | None = None,
    nan: NanPolicy = NanPolicy.OMIT,
) -> xr.Dataset:
    """The difference of every numeric variable between two values of an axis, ``first - second``, with its error.

    Where tasks shared their random streams (common random numbers), members are compared one by one, which makes the
    error smaller; else they are independent samples.

    Parameters
    ----------
    dataset
        What was collected.
    axis, first, second
        The axis, and its two values.
    over
        The axis or axes of the members; by default ``member``, or else ``seed``.
    level, kind
        Of the interval; by default Newcombe's for proportions, and Student's (Welch's if samples are independent) for
        numbers.
    shared
        Whether the members belong together; by default as the attribute ``streams`` says.
    nan
        What becomes of results that are NaN: their pairs are left out, the difference there is NaN, or they are
        refused.

    Returns
    -------
    xarray.Dataset
        Each variable with the dim ``statistic`` (n, mean, sem, low, high, correlation, variance_reduction) in the place
        of the members' axes. The attribute ``streams_shared``, also of each variable, says which of the two it is;
        ``members_independent`` is that of `sweeprun.statistics.ensembles.ensemble_statistics`.

    Raises
    ------
    UsageError
        If there is no such axis, or value of it; or a result isn't finite, and is to be.
    """
    names = members_of(dataset, over)
    if axis not in dataset.dims or axis in names:
        others = ", ".join(str(dim) for dim in dataset.dims if dim not in names)
        raise UsageError(f"there is no axis {axis!r} to compare along; axes: {others or 'none'}")
    places = [_place(dataset, axis, value) for value in (first, second)]
    if places[0] == places[1]:
        raise UsageError(f"{axis}={first} is compared with itself; name two values of the axis")
    sides = [dataset.isel({axis: place}) for place in places]
    members = members_along(dataset, names)
    together = streams_are_shared(dataset, axis, members.apart or names) if shared is None else shared
    attrs = {"compared": f"{axis}: {first} - {second}", "over": ", ".join(names), "streams_shared": str(together)}
    found: dict[str, Any] = {}
    for name in numeric_variables(dataset, names):
        if axis in dataset[name].dims:
            counted = [count_not_finite(side, name, names) for side in sides]
            both = dataset.isel({axis: places})
            check_finite(both, count_not_finite(both, name, names), nan)
            own, why = _kind(dataset[name], members.samples_of(dataset[name])[1], kind)
            dims, values, made_as = _compared(members, [side[name] for side in sides], own, level, together=together)
            _forget_unknown(values, counted, nan)
            taken = {"taken_for": why} if why and not members.have_no_error else {}
            found[name] = (dims, values, {**kept_attrs(dataset[name]), **attrs, "interval": made_as, **taken})
    attrs["members_independent"] = members.independence.value
    coordinates = kept_coordinates(dataset, (*names, axis)) | {STATISTIC: list(DIFFERENCES)}
    return xr.Dataset(found, coordinates, attrs)


def _kind(variable: xr.DataArray, values: np.ndarray, wanted: DifferenceKind | None) -> tuple[DifferenceKind, str]:
    """How an interval is made, and what the values were taken for if nobody said it: by all values of the variable."""
    if wanted is not None:
        return wanted, ""
    chosen = choose_kind(variable, values, None)
    is_proportion = chosen.kind is IntervalKind.WILSON
    return (DifferenceKind.NEWCOMBE, chosen.why) if is_proportion else (DifferenceKind.STUDENT, "")


def _compared(
    members: Members, sides: Sequence[xr.DataArray], kind: DifferenceKind, level: float, *, together: bool
) -> tuple[tuple[str, ...], np.ndarray, str]:
    """The dims and the statistics of one variable, and how its interval was made."""
    (dims, first), (_, second) = (members.samples_of(side) for side in sides)
    made = (paired_difference if together else independent_difference)(first, second, level, kind)
    columns = [made.count, made.mean, made.sem, made.low, made.high, made.correlation, made.variance_reduction]
    values = np.stack([np.asarray(column, float) for column in columns])
    if members.have_no_error:
        values[[DIFFERENCES.index(each) for each in ("sem", "low", "high")]] = np.nan
    return (STATISTIC, *dims), values, "none" if members.have_no_error else f"{kind.value}, level {level:g}"


def _forget_unknown(values: np.ndarray, counted: Sequence[NotFinite], policy: NanPolicy) -> None:
    """Make statistics NaN of which nothing is known, since results are infinite, or NaN that is to be propagated."""
    nan, infinite = [one.nan.values > 0 for one in counted], [one.infinite.values > 0 for one in counted]
    mean, error = DIFFERENCES.index("mean"), DIFFERENCES.index("sem")
    if policy is NanPolicy.PROPAGATE:
        values[mean:, nan[0] | nan[1]] = np.nan
    values[mean:, infinite[0] & infinite[1]] = np.nan  # infinity less infinity
    values[error:, infinite[0] | infinite[1]] = np.nan


def _place(dataset: xr.Dataset, axis: str, value: Any) -> int:
    """Where one value of an axis is."""
    labels: Mapping[Any, Any] = dataset.coords
    if axis in labels:
        places = np.flatnonzero(dataset[axis].values == value) if np.ndim(value) == 0 else np.array([], int)
        if len(places) == 1:
            return int(places[0])
        shown = ", ".join(map(str, dataset[axis].values[:10].tolist()))
        raise UsageError(f"{axis} has no value {value!r}; it has {shown}{', …' if dataset.sizes[axis] > 10 else ''}")
    if value not in range(dataset.sizes[axis]):
        raise UsageError(f"{axis} has no value {value!r}; it has 0 to {dataset.sizes[axis] - 1}")
    return int(value)
