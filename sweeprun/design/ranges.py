"""Values of an axis that are never written out: ranges of integers, and of floats."""

import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import Any, Self

import numpy as np

from sweeprun.design.label_kinds import LabelKind, fits_int64
from sweeprun.design.scalars import Scalar, check_types
from sweeprun.design.values import AxisValues
from sweeprun.errors import OverrideError

_EXACT = Context(prec=1000)
"""Enough digits for any two floats; and a task function that changes Python's own context changes no coordinate."""

_BOUNDS = ("start", "stop", "step")
_LONGEST_BOUND = 1000


@dataclass(frozen=True, kw_only=True)
class IntegerRange(AxisValues):
    """The integers ``start, start + step, …`` before ``stop``, as Python's `range` counts them."""

    in_json = "integer_range"

    start: int
    stop: int
    step: int = 1

    def __post_init__(self) -> None:
        if self.step == 0:
            raise OverrideError("a range needs a step other than 0")
        _check_count(-((self.start - self.stop) // self.step), self.written())

    @property
    def numbers(self) -> range:
        """The same, as Python has it."""
        return range(self.start, self.stop, self.step)

    def __len__(self) -> int:
        return len(self.numbers)

    def value(self, index: int) -> int:
        return self.numbers[index]

    def text(self, index: int) -> str:
        return str(self.value(index))

    def label(self, index: int) -> int:
        return self.value(index)

    def written(self) -> str:
        return f"range({self.start},{self.stop},{self.step})"

    def swept(self, quote: Callable[[str], str]) -> str:  # noqa: ARG002  # numbers need none
        return self.written()

    def rest(self, first: int) -> "IntegerRange":
        return IntegerRange(start=self.value(first), stop=self.stop, step=self.step)

    def kind(self) -> LabelKind:
        return LabelKind.of([self.value(0), self.value(-1)])

    def are_of(self, kind: LabelKind) -> bool:
        if kind is LabelKind.INTEGER:
            return fits_int64(self.start) and fits_int64(self.stop)
        return kind in (LabelKind.FLOAT, LabelKind.MIXED)

    def coordinates(self, kind: LabelKind) -> np.ndarray:
        if kind is LabelKind.MIXED or not all(map(fits_int64, (self.start, self.stop, self.step))):
            return super().coordinates(kind)
        return np.arange(self.start, self.stop, self.step).astype(kind.dtype)

    def index_of(self, label: Scalar) -> int | None:
        numbers = self.numbers
        return numbers.index(label) if isinstance(label, int) and label in numbers else None

    def find(self, text: str, kind: LabelKind) -> int | None:  # noqa: ARG002  # numbers are written in one way
        return self.index_of(int(text)) if re.fullmatch(r"[-+]?\d{1,30}", text) else None

    def _followed_by(self, more: AxisValues, new: Sequence[int]) -> AxisValues:
        if isinstance(more, IntegerRange):
            added = [more.value(index) for index in new]
            whole = IntegerRange(start=self.start, stop=added[-1] + (1 if self.step > 0 else -1), step=self.step)
            if (
                len(whole) == len(self) + len(added)
                and whole.value(len(self)) == added[0]
                and whole.value(-1) == added[-1]
            ):
                return whole
        return super()._followed_by(more, new)

    def python_types(self) -> Collection[str]:
        return {"int"}

    def takes(self, words: AxisValues) -> bool:
        return isinstance(words, IntegerRange)

    def continued(self, count: int) -> range:
        return range(self.start, self.start + count * self.step, self.step)

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.in_json, "start": self.start, "stop": self.stop, "step": self.step}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        check_types(int, *(data[bound] for bound in _BOUNDS))
        return cls(start=data["start"], stop=data["stop"], step=data["step"])


@dataclass(frozen=True, kw_only=True)
class DecimalRange(AxisValues):
    """Floats ``start + i * step`` before ``stop``, computed in decimal so that they read as written.

    The bounds are decimal literals: in binary, 0 + 7 * 0.1 would be 0.7000000000000001.
    """

    in_json = "decimal_range"

    start: str
    stop: str
    step: str

    def __post_init__(self) -> None:
        try:
            finite = all(Decimal(bound).is_finite() for bound in (self.start, self.stop, self.step))
        except InvalidOperation:
            finite = False
        if not finite:
            raise OverrideError(f"a range needs finite bounds, not ({self.start}, {self.stop}, {self.step})")
        if Decimal(self.step) == 0:
            raise OverrideError("a range needs a step other than 0")
        _check_count(self._count(), self.written())

    def __len__(self) -> int:
        return self._count()

    def _count(self) -> int:
        whole, rest = _EXACT.divmod(_EXACT.subtract(Decimal(self.stop), Decimal(self.start)), Decimal(self.step))
        return max(0, int(whole) + (1 if rest and not whole.is_signed() else 0))

    def value(self, index: int) -> float:
        length = len(self)
        if not -length <= index < length:
            raise IndexError(index)
        return float(_EXACT.add(Decimal(self.start), _EXACT.multiply(index % length, Decimal(self.step))))

    def text(self, index: int) -> str:
        return str(self.value(index))

    def label(self, index: int) -> float:
        return self.value(index)

    def written(self) -> str:
        return f"range({self.start},{self.stop},{self.step})"

    def rest(self, first: int) -> "DecimalRange":
        start = _EXACT.add(Decimal(self.start), _EXACT.multiply(first, Decimal(self.step)))
        return DecimalRange(start=str(start), stop=self.stop, step=self.step)

    def kind(self) -> LabelKind:
        return LabelKind.FLOAT

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.in_json, "start": self.start, "stop": self.stop, "step": self.step}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        check_types(str, *(data[bound] for bound in _BOUNDS))
        if any(len(data[bound]) > _LONGEST_BOUND for bound in _BOUNDS):
            raise ValueError("the bound of a range is longer than any number that can be written")
        return cls(start=data["start"], stop=data["stop"], step=data["step"])


def _check_count(count: int, written: str) -> None:
    if count > sys.maxsize:
        raise OverrideError(f"{written} has {count} values, more than can be numbered")
