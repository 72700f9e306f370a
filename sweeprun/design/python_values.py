"""Values of an axis that were given in Python: the function gets them as they were given, type included."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.python_labels import check_label, is_date, is_span, relabelled, restored, typed_label
from sweeprun.design.scalars import Scalar, check_types, decode_value, encode_value
from sweeprun.design.values import AxisValues
from sweeprun.errors import OverrideError


@dataclass(frozen=True, kw_only=True)
class Typed(AxisValues):
    """Values listed one by one, each a type and a label (see `sweeprun.design.python_labels`).

    Attributes
    ----------
    types, labels
        Two tuples of the same length.
    """

    in_json = "typed"
    are_listed = True
    may_be_secret = True

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
        return cls.of_pairs([typed_label(value) for value in values])

    @classmethod
    def of_pairs(cls, pairs: Sequence[tuple[str, Scalar]]) -> "Typed":
        """Values of which the types and labels are known."""
        return cls(types=tuple(kind for kind, _ in pairs), labels=tuple(label for _, label in pairs))

    def __len__(self) -> int:
        return len(self.labels)

    def value(self, index: int) -> Any:
        return restored(self.types[index], self.labels[index])

    def text(self, index: int) -> str:
        label = self.labels[index]
        return str(label).lower() if isinstance(label, bool) else str(label)

    def label(self, index: int) -> Scalar:
        return self.labels[index]

    def rest(self, first: int) -> "Typed":
        return Typed(types=self.types[first:], labels=self.labels[first:])

    def kind(self) -> LabelKind:
        """The same as of others, but that texts may be dates or time spans."""
        types = set(self.types)
        if types and all(map(is_date, types)):
            return LabelKind.DATE
        if types and all(map(is_span, types)):
            return LabelKind.SPAN
        if any(is_date(kind) or is_span(kind) for kind in types):
            return LabelKind.MIXED
        return LabelKind.of(self.labels)

    def types_and_labels(self) -> list[tuple[str, Scalar]]:
        return list(zip(self.types, self.labels, strict=True))

    def python_types(self) -> Collection[str]:
        return set(self.types)

    def _followed_by(self, more: AxisValues, new: Sequence[int]) -> "Typed":
        pairs = more.types_and_labels()
        return Typed.of_pairs([*self.types_and_labels(), *(pairs[index] for index in new)])

    def _behind(self, first: AxisValues, new: Sequence[int]) -> "Typed":
        return Typed.of_pairs(first.types_and_labels())._followed_by(self, new)

    def to_dict(self) -> dict[str, Any]:
        types: Any = self.types[0] if len(set(self.types)) == 1 else list(self.types)
        return {"kind": self.in_json, "types": types, "labels": [encode_value(label) for label in self.labels]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        labels = tuple(decode_value(label) for label in data["labels"])
        types = (data["types"],) * len(labels) if isinstance(data["types"], str) else tuple(data["types"])
        check_types(str, *types)
        for kind, label in zip(types, labels, strict=True):
            check_label(kind, label)
        return cls(types=types, labels=labels)


def read_like(known: AxisValues, words: AxisValues) -> AxisValues:
    """What somebody typed on a command line, as values of the type that those of an axis have.

    Raises
    ------
    OverrideError
        If they can't be.
    """
    if known.takes(words):
        return words
    types = known.python_types()
    labels = [words.value(index) for index in range(len(words))]
    if any(isinstance(label, list | dict) for label in labels):
        raise OverrideError(f"{words.written()}: values of this axis are {' or '.join(sorted(types))}")
    if len(types) > 1:
        return Typed.of(labels)
    kind = next(iter(types))
    return Typed(types=(kind,) * len(labels), labels=tuple(relabelled(kind, label) for label in labels))
