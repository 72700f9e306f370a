"""The ordered values of an axis: what every kind of them answers, and the kinds that are listed one by one.

A *value* is what an override may hold: None, bool, int, float, str, or a list or mapping of these.
Every value has a *text*, its form on a command line, and a *label*, its form as a coordinate.

A kind of values is a class. Whoever has an axis asks its values, and never which kind they are of; `values_json` alone
lists the kinds.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from sweeprun.design.dates import date_label, dates, span_label, spans
from sweeprun.design.label_kinds import LabelKind, label_key
from sweeprun.design.listed_labels import settled_labels
from sweeprun.design.python_labels import typed_label
from sweeprun.design.scalars import Scalar, Value, check_types, decode_value, encode_value


class AxisValues(ABC):
    """Some values in their order; ``index`` runs from 0 to ``len - 1``.

    Attributes
    ----------
    in_json
        The name of their kind in JSON.
    are_listed
        Whether they were written one by one, so that each may be of another type, or be there twice.
    are_drawn
        Whether they are those of a sample, which is written as what it is drawn from.
    may_be_secret
        Whether one may be a password.
    """

    in_json: ClassVar[str]
    are_listed: ClassVar[bool] = False
    are_drawn: ClassVar[bool] = False
    may_be_secret: ClassVar[bool] = False

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def value(self, index: int) -> Value:
        """What is set in the config."""

    @abstractmethod
    def text(self, index: int) -> str:
        """The value as Hydra's override grammar writes it."""

    @abstractmethod
    def label(self, index: int) -> Scalar:
        """The value as a coordinate of the results."""

    @abstractmethod
    def rest(self, first: int) -> "AxisValues":
        """Those from an index on."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """A JSON form, read back by `from_dict`."""

    @classmethod
    @abstractmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`.

        Raises
        ------
        TypeError, ValueError, LookupError
            If no such values have this form.
        """

    def written(self) -> str:
        """All values as one would sweep over them on the command line."""
        return ",".join(self.text(index) for index in range(len(self)))

    def swept(self, quote: Callable[[str], str]) -> str:
        """The same, with texts in quotes, as labels may hold anything."""
        return self.listed(quote)

    def listed(self, quote: Callable[[str], str]) -> str:
        """The same, one by one."""
        labels = map(self.label, range(len(self)))
        return ",".join(
            quote(label) if isinstance(label, str) else self.text(index) for index, label in enumerate(labels)
        )

    def kind(self) -> LabelKind:
        """The narrowest kind that holds all labels."""
        return LabelKind.of(map(self.label, range(len(self))))

    def are_of(self, kind: LabelKind) -> bool:
        """Whether a kind holds all labels."""
        if kind is LabelKind.MIXED:
            return True
        own = self.kind()
        return own is kind or (kind is LabelKind.FLOAT and own is LabelKind.INTEGER)

    def coordinate(self, index: int, kind: LabelKind) -> Scalar:
        """The label at ``index``, on an axis of some kind."""
        match kind:
            case LabelKind.MIXED:
                return self.text(index)
            case LabelKind.FLOAT:
                return float(self.label(index))  # type: ignore[arg-type]  # only numbers have this kind
            case _:
                return self.label(index)

    def coordinates(self, kind: LabelKind) -> np.ndarray:
        """All labels, on an axis of some kind: shape ``(len(self),)``."""
        labels = [self.coordinate(index, kind) for index in range(len(self))]
        if kind is LabelKind.DATE:
            return dates(labels)
        return spans(labels) if kind is LabelKind.SPAN else np.array(labels, dtype=kind.dtype)

    def index_of(self, label: Scalar) -> int | None:
        """Where a value has that label; None if none has."""
        return self._places_by_label.get(label_key(label))

    @cached_property
    def _places_by_label(self) -> dict[Scalar, int]:
        return {label_key(self.label(index)): index for index in range(len(self))}

    def find(self, text: str, kind: LabelKind) -> int | None:
        """The index of a value as a user types it: as written, by label, or the same number; None if it isn't there."""
        if kind in (LabelKind.DATE, LabelKind.SPAN):
            return self.index_of(date_label(text) if kind is LabelKind.DATE else span_label(text))
        for index in range(len(self)):
            if text in (self.text(index), str(self.label(index)), str(self.coordinate(index, kind))):
                return index
        try:
            number = float(text)
        except ValueError:
            return None
        return next((index for index in range(len(self)) if self.label(index) == number), None)

    def joined(self, more: "AxisValues", new: Sequence[int]) -> "AxisValues":
        """These, and behind them some of others, which are named by their indices."""
        return self._followed_by(more, new) if new else self

    def _followed_by(self, more: "AxisValues", new: Sequence[int]) -> "AxisValues":
        """The same, of one value at least: a kind that stays itself says so here; of two kinds, the other is asked."""
        return more._behind(self, new)

    def _behind(self, first: "AxisValues", new: Sequence[int]) -> "AxisValues":
        """Values of another kind, and behind them some of these: by default, all are listed."""
        pairs = [*((first, index) for index in range(len(first))), *((self, index) for index in new)]
        return Choice(
            values=tuple(source.value(index) for source, index in pairs),
            texts=tuple(source.text(index) for source, index in pairs),
            labels=tuple(source.label(index) for source, index in pairs),
        )

    def labelled(self, labels: Mapping[int, Scalar], kind: LabelKind) -> "tuple[AxisValues, LabelKind]":  # noqa: ARG002  # of kinds that take them
        """These with the labels that a config gave them, and the kind of those: of listed values, index -> label."""
        return self, kind

    def types_and_labels(self) -> list[tuple[str, Scalar]]:
        """The type in Python of each value, and its label (see `sweeprun.design.python_labels`).

        Raises
        ------
        OverrideError
            If a value has none.
        """
        return [typed_label(self.value(index)) for index in range(len(self))]

    def python_types(self) -> Collection[str]:
        """The types in Python of all values."""
        return {kind for kind, _ in self.types_and_labels()}

    def takes(self, words: "AxisValues") -> bool:  # noqa: ARG002  # of kinds that do
        """Whether what was typed on a command line can be further values of these just as it was read."""
        return False

    def continued(self, count: int) -> range | None:  # noqa: ARG002  # of kinds that can
        """So many values, the first being these; None if it can't be told how they go on."""
        return None

    def paths(self) -> tuple[str, ...]:
        """The files that they name, for tasks to read."""
        return ()

    def common_ends(self) -> tuple[str, str] | None:
        """What labels of paths leave out at the beginning and at the end; None if these name no files."""
        return None


