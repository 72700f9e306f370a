"""An axis: one swept config key and its ordered values."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np

from sweeprun.design.dates import date_label, dates, span_label, spans
from sweeprun.design.python_labels import is_date, is_span
from sweeprun.design.python_values import Typed
from sweeprun.design.scalars import Scalar, check_types
from sweeprun.design.values import AxisValues, Choice, DecimalRange, IntegerRange, Numbers
from sweeprun.design.values_json import axis_values_from_dict
from sweeprun.errors import OverrideError

RESERVED_NAMES = frozenset({"task_id", "state", "seconds", "code_digest"})
"""Names that collect gives to coordinates of its own, so that no axis may have them."""

THREADS_COORDINATE = "worker_threads"
"""The number of threads that each result was made with, if there is more than one number, and no axis of that name."""

OWN_COORDINATES = RESERVED_NAMES | {THREADS_COORDINATE}
"""All names that collect may give to coordinates of its own, so that no result has them."""

MEMBER_NAMES = ("member", "seed")
"""What the axis of members is called, unless the user names another: the first that exists."""

_LARGEST_EXACT_FLOAT = 2**53
"""Up to here every integer is a float64; beyond, two labels could become one."""


class LabelKind(Enum):
    """What the labels of an axis are; as a coordinate, mixed ones are the texts of the values."""

    BOOLEAN = "bool"
    INTEGER = "int64"
    FLOAT = "float64"
    TEXT = "str"
    DATE = "datetime64"
    SPAN = "timedelta64"
    MIXED = "mixed"

    @property
    def dtype(self) -> str:
        """The NumPy type of the coordinate."""
        return "str" if self is LabelKind.MIXED else self.value

    @classmethod
    def of(cls, labels: Iterable[Scalar]) -> "LabelKind":
        """The narrowest kind that holds all labels exactly."""
        labels = list(labels)
        types = {type(label) for label in labels}
        integers = [label for label in labels if isinstance(label, int)]
        if types == {bool}:
            return cls.BOOLEAN
        if types == {int}:
            return cls.INTEGER if all(map(_fits_int64, integers)) else cls.MIXED
        if types and types <= {int, float}:
            return cls.FLOAT if all(abs(label) <= _LARGEST_EXACT_FLOAT for label in integers) else cls.MIXED
        return cls.TEXT if types == {str} else cls.MIXED

    @classmethod
    def of_typed(cls, values: Typed) -> "LabelKind":
        """The same, of values whose types are known: texts may be dates or time spans."""
        types = set(values.types)
        if types and all(map(is_date, types)):
            return cls.DATE
        if types and all(map(is_span, types)):
            return cls.SPAN
        if any(is_date(kind) or is_span(kind) for kind in types):
            return cls.MIXED
        return cls.of(values.labels)

    def holds(self, values: AxisValues) -> bool:
        """Whether all labels are of this kind."""
        if self is LabelKind.MIXED:
            return True
        if isinstance(values, Typed):
            return LabelKind.of_typed(values) in (self, *([LabelKind.INTEGER] if self is LabelKind.FLOAT else []))
        if isinstance(values, IntegerRange):
            ends = (values.start, values.stop)
            return self is LabelKind.FLOAT or (self is LabelKind.INTEGER and all(map(_fits_int64, ends)))
        if isinstance(values, DecimalRange):
            return self is LabelKind.FLOAT
        if isinstance(values, Numbers) and isinstance(values.values[0], float):
            return self is LabelKind.FLOAT
        labels = values.labels if isinstance(values, Choice) else values.values if isinstance(values, Numbers) else ()
        found = LabelKind.of(labels)
        return found is self or (self is LabelKind.FLOAT and found is LabelKind.INTEGER)

    def join(self, other: "LabelKind") -> "LabelKind":
        """The narrowest kind that holds both."""
        if self is other:
            return self
        if {self, other} == {LabelKind.INTEGER, LabelKind.FLOAT}:
            return LabelKind.FLOAT
        return LabelKind.MIXED


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One swept config key and its ordered values.

    Attributes
    ----------
    name
        The name of the dimension in the results; a config key, a group, or ``member``.
    values
        What the key is set to, in order.
    kind
        The data type of its coordinate.
    """

    name: str
    values: AxisValues
    kind: LabelKind

    def __post_init__(self) -> None:
        if not len(self.values):
            raise OverrideError(f"axis {self.name!r} is empty: it has no value to run")
        if self.name in RESERVED_NAMES:
            raise OverrideError(
                f"an axis can't be named {self.name!r}: the results use that name themselves; rename the config key"
            )

    def __len__(self) -> int:
        return len(self.values)

    def coordinate(self, index: int) -> Scalar:
        """The label at ``index``, of the axis's kind."""
        label = self.values.label(index)
        match self.kind:
            case LabelKind.MIXED:
                return self.values.text(index)
            case LabelKind.FLOAT:
                return float(label)  # type: ignore[arg-type]  # only numbers and their text forms get this kind
            case _:
                return label

    def coordinates(self) -> np.ndarray:
        """All labels: shape ``(len(axis),)``, of the axis's kind."""
        values = self.values
        if isinstance(values, IntegerRange) and self.kind is not LabelKind.MIXED:
            bounds = values.start, values.stop, values.step
            if all(map(_fits_int64, bounds)):
                return np.arange(*bounds).astype(self.kind.dtype)
        labels = [self.coordinate(index) for index in range(len(self))]
        if self.kind is LabelKind.DATE:
            return dates(labels)
        return spans(labels) if self.kind is LabelKind.SPAN else np.array(labels, dtype=self.kind.dtype)

    def index_of(self, label: Scalar) -> int | None:
        """Where a value has that label; None if none has."""
        values = self.values
        if isinstance(values, IntegerRange):
            numbers = range(values.start, values.stop, values.step)
            return numbers.index(label) if isinstance(label, int) and label in numbers else None
        return self._places_by_label.get(label_key(label))

    def find(self, text: str) -> int | None:
        """Where a value is that somebody typed: as it is written, by its label, or as the same number; else None."""
        values = self.values
        if isinstance(values, IntegerRange):
            return self.index_of(int(text)) if re.fullmatch(r"[-+]?\d{1,30}", text) else None
        if self.kind in (LabelKind.DATE, LabelKind.SPAN):
            read = date_label if self.kind is LabelKind.DATE else span_label
            return self.index_of(read(text))
        for index in range(len(self)):
            if text in (values.text(index), str(values.label(index)), str(self.coordinate(index))):
                return index
        try:
            number = float(text)
        except ValueError:
            return None
        return next((index for index in range(len(self)) if values.label(index) == number), None)

    @cached_property
    def _places_by_label(self) -> dict[Scalar, int]:
        return {label_key(self.values.label(index)): index for index in range(len(self))}

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind.value, "values": self.values.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Axis":
        axis = cls(name=data["name"], kind=LabelKind(data["kind"]), values=axis_values_from_dict(data["values"]))
        check_types(str, axis.name)
        if not axis.kind.holds(axis.values):
            raise TypeError(f"the labels of axis {axis.name!r} are not all of the type {axis.kind.value}")
        return axis


def label_key(label: Scalar) -> Scalar:
    """What makes two labels one coordinate: equality, by which 1 is 1.0; and NaN is itself."""
    return label if label == label else "nan"  # noqa: PLR0124  # that is what NaN is


def _fits_int64(number: int) -> bool:
    """Whether NumPy's ``int64`` holds a number; a 128-bit seed is beyond it, and is labelled by its text."""
    return -(2**63) <= number < 2**63
