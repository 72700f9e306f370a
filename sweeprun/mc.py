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

from sweeprun.statistics.ensembles import dependence_of, ensemble_statistics, members_of, paired
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
    ) -> xr.Dataset:
        """Mean, standard deviation and error, interval and quantiles; see `ensemble_statistics`.

        Warns
        -----
        UserWarning
            If members share random streams, so that their errors are larger than these.

        Raises
        ------
        UsageError
            If ``interval`` is none of student, normal, bootstrap and wilson, or another option is wrong.
        """
        kind = None if interval is None else IntervalKind.parse(interval)
        found = ensemble_statistics(self._dataset, over, kind=kind, level=level, probabilities=quantiles, seed=seed)
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
    ) -> xr.Dataset:
        """The difference between two values of an axis, with its error; see `sweeprun.statistics.ensembles.paired`."""
        return paired(self._dataset, axis, first, second, over, level=level, shared=shared)

    def target(self, target: str, over: str | Sequence[str] | None = None, *, level: float = 0.95) -> Look:
        """Which points have reached a target such as ``sem(price)<0.01``, and how many more members the others need."""
        look = look_at(self._dataset, Target.parse(target, level), over)
        self._warn_of_dependence(over)
        return look

    def _warn_of_dependence(self, over: str | Sequence[str] | None) -> None:
        if dependence := dependence_of(self._dataset, members_of(self._dataset, over)):
            warnings.warn(dependence, stacklevel=3)
