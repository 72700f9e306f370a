"""What the values of a variable are, truth values, counts or other numbers, and the interval that is right for them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from sweeprun.statistics.estimators import IntervalKind, are_counts, are_zero_or_one, check_values
from sweeprun.statistics.not_finite import is_truth
from sweeprun.statistics.spans import is_span
from sweeprun.wording import flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How the interval of a variable is made.

    Attributes
    ----------
    kind
        The kind of interval.
    why
        What the values were taken for, if they don't say it by their type and the user didn't choose: words for a note.
    """

    kind: IntervalKind
    why: str = ""


def is_proportion(variable: xr.DataArray, values: np.ndarray) -> bool:
    """Whether the mean of a variable is a proportion: its values are true and false, or all of them are 0 or 1."""
    return not is_span(variable) and are_zero_or_one(values) and (is_truth(variable) or _any(values))


def choose_kind(variable: xr.DataArray, values: np.ndarray, wanted: IntervalKind | None) -> Chosen:
    """The kind of interval that was asked for, or else the one that is right for some values of a variable.

    Raises
    ------
    UsageError
        If the kind that was asked for is not made for such values.
    """
    if wanted is not None:
        check_values(values, wanted)
        return Chosen(kind=wanted)
    if is_proportion(variable, values):
        return Chosen(kind=IntervalKind.WILSON, why="" if is_truth(variable) else "all values are 0 or 1: a proportion")
    if (values == 0).any() and are_counts(values) and not is_span(variable):
        return Chosen(kind=IntervalKind.COUNTS, why="whole numbers from 0: counts")
    return Chosen(kind=IntervalKind.STUDENT)


def taken_note(names: Sequence[str], why: str) -> str:
    """What is to be said of variables that were taken for proportions or counts; nothing of others."""
    return f"{', '.join(names)}: {why}; {flag('interval').to('student')} takes them for other numbers" if why else ""


def _any(values: np.ndarray) -> bool:
    """Whether any finite value is there."""
    return values.size > 0 and (values.dtype.kind != "f" or bool(np.isfinite(values).any()))
