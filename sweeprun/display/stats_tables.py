"""Statistics as tables and as JSON."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

import xarray as xr

from sweeprun.display.stats_points import apart, known, merged, points_of
from sweeprun.safe_text import plain_line
from sweeprun.statistics.ensembles import QUANTILES, STATISTIC

_SHOWN_POINTS = 40
_WIDEST = 10_000
_COLUMNS = ("n", "mean", "std", "sem", "low", "high")
_COUNTS = ("nan", "infinite")
"""Columns that are there if there is anything in them."""

_EFFECTIVE = "n_effective"
_ERROR_DIGITS = 4
"""Of an error; a mean has as many decimals as its error."""

_FEWEST_DIGITS, _USUAL_DIGITS, _ALL_DIGITS, _MOST_DIGITS = 6, 10, 15, 17


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsTable:
    """The statistics of one variable.

    Attributes
    ----------
    title
        What they are of.
    columns, rows
        The names of the columns, and the cells of each point.
    more
        How many more points there are.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsTables:
    """Tables of statistics.

    Attributes
    ----------
    tables
        One of each variable.
    long
        Variables with dims of their own, which have too many numbers for a table.
    """

    tables: tuple[StatsTable, ...]
    long: tuple[str, ...]


def stats_tables(dataset: xr.Dataset, found: xr.Dataset, *, everything: bool = True) -> StatsTables:
    """A table of each variable: one line a point.

    Those with dims of their own have too many numbers for that; the first of these are shown if they were asked for by
    name, and not everything was.
    """
    of_tasks = set(dataset["state"].dims)
    long = [name for name in _variables(found) if everything and not set(_own_dims(found, name)) <= of_tasks]
    return StatsTables(
        tables=tuple(_table(found, name) for name in _variables(found) if name not in long), long=tuple(long)
    )


def print_tables(tables: StatsTables, rest: str, file: IO[str] | None = None) -> None:
    """Print tables.

    Parameters
    ----------
    tables
        The tables.
    rest
        Where what is not shown is, such as ``.dataset``.
    file
        Where to; by default standard output.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=_WIDEST, file=file)  # no digit is cut off, however narrow the terminal is
    for one in tables.tables:
        table = Table()
        for column in one.columns:
            table.add_column(Text(column), justify="right", no_wrap=True)
        for row in one.rows:
            table.add_row(*map(Text, row))
        console.print(Text(one.title, style="italic"))
        console.print(table)
        if one.more:
            print(f"… and {one.more} more points; {rest} has all", file=file)
    if tables.long:
        print(plain_line(f"with dims of their own: {', '.join(tables.long)}; {rest} has them"), file=file)


def _table(found: xr.Dataset, name: str) -> StatsTable:
    """The table of the first points of a variable."""
    points = points_of(_own_dims(found, name), found)
    columns = [*_COLUMNS, *([_EFFECTIVE] if found[name].attrs["interval"].startswith("batches") else [])]
    levels = found["quantile"].values.tolist() if f"{name}_quantile" in found else []
    counts = {each: found[name].sel({STATISTIC: each}).values.reshape(-1) for each in _COUNTS}
    counts = {each: numbers for each, numbers in counts.items() if numbers.any()}
    labels = apart(points[0], [*columns, *counts]) if points else {}
    values = found[name].sel({STATISTIC: columns}).values.reshape((len(columns), -1))
    rows = []
    for row, point in enumerate(points[:_SHOWN_POINTS]):
        n, mean, std, sem, low, high, *effective = values[:, row].tolist()
        error = sem if sem > 0 else (high - low) / 4  # of a proportion that is 0 or 1, too
        cells = [f"{n:g}", _to_error(mean, error), f"{std:.{_ERROR_DIGITS}g}", f"{sem:.{_ERROR_DIGITS}g}"]
        cells += [_to_error(low, error), _to_error(high, error), *(f"{value:.3g}" for value in effective)]
        cells += [f"{numbers[row]:g}" for numbers in counts.values()]
        rows.append(tuple(map(plain_line, [*map(str, point.values()), *cells, *_quantile_cells(found, name, row)])))
    return StatsTable(
        title=plain_line(_title(found, name)),
        columns=tuple(map(plain_line, [*labels, *columns, *counts, *(f"q{level:g}" for level in levels)])),
        rows=tuple(rows),
        more=max(0, len(points) - _SHOWN_POINTS),
    )


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
