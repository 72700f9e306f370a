"""Points that are left out of a design, by expressions over its axes: ``lr > 0.05 and model == 'cnn'``.

Expressions are Python's, of axes' names, numbers, texts and comparisons only; nothing is called, and an expression is
evaluated for all points at once, on the dimensions that it names.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from math import prod
from typing import Any

import numpy as np

from sweeprun.design.dates import date_label, dates, span_label, spans
from sweeprun.design.grid import Dimension, Grid
from sweeprun.design.scalars import check_types
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import OverrideError
from sweeprun.wording import sweeper

_MOST_COMBINATIONS = 10**8
_LONGEST = 10_000

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


@dataclass(frozen=True, kw_only=True)
class Expression:
    """A condition over axes.

    Attributes
    ----------
    text
        As it was written.
    """

    text: str

    @cached_property
    def _tree(self) -> ast.expr:
        try:
            if len(self.text) > _LONGEST:
                raise ValueError(f"it is longer than {_LONGEST} characters")
            return ast.parse(self.text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            raise OverrideError(
                f"{self.text!r} is no condition ({reason}); write one such as \"lr > 0.05 and model == 'cnn'\""
            ) from error

    def names(self) -> frozenset[str]:
        """The names of axes in it."""
        return frozenset(_names(self._tree))

    def holds(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Where the condition holds.

        Parameters
        ----------
        columns
            For each name in it the coordinates; of any shapes that broadcast together.

        Returns
        -------
        numpy.ndarray
            Booleans, of the broadcast shape.

        Raises
        ------
        OverrideError
            If the expression does what expressions may not, or compares numbers with texts.
        """
        try:
            with np.errstate(all="ignore"):
                return _boolean(self._tree, self._evaluate(self._tree, columns), self.text)
        except RecursionError as error:
            raise OverrideError(f"{self.text[:50]!r}… is nested too deeply") from error

    def _evaluate(self, node: ast.expr, columns: Mapping[str, np.ndarray]) -> Any:
        match node:
            case ast.Constant(value=bool() | int() | float() | str()):
                return np.asarray(node.value)
            case ast.Name() | ast.Attribute():
                return columns[next(_names(node))]
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return _ARITHMETIC[type(op)](self._number(left, columns), self._number(right, columns))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self._number(operand, columns)
        return self._condition(node, columns)

    def _condition(self, node: ast.expr, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        match node:
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._compare(left, ops, others, columns)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ~_boolean(operand, self._evaluate(operand, columns), self.text)
            case ast.BoolOp(op=op, values=values):
                combine = np.logical_and if isinstance(op, ast.And) else np.logical_or
                return reduce(combine, (_boolean(one, self._evaluate(one, columns), self.text) for one in values))
        raise OverrideError(
            f"{ast.unparse(node)!r} in {self.text!r} is not understood; a condition has names of axes, numbers, "
            "texts in quotes, == != < <= > >= in, + - * / // %, and, or, not"
        )

    def _compare(
        self, left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr], columns: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        whole = np.asarray(True)
        for op, right in zip(ops, others, strict=True):
            if isinstance(op, ast.In | ast.NotIn):
                if not isinstance(right, ast.Tuple | ast.List) or not right.elts:
                    raise OverrideError(
                        f"after `in` there must be a list, as in \"model in ('cnn', 'mlp')\": {self.text!r}"
                    )
                found = [self._relate(operator.eq, left, element, columns) for element in right.elts]
                part = np.logical_or.reduce(np.broadcast_arrays(*found))
                part = ~part if isinstance(op, ast.NotIn) else part
            elif type(op) in _COMPARISONS:
                part = self._relate(_COMPARISONS[type(op)], left, right, columns)
            else:
                raise OverrideError(f"`is` compares nothing in {self.text!r}; write ==")
            whole = whole & part
            left = right
        return whole

    def _relate(
        self, relation: Callable[[Any, Any], Any], left: ast.expr, right: ast.expr, columns: Mapping[str, np.ndarray]
    ) -> np.ndarray:
        one, other = self._evaluate(left, columns), self._evaluate(right, columns)
        one, other = self._moment(one, other), self._moment(other, one)
        if (one.dtype.kind == "U") != (other.dtype.kind == "U"):
            texts = {ast.unparse(left): one, ast.unparse(right): other}
            told = " and ".join(f"{name} {'text' if a.dtype.kind == 'U' else 'numbers'}" for name, a in texts.items())
            raise OverrideError(f"{self.text!r} compares texts with numbers: {told}")
        return np.asarray(relation(one, other))

    def _moment(self, text: np.ndarray, other: np.ndarray) -> np.ndarray:
        """A text that is compared with dates or time spans as one of them."""
        if text.dtype.kind != "U" or text.ndim or other.dtype.kind not in "mM":
            return text
        read, made, example = (
            (date_label, dates, "2024-05-01") if other.dtype.kind == "M" else (span_label, spans, "36h")
        )
        label = read(text.item())
        if label is None:
            raise OverrideError(f"{text.item()!r} in {self.text!r} is none such as {example!r}, as the axis has")
        return np.asarray(made([label])[0])

    def _number(self, node: ast.expr, columns: Mapping[str, np.ndarray]) -> Any:
        value = self._evaluate(node, columns)
        if value.dtype.kind not in "iuf":
            raise OverrideError(f"{ast.unparse(node)!r} in {self.text!r} is no number to calculate with")
        return value


def _boolean(node: ast.expr, value: np.ndarray, text: str) -> np.ndarray:
    if value.dtype != bool:
        raise OverrideError(f"{ast.unparse(node)!r} in {text!r} is neither true nor false; compare it with something")
    return value


def _names(node: ast.expr) -> Iterator[str]:
    """The names in an expression; dots join what OmegaConf's keys join."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Attribute(value=ast.Name() | ast.Attribute() as holder, attr=attribute):
            yield f"{next(_names(holder))}.{attribute}"
        case _:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    yield from _names(child)


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
        names = frozenset[str]().union(*(expression.names() for expression in (*self.only, *self.exclude)))
        known = _dimensions_by_name(grid)
        for name in sorted(names - known.keys()):
            raise OverrideError(f"a condition names {name!r}, which is not an axis; axes: {', '.join(known) or 'none'}")
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
        for expression in self.only:
            kept &= expression.holds(columns)
        for expression in self.exclude:
            kept &= ~expression.holds(columns)
        return Kept(grid=grid, places=tuple(places), mask=kept)

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
    return known


def _labels(dimension: Dimension, name: str) -> np.ndarray:
    """The coordinates along a dimension that a name stands for."""
    if dimension.joint is not None and name == dimension.name:
        return dimension.numbers()
    return next(axis for axis in dimension.axes if axis.name == name).coordinates()
