"""What ``sweeprun stats`` prints: tables, notes, and JSON."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import xarray as xr

from sweeprun.design.dates import as_labels
from sweeprun.safe_text import plain_message
from sweeprun.statistics.doubts import doubts_of
from sweeprun.statistics.ensembles import STATISTIC, dependence_of, numeric_variables
from sweeprun.statistics.interim import Look
from sweeprun.statistics.not_finite import NanPolicy

_SHOWN_POINTS = 40
_WIDEST = 10_000
_COLUMNS = ("n", "mean", "std", "sem", "low", "high")
_COUNTS = ("nan", "infinite")
"""Columns that are there if there is anything in them."""


def print_tables(dataset: xr.Dataset, found: xr.Dataset) -> None:
    """Print a table of each variable: one line a point. Those with dims of their own have too many numbers for that."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=_WIDEST)  # no digit is cut off, however narrow the terminal is
    long = [name for name in _variables(found) if not set(_own_dims(found, name)) <= set(dataset["state"].dims)]
    for name in _variables(found):
        if name in long:
            continue
        dims = _own_dims(found, name)
        points = _points(dims, found)
        levels = found["quantile"].values.tolist() if f"{name}_quantile" in found else []
        title = f"{name} over {found.attrs['over']} ({found[name].attrs['interval']})"
        table = Table(title=Text(plain_message(title)), title_justify="left")
        counts = {each: found[name].sel({STATISTIC: each}).values.reshape(-1) for each in _COUNTS}
        counts = {each: numbers for each, numbers in counts.items() if numbers.any()}
        for column in [*map(str, dims), *_COLUMNS, *counts, *(f"q{level:g}" for level in levels)]:
            table.add_column(Text(plain_message(column)), justify="right", no_wrap=True)
        values = found[name].sel({STATISTIC: list(_COLUMNS)}).values.reshape((len(_COLUMNS), -1))
        for row, point in enumerate(points[:_SHOWN_POINTS]):
            cells = [*map(str, point.values()), f"{values[0, row]:g}", f"{values[1, row]:.6g}"]
            cells += [f"{value:.4g}" for value in values[2:, row]]
            cells += [f"{numbers[row]:g}" for numbers in counts.values()]
            table.add_row(*(Text(plain_message(cell)) for cell in [*cells, *_quantile_cells(found, name, row)]))
        console.print(table)
        if len(points) > _SHOWN_POINTS:
            print(f"… and {len(points) - _SHOWN_POINTS} more points; sweeprun stats -o stats.nc has all")
    if long:
        print(plain_message(f"with dims of their own: {', '.join(long)}; sweeprun stats -o stats.nc has them"))


def print_dependence(dataset: xr.Dataset, over: Sequence[str]) -> None:
    """Say if errors are larger than they look, since members share random streams."""
    if dependence := dependence_of(dataset, over):
        print(plain_message(dependence), file=sys.stderr)


def print_doubts(dataset: xr.Dataset, over: Sequence[str], names: Sequence[str], policy: NanPolicy) -> None:
    """Say which results are NaN or infinite, and where members are equal that should not be."""
    for line in doubts_of(dataset, over, names, policy):
        print(plain_message(line), file=sys.stderr)


def print_notes(dataset: xr.Dataset, found: xr.Dataset, policy: NanPolicy = NanPolicy.OMIT) -> None:
    """Say what was left out, and of what no error is known."""
    states = dataset["state"].values
    missing = int(((states != "succeeded") & (states != "excluded")).sum())
    if missing:
        told = "1 task has no result and is" if missing == 1 else f"{missing} tasks have no result and are"
        print(f"{told} left out; see `sweeprun status`", file=sys.stderr)
    over = str(found.attrs["over"]).split(", ")
    print_dependence(dataset, over)
    print_doubts(dataset, over, _variables(found), policy)
    numeric = numeric_variables(dataset, over)
    left = [str(name) for name in dataset.data_vars if name not in numeric]
    if left:
        print(plain_message(f"no numbers over {found.attrs['over']}, so left out: {', '.join(left)}"), file=sys.stderr)
    results = (found[name].sel({STATISTIC: ["n", "nan"]}).sum(STATISTIC) for name in _variables(found))
    if all(bool((count < 2).all()) for count in results):
        print("with one member there is no error: std, sem and interval are nan", file=sys.stderr)


def statistics_json(found: xr.Dataset) -> dict[str, Any]:
    """Variable -> a list of points, each with its labels and statistics."""
    return {name: list(_json_points(found, name)) for name in _variables(found)}


def look_json(look: Look) -> dict[str, Any]:
    """A look at a target, with all points."""
    return {
        "target": str(look.target),
        "open_points": look.open_points,
        "undetermined_points": look.undetermined_points,
        "worst": _known(look.worst),
        "more": look.more,
        "points": [_merged(label, told) for label, told in _look_points(look)],
    }


