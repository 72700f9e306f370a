"""The accessor ``ds.mc``: statistics of a collected Dataset over its members. Importing this module registers it.

Examples
--------
>>> import sweeprun.mc
>>> dataset.mc.statistics(over="seed").price.sel(statistic="sem")  # doctest: +SKIP
>>> dataset.mc.paired("lr", 0.1, 0.01).loss  # doctest: +SKIP
"""

import warnings
from collections.abc import Sequence
from typing import Any

import xarray as xr

from sweeprun.design.grid import REPLICATE
from sweeprun.statistics.comparisons import paired
from sweeprun.statistics.dependence import members_along
from sweeprun.statistics.differences import DifferenceKind
from sweeprun.statistics.ensembles import ensemble_statistics, members_of
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.interim import Look, look_at
from sweeprun.statistics.targets import Target


@xr.register_dataset_accessor("mc")  # type: ignore[no-untyped-call, unused-ignore]
class MonteCarlo:
    """Statistics over members; by default over the axis ``member``, or else ``seed``."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    def statistics(
        self,
        over: str | Sequence[str] | None = None,
        *,
        interval: str | None = None,
        level: float = 0.95,
        quantiles: Sequence[float] = (),
        seed: int = 0,
        independent: bool | None = None,
    ) -> xr.Dataset:
        """Mean, standard deviation and error, interval and quantiles; see `ensemble_statistics`.

        Parameters
        ----------
        over
            The axis or axes of the members.
        interval
            One of student, normal, bootstrap, wilson, counts, poisson and batches; by default the one that is right for
            the values of each variable.
        level
            Of the intervals.
        quantiles
            Which quantiles to add, each between 0 and 1.
        seed
            Of the bootstrap.
        independent
            True if you know that members are independent, whatever the Dataset says.

        Warns
        -----
        UserWarning
            If members are not independent, or that isn't known; it says what errors there are then.

        Raises
        ------
        UsageError
            If an option is wrong.
        """
        kind = None if interval is None else IntervalKind.parse(interval)
        found: xr.Dataset = ensemble_statistics(
            self._dataset,
            over,
            kind=kind,
            level=level,
            probabilities=quantiles,
            seed=seed,
            independent=independent,
        )
        if not (kind is IntervalKind.BATCHES or independent):
            self._warn_of_dependence(over)
        return found

    def paired(
        self,
        axis: str,
        first: Any,
        second: Any,
        over: str | Sequence[str] | None = None,
        *,
        level: float = 0.95,
        shared: bool | None = None,
        interval: str | None = None,
    ) -> xr.Dataset:
        """The difference between two values of an axis, with its error; see `sweeprun.statistics.comparisons.paired`.

        ``interval`` is student or newcombe; by default Newcombe's for proportions, and Student's for other numbers.
        """
        kind = None if interval is None else DifferenceKind.parse(interval)
        found = paired(self._dataset, axis, first, second, over, level=level, shared=shared, kind=kind)
        self._warn_of_dependence(over)
        return found

    def target(
        self,
        target: str,
        over: str | Sequence[str] | None = None,
        *,
        level: float = 0.95,
        interval: str | None = None,
        independent: bool | None = None,
    ) -> Look:
        """Which points have reached a target such as ``sem(price)<0.01``, and how many more members the others need.

        ``level``, ``interval`` and ``independent`` are those of `statistics`.
        """
        kind = None if interval is None else IntervalKind.parse(interval)
        look = look_at(self._dataset, Target.parse(target, level, kind), over, independent=independent)
        if not independent:
            self._warn_of_dependence(over)
        return look

    def _warn_of_dependence(self, over: str | Sequence[str] | None) -> None:
        members = members_along(self._dataset, members_of(self._dataset, over))
        if members.note and members.counted != (REPLICATE,):  # of replicates the error is what they are for
            chain = members.have_no_error and members.are_steps
            remedy = "; if they are the steps of a chain, interval='batches' gives one" if chain else ""
            warnings.warn(members.note + remedy, stacklevel=3)
