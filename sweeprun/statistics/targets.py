"""Targets of precision, such as ``sem(price)<0.01``: which points have reached them, how many members others need."""

import math
import re
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from sweeprun.errors import UsageError
from sweeprun.statistics.estimators import IntervalKind, check_level, interval_of, standard_error
from sweeprun.statistics.moments import Moments
from sweeprun.store.clean_names import clean_name

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
                f"--interval {self.interval.value} can't be that of a target, since it doesn't say how many more "
                "members are needed; leave it out, or take student"
            )

    @classmethod
    def parse(cls, text: str, level: float = 0.95, interval: IntervalKind | None = None) -> "Target":
        """What is written as ``sem(price)<0.01``.

        Raises
        ------
        UsageError
            If it is malformed, the level is no probability, or the interval can't be that of a target.
        """
        found = _TARGET.fullmatch(text)
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
        needed = np.full(found.count.shape, FEWEST)
        for place in np.ndindex(found.count.shape):
            needed[place] = self._needed(found, place)
        return needed

    def _needed(self, found: Moments, place: tuple[int, ...]) -> int:
        count, std, mean = int(found.count[place]), float(found.std[place]), float(found.mean[place])
        if count < FEWEST:
            return FEWEST
        limit = self.limit * abs(mean) if self.measure.is_relative else self.limit
        if not limit or not math.isfinite(std):
            return _MOST
        if self.measure.is_of_error and not self._kind.is_open_if_all_agree:
            needed = max(FEWEST, math.floor(min((std / limit) ** 2, _MOST)) + 1)
            reached = self.is_reached(replace(found, count=np.array(needed), mean=np.array(mean), std=np.array(std)))
            return needed if reached else min(needed + 1, _MOST)  # the square was rounded
        return self._first(mean, std, limit)

    def _first(self, mean: float, std: float, limit: float) -> int:
        """The least number of members of which the half-width is below a limit: it falls with each one more."""

        def is_enough(count: int) -> bool:
            return float(self._error(np.array(count), np.array(mean), np.array(std))) < limit

        above = FEWEST
        while not is_enough(above) and above < _MOST:
            above *= 2
        below = max(FEWEST - 1, above // 2)
        while above - below > 1:
            middle = (above + below) // 2
            below, above = (below, middle) if is_enough(middle) else (middle, above)
        return min(above, _MOST)