def look_text(look: Look) -> str:
    """A look at a target, for people: the points that have not reached it."""
    rows = [(label, told) for label, told in _look_points(look) if not told["reached"]]
    unknown = [row for row in rows if "undetermined" in row[1]]
    waiting = [row for row in rows if "undetermined" not in row[1]]
    total = look.reached.size
    if not rows:
        return f"{look.target} holds at every point ({total})"
    measure = f"{look.target.measure.value}({look.target.variable})"
    lines = []
    if waiting:
        lines.append(f"{look.target} does not hold yet at {len(waiting)} of {total} points:")
    lines += _shown_rows(waiting, lambda row: _needs(measure, row))
    if unknown:
        lines.append(f"{look.target} is undetermined at {len(unknown)} of {total} points, with any number of members:")
    lines += _shown_rows(unknown, lambda row: str(row["undetermined"]))
    if waiting and len(look.over) == 1:  # of several it can't be told which one is to be extended
        lines.append(f"run them with: sweeprun extend --until '{look.target}' --over {look.over[0]}")
    return "\n".join(lines)


def _shown_rows(
    rows: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]], told: Callable[[Mapping[str, Any]], str]
) -> Iterator[str]:
    """A line for each of the first points."""
    for label, row in rows[:_SHOWN_POINTS]:
        labels = " ".join(f"{key}={value}" for key, value in label.items())
        yield f"  {labels or 'the only point'}: {told(row)}"
    if len(rows) > _SHOWN_POINTS:
        yield f"  … and {len(rows) - _SHOWN_POINTS} more points; --json has all"


def _needs(measure: str, row: Mapping[str, Any]) -> str:
    value = "unknown" if row["value"] is None else f"{row['value']:.4g}"
    return f"{measure} = {value} with {row['n']} members, {row['more']} more needed"


def _variables(found: xr.Dataset) -> list[str]:
    return [str(name) for name, variable in found.data_vars.items() if STATISTIC in variable.dims]


def _own_dims(found: xr.Dataset, name: str) -> list[Any]:
    return [dim for dim in found[name].dims if dim != STATISTIC]


def _points(dims: Sequence[Any], dataset: xr.Dataset | xr.DataArray) -> list[dict[str, Any]]:
    """The labels of all points of some dims, the last one varying fastest."""
    labels = {
        str(dim): as_labels(dataset[dim].values) if dim in dataset.coords else list(range(dataset.sizes[dim]))
        for dim in dims
    }
    return [dict(zip(labels, values, strict=True)) for values in product(*labels.values())]


def _quantile_cells(found: xr.Dataset, name: str, row: int) -> list[str]:
    if f"{name}_quantile" not in found:
        return []
    count = found.sizes["quantile"]
    values, errors = (found[f"{name}_{each}"].values.reshape((-1, count))[row] for each in ("quantile", "quantile_sem"))
    return [f"{value:.4g} ± {error:.2g}" for value, error in zip(values, errors, strict=True)]


def _json_points(found: xr.Dataset, name: str) -> Iterator[dict[str, Any]]:
    labels = found[STATISTIC].values.tolist()
    values = found[name].values.reshape((len(labels), -1)).T
    for row, point in enumerate(_points(_own_dims(found, name), found)):
        told: dict[str, Any] = dict(zip(labels, map(_known, values[row]), strict=True))
        told |= {each: int(told[each]) for each in ("n", *_COUNTS)}
        if f"{name}_quantile" in found:
            levels = [f"{level:g}" for level in found["quantile"].values.tolist()]
            for each in ("quantile", "quantile_sem"):
                own = found[f"{name}_{each}"].values.reshape((-1, len(levels)))[row]
                told[each] = dict(zip(levels, map(_known, own), strict=True))
        yield _merged(point, told)


def _look_points(look: Look) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The labels of each point, and what is known of it."""
    each = (look.count, look.value, look.reached, look.needed, look.undetermined)
    columns = (values.values.reshape(-1).tolist() for values in each)
    points = _points(look.value.dims, look.value)
    for label, n, value, reached, more, why in zip(points, *columns, strict=True):
        told = {"n": n, "value": _known(value), "reached": reached, "more": int(more)}
        yield label, told | ({"undetermined": why} if why else {})


def _merged(label: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """One object for JSON; an axis that has the name of something told is there as ``axis_NAME``."""
    return {f"axis_{name}" if name in told else name: value for name, value in label.items()} | dict(told)


def _known(value: float) -> float | None:
    """JSON has neither NaN nor infinity."""
    return float(value) if math.isfinite(value) else None
