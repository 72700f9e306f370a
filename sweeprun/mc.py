"""The accessor ``ds.mc``: statistics of a collected Dataset over its members. Importing this module registers it.

Examples
--------
>>> import sweeprun.mc
>>> dataset.mc.statistics(over="seed").price.sel(statistic="sem")  # doctest: +SKIP
>>> dataset.mc.paired("lr", 0.1, 0.01).loss  # doctest: +SKIP
"""

import warnings
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.design.grid import REPLICATE
from sweeprun.errors import UsageError
from sweeprun.results.attributes import noted_warnings
from sweeprun.statistics.choices import Choice, choice
from sweeprun.statistics.comparisons import paired
from sweeprun.statistics.dependence import Members, members_along
from sweeprun.statistics.differences import DifferenceKind
from sweeprun.statistics.doubts import doubts_of
from sweeprun.statistics.ensembles import ensemble_statistics, kinds_of, members_of, told_averaged, told_left_out
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.interim import Look, look_at
from sweeprun.statistics.kinds import taken_note
from sweeprun.statistics.not_finite import NanPolicy
from sweeprun.statistics.rare_values import told_only_one_value
from sweeprun.statistics.short_chains import told_short
from sweeprun.statistics.spans import spans_in_seconds
from sweeprun.statistics.targets import Target
from sweeprun.wording import PYTHON, flag, speaking


