"""Labels of values that are listed one by one, seen together: numbers beside null, and what only looks alike."""

import math
import re
from collections.abc import Sequence

from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.scalars import Scalar, Value

_ESCAPE = re.compile(r"\\(?=\$\{)")


def settled_labels(values: Sequence[Value], texts: Sequence[str], labels: Sequence[Scalar]) -> tuple[Scalar, ...]:
    """Labels of listed values, of which some depend on the others.

    Beside numbers, null is NaN, so that the coordinate is of numbers. A text that looks like another value, as
    ``"null"`` and ``"[1]"`` do, has its quotes if that value is there, too. Of one that is no interpolation, as its
    ``$`` is escaped, the label is what tasks read.
    """
    return tuple(_unescaped(_apart(values, texts, _with_nan(values, labels))))


def null_beside_numbers(values: Sequence[Value], kind: LabelKind) -> bool:
    """Whether values that are added to an axis of numbers are null alone, so that their labels are NaN."""
    return kind in (LabelKind.INTEGER, LabelKind.FLOAT) and all(value is None for value in values)


def _unescaped(labels: Sequence[Scalar]) -> list[Scalar]:
    read = [_ESCAPE.sub("", label) if isinstance(label, str) else label for label in labels]
    return [own if own == label or own not in labels else label for own, label in zip(read, labels, strict=True)]


def _with_nan(values: Sequence[Value], labels: Sequence[Scalar]) -> list[Scalar]:
    others = [label for value, label in zip(values, labels, strict=True) if value is not None]
    are_numbers = all(type(label) in (int, float) and not math.isnan(float(str(label))) for label in others)
    exact = LabelKind.of([*others, math.nan]) is LabelKind.FLOAT
    if not others or not are_numbers or not exact:
        return list(labels)
    return [math.nan if value is None else label for value, label in zip(values, labels, strict=True)]


def _apart(values: Sequence[Value], texts: Sequence[str], labels: Sequence[Scalar]) -> list[Scalar]:
    pairs = zip(values, labels, strict=True)
    others = {label for value, label in pairs if not isinstance(value, bool | int | float | str)}
    return [
        _in_quotes(text, label) if isinstance(value, str) and label in others else label
        for value, text, label in zip(values, texts, labels, strict=True)
    ]


def _in_quotes(text: str, label: Scalar) -> str:
    return text if text[:1] in ("'", '"') else f"'{label}'"
