"""Results that are NaN or infinite, apart from tasks that have no result, and what becomes of them in statistics.

A training that diverged isn't missing at random: what is left out of a mean must at least be counted. NaN of a Dataset
may also stand for a task without a result, one that gave no value, or padding; the coordinate ``state`` and the
attribute ``not_given`` tell them apart (`sweeprun.results.not_given`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.results.merging import RECORDED_TYPE
from sweeprun.results.not_given import is_given
from sweeprun.statistics.points import grid_dims, more_points, named_points
from sweeprun.wording import flag


class NanPolicy(Enum):
    """What becomes of results that are NaN.

    OMIT leaves them out and says so, PROPAGATE makes the statistics of their points NaN, RAISE refuses them and
    infinite results. Infinite ones are never left out: a mean with them is infinite, and has no error.
    """

    OMIT = "omit"
    PROPAGATE = "propagate"
    RAISE = "raise"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFinite:
    """How many results of a variable are NaN or infinite at each point.

    Attributes
    ----------
    name
        The variable.
    given, nan, infinite
        How many values tasks gave, and how many of them are NaN and infinite; with the dims of the points.
    certain
        Whether tasks returned these NaN. Else the Dataset doesn't say whether they only stand for missing values.
    """

    name: str
    given: xr.DataArray
    nan: xr.DataArray
    infinite: xr.DataArray
    certain: bool

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return bool(self.nan.any()) or bool(self.infinite.any())


def all_finite(variable: xr.DataArray) -> bool:
    """Whether it is plain at once that no value is NaN or infinite; it is not if their sum overflows."""
    if variable.dtype.kind not in "fc":
        return True
    with np.errstate(all="ignore"):
        return bool(np.isfinite(variable.values.sum()))


def count_not_finite(dataset: xr.Dataset, name: str, over: Sequence[str] = ()) -> NotFinite:
    """Count the NaN and infinite results of a variable.

    Parameters
    ----------
    dataset
        What was collected.
    name
        A variable of numbers or truth values.
    over
        The dims of the members, which are counted together.
    """
    variable = dataset[name]
    succeeded, given = _succeeded(dataset, variable), is_given(dataset, name)
    certain = succeeded is not None and given is not None
    counted = np.ones(variable.shape, bool)
    for known in (succeeded, given):
        counted &= True if known is None else known
    nan = infinite = np.zeros(variable.shape, bool)
    if variable.dtype.kind in "fc":
        values = variable.values
        infinite = np.isinf(values) & counted
        if certain or not is_truth(variable):  # which no task returns as NaN
            nan = np.isnan(values) & ~infinite & counted

    def over_points(which: np.ndarray) -> xr.DataArray:
        return xr.DataArray(which, dims=variable.dims).sum([dim for dim in over if dim in variable.dims]).astype(int)

    return NotFinite(
        name=name,
        given=over_points(counted),
        nan=over_points(nan),
        infinite=over_points(infinite),
        certain=certain,
    )


def is_truth(variable: xr.DataArray) -> bool:
    """Whether values are true and false; with some of them missing they are numbers, and an attribute says so."""
    return variable.dtype.kind == "b" or variable.attrs.get(RECORDED_TYPE) == "bool"


def _succeeded(dataset: xr.Dataset, variable: xr.DataArray) -> np.ndarray | None:
    """Whether the task of each value has a result; None if the Dataset doesn't say."""
    if "state" not in dataset.variables or not set(dataset["state"].dims) <= set(variable.dims):
        return None
    state = dataset["state"].variable
    found = xr.Variable(variable.dims, np.ones(variable.shape, bool)) & (state == "succeeded")
    return found.transpose(*variable.dims).values


def told_not_finite(dataset: xr.Dataset, found: NotFinite, policy: NanPolicy | None = None) -> list[str]:
    """What is to be said of NaN and infinite results, with the points that have the most of them.

    Parameters
    ----------
    dataset
        Where they were counted.
    found
        How many there are.
    policy
        What became of them in statistics; by default these aren't spoken of.
    """
    lines = []
    if found.nan.any():
        line = _counted(dataset, found, found.nan, "NaN", _OF_NAN[policy])
        lines.append(line + ("" if found.certain else _UNCERTAIN))
    if found.infinite.any():
        lines.append(_counted(dataset, found, found.infinite, "infinite", _OF_INFINITE if policy else ""))
    return lines


_OF_NAN = {
    None: "",
    NanPolicy.OMIT: ", and left out",
    NanPolicy.PROPAGATE: ", and so are the statistics there",
    NanPolicy.RAISE: "",
}
_OF_INFINITE = ", so the mean there is infinite or NaN, and its error unknown"
_UNCERTAIN = "; the Dataset doesn't say whether tasks returned NaN, or gave no value"


def _counted(dataset: xr.Dataset, found: NotFinite, which: xr.DataArray, what: str, consequence: str) -> str:
    """One sentence: how many of how many, and where."""
    axes = grid_dims(dataset)
    own = [dim for dim in which.dims if axes is not None and dim not in axes]
    of_one_task = axes is not None and not set(dataset[found.name].dims) <= set(axes)
    unit = "values" if of_one_task or not found.certain else "results"
    at, of = which.sum(own), found.given.sum(own)
    total = int(at.sum())
    line = f"{found.name}: {total} of {int(of.sum())} {unit} {'is' if total == 1 else 'are'} {what}{consequence}"
    if not at.ndim:
        return line
    points = named_points(dataset, list(map(str, at.dims)), at.values > 0, at.values)
    named = [f"{label} ({at.values[place]} of {of.values[place]})" for label, place in points]
    return f"{line}: {', '.join(named)}{more_points(int((at > 0).sum()))}"


def check_finite(dataset: xr.Dataset, found: NotFinite, policy: NanPolicy) -> None:
    """Refuse NaN and infinite results, if that is the policy.

    Raises
    ------
    UsageError
        If there are any.
    """
    if policy is NanPolicy.RAISE and found.any:
        lines, nan = "; ".join(told_not_finite(dataset, found)), flag("nan")
        raise UsageError(
            f"{lines}. {nan.to('raise')} refuses them; {nan.to('omit')} leaves NaN out, {nan.to('propagate')} gives "
            "NaN there"
        )