@dataclass(frozen=True, kw_only=True)
class Choice(AxisValues):
    """Values listed one by one.

    Attributes
    ----------
    values, texts, labels
        Three tuples of the same length: what is set, how it is written, what it is called.
    """

    in_json = "choice"
    are_listed = True
    may_be_secret = True

    values: tuple[Value, ...]
    texts: tuple[str, ...]
    labels: tuple[Scalar, ...]

    def __post_init__(self) -> None:
        if not len(self.values) == len(self.texts) == len(self.labels):
            raise ValueError(
                f"values, texts and labels differ in length: {len(self.values)}, {len(self.texts)}, {len(self.labels)}"
            )

    def __len__(self) -> int:
        return len(self.values)

    def value(self, index: int) -> Value:
        return self.values[index]

    def text(self, index: int) -> str:
        return self.texts[index]

    def label(self, index: int) -> Scalar:
        return self.labels[index]

    def rest(self, first: int) -> "Choice":
        return replace(self, values=self.values[first:], texts=self.texts[first:], labels=self.labels[first:])

    def labelled(self, labels: Mapping[int, Scalar], kind: LabelKind) -> tuple[AxisValues, LabelKind]:
        own = [labels[index] for index in range(len(self))]
        settled = settled_labels(self.values, self.texts, own)
        changed = any(one is not other for one, other in zip(own, settled, strict=True))
        return replace(self, labels=settled), LabelKind.of(settled) if changed else kind

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.in_json,
            "values": [encode_value(value) for value in self.values],
            "texts": list(self.texts),
            "labels": [encode_value(label) for label in self.labels],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        labels = tuple(decode_value(label) for label in data["labels"])
        check_types(str, *data["texts"])
        check_types(bool | int | float | str | None, *labels)
        values = tuple(decode_value(value) for value in data["values"])
        return cls(values=values, texts=tuple(data["texts"]), labels=labels)


@dataclass(frozen=True, kw_only=True)
class Files(Choice):
    """Paths of files; the labels are what tells them apart.

    Attributes
    ----------
    root, suffix
        What labels leave out at the beginning and at the end of a path.
    """

    in_json = "files"
    may_be_secret = False

    root: str = ""
    suffix: str = ""

    def label_of(self, path: str) -> str:
        """The label that a further path has."""
        begins = path.startswith(self.root) and len(path) > len(self.root) + len(self.suffix)
        return path[len(self.root) : len(path) - len(self.suffix)] if begins and path.endswith(self.suffix) else path

    def _followed_by(self, more: AxisValues, new: Sequence[int]) -> AxisValues:
        both = super()._followed_by(more, new)
        if not (isinstance(more, Files) and isinstance(both, Choice)):
            return both
        return replace(self, values=both.values, texts=both.texts, labels=both.labels)

    def labelled(self, labels: Mapping[int, Scalar], kind: LabelKind) -> tuple[AxisValues, LabelKind]:  # noqa: ARG002  # they have their own
        return self, LabelKind.TEXT

    def paths(self) -> tuple[str, ...]:
        return self.values

    def common_ends(self) -> tuple[str, str]:
        return self.root, self.suffix

    def to_dict(self) -> dict[str, Any]:
        own = {"kind": self.in_json, "root": self.root, "suffix": self.suffix}
        return {"values": list(self.values), "texts": list(self.texts), "labels": list(self.labels)} | own

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        check_types(str, *data["values"], *data["texts"], *data["labels"], data["root"], data["suffix"])
        lists = {name: tuple(data[name]) for name in ("values", "texts", "labels")}
        return cls(**lists, root=data["root"], suffix=data["suffix"])


@dataclass(frozen=True, kw_only=True)
class Numbers(AxisValues):
    """Numbers of one type listed one by one, such as those of a sample; texts and labels are the numbers' own."""

    in_json = "numbers"
    are_drawn = True

    values: tuple[int | float, ...]

    def __len__(self) -> int:
        return len(self.values)

    def value(self, index: int) -> int | float:
        return self.values[index]

    def text(self, index: int) -> str:
        return str(self.values[index])

    def label(self, index: int) -> int | float:
        return self.values[index]

    def rest(self, first: int) -> "Numbers":
        return Numbers(values=self.values[first:])

    def kind(self) -> LabelKind:
        return LabelKind.FLOAT if isinstance(self.values[0], float) else LabelKind.of(self.values)

    def _followed_by(self, more: AxisValues, new: Sequence[int]) -> AxisValues:
        if not (isinstance(more, Numbers) and type(more.values[0]) is type(self.values[0])):
            return super()._followed_by(more, new)
        return Numbers(values=(*self.values, *(more.values[index] for index in new)))

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.in_json, "values": list(self.values)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        numbers = tuple(data["values"])
        if {type(number) for number in numbers} not in ({int}, {float}):
            raise TypeError("numbers of a sample are not of one type")
        return cls(values=numbers)
