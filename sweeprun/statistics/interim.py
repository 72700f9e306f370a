"""How precise the results are, compared with a target: what is looked at before members are added."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.statistics.dependence import Members, members_along
from sweeprun.statistics.doubts import undetermined_points
from sweeprun.statistics.ensembles import check_numeric, kept_coordinates, members_of
from sweeprun.statistics.estimators import IntervalKind, standard_error
from sweeprun.statistics.kinds import choose_kind, taken_note
from sweeprun.statistics.moments import Moments, moments
from sweeprun.statistics.not_finite import NanPolicy, check_finite, count_not_finite
from sweeprun.statistics.rare_values import ENOUGH, only_one_value
from sweeprun.statistics.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How far the points of a sweep are from a target.

    Attributes
    ----------
    target
        The target.
    over
        The axes of the members.
    taken_for
        What the values were taken for, if neither their type nor the user says it.
    value, reached, count, needed
        The measure, whether it has reached the target, the members that there are and how many more are needed; each
        with the dims of the points.
    widened
        Whether a standard error is larger than that of the values, as events are few.
    undetermined
        Why the measure can't be known at a point, however many members there are, with the same dims; empty where it
        can. Such a point has not reached the target, and needs no more members.
    """

    target: Target
    over: tuple[str, ...]
    taken_for: str = ""
    widened: bool = False
    value: xr.DataArray
    reached: xr.DataArray
    count: xr.DataArray
    needed: xr.DataArray
    undetermined: xr.DataArray

    @property
    def taken_note(self) -> str:
        """What is to be said of the values, if they were taken for proportions or counts; else nothing."""
        return taken_note([self.target.variable], self.taken_for)

    @property
    def widened_note(self) -> str:
        """Why the standard error is not the one that statistics give; nothing if it is."""
        if not self.widened or self.target.interval is None:
            return ""
        return (
            f"{self.target.measure.value}({self.target.variable}) is half an interval ({self.target.interval.value}) "
            "where events are few, and so larger than the sem of the values, which can be 0 by chance"
        )

    @property
    def untold(self) -> np.ndarray:
        """Where it can't be told how many more members are needed, as the measure is a share of a mean of 0."""
        return np.asarray(np.isinf(self.value.values) & (self.needed.values > 0))

    @property
    def kinds(self) -> dict[str, IntervalKind]:
        """How the interval of the variable is made."""
        return {} if self.target.interval is None else {self.target.variable: self.target.interval}

    @property
    def open_points(self) -> int:
        """How many points have not reached the target, those included that are undetermined."""
        return int((~self.reached).sum())

    @property
    def undetermined_points(self) -> int:
        """At how many points the measure can't be known, however many members there are."""
        return int((self.undetermined != "").sum())

    @property
    def worst(self) -> float:
        """The largest value of the measure; NaN if it is known of no point."""
        values = self.value.values
        return float(np.nanmax(values)) if np.isfinite(values).any() else float("nan")

    @property
    def more(self) -> int:
        """How many more members the point needs that needs the most."""
        return int(self.needed.max()) if self.needed.size else 0

    def has_more_than(self, before: "Look") -> bool:
        """Whether any point that needs more members has more with a value than at a look before."""
        if self.value.sizes != before.value.sizes:  # own dims of the variable have grown
            return True
        gained = self.count.values > before.count.values
        return bool((gained & (self.needed.values > 0)).any())


def look_at(
    dataset: xr.Dataset,
    target: Target,
    over: str | Sequence[str] | None = None,
    *,
    independent: bool | None = None,
    nan: NanPolicy = NanPolicy.OMIT,
) -> Look:
    """Compare every point with a target. Points of which no task is to be run are left out of it.

    Parameters
    ----------
    dataset, target
        What was collected, and the target.
    over
        The axis or axes of the members; by default ``member``, or else ``seed``.
    independent
        True if members are known to be independent, whatever the Dataset says.
    nan
        What becomes of results that are NaN.

    Raises
    ------
    UsageError
        If there is no such variable of numbers, its values are not those that the target's interval is for, or members
        are not independent; or a result isn't finite, and is to be.
    """
    names = members_of(dataset, over)
    check_numeric(dataset, target.variable, names, asked=f"{target}: ")
    members = members_along(dataset, names, independent=independent)
    if members.have_no_error:
        raise UsageError(f"{target}: {members.note}")
    check_finite(dataset, count_not_finite(dataset, target.variable, names), nan)
    dims, samples = members.samples_of(dataset[target.variable])
    try:
        chosen = choose_kind(dataset[target.variable], samples, target.interval)
    except UsageError as error:
        raise UsageError(f"{target.variable}: {error}") from error
    target = replace(target, interval=chosen.kind)
    found: Moments = moments(samples)
    values = target.values(found)
    undetermined, by_chance = undetermined_points(dataset, target.variable, members, nan)
    alike = _only_one_value(dataset, target.variable, members, dims)
    are_many = found.count >= ENOUGH
    is_shut = ~(values > 0)  # intervals of proportions and counts are open also where all are equal
    undetermined = np.where(is_shut & are_many & (undetermined == ""), alike, undetermined)
    by_chance = is_shut & (by_chance | ((alike != "") & ~are_many))
    is_known = undetermined == ""
    reached = target.is_reached(found) & is_known & ~by_chance
    more = np.maximum(target.needed(found) - found.count, 0)
    more = np.where(by_chance, found.count, more)  # as many again either differ, or are too many to be equal by chance
    more = np.where(reached | ~is_known, 0, np.maximum(more, 1))
    excluded = xr.DataArray(False)
    if "state" in dataset.variables:
        state = dataset["state"]
        excluded = (state == "excluded").all([name for name in names if name in state.dims])
    kept = kept_coordinates(dataset, names).items()
    coordinates = {name: own for name, own in kept if set(own.dims) <= set(dims)}

    def over_points(values: np.ndarray) -> xr.DataArray:  # each by itself: an axis may be called as one of them
        return xr.DataArray(values, coordinates, dims)

    return Look(
        target=target,
        over=names,
        taken_for=chosen.why,
        widened=target.measure.is_of_error and bool((standard_error(found, chosen.kind) > found.sem)[is_known].any()),
        value=over_points(np.where(is_known & ~by_chance, values, np.nan)),
        reached=over_points(reached) | excluded,
        count=over_points(found.count),
        needed=over_points(more).where(~excluded, 0),
        undetermined=over_points(undetermined).where(~excluded, ""),
    )


def _only_one_value(dataset: xr.Dataset, name: str, members: Members, dims: Sequence[str]) -> np.ndarray:
    """In words, that all members are 0 or all are 1, over some dims; empty elsewhere."""
    nowhere = xr.DataArray(np.zeros([dataset.sizes[dim] for dim in dims], bool), dims=dims)
    told = np.full(nowhere.shape, "", object)
    if found := only_one_value(dataset, name, members):
        for value, where in ((0, found.zero), (1, found.one)):
            told[(nowhere | where).transpose(*dims).values] = f"all members are {value}: others are rare, if any"
    return told
