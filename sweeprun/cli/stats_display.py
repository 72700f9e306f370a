"""What ``sweeprun stats`` prints: tables, notes, and JSON."""

import math
import sys
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from sweeprun.design.dates import as_labels
from sweeprun.safe_text import plain_message
from sweeprun.statistics.chains import FEW_EFFECTIVE
from sweeprun.statistics.dependence import Members
from sweeprun.statistics.ensembles import QUANTILES, STATISTIC, numeric_variables
from sweeprun.statistics.interim import Look
from sweeprun.statistics.kinds import taken_note

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN_POINTS = 40
_WIDEST = 10_000
_COLUMNS = ("n", "mean", "std", "sem", "low", "high")
_EFFECTIVE = "n_effective"
_ERROR_DIGITS = 4
"""Of an error; a mean has as many decimals as its error."""

_FEWEST_DIGITS, _USUAL_DIGITS, _ALL_DIGITS, _MOST_DIGITS = 6, 10, 15, 17


def print_tables(dataset: xr.Dataset, found: xr.Dataset) -> None:
    """Print a table of each variable: one line a point. Those with dims of their own have too many numbers for that."""
    from rich.console import Console
    from rich.text import Text

    console = Console(width=_WIDEST)  # no digit is cut off, however narrow the terminal is
    long = [name for name in _variables(found) if not set(_own_dims(found, name)) <= set(dataset["state"].dims)]
    for name in _variables(found):
        if name in long:
            continue
        points = _points(_own_dims(found, name), found)
        console.print(Text(plain_message(_title(found, name)), style="italic"))
        console.print(_table(found, name, points[:_SHOWN_POINTS]))
        if len(points) > _SHOWN_POINTS:
            print(f"… and {len(points) - _SHOWN_POINTS} more points; sweeprun stats -o stats.nc has all")
    if long:
        print(plain_message(f"with dims of their own: {', '.join(long)}; sweeprun stats -o stats.nc has them"))


def _table(found: xr.Dataset, name: str, points: Sequence[Mapping[str, Any]]) -> "Table":
    """The table of some points of a variable."""
    from rich.table import Table
    from rich.text import Text

    columns = [*_COLUMNS, *([_EFFECTIVE] if found[name].attrs["interval"].startswith("batches") else [])]
    levels = found["quantile"].values.tolist() if f"{name}_quantile" in found else []
    table = Table()
    labels = _apart(points[0], columns) if points else {}
    for column in [*labels, *columns, *(f"q{level:g}" for level in levels)]:
        table.add_column(Text(plain_message(column)), justify="right", no_wrap=True)
    values = found[name].sel({STATISTIC: columns}).values.reshape((len(columns), -1))
    for row, point in enumerate(points):
        n, mean, std, sem, low, high, *effective = values[:, row].tolist()
        error = sem if sem > 0 else (high - low) / 4  # of a proportion that is 0 or 1, too
        cells = [f"{n:g}", _to_error(mean, error), f"{std:.{_ERROR_DIGITS}g}", f"{sem:.{_ERROR_DIGITS}g}"]
        cells += [_to_error(low, error), _to_error(high, error), *(f"{value:.3g}" for value in effective)]
        cells = [*map(str, point.values()), *cells, *_quantile_cells(found, name, row)]
        table.add_row(*(Text(plain_message(cell)) for cell in cells))
    return table


def _title(found: xr.Dataset, name: str) -> str:
    """What a table is of: ``x over seed, averaged over t (student, level 0.95)``."""
    attrs = found[name].attrs
    averaged = f", averaged over {attrs['averaged_over']}" if "averaged_over" in attrs else ""
    kind = "no interval" if attrs["interval"] == "none" else attrs["interval"]
    return f"{name} over {attrs.get('counted', found.attrs['over'])}{averaged} ({kind})"


