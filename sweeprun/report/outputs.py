"""The outputs of a run as arrays of numbers that statistics can be taken of, and what had to be left out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sweeprun.errors import SweeprunError
from sweeprun.report.text import LARGEST_WHOLE, count, shown
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.kinds import choose_kind
from sweeprun.wording import Command

MOST_OUTPUTS = 24
MOST_BYTES = 2**28
"""Of one output: larger ones are not read for a page."""

_SECOND = np.timedelta64(1, "s")
_UNITS: dict[str, np.timedelta64] = {
    "days": np.timedelta64(1, "D"),
    "hours": np.timedelta64(1, "h"),
    "minutes": np.timedelta64(1, "m"),
    "seconds": _SECOND,
    "ms": np.timedelta64(1, "ms"),
    "µs": np.timedelta64(1, "us"),
    "ns": np.timedelta64(1, "ns"),
}
"""Of time, the largest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """One output, or one part of it, as numbers.

    Attributes
    ----------
    name, label, units
        What it is called, what it is in full if its attributes say so, and in what it is measured.
    dims
        The dims of the axes, then its own.
    values
        Shape: that of the dims; NaN where a task gave nothing. Real numbers or truth values, of their own type.
    kind
        How intervals of its mean are made, as `sweeprun stats` does.
    """

    name: str
    label: str
    units: str
    dims: tuple[str, ...]
    values: np.ndarray
    kind: IntervalKind = IntervalKind.STUDENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """An output of texts: how often the most frequent ones are there.

    Attributes
    ----------
    kinds, total
        How many different texts there are, and how many values.
    most
        ``(text, how often)``, the most frequent first.
    """

    name: str
    kinds: int
    total: int
    most: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An output that is not on the page, and why."""

    name: str
    why: str


def read_outputs(dataset: xr.Dataset) -> Iterator[Numbers | Texts | LeftOut]:
    """The outputs of a run, one after the other, so that one at a time is in memory."""
    for place, (name, variable) in enumerate(dataset.data_vars.items()):
        shown_name = shown(name)
        if place >= MOST_OUTPUTS:
            yield LeftOut(name=shown_name, why=f"a page has {MOST_OUTPUTS} outputs at most")
        elif variable.nbytes > MOST_BYTES:
            size = f"{variable.nbytes / 2**20:,.0f} MB"
            yield LeftOut(name=shown_name, why=f"it has {size}; {Command('collect')} puts it into a file")
        elif not variable.size:
            yield LeftOut(name=shown_name, why="it has no values")
        else:
            try:
                yield from _read(shown_name, variable)
            except (SweeprunError, ArithmeticError, LookupError, MemoryError, TypeError, ValueError) as error:
                yield LeftOut(name=shown_name, why=shown(f"it can't be read: {error}", 300))


def _read(name: str, variable: xr.DataArray) -> Iterator[Numbers | Texts | LeftOut]:
    values = variable.values
    kind = values.dtype.kind
    if kind in "biuf":
        yield _numbers(name, variable, values, kind=choose_kind(variable, values, None).kind)
    elif kind == "c":
        for part, told in ((np.abs, "absolute value"), (np.real, "real part"), (np.imag, "imaginary part")):
            yield _numbers(f"{name}, {told}", variable, np.asarray(part(values), float))
    elif kind in "mM":
        yield _times(name, variable, values)
    elif kind in "USO":
        yield _texts(name, values)
    else:
        yield LeftOut(name=name, why=f"values of the type {values.dtype} are not drawn")


def _numbers(
    name: str,
    variable: xr.DataArray,
    values: np.ndarray,
    *,
    units: str | None = None,
    kind: IntervalKind = IntervalKind.STUDENT,
) -> Numbers:
    attrs = variable.attrs
    return Numbers(
        name=name,
        label=shown(attrs.get("long_name") or attrs.get("standard_name") or "", 80),
        units=shown(attrs.get("units", ""), 40) if units is None else units,
        dims=tuple(map(str, variable.dims)),
        values=values,
        kind=kind,
    )


def _times(name: str, variable: xr.DataArray, values: np.ndarray) -> Numbers | LeftOut:
    """Dates and spans, in a unit that gives readable numbers; dates since the first of them."""
    known = values[~np.isnat(values)]
    if not known.size:
        return LeftOut(name=name, why="it has no values yet")
    since = ""
    if values.dtype.kind == "M":
        first = np.datetime_as_string(known.min(), unit="s")
        since = f" since {first.replace('T', ' ').removesuffix(':00').removesuffix(' 00:00')}"
        values = values - known.min()
    largest = np.nanmax(np.abs(values / _SECOND))
    unit = next((unit for unit, size in _UNITS.items() if largest >= size / _SECOND), "seconds")
    return _numbers(name, variable, values / _UNITS[unit], units=unit + since)


def _texts(name: str, values: np.ndarray) -> Texts:
    flat = values.ravel()
    flat = flat[flat != ""] if values.dtype.kind != "S" else flat[flat != b""]
    kinds, counts = np.unique(flat.astype(str) if values.dtype.kind == "O" else flat, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:10]
    most = tuple((shown(kinds[i], 80), int(counts[i])) for i in order)
    return Texts(name=name, kinds=len(kinds), total=len(flat), most=most)


def told_missing(values: np.ndarray) -> list[str]:
    """What pictures of some values don't show: infinite ones, and the last digits of very large whole ones."""
    told = []
    if infinite := int(np.isinf(values).sum()):
        told.append(f"{count(infinite, 'value')} infinite: not drawn, nor means with them")
    if values.dtype.kind in "iu" and (int(values.max()) > LARGEST_WHOLE or int(values.min()) < -LARGEST_WHOLE):
        told.append("whole numbers beyond 2⁵³ are drawn as the nearest that a picture has")
    return told
