"""Statistics of a Dataset over the members of an ensemble; see `sweeprun.statistics.estimators` for the formulas."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.design.axes import MEMBER_NAMES, OWN_COORDINATES
from sweeprun.errors import UsageError
from sweeprun.results.attributes import STATISTICS_ATTRIBUTE
from sweeprun.statistics.all_statistics import ALL_STATISTICS
from sweeprun.statistics.choices import check_probabilities, check_seed
from sweeprun.statistics.dependence import Members, members_along
from sweeprun.statistics.estimators import IntervalKind, check_level
from sweeprun.statistics.kinds import choose_kind
from sweeprun.statistics.not_finite import NanPolicy, check_finite, count_not_finite
from sweeprun.statistics.quantiles import quantiles
from sweeprun.statistics.statistic import Ensemble
from sweeprun.wording import flag

STATISTIC = "statistic"
"""The dimension of the results, with the labels below."""

STATISTICS = (*(statistic.name for statistic in ALL_STATISTICS), "nan", "infinite")
QUANTILES = ("quantile", "quantile_sem", "quantile_low", "quantile_high")
"""What the names of the variables that hold quantiles end in."""

_NO_NUMBERS = {
    "c": "complex numbers, whose real and imaginary parts or absolute values have statistics",
    "M": "dates, of which the time since a fixed date has statistics",
}
"""Kind of type -> why it has no statistics."""

_KEPT_ATTRS = ("units", "long_name", "standard_name")


def members_of(dataset: xr.Dataset, over: str | Sequence[str] | None) -> tuple[str, ...]:
    """The dims that statistics are taken over: those that were named, or else ``member``, or ``seed``.

    Raises
    ------
    UsageError
        If the Dataset has no such dim.
    """
    known = ", ".join(map(str, dataset.dims)) or "none"
    if over is None:
        found = next((name for name in MEMBER_NAMES if name in dataset.dims), None)
        if found is None:
            raise UsageError(f"over which axis? There is neither 'member' nor 'seed'; axes: {known}")
        return (found,)
    if not isinstance(over, Iterable):
        raise UsageError(f"{flag('over')} is {over!r}; it must be the name of an axis, or several; axes: {known}")
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


def told_left_out(dataset: xr.Dataset, over: Sequence[str], *, also_texts: bool = True) -> list[str]:
    """Which variables have no statistics, and why; of all of them, or of those that one could expect them of."""
    numeric = numeric_variables(dataset, over)
    names: dict[str, list[str]] = {}
    for name, one in dataset.data_vars.items():
        is_over = set(over) <= set(one.dims)
        why = _NO_NUMBERS.get(one.dtype.kind, "") if is_over else ""
        if str(name) not in numeric and (why or also_texts):
            names.setdefault(why or f"no numbers over {', '.join(over)}", []).append(str(name))
    return [f"{why}, so left out: {', '.join(own)}" for why, own in names.items()]


def ensemble_statistics(  # noqa: PLR0913  # each is an option of the command line
    dataset: xr.Dataset,
    over: str | Sequence[str] | None = None,
    *,
    kind: IntervalKind | None = None,
    level: float = 0.95,
    probabilities: Sequence[float] = (),
    seed: int = 0,
    variables: Sequence[str] | None = None,
    independent: bool | None = None,
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
        How intervals are made; by default as `sweeprun.statistics.kinds.choose_kind` says for the values of each
        variable.
    level
        Of the intervals.
    probabilities
        Which quantiles to add.
    seed
        Of the bootstrap.
    variables
        Which variables; by default all that hold numbers.
    independent
        True if members are known to be independent, whatever the Dataset says.
    nan
        What becomes of results that are NaN.

    Returns
    -------
    xarray.Dataset
        Each variable with the dim ``statistic`` (`STATISTICS`: n, mean, std, sem, low, high, …) in the place of the
        members' axes; and, if asked for, ``NAME_quantile`` and, with the tails ``_sem``, ``_low``
        and ``_high``, its error and interval, with the dim ``quantile``. ``n`` counts the members with a value,
        ``successes`` those that are 1 or true, and ``n_effective`` how many independent ones have the same error.
        ``nan`` and ``infinite`` count results, also where members count once with their mean; those that are NaN are
        not among ``n``. The attribute
        ``members_independent`` is "True", "False", "unknown" or "assumed". If it is "False", members that belong
        together count once, with their mean; if there are no others, errors are NaN.

    Raises
    ------
    UsageError
        If there is no such axis, no numeric variable, or an option is wrong; or a result isn't finite, and is to be.
    """
    check_level(level)
    check_seed(seed)
    check_probabilities(probabilities)
    names = members_of(dataset, over)
    chosen = _chosen_variables(dataset, names, variables)
    _check_names(dataset, names, chosen, with_quantiles=bool(probabilities))
    members = members_along(dataset, names, independent=independent)
    if kind is IntervalKind.BATCHES:
        _check_chain(members)
    found: dict[str, Any] = {}
    for name in chosen:
        variable = dataset[name]
        counted = count_not_finite(dataset, name, names)
        check_finite(dataset, counted, nan)
        unknown = (counted.nan.values > 0) & (nan is NanPolicy.PROPAGATE)
        dims, samples = members.samples_of(variable)
        attrs = kept_attrs(variable)
        try:
            own = choose_kind(variable, samples, kind)
            has_error = _has_error(members, own.kind)
            ensemble = Ensemble(samples=samples, kind=own.kind, level=level, seed=seed, has_error=has_error)
            computed = np.stack([np.asarray(statistic.of(ensemble), float) for statistic in ALL_STATISTICS])
            made = (
                attrs | _described(members, own.kind, level) | ({"taken_for": own.why} if own.why and has_error else {})
            )
            computed[1:, unknown] = np.nan
            found[name] = ((STATISTIC, *dims), np.concatenate([computed, [counted.nan, counted.infinite]]), made)
        except UsageError as error:
            raise UsageError(f"{name}: {error}{_others(dataset, members, chosen, kind)}") from error
        if probabilities:
            of_truth = own.kind is IntervalKind.WILSON
            for tail, values in _quantiles(members, samples, probabilities, level, of_truth=of_truth).items():
                values[unknown] = np.nan
                found[f"{name}_{tail}"] = ((*dims, "quantile"), values, attrs)
    coordinates = kept_coordinates(dataset, names) | {STATISTIC: list(STATISTICS)}
    if probabilities:
        coordinates["quantile"] = list(probabilities)
    told = {"over": ", ".join(names), STATISTICS_ATTRIBUTE: members.independence.value}
    return xr.Dataset(found, coordinates, {**dataset.attrs, **told})


