"""What a statistic is: one number of the members at each point, such as their mean or an end of an interval."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sweeprun.statistics.chains import batch_error
from sweeprun.statistics.estimators import IntervalKind, interval
from sweeprun.statistics.moments import Moments, Scaled
from sweeprun.statistics.proportions import Ends


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """The values of one variable in all members at all points, and what several statistics need of them.

    Attributes
    ----------
    samples
        Integers, truth values or floats, of the shape ``(…, members)``; NaN is a member that has no value.
    kind, level, seed
        How the interval is made (see `sweeprun.statistics.estimators.interval`).
    has_error
        Whether the members say how far their mean may be off; if not, the error and the interval are NaN.
    """

    samples: np.ndarray
    kind: IntervalKind
    level: float = 0.95
    seed: int = 0
    has_error: bool = True

    @cached_property
    def scaled(self) -> Scaled:
        """The values with their mean near 0, and of about 1 at most: no digits of differences or powers are lost."""
        return Scaled.of(self.samples)

    @cached_property
    def moments(self) -> Moments:
        """Their number, mean, standard deviation, and standard error if they are independent."""
        return self.scaled.moments()

    @cached_property
    def unknown(self) -> np.ndarray:
        """NaN at each point."""
        return np.full(self.moments.mean.shape, np.nan)

    @cached_property
    def interval(self) -> Ends:
        """Both ends of the interval of the mean."""
        if not self.has_error:
            return self.unknown, self.unknown
        return interval(self.samples, self.kind, self.level, self.seed)

    @cached_property
    def sem(self) -> np.ndarray:
        """The standard error of the mean."""
        if self.kind is IntervalKind.BATCHES:
            return batch_error(self.samples)[0]
        return self.moments.sem if self.has_error else self.unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """A statistic of every numeric variable.

    Attributes
    ----------
    name
        Its label along the dim ``statistic``.
    of
        Its value at each point, of the shape of the points; NaN where it isn't known or doesn't apply.
    """

    name: str
    of: Callable[[Ensemble], np.ndarray]
