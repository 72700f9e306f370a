"""Targets of precision, such as ``sem(price)<0.01``: which points have reached them, how many members others need."""

import math
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from sweeprun.errors import UsageError
from sweeprun.statistics.estimators import IntervalKind, check_level, interval_of, standard_error
from sweeprun.statistics.moments import Moments
from sweeprun.store.clean_names import clean_name
from sweeprun.wording import flag

FEWEST = 2
"""With fewer members there is no error to look at."""

_MOST = 10**9


class Measure(Enum):
    """What a target is about."""

    SEM = "sem"
    RELATIVE_SEM = "rel_sem"
    HALFWIDTH = "halfwidth"
    RELATIVE_HALFWIDTH = "rel_halfwidth"

    @property
    def is_relative(self) -> bool:
        """Whether it is a share of the mean."""
        return self in (Measure.RELATIVE_SEM, Measure.RELATIVE_HALFWIDTH)

    @property
    def is_of_error(self) -> bool:
        """Whether it is about the standard error, and not about an interval."""
        return self in (Measure.SEM, Measure.RELATIVE_SEM)


_TARGET = re.compile(r"\s*(?P<measure>\w+)\s*\(\s*(?P<variable>[^()]+?)\s*\)\s*<=?\s*(?P<limit>[^<>=()]+?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """That the mean of a variable is to be known so well.

    Attributes
    ----------
    measure, variable, limit
        The measure of the variable is to be less than the limit.
    level, interval
        Of the interval that a half-width is of; an interval of None is the one that is right for the values.
    """

    measure: Measure
    variable: str
    limit: float
    level: float = 0.95
    interval: IntervalKind | None = None

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.interval is not None and not self.interval.follows_from_moments:
            raise UsageError(
                f"{flag('interval').to(self.interval.value)} can't be that of a target, since it doesn't say how many "
                "more members are needed; leave it out, or take student"
            )

    @classmethod
    def parse(cls, text: Any, level: float = 0.95, interval: IntervalKind | None = None) -> "Target":
        """What is written as ``sem(price)<0.01``.

        Raises
        ------
        UsageError
            If it is malformed, the level is no probability, or the interval can't be that of a target.
        """
        found = _TARGET.fullmatch(text) if isinstance(text, str) else None
        measures = [measure.value for measure in Measure]
        try:
            limit = float(found["limit"]) if found else math.nan
        except ValueError:
            limit = math.nan
        if found is None or found["measure"] not in measures or not (0 < limit < math.inf):
            raise UsageError(
                f"{text!r} is no target; write MEASURE(VARIABLE)<NUMBER, such as 'sem(price)<0.01', with one of "
                f"{', '.join(measures)} and a number above 0"
            )
        return cls(
            measure=Measure(found["measure"]),
            variable=clean_name(found["variable"])[0],
            limit=limit,
            level=level,
            interval=interval,
        )

    def __str__(self) -> str:
        return f"{self.measure.value}({self.variable})<{self.limit!r}"

    def values(self, found: Moments) -> np.ndarray:
        """The measure at each point; NaN where there are too few members."""
        with np.errstate(invalid="ignore", divide="ignore"):
            error = self._error(found.count, found.mean, found.std)
            relative: np.ndarray = error / np.abs(found.mean)
            return relative if self.measure.is_relative else error

    def _error(self, count: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
        """The standard error or the half-width of so many members."""
        found = Moments(count=count, mean=mean, std=std, sem=std / np.sqrt(count))
        if self.measure.is_of_error:
            return standard_error(found, self._kind)
        low, high = interval_of(found, self._kind, self.level)
        return np.where(count < FEWEST, np.nan, (high - low) / 2)

    @property
    def _kind(self) -> IntervalKind:
        return self.interval or IntervalKind.STUDENT

    def is_reached(self, found: Moments) -> np.ndarray:
        """Whether each point has reached the target."""
        reached: np.ndarray = self.values(found) < self.limit
        return reached

    def needed(self, found: Moments) -> np.ndarray:
        """How many members each point needs in all, if its standard deviation and mean are what they seem to be.

        The standard error falls with the root of their number: from ``n`` and ``sem`` follow
        ``n (sem / limit)^2`` members.
        """
        limit = np.broadcast_to(
            self.limit * np.abs(found.mean) if self.measure.is_relative else self.limit, found.mean.shape
        )
        is_few, is_known = found.count < FEWEST, (limit > 0) & np.isfinite(found.std)
        where = ~is_few & is_known
        needed = np.asarray(np.where(is_few, FEWEST, _MOST))
        needed[where] = self._least(found.mean[where], found.std[where], limit[where])
        return needed

    def _least(self, mean: np.ndarray, std: np.ndarray, limit: np.ndarray) -> np.ndarray:
        """The least numbers of members of which the measure is below the limits: it falls with each one more."""
        if self.measure.is_of_error and not self._kind.is_open_if_all_agree:
            with np.errstate(over="ignore"):
                needed = np.maximum(FEWEST, np.floor(np.minimum((std / limit) ** 2, _MOST)).astype(int) + 1)
            reached = self.is_reached(Moments(count=needed, mean=mean, std=std, sem=std / np.sqrt(needed)))
            return np.asarray(np.where(reached, needed, np.minimum(needed + 1, _MOST)))  # the square was rounded
        above = np.full(mean.shape, FEWEST)
        while (short := (above < _MOST) & ~(self._error(above, mean, std) < limit)).any():
            above = np.where(short, 2 * above, above)
        below = np.maximum(FEWEST - 1, above // 2)
        while (apart := above - below > 1).any():
            middle = (above + below) // 2
            is_enough = self._error(middle, mean, std) < limit
            above = np.where(apart & is_enough, middle, above)
            below = np.where(apart & ~is_enough, middle, below)
        return np.asarray(np.minimum(above, _MOST))
