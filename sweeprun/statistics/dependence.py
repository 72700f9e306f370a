"""Whether members are independent of each other: what an error of their mean supposes, and a Dataset must say.

Values along an axis of members depend on each other if tasks shared random streams, if the points of a design were
chosen together so that they fill the space evenly, or if one task returned them all.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.design.grid import REPLICATE
from sweeprun.statistics.moments import moments
from sweeprun.statistics.points import grid_dims
from sweeprun.wording import sweeper

_SPREAD = ("sobol", "halton", "latin_hypercube")
"""Methods that choose the points of a sample together."""


class Independence(Enum):
    """Whether members are independent, as the attribute ``members_independent`` says it."""

    YES = "True"
    NO = "False"
    UNKNOWN = "unknown"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """The members that statistics are taken over, and how they belong together.

    Attributes
    ----------
    over
        The dims that were named.
    apart
        Those of them along which members are independent, as far as that is known.
    together
        The others. Members that differ along these alone count once, with their mean.
    independence
        Whether all are independent.
    why
        Why some are not, or why that isn't known: one sentence; empty if they are.
    doubt
        Why it isn't known whether the others are, if some are not.
    replicates
        The dim of a sample with replicates, and to which of them each of its points belongs. Then all that is of one
        replicate belongs together, whatever else tells members apart, since they have their points in common. None if
        there is no such dim, or all replicates have their random streams in common.
    remedy
        What has an error in their place, for the note.
    are_steps
        Whether they are what each task returned along one axis of its own, as far as that is known.
    """

    over: tuple[str, ...]
    apart: tuple[str, ...]
    together: tuple[str, ...] = ()
    independence: Independence = Independence.YES
    why: str = ""
    doubt: str = ""
    replicates: tuple[str, np.ndarray] | None = None
    remedy: str = ""
    are_steps: bool = False

    @property
    def counted(self) -> tuple[str, ...]:
        """What tells members apart that are independent: dims, and the replicate."""
        return self.apart if self.replicates is None else (REPLICATE,)

    @property
    def drawn(self) -> tuple[str, ...]:
        """The dims along which each should have numbers of its own, if random streams differ there."""
        return self.apart or self.over

    @property
    def unit(self) -> str:
        """What those are called that count, in the plural."""
        return "members" if self.replicates is None else "replicates"

    @property
    def fixed_note(self) -> str:
        """Why there can't be more that count as members: one line, or nothing."""
        if self.replicates is None:
            return ""
        return (
            "no replicates of a design can be added to a run; each is more precise if it has more points "
            f"({sweeper('sample.n').to('N')})"
        )

    @property
    def have_no_error(self) -> bool:
        """Whether there are no two of which it is known that they are independent."""
        return not self.counted

    @property
    def averaged_over(self) -> tuple[str, ...]:
        """The dims whose members count once, with their mean; none if there is no error in any case."""
        return () if self.have_no_error else self.together

    def samples_of(self, variable: xr.DataArray) -> tuple[tuple[str, ...], np.ndarray]:
        """The dims of the points, and the values of independent members as ``(…, members)``; all, if none are.

        Values have the type of the variable, or are floats if each is a mean over members that belong together.
        """
        kept = tuple(str(dim) for dim in variable.dims if dim not in self.over)
        if not self.averaged_over:
            values = variable.transpose(*kept, *self.over).values
        elif self.replicates is None:
            values = self._means(variable, kept)
        else:
            dim, labels = self.replicates
            groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
            values = np.stack([self._means(variable.isel({dim: own}), kept) for own in groups], axis=-1)
        return kept, _in_a_row(values, len(kept))

    def _means(self, variable: xr.DataArray, kept: Sequence[str]) -> np.ndarray:
        """The means over members that belong together, with the dims of the points and of the others."""
        values = variable.transpose(*kept, *self.apart, *self.together).values
        return moments(_in_a_row(values, len(kept) + len(self.apart))).mean

    @property
    def note(self) -> str:
        """What is to be said of them: one line, or nothing."""
        if not self.why:
            return ""
        if self.independence is Independence.UNKNOWN:
            return f"whether members are independent is not known: {self.why}; if not, errors are larger than these"
        if self.averaged_over:
            along, apart = ", ".join(self.together), ", ".join(self.counted)
            told = f"{self.why}: not independent, so each {apart} counts once, with its mean over {along}"
            if not self.doubt:
                return told
            return f"{told}; whether these are independent is not known: {self.doubt}; if not, errors are larger"
        return f"{self.why}: not independent, so there is no error of their mean{self.remedy}"


def _in_a_row(values: np.ndarray, leading: int) -> np.ndarray:
    """An array with its first axes, and all others as the last one, whatever their lengths: there may be no values."""
    return values.reshape((*values.shape[:leading], math.prod(values.shape[leading:])))