def _to_error(value: float, error: float) -> str:
    """A value with the digits that its error leaves: not fewer, however large the value is."""
    digits = _USUAL_DIGITS if math.isnan(error) else _ALL_DIGITS
    if math.isfinite(value) and math.isfinite(error) and value and error > 0:
        digits = math.floor(math.log10(abs(value))) - math.floor(math.log10(error)) + _ERROR_DIGITS
    return f"{value:.{min(max(digits, _FEWEST_DIGITS), _MOST_DIGITS)}g}"


def print_look_notes(look: Look, members: Members) -> None:
    """Say what the values of a target were taken for, and whether members are independent."""
    for line in (look.taken_note, members.note):
        if line:
            print(plain_message(line), file=sys.stderr)


def print_notes(dataset: xr.Dataset, found: xr.Dataset, members: Members) -> None:
    """Say what was left out, what values were taken for, and of what no error is known."""
    states = dataset["state"].values
    missing = int(((states != "succeeded") & (states != "excluded")).sum())
    if missing:
        told = "1 task has no result and is" if missing == 1 else f"{missing} tasks have no result and are"
        print(f"{told} left out; see `sweeprun status`", file=sys.stderr)
    for line in _notes(dataset, found, members):
        print(plain_message(line), file=sys.stderr)


def _notes(dataset: xr.Dataset, found: xr.Dataset, members: Members) -> Iterator[str]:
    variables = _variables(found)
    batches = {name for name in variables if found[name].attrs["interval"].startswith("batches")}
    if members.note and not batches:
        yield members.note
        if members.have_no_error and members.are_steps:
            yield f"if they are the steps of a chain: sweeprun stats --over {members.over[0]} --interval batches"
    if few := [name for name in variables if name in batches and _fewest_effective(found[name]) < FEW_EFFECTIVE]:
        yield (
            f"fewer than {FEW_EFFECTIVE} effective values: {', '.join(few)}; intervals of such short chains hold the "
            "mean less often than they say"
        )
    for why in dict.fromkeys(found[name].attrs.get("taken_for", "") for name in variables):
        yield from filter(
            None, [taken_note([one for one in variables if found[one].attrs.get("taken_for") == why], why)]
        )
    numeric = numeric_variables(dataset, members.over)
    if left := [str(name) for name in dataset.data_vars if name not in numeric]:
        yield f"no numbers over {found.attrs['over']}, so left out: {', '.join(left)}"
    if all(bool((found[name].sel({STATISTIC: "n"}) < 2).all()) for name in variables):
        yield "with one member there is no error: std, sem and interval are nan"


def _fewest_effective(variable: xr.DataArray) -> float:
    values = variable.sel({STATISTIC: _EFFECTIVE}).values
    return float(np.nan_to_num(values).min(initial=math.inf))


def statistics_json(found: xr.Dataset) -> dict[str, Any]:
    """Variable -> a list of points, each with its labels and statistics."""
    return {name: list(_json_points(found, name)) for name in _variables(found)}


def look_json(look: Look) -> dict[str, Any]:
    """A look at a target, with all points."""
    return {
        "target": str(look.target),
        "interval": None if look.target.interval is None else look.target.interval.value,
        "level": look.target.level,
        "open_points": look.open_points,
        "worst": _known(look.worst),
        "more": look.more,
        "points": [_merged(label, told) for label, told in _look_points(look)],
    }


def look_text(look: Look, members: Members, options: str = "") -> str:
    """A look at a target, for people: the points that have not reached it; with the options that go with the target."""
    rows = [(label, told) for label, told in _look_points(look) if not told["reached"]]
    total = look.reached.size
    if not rows:
        return f"{look.target} holds at every point ({total})"
    measure = f"{look.target.measure.value}({look.target.variable})"
    lines = [f"{look.target} does not hold yet at {len(rows)} of {total} points:"]
    for label, row in rows[:_SHOWN_POINTS]:
        labels = " ".join(f"{key}={value}" for key, value in label.items())
        value = "unknown" if row["value"] is None else f"{row['value']:.4g}"
        lines.append(
            f"  {labels or 'the only point'}: {measure} = {value} with {row['n']} members, {row['more']} more needed"
        )
    if len(rows) > _SHOWN_POINTS:
        lines.append(f"  … and {len(rows) - _SHOWN_POINTS} more points; --json has all")
    if len(look.over) == 1 and not members.averaged_over:  # else it can't be told what is to be extended
        lines.append(f"run them with: sweeprun extend --until '{look.target}' --over {look.over[0]}{options}")
    return "\n".join(lines)


