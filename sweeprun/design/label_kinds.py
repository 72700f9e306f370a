"""What the labels of an axis are, as a coordinate of the results."""

from collections.abc import Iterable
from enum import Enum

from sweeprun.design.scalars import Scalar

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
            return cls.INTEGER if all(map(fits_int64, integers)) else cls.MIXED
        if types and types <= {int, float}:
            return cls.FLOAT if all(abs(label) <= _LARGEST_EXACT_FLOAT for label in integers) else cls.MIXED
        return cls.TEXT if types == {str} else cls.MIXED

    def join(self, other: "LabelKind") -> "LabelKind":
        """The narrowest kind that holds both."""
        if self is other:
            return self
        if {self, other} == {LabelKind.INTEGER, LabelKind.FLOAT}:
            return LabelKind.FLOAT
        return LabelKind.MIXED


def label_key(label: Scalar) -> Scalar:
    """What makes two labels one coordinate: equality, by which 1 is 1.0; and NaN is itself."""
    return label if label == label else "nan"  # noqa: PLR0124  # that is what NaN is


def fits_int64(number: int) -> bool:
    """Whether NumPy's ``int64`` holds a number; a 128-bit seed is beyond it, and is labelled by its text."""
    return -(2**63) <= number < 2**63