def _others(dataset: xr.Dataset, members: Members, names: Sequence[str], kind: IntervalKind | None) -> str:
    """What to type for the variables that an interval is made for, if it isn't for all."""

    def is_fit(name: str) -> bool:
        with suppress(UsageError):
            choose_kind(dataset[name], members.samples_of(dataset[name])[1], kind)
            return True
        return False

    fit = [name for name in names if is_fit(name)]
    return f"; of others it can be had: {flag('variables').to(fit)}" if fit else ""


def _check_chain(members: Members) -> None:
    """Refuse to take anything but the steps that each task returned for a chain."""
    if not members.are_steps:
        raise UsageError(
            f"batches are of the steps of a chain, that is of one axis whose values each task returned in their order; "
            f"{flag('over')} is {','.join(members.over)}"
        )


def _has_error(members: Members, kind: IntervalKind) -> bool:
    return kind is IntervalKind.BATCHES or not members.have_no_error


def _described(members: Members, kind: IntervalKind, level: float) -> dict[str, str]:
    """The attributes that say how an interval was made."""
    made = {"interval": f"{kind.value}, level {level:g}" if _has_error(members, kind) else "none"}
    if not members.averaged_over:
        return made
    return made | {"averaged_over": ", ".join(members.averaged_over), "counted": ", ".join(members.counted)}


