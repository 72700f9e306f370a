"""Statistics of a Dataset over the members of an ensemble; see `sweeprun.statistics.estimators` for the formulas."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.results.merging import RECORDED_TYPE
from sweeprun.statistics.estimators import (
    Difference,
    IntervalKind,
    independent_difference,
    interval,
    moments,
    paired_difference,
    quantiles,
)
from sweeprun.statistics.not_finite import NanPolicy, check_finite, count_not_finite

STATISTIC = "statistic"
"""The dimension of the results, with the labels below."""

STATISTICS = ("n", "mean", "std", "sem", "low", "high", "successes", "nan", "infinite")
DIFFERENCES = ("n", "mean", "sem", "low", "high", "correlation", "variance_reduction")
_USUAL = ("member", "seed")
_KEPT_ATTRS = ("units", "long_name", "standard_name")
_BOOKKEEPING = frozenset({"task_id", "seconds", "state", "code_digest"})


def members_of(dataset: xr.Dataset, over: str | Sequence[str] | None) -> tuple[str, ...]:
    """The dims that statistics are taken over: those that were named, or else ``member``, or ``seed``.

    Raises
    ------
    UsageError
        If the Dataset has no such dim.
    """
    known = ", ".join(map(str, dataset.dims)) or "none"
    if over is None:
        found = next((name for name in _USUAL if name in dataset.dims), None)
        if found is None:
            raise UsageError(f"over which axis? There is neither 'member' nor 'seed'; axes: {known}")
        return (found,)
    names = (over,) if isinstance(over, str) else tuple(dict.fromkeys(over))
    if not names:
        raise UsageError(f"over which axis? None is named; axes: {known}")
    for one in names:
        if one not in dataset.dims:
            raise UsageError(f"there is no axis {one!r} to take statistics over; axes: {known}")
    return names


def numeric_variables(dataset: xr.Dataset, over: Sequence[str]) -> list[str]:
    """The variables of which there are statistics: numbers and truth values that each member has."""
    return [
        str(name)
        for name, variable in dataset.data_vars.items()
        if variable.dtype.kind in "biuf" and set(over) <= set(variable.dims)
    ]


def is_proportion(variable: xr.DataArray) -> bool:
    """Whether values are true and false; with some of them missing they are numbers, and an attribute says so."""
    return variable.dtype.kind == "b" or variable.attrs.get(RECORDED_TYPE) == "bool"


def ensemble_statistics(
    dataset: xr.Dataset,
    over: str | Sequence[str] | None = None,
    *,
    kind: IntervalKind | None = None,
    level: float = 0.95,
    probabilities: Sequence[float] = (),
    seed: int = 0,
    variables: Sequence[str] | None = None,
    nan: NanPolicy = NanPolicy.OMIT,
) -> xr.Dataset:
    """Mean, errors and interval of every numeric variable at every point.

    Parameters
    ----------
    dataset
        What was collected.
    over
        The axis or axes of the members; by default ``member``, or else ``seed``.
    kind
        How intervals are made; by default Wilson's for truth values and Student's for numbers.
    level
        Of the intervals.
    probabilities
        Which quantiles to add.
    seed
        Of the bootstrap.
    variables
        Which variables; by default all that hold numbers.
    nan
        What becomes of results that are NaN.

    Returns
    -------
    xarray.Dataset
        Each variable with the dim ``statistic`` (n, mean, std, sem, low, high, successes, nan, infinite) in the place
        of the members' axes; and, if asked for, ``NAME_quantile`` and ``NAME_quantile_sem`` with the dim ``quantile``.
        ``n`` counts the members with a value, ``successes`` those that are true, ``nan`` those that returned NaN (they
        are not among ``n``), ``infinite`` those whose value is infinite. The attribute ``members_independent`` is
        "False" if members shared random streams; then their errors are larger than these.

    Raises
    ------
    UsageError
        If there is no such axis, no numeric variable, or an option is wrong; or a result isn't finite, and is to be.
    """
    names = members_of(dataset, over)
    chosen = _chosen_variables(dataset, names, variables)
    _check_names(dataset, names, chosen, with_quantiles=bool(probabilities))
    found: dict[str, Any] = {}
    for name in chosen:
        variable = dataset[name]
        own_kind = kind or (IntervalKind.WILSON if is_proportion(variable) else IntervalKind.STUDENT)
        dims, samples = samples_of(variable, names)
        counted = count_not_finite(dataset, name, names)
        check_finite(dataset, counted, nan)
        unknown = (counted.nan.values > 0) & (nan is NanPolicy.PROPAGATE)
        try:
            computed = _statistics(samples, own_kind, level, seed, proportion=is_proportion(variable))
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from error
        computed[1:, unknown] = np.nan
        computed = np.concatenate([computed, [counted.nan, counted.infinite]])
        attrs = {key: variable.attrs[key] for key in _KEPT_ATTRS if key in variable.attrs}
        found[name] = ((STATISTIC, *dims), computed, attrs | {"interval": f"{own_kind.value}, level {level:g}"})
        if probabilities:
            values, errors = quantiles(samples, probabilities)
            values[unknown] = errors[unknown] = np.nan
            found[f"{name}_quantile"] = ((*dims, "quantile"), values, attrs)
            found[f"{name}_quantile_sem"] = ((*dims, "quantile"), errors, attrs)
    coordinates = kept_coordinates(dataset, names) | {STATISTIC: list(STATISTICS)}
    if probabilities:
        coordinates["quantile"] = list(probabilities)
    independent = are_independent(dataset, names)
    return xr.Dataset(
        found, coordinates, {**dataset.attrs, "over": ", ".join(names), "members_independent": str(independent)}
    )


def _chosen_variables(dataset: xr.Dataset, over: Sequence[str], variables: Sequence[str] | None) -> Sequence[str]:
    """The variables that were named, or all that hold numbers."""
    numeric = numeric_variables(dataset, over)
    if not numeric:
        raise UsageError(f"no variable of numbers has the axis {', '.join(over)}, so there are no statistics of it")
    unknown = [name for name in variables or () if name not in numeric]
    if unknown:
        raise UsageError(f"there is no variable {unknown[0]!r} of numbers; there are: {', '.join(numeric)}")
    return variables or numeric


def _check_names(dataset: xr.Dataset, over: Sequence[str], variables: Sequence[str], *, with_quantiles: bool) -> None:
    """Refuse names that results need for themselves."""
    taken = (STATISTIC, "quantile") if with_quantiles else (STATISTIC,)
    for name in variables:
        clash = next((dim for dim in dataset[name].dims if dim in taken and dim not in over), None)
        if clash is not None:
            raise UsageError(
                f"{name} has an axis {clash!r} of its own, and so have statistics; name other variables (--variables), "
                f"or rename it: dataset.rename({clash}=…)"
            )
        for tail in ("_quantile", "_quantile_sem") if with_quantiles else ():
            if name + tail in variables:
                raise UsageError(f"{name + tail!r} would be both a variable and quantiles of {name}; name one of them")


def paired(
    dataset: xr.Dataset,
    axis: str,
    first: Any,
    second: Any,
    over: str | Sequence[str] | None = None,
    *,
    level: float = 0.95,
    shared: bool | None = None,
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
    level
        Of the interval (Student's).
    shared
        Whether the members belong together; by default as the attribute ``streams`` says.
    nan
        What becomes of results that are NaN: their pairs are left out, the difference there is NaN, or they are
        refused.

    Returns
    -------
    xarray.Dataset
        Each variable with the dim ``statistic`` (n, mean, sem, low, high, correlation, variance_reduction) in the place
        of the members' axes. The attribute ``streams_shared``, also of each variable, says which of the two it is.

    Raises
    ------
    UsageError
        If there is no such axis, or value of it; or a result isn't finite, and is to be.
    """
    names = members_of(dataset, over)
    if axis not in dataset.dims or axis in names:
        others = ", ".join(str(dim) for dim in dataset.dims if dim not in names)
        raise UsageError(f"there is no axis {axis!r} to compare along; axes: {others or 'none'}")
    sides = [_at(dataset, axis, value) for value in (first, second)]
    together = streams_are_shared(dataset, axis, names) if shared is None else shared
    attrs = {"compared": f"{axis}: {first} - {second}", "over": ", ".join(names), "streams_shared": str(together)}
    compare: Callable[..., Difference] = paired_difference if together else independent_difference
    found: dict[str, Any] = {}
    for name in numeric_variables(dataset, names):
        if axis not in dataset[name].dims:
            continue
        dims, samples = samples_of(sides[0][name], names)
        made = compare(samples, samples_of(sides[1][name], names)[1], level)
        unknown = np.zeros(made.mean.shape, bool)
        for side in sides:
            counted = count_not_finite(side, name, names)
            check_finite(side, counted, nan)
            unknown |= (counted.nan.values > 0) & (nan is NanPolicy.PROPAGATE)
        columns = [made.count, made.mean, made.sem, made.low, made.high, made.correlation, made.variance_reduction]
        kept = {key: dataset[name].attrs[key] for key in _KEPT_ATTRS if key in dataset[name].attrs}
        computed = np.stack([np.asarray(column, float) for column in columns])
        computed[1:, unknown] = np.nan
        found[name] = ((STATISTIC, *dims), computed, kept | attrs)
    coordinates = kept_coordinates(dataset, (*names, axis)) | {STATISTIC: list(DIFFERENCES)}
    return xr.Dataset(found, coordinates, attrs)


