"""Values of an axis that were given in Python: the function gets them as they were given, type included."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sweeprun.design.python_labels import check_label, relabelled, restored, typed_label
from sweeprun.design.scalars import Scalar, check_types, decode_value, encode_value
from sweeprun.design.values import AxisValues, Choice, IntegerRange
from sweeprun.errors import OverrideError


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """Values listed one by one, each a type and a label (see `sweeprun.design.python_labels`).

    Attributes
    ----------
    types, labels
        Two tuples of the same length.
    """

    types: tuple[str, ...]
    labels: tuple[Scalar, ...]

    def __post_init__(self) -> None:
        if len(self.types) != len(self.labels):
            raise ValueError(f"types and labels differ in length: {len(self.types)}, {len(self.labels)}")

    @classmethod
    def of(cls, values: Iterable[Any]) -> "Typed":
        """Some values.

        Raises
        ------
        OverrideError
            If one can't be a coordinate.
        """
        found = [typed_label(value) for value in values]
        return cls(types=tuple(kind for kind, _ in found), labels=tuple(label for _, label in found))

    def __len__(self) -> int:
        return len(self.labels)

    def value(self, index: int) -> Any:
        return restored(self.types[index], self.labels[index])

    def text(self, index: int) -> str:
        label = self.labels[index]
        return str(label).lower() if isinstance(label, bool) else str(label)

    def label(self, index: int) -> Scalar:
        return self.labels[index]

    def written(self) -> str:
        return ",".join(self.text(index) for index in range(len(self)))

    def joined(self, more: AxisValues, new: Iterable[int]) -> "Typed":
        """These with some of further values."""
        other = as_typed(more)
        places = list(new)
        return Typed(
            types=(*self.types, *(other.types[i] for i in places)),
            labels=(*self.labels, *(other.labels[i] for i in places)),
        )

    def rest(self, first: int) -> "Typed":
        """Those from an index on."""
        return Typed(types=self.types[first:], labels=self.labels[first:])

    def to_dict(self) -> dict[str, Any]:
        types: Any = self.types[0] if len(set(self.types)) == 1 else list(self.types)
        return {"kind": "typed", "types": types, "labels": [encode_value(label) for label in self.labels]}

    @classmethod
    def from_dict(cls, data: Any) -> "Typed":
        labels = tuple(decode_value(label) for label in data["labels"])
        types = (data["types"],) * len(labels) if isinstance(data["types"], str) else tuple(data["types"])
        check_types(str, *types)
        for kind, label in zip(types, labels, strict=True):
            check_label(kind, label)
        return cls(types=types, labels=labels)


def as_typed(values: AxisValues) -> Typed:
    """Values of any kind as such, if they are plain numbers and texts."""
    if isinstance(values, Typed):
        return values
    return Typed.of(values.value(index) for index in range(len(values)))


def read_like(known: AxisValues, words: AxisValues) -> AxisValues:
    """What somebody typed on a command line, as values of the type that those of an axis have.

    Raises
    ------
    OverrideError
        If they can't be.
    """
    if isinstance(known, IntegerRange) and isinstance(words, IntegerRange):
        return words
    types = set(known.types) if isinstance(known, Typed) else {"int"}
    labels = [words.value(index) for index in range(len(words))]
    if isinstance(words, Choice) and any(isinstance(label, list | dict) for label in labels):
        raise OverrideError(f"{words.written()}: values of this axis are {' or '.join(sorted(types))}")
    if len(types) > 1:
        return Typed.of(labels)
    kind = next(iter(types))
    return Typed(types=(kind,) * len(labels), labels=tuple(relabelled(kind, label) for label in labels))