def _quantiles(
    members: Members, samples: np.ndarray, probabilities: Sequence[float], level: float, *, of_truth: bool
) -> dict[str, np.ndarray]:
    """Tail of the name -> quantiles, or their errors: those of independent members, or else NaN."""
    made = quantiles(samples, probabilities, level, of_truth=of_truth)
    low, high = (np.maximum(made.low, 0), np.minimum(made.high, 1)) if of_truth else (made.low, made.high)
    columns = (made.value, made.sem, low, high)
    known = (True, *([not members.have_no_error] * 3))
    return {
        tail: column if is_known else np.full(column.shape, np.nan)
        for tail, column, is_known in zip(QUANTILES, columns, known, strict=True)
    }


def check_numeric(dataset: xr.Dataset, name: str, over: Sequence[str], *, asked: str = "") -> None:
    """Refuse a variable of which there are no statistics.

    Parameters
    ----------
    dataset, name, over
        The variable, and the dims of the members.
    asked
        What it was asked for, which begins the message.

    Raises
    ------
    UsageError
        If it is none of numbers; it says which are.
    """
    numeric = numeric_variables(dataset, over)
    if name not in numeric:
        kind = dataset[name].dtype.kind if name in dataset.data_vars else ""
        why = f" (it has {_NO_NUMBERS[kind]})" if kind in _NO_NUMBERS else ""
        known = ", ".join(numeric) or "none"
        raise UsageError(f"{asked}there is no variable {name!r} of numbers{why}; there are: {known}")


def _chosen_variables(dataset: xr.Dataset, over: Sequence[str], variables: Sequence[str] | None) -> Sequence[str]:
    """The variables that were named, or all that hold numbers."""
    numeric = numeric_variables(dataset, over)
    if not numeric:
        raise UsageError(f"no variable of numbers has the axis {', '.join(over)}, so there are no statistics of it")
    for name in variables or ():
        check_numeric(dataset, name, over)
    return variables or numeric


def _check_names(dataset: xr.Dataset, over: Sequence[str], variables: Sequence[str], *, with_quantiles: bool) -> None:
    """Refuse names that results need for themselves."""
    taken = (STATISTIC, "quantile") if with_quantiles else (STATISTIC,)
    for name in variables:
        clash = next((dim for dim in dataset[name].dims if dim in taken and dim not in over), None)
        if clash is not None:
            raise UsageError(
                f"{name} has an axis {clash!r} of its own, and so have statistics; name other variables "
                f"({flag('variables')}), or rename it: dataset.rename({clash}=…)"
            )
        for tail in QUANTILES if with_quantiles else ():
            if f"{name}_{tail}" in variables:
                raise UsageError(f"'{name}_{tail}' would be both a variable and quantiles of {name}; name one of them")


def told_averaged(found: xr.Dataset) -> list[str]:
    """That quantiles of members that count once, with their mean, are those of these means."""
    over = {
        str(name): one.attrs["averaged_over"] for name, one in found.data_vars.items() if "averaged_over" in one.attrs
    }
    if "quantile" not in found.dims or not over:
        return []
    return [
        f"standard deviations and quantiles are those of means over {next(iter(over.values()))}, not of single results"
    ]


def kinds_of(found: xr.Dataset) -> dict[str, IntervalKind]:
    """How the intervals of statistics were made, of the variables that have one."""
    made = {str(name): one.attrs.get("interval", "").partition(",")[0] for name, one in found.data_vars.items()}
    known = {kind.value: kind for kind in IntervalKind}
    return {name: known[text] for name, text in made.items() if text in known}


def kept_coordinates(dataset: xr.Dataset, dropped: Sequence[str]) -> dict[Any, Any]:
    """The coordinates that have none of some dims."""
    return {
        name: coordinate.variable
        for name, coordinate in dataset.coords.items()
        if not set(dropped) & set(coordinate.dims) and name not in OWN_COORDINATES
    }


def kept_attrs(variable: xr.DataArray) -> dict[str, Any]:
    """The attributes of a variable that its mean has, too."""
    return {key: variable.attrs[key] for key in _KEPT_ATTRS if key in variable.attrs}
