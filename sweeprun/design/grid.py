"""The grid design: every combination of the axes' values, as mixed-radix arithmetic."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from sweeprun.design.axes import Axis
from sweeprun.design.values import Scalar
from sweeprun.errors import FormatError, OverrideError

_MOST_AXES = 1000


@dataclass(frozen=True, kw_only=True)
class Grid:
    """All combinations of the values of some axes; the leftmost axis varies slowest.

    A *position* numbers the points from 0; the *indices* of a point are one index into each axis.
    Nothing is materialised: a grid of 10^9 points costs what its axes cost.
    """

    axes: tuple[Axis, ...]

    def __post_init__(self) -> None:
        names = [axis.name for axis in self.axes]
        for name in names:
            if names.count(name) > 1:
                raise OverrideError(f"two axes are named {name!r}; sweep over that key once")
        if prod(self.shape) > sys.maxsize:
            lengths = " x ".join(map(str, self.shape))
            raise OverrideError(f"a grid of {lengths} points has more tasks than can be numbered; leave out values")

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return tuple(len(axis) for axis in self.axes)

    def __len__(self) -> int:
        return prod(self.shape)

    def indices(self, position: int) -> tuple[int, ...]:
        """The index into each axis of the point at ``position``."""
        if not 0 <= position < len(self):
            raise IndexError(f"position {position} is not in a grid of {len(self)} points")
        indices = [0] * len(self.axes)
        for place in range(len(self.axes) - 1, -1, -1):
            position, indices[place] = divmod(position, self.shape[place])
        return tuple(indices)

    def position(self, indices: Sequence[int]) -> int:
        """The inverse of `indices`."""
        position = 0
        for index, length in zip(indices, self.shape, strict=True):
            if not 0 <= index < length:
                raise IndexError(f"index {index} is not on an axis of length {length}")
            position = position * length + index
        return position

    def first_position(self, position: int, kept: Iterable[str]) -> int:
        """The first position that agrees with ``position`` on the axes named ``kept``."""
        names = set(kept)
        indices = self.indices(position)
        return self.position([i if axis.name in names else 0 for axis, i in zip(self.axes, indices, strict=True)])

    def coordinates(self, position: int) -> dict[str, Scalar]:
        """Axis name -> label at ``position``, in the order of the axes."""
        indices = self.indices(position)
        return {axis.name: axis.coordinate(index) for axis, index in zip(self.axes, indices, strict=True)}

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "grid", "axes": [axis.to_dict() for axis in self.axes]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Grid":
        if data.get("kind") != "grid":
            raise FormatError(f"unknown kind of design: {data.get('kind')!r}; written by a newer sweeprun?")
        if len(data["axes"]) > _MOST_AXES:
            raise FormatError(f"a grid of {len(data['axes'])} axes; at most {_MOST_AXES} can be read")
        return cls(axes=tuple(Axis.from_dict(axis) for axis in data["axes"]))
