"""What ``sweeprun stats`` prints of statistics: tables, notes, and JSON."""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import xarray as xr

from sweeprun.cli.stats_points import apart, known, merged, points_of
from sweeprun.safe_text import plain_line
from sweeprun.statistics.dependence import Members
from sweeprun.statistics.doubts import doubts_of
from sweeprun.statistics.ensembles import QUANTILES, STATISTIC, kinds_of, told_averaged, told_left_out
from sweeprun.statistics.kinds import taken_note
from sweeprun.statistics.not_finite import NanPolicy
from sweeprun.statistics.rare_values import told_only_one_value
from sweeprun.statistics.short_chains import told_short

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN_POINTS = 40
_WIDEST = 10_000
_COLUMNS = ("n", "mean", "std", "sem", "low", "high")
_COUNTS = ("nan", "infinite")
"""Columns that are there if there is anything in them."""

_EFFECTIVE = "n_effective"
_ERROR_DIGITS = 4
"""Of an error; a mean has as many decimals as its error."""

_FEWEST_DIGITS, _USUAL_DIGITS, _ALL_DIGITS, _MOST_DIGITS = 6, 10, 15, 17


def print_tables(dataset: xr.Dataset, found: xr.Dataset, *, everything: bool = True) -> None:
    """Print a table of each variable: one line a point.

    Those with dims of their own have too many numbers for that; the first of these are shown if they were asked for by
    name, and not everything was.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(width=_WIDEST)  # no digit is cut off, however narrow the terminal is
    of_tasks = set(dataset["state"].dims)
    long = [name for name in _variables(found) if everything and not set(_own_dims(found, name)) <= of_tasks]
    for name in _variables(found):
        if name in long:
            continue
        points = points_of(_own_dims(found, name), found)
        console.print(Text(plain_line(_title(found, name)), style="italic"))
        console.print(_table(found, name, points[:_SHOWN_POINTS]))
        if len(points) > _SHOWN_POINTS:
            print(f"… and {len(points) - _SHOWN_POINTS} more points; sweeprun stats -o stats.nc has all")
    if long:
        print(plain_line(f"with dims of their own: {', '.join(long)}; sweeprun stats -o stats.nc has them"))


def _table(found: xr.Dataset, name: str, points: Sequence[Mapping[str, Any]]) -> "Table":
    """The table of some points of a variable."""
    from rich.table import Table
    from rich.text import Text

    columns = [*_COLUMNS, *([_EFFECTIVE] if found[name].attrs["interval"].startswith("batches") else [])]
    levels = found["quantile"].values.tolist() if f"{name}_quantile" in found else []
    counts = {each: found[name].sel({STATISTIC: each}).values.reshape(-1) for each in _COUNTS}
    counts = {each: numbers for each, numbers in counts.items() if numbers.any()}
    table = Table()
    labels = apart(points[0], [*columns, *counts]) if points else {}
    for column in [*labels, *columns, *counts, *(f"q{level:g}" for level in levels)]:
        table.add_column(Text(plain_line(column)), justify="right", no_wrap=True)
    values = found[name].sel({STATISTIC: columns}).values.reshape((len(columns), -1))
    for row, point in enumerate(points):
        n, mean, std, sem, low, high, *effective = values[:, row].tolist()
        error = sem if sem > 0 else (high - low) / 4  # of a proportion that is 0 or 1, too
        cells = [f"{n:g}", _to_error(mean, error), f"{std:.{_ERROR_DIGITS}g}", f"{sem:.{_ERROR_DIGITS}g}"]
        cells += [_to_error(low, error), _to_error(high, error), *(f"{value:.3g}" for value in effective)]
        cells += [f"{numbers[row]:g}" for numbers in counts.values()]
        cells = [*map(str, point.values()), *cells, *_quantile_cells(found, name, row)]
        table.add_row(*(Text(plain_line(cell)) for cell in cells))
    return table


def _title(found: xr.Dataset, name: str) -> str:
    """What a table is of: ``x in J over seed, averaged over t (student, level 0.95)``."""
    attrs = found[name].attrs
    averaged = f", averaged over {attrs['averaged_over']}" if "averaged_over" in attrs else ""
    kind = "no interval" if attrs["interval"] == "none" else attrs["interval"]
    units = f" in {attrs['units']}" if attrs.get("units") else ""
    return f"{name}{units} over {attrs.get('counted', found.attrs['over'])}{averaged} ({kind})"


def _to_error(value: float, error: float) -> str:
    """A value with the digits that its error leaves: not fewer, however large the value is."""
    digits = _USUAL_DIGITS if math.isnan(error) else _ALL_DIGITS
    if math.isfinite(value) and math.isfinite(error) and value and error > 0:
        digits = math.floor(math.log10(abs(value))) - math.floor(math.log10(error)) + _ERROR_DIGITS
    return f"{value:.{min(max(digits, _FEWEST_DIGITS), _MOST_DIGITS)}g}"


def print_notes(
    dataset: xr.Dataset,
    found: xr.Dataset,
    members: Members,
    policy: NanPolicy = NanPolicy.OMIT,
    *,
    named: str = "",
    everything: bool = True,
) -> None:
    """Say what was left out, what values were taken for, and of what no error is known.

    Parameters
    ----------
    dataset, found, members, policy
        What was collected, its statistics, and how they were taken.
    named
        The run, to be typed again; by default the newest.
    everything
        Whether all variables were asked for.
    """
    states = dataset["state"].values
    missing = int(((states != "succeeded") & (states != "excluded")).sum())
    if missing:
        told = "1 task has no result and is" if missing == 1 else f"{missing} tasks have no result and are"
        print(f"{told} left out; see `sweeprun status`", file=sys.stderr)
    left_out = told_left_out(dataset, members.over) if everything else ()
    for line in (*_notes(dataset, found, members, policy, named), *left_out):
        print(plain_line(line), file=sys.stderr)


def _notes(dataset: xr.Dataset, found: xr.Dataset, members: Members, policy: NanPolicy, named: str) -> Iterator[str]:
    variables = _variables(found)
    batches = {name for name in variables if found[name].attrs["interval"].startswith("batches")}
    if members.note and not batches:
        yield members.note
        if members.have_no_error and members.are_steps:
            stats = f"sweeprun stats {named}".rstrip()
            yield f"if they are the steps of a chain: {stats} --over {members.over[0]} --interval batches"
    yield from told_averaged(found)
    yield from doubts_of(dataset, members, variables, policy)
    yield from told_only_one_value(dataset, members, kinds_of(found))
    yield from told_short(found)
    for why in dict.fromkeys(found[name].attrs.get("taken_for", "") for name in variables):
        yield from filter(
            None, [taken_note([one for one in variables if found[one].attrs.get("taken_for") == why], why)]
        )
    results = (found[name].sel({STATISTIC: ["n", "nan"]}).sum(STATISTIC) for name in variables)
    if all(bool((count < 2).all()) for count in results):
        yield "with one member there is no error: std, sem and interval are nan"


def statistics_json(found: xr.Dataset) -> dict[str, Any]:
    """Variable -> a list of points, each with its labels and statistics."""
    return {name: list(_json_points(found, name)) for name in _variables(found)}


def _variables(found: xr.Dataset) -> list[str]:
    return [str(name) for name, variable in found.data_vars.items() if STATISTIC in variable.dims]


def _own_dims(found: xr.Dataset, name: str) -> list[Any]:
    return [dim for dim in found[name].dims if dim != STATISTIC]


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
    for row, point in enumerate(points_of(_own_dims(found, name), found)):
        told: dict[str, Any] = dict(zip(labels, map(known, values[row]), strict=True))
        told |= {each: int(told[each]) for each in ("n", *_COUNTS)}
        if f"{name}_quantile" in found:
            levels = [f"{level:g}" for level in found["quantile"].values.tolist()]
            for each in QUANTILES:
                own = found[f"{name}_{each}"].values.reshape((-1, len(levels)))[row]
                told[each] = dict(zip(levels, map(known, own), strict=True))
        yield merged(point, told)
