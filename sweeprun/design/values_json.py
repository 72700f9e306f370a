"""The kinds of axis values, and how they are read from JSON."""

from collections.abc import Mapping
from typing import Any

from sweeprun.design.python_values import Typed
from sweeprun.design.ranges import DecimalRange, IntegerRange
from sweeprun.design.values import AxisValues, Choice, Files, Numbers
from sweeprun.errors import FormatError

KINDS: Mapping[str, type[AxisValues]] = {
    kind.in_json: kind for kind in (Choice, Files, Numbers, IntegerRange, DecimalRange, Typed)
}
"""All kinds of axis values, by their names in JSON."""


def axis_values_from_dict(data: Mapping[str, Any]) -> AxisValues:
    """The inverse of ``to_dict``.

    Raises
    ------
    FormatError
        If the kind is unknown.
    """
    name = data.get("kind")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise FormatError(f"unknown kind of axis values: {name!r}; written by a newer sweeprun?")
    return kind.from_dict(data)
