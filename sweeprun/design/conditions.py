"""Conditions over axes: ``lr > 0.05 and model == 'cnn'``.

They are Python's expressions, of axes' names, numbers, texts and comparisons only; nothing is called, and a condition
is evaluated for all points at once, on the dimensions that it names.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from keyword import iskeyword
from typing import Any

import numpy as np

from sweeprun.design.dates import date_label, dates, span_label, spans
from sweeprun.errors import OverrideError

_TEXT = r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\""
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
class Condition:
    """A condition, read where it is known which axes there are.

    Attributes
    ----------
    text
        As it was written.
    axes
        The names that axes have, some of which Python would read as more than a name: ``db@source``, ``my-key``.
    """

    text: str
    axes: frozenset[str] = frozenset()

    @cached_property
    def _aliases(self) -> dict[str, str]:
        """Names for Python -> the axes that they stand for."""
        odd = sorted(name for name in self.axes if not _is_python(name))
        return {f"axis_{number}_": name for number, name in enumerate(odd)}

    @cached_property
    def _tree(self) -> ast.expr:
        try:
            if len(self.text) > _LONGEST:
                raise ValueError(f"it is longer than {_LONGEST} characters")
            return ast.parse(_with_aliases(self.text, self._aliases).strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            raise OverrideError(
                f"{self.text!r} is no condition ({reason}); write one such as \"lr > 0.05 and model == 'cnn'\""
            ) from error

    def names(self) -> frozenset[str]:
        """The names of axes in it."""
        return frozenset(self._aliases.get(name, name) for name in _names(self._tree))

    def _shown(self, node: ast.expr) -> str:
        """A part of it as it was written."""
        return re.sub(r"axis_\d+_", lambda found: self._aliases.get(found[0], found[0]), ast.unparse(node))

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
                return self._boolean(self._tree, columns)
        except RecursionError as error:
            raise OverrideError(f"{self.text[:50]!r}… is nested too deeply") from error

    def _evaluate(self, node: ast.expr, columns: Mapping[str, np.ndarray]) -> Any:
        match node:
            case ast.Constant(value=bool() | int() | float() | str()):
                return np.asarray(node.value)
            case ast.Name() | ast.Attribute():
                name = next(_names(node))
                return columns[self._aliases.get(name, name)]
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
                return ~self._boolean(operand, columns)
            case ast.BoolOp(op=op, values=values):
                combine = np.logical_and if isinstance(op, ast.And) else np.logical_or
                return reduce(combine, (self._boolean(one, columns) for one in values))
        raise OverrideError(
            f"{self._shown(node)!r} in {self.text!r} is not understood; a condition has names of axes, numbers, "
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
            texts = {self._shown(left): one, self._shown(right): other}
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

    def _boolean(self, node: ast.expr, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        value: np.ndarray = self._evaluate(node, columns)
        if value.dtype != bool:
            raise OverrideError(
                f"{self._shown(node)!r} in {self.text!r} is neither true nor false; compare it with something"
            )
        return value

    def _number(self, node: ast.expr, columns: Mapping[str, np.ndarray]) -> Any:
        value = self._evaluate(node, columns)
        if value.dtype.kind not in "iuf":
            raise OverrideError(f"{self._shown(node)!r} in {self.text!r} is no number to calculate with")
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


def _is_python(name: str) -> bool:
    """Whether Python reads the name of an axis as a name, maybe with attributes."""
    return all(part.isidentifier() and not iskeyword(part) for part in name.split("."))


def _with_aliases(text: str, aliases: Mapping[str, str]) -> str:
    """A condition with other names for some axes, wherever their names stand outside of texts; the longest counts.

    A config group may be written as on the command line, with ``/`` where the name of its axis has a dot.
    """
    if not aliases:
        return text
    by_length = sorted(aliases.items(), key=lambda item: -len(item[1]))
    names = "|".join(f"(?P<{alias}>{re.escape(name).replace(re.escape('.'), '[./]')})" for alias, name in by_length)
    return re.sub(
        rf"{_TEXT}|(?<![\w.])(?:{names})(?!\w|\.\w)",
        lambda found: f" {found.lastgroup} " if found.lastgroup else found[0],
        text,
    )
