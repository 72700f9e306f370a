"""The ordered values of an axis: listed one by one, or a range that is never written out.

A *value* is what an override may hold: None, bool, int, float, str, or a list or mapping of these.
Every value has a *text*, its form on a command line, and a *label*, its form as a coordinate.
"""

import sys
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import Any, Protocol

from sweeprun.design.scalars import Scalar, Value, encode_value
from sweeprun.errors import OverrideError

_EXACT = Context(prec=1000)
"""Enough digits for any two floats; and a task function that changes Python's own context changes no coordinate."""


class AxisValues(Protocol):
    """What every kind of axis values offers; ``index`` runs from 0 to ``len - 1``."""

    def __len__(self) -> int: ...

    def value(self, index: int) -> Value:
        """What is set in the config."""

    def text(self, index: int) -> str:
        """The value as Hydra's override grammar writes it."""

    def label(self, index: int) -> Scalar:
        """The value as a coordinate of the results."""

    def written(self) -> str:
        """All values as one would sweep over them on the command line."""

    def to_dict(self) -> dict[str, Any]:
        """A JSON form, read back by `axis_values_from_dict`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Values listed one by one.

    Attributes
    ----------
    values, texts, labels
        Three tuples of the same length: what is set, how it is written, what it is called.
    """

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

    def written(self) -> str:
        return ",".join(self.texts)

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": "choice",
            "values": [encode_value(value) for value in self.values],
            "texts": list(self.texts),
            "labels": [encode_value(label) for label in self.labels],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Files(Choice):
    """Paths of files; the labels are what tells them apart.

    Attributes
    ----------
    root, suffix
        What labels leave out at the beginning and at the end of a path.
    """

    root: str = ""
    suffix: str = ""

    def label_of(self, path: str) -> str:
        """The label that a further path has."""
        begins = path.startswith(self.root) and len(path) > len(self.root) + len(self.suffix)
        return path[len(self.root) : len(path) - len(self.suffix)] if begins and path.endswith(self.suffix) else path

    def to_dict(self) -> dict[str, Any]:
        own = {"kind": "files", "root": self.root, "suffix": self.suffix}
        return {"values": list(self.values), "texts": list(self.texts), "labels": list(self.labels)} | own


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerRange:
    """The integers ``start, start + step, …`` before ``stop``, as Python's `range` counts them."""

    start: int
    stop: int
    step: int = 1

    def __post_init__(self) -> None:
        if self.step == 0:
            raise OverrideError("a range needs a step other than 0")
        _check_count(-((self.start - self.stop) // self.step), self.written())

    def __len__(self) -> int:
        return len(range(self.start, self.stop, self.step))

    def value(self, index: int) -> int:
        return range(self.start, self.stop, self.step)[index]

    def text(self, index: int) -> str:
        return str(self.value(index))

    def label(self, index: int) -> int:
        return self.value(index)

    def written(self) -> str:
        return f"range({self.start},{self.stop},{self.step})"

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "integer_range", "start": self.start, "stop": self.stop, "step": self.step}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecimalRange:
    """Floats ``start + i * step`` before ``stop``, computed in decimal so that they read as written.

    The bounds are decimal literals: in binary, 0 + 7 * 0.1 would be 0.7000000000000001.
    """

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

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "decimal_range", "start": self.start, "stop": self.stop, "step": self.step}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Numbers of one type listed one by one, such as those of a sample; texts and labels are the numbers' own."""

    values: tuple[int | float, ...]

    def __len__(self) -> int:
        return len(self.values)

    def value(self, index: int) -> int | float:
        return self.values[index]

    def text(self, index: int) -> str:
        return str(self.values[index])

    def label(self, index: int) -> int | float:
        return self.values[index]

    def written(self) -> str:
        return ",".join(map(str, self.values))

    def to_dict(self) -> dict[str, Any]:
        return {"kind": "numbers", "values": list(self.values)}


def _check_count(count: int, written: str) -> None:
    if count > sys.maxsize:
        raise OverrideError(f"{written} has {count} values, more than can be numbered")