def streams_are_shared(dataset: xr.Dataset, axis: str, over: Sequence[str]) -> bool:
    """Whether tasks that differ along one axis alone had the same random stream, and members had different ones."""
    shared_by = _shared_by(dataset)
    return shared_by is not None and axis not in shared_by and set(over) <= set(shared_by)


def are_independent(dataset: xr.Dataset, over: Sequence[str]) -> bool:
    """Whether members have random streams of their own: those that share one make errors look smaller than they are."""
    shared_by = _shared_by(dataset)
    return shared_by is None or set(over) <= set(shared_by)


def dependence_of(dataset: xr.Dataset, over: Sequence[str]) -> str:
    """What is to be told if members share random streams; empty if they don't."""
    if are_independent(dataset, over):
        return ""
    return (
        f"members along {', '.join(over)} share random streams (hydra.sweeper.streams), so they are not independent, "
        "and their errors are larger than these"
    )


def _shared_by(dataset: xr.Dataset) -> list[str] | None:
    """The axes whose values determined the streams; None if each task had its own, or that isn't known."""
    try:
        shared_by = json.loads(str(dataset.attrs["streams"]))["shared_by"]
    except (KeyError, TypeError, ValueError):
        return None
    return shared_by if isinstance(shared_by, list) else None


def samples_of(variable: xr.DataArray, over: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """The dims of the points, and the values as ``(…, members)``."""
    kept = tuple(str(dim) for dim in variable.dims if dim not in over)
    values = variable.transpose(*kept, *over).values.astype(float)
    return kept, values.reshape((*values.shape[: len(kept)], -1))


def _statistics(samples: np.ndarray, kind: IntervalKind, level: float, seed: int, *, proportion: bool) -> np.ndarray:
    """Shape ``(statistics, …)``: all but those that count what isn't finite."""
    found = moments(samples)
    low, high = interval(samples, kind, level, seed)
    successes = np.nansum(samples, axis=-1) if proportion else np.full(found.mean.shape, np.nan)
    return np.stack([found.count.astype(float), found.mean, found.std, found.sem, low, high, successes])


def kept_coordinates(dataset: xr.Dataset, dropped: Sequence[str]) -> dict[Any, Any]:
    """The coordinates that have none of some dims."""
    return {
        name: coordinate.variable
        for name, coordinate in dataset.coords.items()
        if not set(dropped) & set(coordinate.dims) and name not in _BOOKKEEPING
    }


def _at(dataset: xr.Dataset, axis: str, value: Any) -> xr.Dataset:
    """The Dataset at one value of an axis."""
    labels: Mapping[Any, Any] = dataset.coords
    if axis in labels:
        places = np.flatnonzero(dataset[axis].values == value)
        if len(places) == 1:
            return dataset.isel({axis: int(places[0])})
        shown = ", ".join(map(str, dataset[axis].values[:10].tolist()))
        raise UsageError(f"{axis} has no value {value!r}; it has {shown}{', …' if dataset.sizes[axis] > 10 else ''}")
    if value not in range(dataset.sizes[axis]):
        raise UsageError(f"{axis} has no value {value!r}; it has 0 to {dataset.sizes[axis] - 1}")
    return dataset.isel({axis: int(value)})
