"""The values of an axis, read from JSON."""

from collections.abc import Mapping
from typing import Any

from sweeprun.design.python_values import Typed
from sweeprun.design.scalars import check_types, decode_value
from sweeprun.design.values import AxisValues, Choice, DecimalRange, Files, IntegerRange, Numbers
from sweeprun.errors import FormatError

_BOUNDS = ("start", "stop", "step")
_LONGEST_BOUND = 1000


def axis_values_from_dict(data: Mapping[str, Any]) -> AxisValues:
    """The inverse of ``to_dict``.

    Raises
    ------
    FormatError
        If the kind is unknown.
    """
    match data.get("kind"):
        case "choice":
            labels = tuple(decode_value(label) for label in data["labels"])
            check_types(str, *data["texts"])
            check_types(bool | int | float | str | None, *labels)
            values = tuple(decode_value(value) for value in data["values"])
            return Choice(values=values, texts=tuple(data["texts"]), labels=labels)
        case "files":
            check_types(str, *data["values"], *data["texts"], *data["labels"], data["root"], data["suffix"])
            lists = {name: tuple(data[name]) for name in ("values", "texts", "labels")}
            return Files(**lists, root=data["root"], suffix=data["suffix"])
        case "numbers":
            numbers = tuple(data["values"])
            if {type(number) for number in numbers} not in ({int}, {float}):
                raise TypeError("numbers of a sample are not of one type")
            return Numbers(values=numbers)
        case "integer_range":
            check_types(int, *(data[bound] for bound in _BOUNDS))
            return IntegerRange(start=data["start"], stop=data["stop"], step=data["step"])
        case "decimal_range":
            check_types(str, *(data[bound] for bound in _BOUNDS))
            if any(len(data[bound]) > _LONGEST_BOUND for bound in _BOUNDS):
                raise ValueError("the bound of a range is longer than any number that can be written")
            return DecimalRange(start=data["start"], stop=data["stop"], step=data["step"])
        case "typed":
            return Typed.from_dict(data)
        case unknown:
            raise FormatError(f"unknown kind of axis values: {unknown!r}; written by a newer sweeprun?")