@xr.register_dataset_accessor("mc")  # type: ignore[no-untyped-call, unused-ignore]
class MonteCarlo:
    """Statistics over members; by default over the axis ``member``, or else ``seed``."""

    def __init__(self, dataset: xr.Dataset) -> None:
        self._dataset = dataset

    @property
    def _numbers(self) -> xr.Dataset:
        """The Dataset as it is now, with spans of time as seconds."""
        return spans_in_seconds(self._dataset)

    def statistics(
        self,
        over: str | Sequence[str] | None = None,
        *,
        interval: str | None = None,
        level: float = 0.95,
        quantiles: float | Sequence[float] = (),
        seed: int = 0,
        independent: bool | None = None,
        nan: str = "omit",
        variables: str | Sequence[str] | None = None,
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
            Which quantile or quantiles to add, each between 0 and 1.
        seed
            Of the bootstrap.
        independent
            True if you know that members are independent, whatever the Dataset says.
        nan
            Results that are NaN are left out (``"omit"``), make the statistics of their points NaN (``"propagate"``),
            or are refused, as infinite ones are then (``"raise"``).
        variables
            Which variable or variables; by default all that hold numbers.

        Warns
        -----
        UserWarning
            If members are not independent, or that isn't known; it says what errors there are then. If results are NaN
            or infinite, or members are equal, or repeat others, although their random streams differ. If complex
            numbers or dates are left out. If tasks drew from generators that make results doubtful, as the run noted.

        Raises
        ------
        UsageError
            If an option is wrong; with ``nan="raise"`` also if a result is NaN or infinite.
        """
        with _in_python():
            kind, policy = _chosen(IntervalKind, interval), choice(NanPolicy, nan, flag("nan"))
            found: xr.Dataset = ensemble_statistics(
                self._numbers,
                over,
                kind=kind,
                level=level,
                probabilities=np.atleast_1d(quantiles).tolist(),
                seed=seed,
                independent=independent,
                nan=policy,
                variables=(variables,) if isinstance(variables, str) else variables,
            )
            members = self._members(over, independent)
        _warn_of_run(self._dataset)
        if kind is not IntervalKind.BATCHES:
            _warn_of_dependence(members)
        left_out = told_left_out(self._numbers, members.over, also_texts=False) if variables is None else ()
        for line in (*told_averaged(found), *told_short(found), *left_out):
            warnings.warn(line, stacklevel=2)
        _warn_of_doubts(
            self._numbers, members, [name for name in found.data_vars if name in self._numbers], policy, kinds_of(found)
        )
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
        nan: str = "omit",
    ) -> xr.Dataset:
        """The difference between two values of an axis, with its error; see `sweeprun.statistics.comparisons.paired`.

        ``interval`` is student or newcombe; by default Newcombe's for proportions, and Student's for other numbers.
        Pairs with NaN are left out, with a warning, unless ``nan`` says otherwise: see `statistics`.
        """
        with _in_python():
            kind, policy = _chosen(DifferenceKind, interval), choice(NanPolicy, nan, flag("nan"))
            found = paired(self._numbers, axis, first, second, over, level=level, shared=shared, kind=kind, nan=policy)
            members = self._members(over)
        _warn_of_run(self._dataset)
        _warn_of_dependence(members, has_batches=False)
        for why in dict.fromkeys(one.attrs.get("taken_for", "") for one in found.data_vars.values()):
            names = [str(name) for name, one in found.data_vars.items() if why and one.attrs.get("taken_for") == why]
            for line in filter(None, [taken_note(names, why)]):
                warnings.warn(line, stacklevel=2)
        places = np.isin(self._numbers[axis], [first, second]) if axis in self._numbers.coords else [first, second]
        _warn_of_doubts(self._numbers.isel({axis: places}), members, list(found.data_vars), policy, kinds_of(found))
        return found

    def target(
        self,
        target: str,
        over: str | Sequence[str] | None = None,
        *,
        level: float = 0.95,
        interval: str | None = None,
        independent: bool | None = None,
        nan: str = "omit",
    ) -> Look:
        """Which points have reached a target such as ``sem(price)<0.01``, and how many more members the others need.

        A point is undetermined, and needs none, if it has infinite results, or members that are equal although their
        random streams differ; with ``nan="propagate"`` also if it has any that are NaN.

        ``level``, ``interval``, ``independent`` and ``nan`` are those of `statistics`, and so are the warnings.
        """
        with _in_python():
            kind, policy = _chosen(IntervalKind, interval), choice(NanPolicy, nan, flag("nan"))
            wanted = Target.parse(target, level, kind)
            look = look_at(self._numbers, wanted, over, independent=independent, nan=policy)
            members = self._members(over, independent)
        _warn_of_run(self._dataset)
        _warn_of_dependence(members, has_batches=False)
        _warn_of_doubts(self._numbers, members, [wanted.variable], policy, look.kinds)
        return look

    def _members(self, over: str | Sequence[str] | None, independent: bool | None = None) -> Members:
        return members_along(self._numbers, members_of(self._numbers, over), independent=independent)


@contextmanager
def _in_python() -> Iterator[None]:
    """Messages name arguments as they are in Python, and errors show none of the frames in here that lead to them."""
    with speaking(PYTHON):
        try:
            yield
        except UsageError as error:
            raise copy(error) from None  # contextlib gives the same one its traceback back


def _chosen(choices: type[Choice], name: str | None) -> Choice | None:
    """The kind of interval of a name, if there is one."""
    return None if name is None else choice(choices, name, flag("interval"))


def _warn_of_run(dataset: xr.Dataset) -> None:
    """Say what the run noted of the generators that its tasks drew from; the caller's caller sees the line."""
    for line in noted_warnings(dataset.attrs):
        warnings.warn(line, stacklevel=3)


def _warn_of_dependence(members: Members, *, has_batches: bool = True) -> None:
    """Say what errors there are if members depend on each other; the caller's caller sees the line."""
    if members.note and members.counted != (REPLICATE,):  # of replicates the error is what they are for
        chain = has_batches and members.have_no_error and members.are_steps
        remedy = "; if they are the steps of a chain, interval='batches' gives one" if chain else ""
        warnings.warn(members.note + remedy, stacklevel=3)


def _warn_of_doubts(
    dataset: xr.Dataset,
    members: Members,
    names: Sequence[Hashable],
    policy: NanPolicy,
    kinds: Mapping[str, IntervalKind],
) -> None:
    """Say which results are NaN or infinite, and where members are equal; the caller's caller sees the line."""
    doubts = doubts_of(dataset, members, list(map(str, names)), policy)
    for line in (*doubts, *told_only_one_value(dataset, members, kinds)):
        warnings.warn(line, stacklevel=3)
