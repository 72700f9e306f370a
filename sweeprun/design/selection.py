"""Points that are left out of a design, by conditions over its axes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from sweeprun.design.axes import RESERVED_NAMES, axis_name
from sweeprun.design.conditions import Condition
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.scalars import check_types
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import OverrideError
from sweeprun.wording import sweeper

_MOST_COMBINATIONS = 10**8


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A condition over axes.

    Attributes
    ----------
    text
        As it was written.
    """

    text: str


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which points of a design are run; the others keep their task ids and are EXCLUDED.

    Attributes
    ----------
    only
        Conditions of which all must hold.
    exclude
        Conditions of which none may.
    """

    only: tuple[Expression, ...] = ()
    exclude: tuple[Expression, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.only or self.exclude)

    def kept(self, grid: Grid) -> "Kept":
        """Which points of a grid are run.

        Raises
        ------
        OverrideError
            If a condition names no axis, or can't be evaluated.
        """
        known = _dimensions_by_name(grid)
        only, exclude = self._conditions(known)
        names = _named((*only, *exclude))
        axes = ", ".join(name for name in known if name not in RESERVED_NAMES)
        for name in sorted(names - known.keys()):
            raise OverrideError(f"a condition names {name!r}, which is not an axis; axes: {axes or 'none'}")
        places = sorted({known[name] for name in names})
        shape = tuple(grid.shape[place] for place in places)
        if prod(shape) > _MOST_COMBINATIONS:
            raise OverrideError(
                f"the conditions of {sweeper('exclude')} and only are about {prod(shape)} combinations of values; "
                f"{_MOST_COMBINATIONS} can be looked at"
            )
        columns = {}
        for name in names:
            own = places.index(known[name])
            labels = _labels(grid.dimensions[known[name]], name)
            columns[name] = labels.reshape([-1 if i == own else 1 for i in range(len(places))])
        kept = np.ones(shape, bool)
        for condition in only:
            kept &= condition.holds(columns)
        for condition in exclude:
            kept &= ~condition.holds(columns)
        return Kept(grid=grid, places=tuple(places), mask=kept)

    def named_axes(self, grid: Grid) -> frozenset[str]:
        """The axes that the conditions are about."""
        only, exclude = self._conditions(_dimensions_by_name(grid))
        return frozenset(map(axis_name, _named((*only, *exclude))))

    def _conditions(self, known: Collection[str]) -> tuple[list[Condition], list[Condition]]:
        """The conditions where axes have these names: ``only``, and ``exclude``."""
        axes = frozenset(known)
        only, exclude = (
            [Condition(text=expression.text, axes=axes) for expression in expressions]
            for expressions in (self.only, self.exclude)
        )
        return only, exclude

    def to_dict(self) -> dict[str, Any]:
        return {"only": [e.text for e in self.only], "exclude": [e.text for e in self.exclude]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Selection":
        check_types(str, *data["only"], *data["exclude"])
        return cls(
            only=tuple(Expression(text=text) for text in data["only"]),
            exclude=tuple(Expression(text=text) for text in data["exclude"]),
        )


@dataclass(frozen=True, kw_only=True)
class Kept:
    """Which points of a grid are run, as a mask over some of its dimensions.

    Attributes
    ----------
    grid
        The grid.
    places
        Which of its dimensions the mask is over, ascending.
    mask
        Whether points are run; its shape is that of these dimensions.
    """

    grid: Grid
    places: tuple[int, ...]
    mask: np.ndarray

    def __len__(self) -> int:
        others = (length for place, length in enumerate(self.grid.shape) if place not in self.places)
        return int(np.count_nonzero(self.mask)) * prod(others)

    def __contains__(self, position: object) -> bool:
        if not isinstance(position, int):
            return False
        places = self.grid.places(position)
        return bool(self.mask[tuple(places[place] for place in self.places)])

    def whole_mask(self) -> np.ndarray:
        """For each position of the grid whether it is run; shape ``(len(grid),)``."""
        last = max(self.places, default=-1) + 1
        inner = prod(self.grid.shape[last:])
        return np.repeat(self._outer_mask(last), inner) if inner > 1 else self._outer_mask(last)

    def task_ids(self, first_id: int = 0) -> TaskIds:
        """The points that are run, as task ids counted from ``first_id``."""
        last = max(self.places, default=-1) + 1
        inner = prod(self.grid.shape[last:])
        if inner == 1:
            runs = TaskIds.where(self._outer_mask(last)).ranges
            return TaskIds(tuple(range(r.start + first_id, r.stop + first_id, r.step) for r in runs))
        edges = np.flatnonzero(np.diff(self._outer_mask(last), prepend=False, append=False)) * inner + first_id
        return TaskIds(tuple(map(range, edges[::2].tolist(), edges[1::2].tolist())))

    def _outer_mask(self, last: int) -> np.ndarray:
        """The mask over the first dimensions, up to the last one that a condition names, flattened."""
        shape = self.grid.shape[:last]
        if prod(shape) > _MOST_COMBINATIONS:
            raise OverrideError(
                f"which of {prod(shape)} points are left out can't be listed, only of {_MOST_COMBINATIONS}; let the "
                "conditions name axes further left, or make the grid smaller"
            )
        sparse = [length if place in self.places else 1 for place, length in enumerate(shape)]
        return np.broadcast_to(self.mask.reshape(sparse), shape).reshape(-1)


def _dimensions_by_name(grid: Grid) -> dict[str, int]:
    """The names that a condition may use, and which dimension each is about."""
    known: dict[str, int] = {}
    for place, dimension in enumerate(grid.dimensions):
        known |= {axis.name: place for axis in dimension.axes} | {dimension.name: place}
    keys = {key: known[axis_name(key)] for key in RESERVED_NAMES if axis_name(key) in known}
    return keys | known


def _named(conditions: Iterable[Condition]) -> frozenset[str]:
    return frozenset[str]().union(*(condition.names() for condition in conditions))


def _labels(dimension: Dimension, name: str) -> np.ndarray:
    """The coordinates along a dimension that a name stands for."""
    if dimension.joint is not None and name == dimension.name:
        return dimension.numbers()
    return next(axis for axis in dimension.axes if axis.name in (name, axis_name(name))).coordinates()
