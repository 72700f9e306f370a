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

import numpy as np
import xarray as xr

from sweeprun.statistics.doubts import doubts_of
from sweeprun.statistics.ensembles import dependence_of, ensemble_statistics, members_of, paired
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.interim import Look, look_at
from sweeprun.statistics.not_finite import NanPolicy
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
        nan: str = "omit",
    ) -> xr.Dataset:
        """Mean, standard deviation and error, interval and quantiles; see `ensemble_statistics`.

        Results that are NaN are left out (``nan="omit"``), make the statistics of their points NaN (``"propagate"``),
        or are refused, as infinite ones are then (``"raise"``).

        Warns
        -----
        UserWarning
            If results are NaN or infinite; if members are equal although their random streams differ; if members share
            random streams, so that their errors are larger than these.

        Raises
        ------
        UsageError
            If ``interval`` is none of student, normal, bootstrap and wilson, or another option is wrong; with
            ``nan="raise"`` also if a result is NaN or infinite.
        """
        kind = None if interval is None else IntervalKind.parse(interval)
        policy = NanPolicy.parse(nan)
        found = ensemble_statistics(
            self._dataset, over, kind=kind, level=level, probabilities=quantiles, seed=seed, nan=policy
        )
        self._warn(over, [name for name in map(str, found.data_vars) if name in self._dataset], policy)
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
        nan: str = "omit",
    ) -> xr.Dataset:
        """The difference between two values of an axis, with its error; see `sweeprun.statistics.ensembles.paired`.

        Pairs with NaN are left out, with a warning, unless ``nan`` says otherwise: see `statistics`.
        """
        policy = NanPolicy.parse(nan)
        found = paired(self._dataset, axis, first, second, over, level=level, shared=shared, nan=policy)
        places = np.isin(self._dataset[axis], [first, second]) if axis in self._dataset.coords else [first, second]
        self._warn_of_doubts(self._dataset.isel({axis: places}), over, list(map(str, found.data_vars)), policy)
        return found

    def target(
        self, target: str, over: str | Sequence[str] | None = None, *, level: float = 0.95, nan: str = "omit"
    ) -> Look:
        """Which points have reached a target such as ``sem(price)<0.01``, and how many more members the others need.

        A point is undetermined, and needs none, if it has infinite results, or members that are equal although their
        random streams differ; with ``nan="propagate"`` also if it has any that are NaN. See `statistics` for ``nan``,
        and for the warnings.
        """
        policy, wanted = NanPolicy.parse(nan), Target.parse(target, level)
        look = look_at(self._dataset, wanted, over, policy)
        self._warn(over, [wanted.variable], policy)
        return look

    def _warn(self, over: str | Sequence[str] | None, names: Sequence[str], policy: NanPolicy) -> None:
        """Warn of what makes statistics other than they look; the caller's caller sees the line."""
        if dependence := dependence_of(self._dataset, members_of(self._dataset, over)):
            warnings.warn(dependence, stacklevel=3)
        self._warn_of_doubts(self._dataset, over, names, policy, stacklevel=4)

    def _warn_of_doubts(
        self,
        dataset: xr.Dataset,
        over: str | Sequence[str] | None,
        names: Sequence[str],
        policy: NanPolicy,
        stacklevel: int = 3,
    ) -> None:
        for line in doubts_of(dataset, members_of(dataset, over), names, policy):
            warnings.warn(line, stacklevel=stacklevel)
