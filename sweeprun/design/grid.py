"""The design of a sweep: every combination of the values of its dimensions, as mixed-radix arithmetic.

A dimension is one axis, or several that move together: zipped ones, or the parameters of a sample.
"""

import itertools
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from sweeprun.design.axes import RESERVED_NAMES, Axis
from sweeprun.design.label_kinds import label_key
from sweeprun.design.sampling import Sampling
from sweeprun.design.scalars import Scalar, check_types
from sweeprun.errors import FormatError, OverrideError

SAMPLE = "sample"
"""The dimension of axes that move together, if nobody names another."""

REPLICATE = "replicate"
"""The last axis of a sample with replicates: which of them a point belongs to. It sets no config key."""

_MOST_AXES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Joint:
    """How several axes make one dimension.

    Attributes
    ----------
    name
        The dimension.
    axes
        The names of the axes, which have one length and stand side by side.
    first
        The number of the first point; that of tasks that were added later begins where the others end.
    sampling
        Where the points come from, if they were drawn.
    """

    name: str
    axes: tuple[str, ...]
    first: int = 0
    sampling: Sampling | None = None

    def describe(self) -> str:
        """Its axes, and how its points were drawn."""
        drawn = self.sampling
        if drawn is None:
            return ", ".join(self.axes)
        replicates = f" in {drawn.replicates} replicates" if drawn.replicates > 1 else ""
        return f"{', '.join(self.axes)}, drawn by {drawn.method.value} with seed {drawn.seed}{replicates}"

    def to_dict(self) -> dict[str, Any]:
        data = {"name": self.name, "axes": list(self.axes), "first": self.first}
        return data if self.sampling is None else data | {"sampling": self.sampling.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Joint":
        check_types(str, data["name"], *data["axes"])
        check_types(int, data["first"])
        sampling = Sampling.from_dict(data["sampling"]) if "sampling" in data else None
        return cls(name=data["name"], axes=tuple(data["axes"]), first=data["first"], sampling=sampling)


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """One axis, or several that move together; a *place* on it numbers its points from 0.

    Attributes
    ----------
    name
        The name of the dimension in the results.
    axes
        Its axes, all of one length.
    joint
        How they belong together; None of a single axis, whose labels are the dimension's coordinate.
    """

    name: str
    axes: tuple[Axis, ...]
    joint: Joint | None = None

    @classmethod
    def of(cls, axis: Axis) -> "Dimension":
        """The dimension of a single axis."""
        return cls(name=axis.name, axes=(axis,))

    def __len__(self) -> int:
        return len(self.axes[0])

    def numbers(self) -> np.ndarray:
        """The coordinate of a joint dimension: the number of each point, shape ``(len(dimension),)``."""
        first = self.joint.first if self.joint else 0
        return np.arange(first, first + len(self))

    def first_like(self, other: "Dimension", place: int, kept: Collection[str]) -> int | None:
        """The first place here that agrees with one of the same dimension elsewhere, in the axes named ``kept``.

        The dimension's own name stands for the number of the point. With no axis kept it is 0; None if no place agrees.
        """
        if self.joint is None or other.joint is None:
            axis = self.axes[0]
            return axis.index_of(other.axes[0].values.label(place)) if axis.name in kept else 0
        if self.name in kept:
            found = other.joint.first + place - self.joint.first
            return found if 0 <= found < len(self) else None
        columns = tuple(i for i, axis in enumerate(self.axes) if axis.name in kept)
        if not columns:
            return 0
        labels = tuple(label_key(other.axes[i].values.label(place)) for i in columns)
        return self._places_by_labels(columns).get(labels)

    def _places_by_labels(self, columns: tuple[int, ...]) -> dict[tuple[Scalar, ...], int]:
        """The first place of each combination of the labels of some axes."""
        known: dict[tuple[int, ...], dict[tuple[Scalar, ...], int]] = self.__dict__.setdefault("_known_places", {})
        if columns not in known:
            places: dict[tuple[Scalar, ...], int] = {}
            for place in range(len(self)):
                labels = tuple(label_key(self.axes[i].values.label(place)) for i in columns)
                places.setdefault(labels, place)
            known[columns] = places
        return known[columns]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """All combinations of the points of some dimensions; the leftmost dimension varies slowest.

    A *position* numbers the combinations from 0; *places* are one on each dimension, *indices* one into each axis.
    Nothing is materialised: a grid of 10^9 points costs what its axes cost.

    Attributes
    ----------
    axes
        All axes; those that move together stand side by side.
    joint
        Which of them do; every other axis is a dimension of its own.
    """

    axes: tuple[Axis, ...]
    joint: tuple[Joint, ...] = ()

    def __post_init__(self) -> None:
        _check_names(self)
        if prod(self.shape) > sys.maxsize:
            lengths = " x ".join(map(str, self.shape))
            raise OverrideError(f"a grid of {lengths} points has more tasks than can be numbered; leave out values")

    @cached_property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions, in the order of their axes."""
        by_axis = {name: joint for joint in self.joint for name in joint.axes}
        found: list[Dimension] = []
        for axis in self.axes:
            joint = by_axis.get(axis.name)
            if joint is None:
                found.append(Dimension.of(axis))
            elif axis.name == joint.axes[0]:
                members = {other.name: other for other in self.axes}
                found.append(Dimension(name=joint.name, axes=tuple(members[name] for name in joint.axes), joint=joint))
        return tuple(found)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the dimensions."""
        return tuple(map(len, self.dimensions))

    def __len__(self) -> int:
        return prod(self.shape)

    def names(self) -> set[str]:
        """The names of axes and of dimensions."""
        return {axis.name for axis in self.axes} | {joint.name for joint in self.joint}

    def written(self) -> dict[str, str]:
        """Axis name -> its values as one would sweep over them, or what they are drawn from."""
        swept = {axis.name: axis.values.written() for axis in self.axes if not axis.values.are_drawn}
        for joint in self.joint:
            if joint.sampling is not None:
                sources = (source.written() for source in joint.sampling.sources)
                swept |= dict(zip(joint.axes, sources, strict=False))  # the axis of replicates is drawn from nothing
        return swept

    def places(self, position: int) -> tuple[int, ...]:
        """The place on each dimension of the point at ``position``."""
        if not 0 <= position < len(self):
            raise IndexError(f"position {position} is not in a grid of {len(self)} points")
        places = [0] * len(self.shape)
        for number in range(len(self.shape) - 1, -1, -1):
            position, places[number] = divmod(position, self.shape[number])
        return tuple(places)

    def position(self, places: Sequence[int]) -> int:
        """The inverse of `places`."""
        position = 0
        for place, length in zip(places, self.shape, strict=True):
            if not 0 <= place < length:
                raise IndexError(f"place {place} is not on a dimension of length {length}")
            position = position * length + place
        return position

    def indices(self, position: int) -> tuple[int, ...]:
        """The index into each axis of the point at ``position``; those of axes that move together are equal."""
        places = zip(self.dimensions, self.places(position), strict=True)
        return tuple(place for dimension, place in places for _ in dimension.axes)

    def first_position(self, position: int, kept: Iterable[str]) -> int:
        """The first position that agrees with ``position`` on the axes, or joint dimensions, named ``kept``."""
        names = set(kept)
        places = zip(self.dimensions, self.places(position), strict=True)
        first = [dimension.first_like(dimension, place, names) for dimension, place in places]
        return self.position([place for place in first if place is not None])

    def combinations(self, names: Collection[str]) -> Iterator[tuple[int, ...]]:
        """The indices into some axes, for each combination of the points of their dimensions, leftmost slowest."""
        own = [[axis.name in names for axis in dimension.axes].count(True) for dimension in self.dimensions]
        deciding = [(length, count) for length, count in zip(self.shape, own, strict=True) if count]
        for places in itertools.product(*(range(length) for length, _ in deciding)):
            yield tuple(place for place, (_, count) in zip(places, deciding, strict=True) for _ in range(count))

    def coordinates(self, position: int) -> dict[str, Scalar]:
        """Axis name -> label at ``position``, in the order of the axes."""
        indices = self.indices(position)
        return {axis.name: axis.coordinate(index) for axis, index in zip(self.axes, indices, strict=True)}

    def to_dict(self) -> dict[str, Any]:
        axes = [axis.to_dict() for axis in self.axes]
        if not self.joint:
            return {"kind": "grid", "axes": axes}
        return {"kind": "joint_grid", "axes": axes, "joint": [joint.to_dict() for joint in self.joint]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Grid":
        if data.get("kind") not in ("grid", "joint_grid"):
            raise FormatError(f"unknown kind of design: {data.get('kind')!r}; written by a newer sweeprun?")
        if len(data["axes"]) > _MOST_AXES:
            raise FormatError(f"a grid of {len(data['axes'])} axes; at most {_MOST_AXES} can be read")
        joint = data["joint"] if data["kind"] == "joint_grid" else []
        return cls(axes=tuple(map(Axis.from_dict, data["axes"])), joint=tuple(map(Joint.from_dict, joint)))


def _check_names(grid: Grid) -> None:
    """Refuse names that are taken, and joint axes that don't fit together."""
    names = [axis.name for axis in grid.axes]
    for name in names:
        if names.count(name) > 1:
            raise OverrideError(f"two axes are named {name!r}; sweep over that key once")
    taken = [*names, *(joint.name for joint in grid.joint)]
    for joint in grid.joint:
        if taken.count(joint.name) > 1 or joint.name in RESERVED_NAMES:
            raise OverrideError(
                f"{joint.name!r} can't be the name of axes that move together: it is taken; choose another"
            )
        place = names.index(joint.axes[0]) if joint.axes and joint.axes[0] in names else len(names)
        members = grid.axes[place : place + len(joint.axes)]
        if not members or tuple(axis.name for axis in members) != joint.axes:
            raise FormatError(f"the axes of {joint.name!r} don't stand side by side: {', '.join(joint.axes)}")
        lengths = {axis.name: len(axis) for axis in members}
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} has {length}" for name, length in lengths.items())
            raise OverrideError(f"axes that move together need one number of values each: {told}")