def members_along(dataset: xr.Dataset, over: Sequence[str], *, independent: bool | None = None) -> Members:
    """How members along some dims belong together.

    Parameters
    ----------
    dataset
        What was collected.
    over
        Dims of it.
    independent
        True if they are known to be independent, whatever the Dataset says.
    """
    names = tuple(over)
    of_tasks = grid_dims(dataset)
    steps = len(names) == 1 and (of_tasks is None or names[0] not in of_tasks)
    if independent:
        return Members(over=names, apart=names, independence=Independence.ASSUMED, are_steps=steps)
    methods = _sample_methods(dataset)
    reasons = dict(_reasons(dataset, names, methods))
    doubt = _doubt(dataset, names)
    apart = tuple(name for name in names if name not in reasons)
    if not reasons:
        known = Independence.UNKNOWN if doubt else Independence.YES
        return Members(over=names, apart=apart, independence=known, why=doubt, are_steps=steps)
    samples = [name for name in names if name in methods]
    replicates = _replicates(dataset, samples)
    return Members(
        over=names,
        apart=() if replicates else apart,
        together=names if replicates else tuple(name for name in names if name in reasons),
        independence=Independence.NO,
        why="; ".join(reasons.values()),
        doubt=doubt,
        replicates=replicates,
        remedy=f"; replicates of the design have one ({sweeper('sample.replicates').to(10)})" if samples else "",
        are_steps=steps,
    )


def are_independent(dataset: xr.Dataset, over: Sequence[str]) -> bool:
    """Whether nothing is known that members along some dims have in common."""
    return members_along(dataset, over).independence is not Independence.NO


def streams_are_shared(dataset: xr.Dataset, axis: str, over: Sequence[str]) -> bool:
    """Whether tasks that differ along one axis alone had the same random stream, and members had different ones."""
    shared_by = streams_of(dataset).get("shared_by")
    return isinstance(shared_by, list) and axis not in shared_by and set(over) <= set(shared_by)


def _reasons(dataset: xr.Dataset, over: Sequence[str], methods: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The dims along which values depend on each other, with the reason."""
    of_tasks = grid_dims(dataset)
    shared_by = streams_of(dataset).get("shared_by")
    for name in over:
        if of_tasks is not None and name not in of_tasks:
            yield name, f"values along {name} come from one task each and may depend on each other"
        elif method := methods.get(name):
            yield name, f"the points along {name} were chosen together ({method})"
        elif isinstance(shared_by, list) and name not in shared_by:
            yield name, f"tasks along {name} share random streams ({sweeper('streams')})"


def _replicates(dataset: xr.Dataset, samples: Sequence[str]) -> tuple[str, np.ndarray] | None:
    """The dim of a sample, and the replicate of each point; None if there are none, or they share random streams."""
    if len(samples) != 1 or REPLICATE not in dataset.coords or dataset[REPLICATE].dims != (samples[0],):
        return None
    shared_by = streams_of(dataset).get("shared_by")
    if isinstance(shared_by, list) and samples[0] not in shared_by:
        return None
    return samples[0], dataset[REPLICATE].values


def _doubt(dataset: xr.Dataset, over: Sequence[str]) -> str:
    """Why it isn't known whether members are independent; empty if it is."""
    if not streams_of(dataset):
        return "the Dataset doesn't say which random streams its tasks had (attribute 'streams')"
    if "task_id" not in dataset.variables:
        return "the Dataset has no task_id, so it may have the same task more than once"
    own = dataset["task_id"]
    dims = [name for name in over if name in own.dims]
    ids = np.sort(_in_a_row(own.transpose(..., *dims).values, own.ndim - len(dims)), axis=-1)
    twice = ids[..., 1:][(ids[..., 1:] == ids[..., :-1]) & (ids[..., 1:] >= 0)]
    if twice.size:
        along = ", ".join(over)
        return f"task {twice[0]:g} is there more than once along {along}, as if runs with the same streams were joined"
    return ""


def streams_of(dataset: xr.Dataset) -> dict[str, Any]:
    """How tasks had their streams; empty if that isn't known. ``shared_by`` is a list of axes, or None."""
    try:
        found = json.loads(str(dataset.attrs["streams"]))
    except (KeyError, ValueError, RecursionError):
        return {}
    known = isinstance(found, dict) and isinstance(found.get("shared_by", ""), list | None)
    return found if known else {}


def _sample_methods(dataset: xr.Dataset) -> dict[str, str]:
    """Dimension -> how its points were spread, of those whose points depend on each other."""
    text = str(dataset.attrs.get("manifest", ""))
    if '"sampling"' not in text:  # a manifest may be long
        return {}
    try:
        grids = [block["design"] for block in json.loads(text)["blocks"]]
        joints = [joint for grid in grids for joint in grid.get("joint", []) if "sampling" in joint]
        found = {str(joint["name"]): str(joint["sampling"]["method"]) for joint in joints}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {name: method for name, method in found.items() if method in _SPREAD}