def _variables(found: xr.Dataset) -> list[str]:
    return [str(name) for name, variable in found.data_vars.items() if STATISTIC in variable.dims]


def _own_dims(found: xr.Dataset, name: str) -> list[Any]:
    return [dim for dim in found[name].dims if dim != STATISTIC]


def _points(dims: Sequence[Any], dataset: xr.Dataset | xr.DataArray) -> list[dict[str, Any]]:
    """The labels of all points of some dims, the last one varying fastest; those of a zip or a sample have all axes."""
    return [
        {name: label for place in places for name, label in place.items()}
        for places in product(*(_places(dim, dataset) for dim in dims))
    ]


def _places(dim: Any, dataset: xr.Dataset | xr.DataArray) -> list[dict[str, Any]]:
    """The labels at each place of a dim."""
    others = [name for name, own in dataset.coords.items() if own.dims == (dim,) and name != dim]
    labels: dict[str, Sequence[Any]] = {str(dim): range(dataset.sizes[dim])}
    labels |= {str(name): as_labels(dataset[name].values) for name in (dim, *others) if name in dataset.coords}
    return [dict(zip(labels, values, strict=True)) for values in zip(*labels.values(), strict=True)]


def _quantile_cells(found: xr.Dataset, name: str, row: int) -> list[str]:
    if f"{name}_quantile" not in found:
        return []
    columns = (found[f"{name}_{each}"].values.reshape((-1, found.sizes["quantile"]))[row] for each in QUANTILES)
    return [
        f"{_to_error(value, error)} [{_to_error(low, error)}, {_to_error(high, error)}]"
        for value, error, low, high in zip(*columns, strict=True)
    ]


def _json_points(found: xr.Dataset, name: str) -> Iterator[dict[str, Any]]:
    labels = found[STATISTIC].values.tolist()
    values = found[name].values.reshape((len(labels), -1)).T
    for row, point in enumerate(_points(_own_dims(found, name), found)):
        told: dict[str, Any] = dict(zip(labels, map(_known, values[row]), strict=True))
        told["n"] = int(told["n"])
        if f"{name}_quantile" in found:
            levels = [f"{level:g}" for level in found["quantile"].values.tolist()]
            for each in QUANTILES:
                own = found[f"{name}_{each}"].values.reshape((-1, len(levels)))[row]
                told[each] = dict(zip(levels, map(_known, own), strict=True))
        yield _merged(point, told)


def _look_points(look: Look) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The labels of each point, and what is known of it."""
    columns = (values.values.reshape(-1).tolist() for values in (look.count, look.value, look.reached, look.needed))
    points = _points(look.value.dims, look.value)
    for label, n, value, reached, more in zip(points, *columns, strict=True):
        yield label, {"n": n, "value": _known(value), "reached": reached, "more": int(more)}


def _merged(label: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """One object for JSON, with the labels of a point and what is told of it."""
    return _apart(label, told) | dict(told)


def _apart(label: Mapping[str, Any], taken: Container[str]) -> dict[str, Any]:
    """Labels of a point; an axis that has the name of something told is there as ``axis_NAME``."""
    return {f"axis_{name}" if name in taken else name: value for name, value in label.items()}


def _known(value: float) -> float | None:
    """JSON has neither NaN nor infinity."""
    return float(value) if math.isfinite(value) else None
