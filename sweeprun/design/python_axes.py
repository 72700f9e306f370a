"""From what was given in Python, such as ``{"lr": [0.1, 0.01], "seed": range(20)}``, to dimensions."""

from collections.abc import Mapping, Set
from typing import Any

import numpy as np

from sweeprun.design.axes import RESERVED_NAMES, Axis
from sweeprun.design.grid import Dimension, Grid, Joint
from sweeprun.design.label_kinds import LabelKind, label_key
from sweeprun.design.python_values import Typed
from sweeprun.design.ranges import IntegerRange
from sweeprun.design.scalars import Scalar
from sweeprun.errors import OverrideError
from sweeprun.wording import sweeper

MEMBER = "member"
"""The name of the ensemble axis."""


def dimensions_of(axes: Any) -> tuple[Dimension, ...]:
    """The dimensions of some axes; a mapping in the place of values holds axes that move together.

    Raises
    ------
    OverrideError
        If a name or a value can't be one; the message says what would be right.
    """
    if not isinstance(axes, Mapping):
        raise OverrideError(
            f"the axes are {_shown(axes)}; give a mapping such as {{'lr': [0.1, 0.01], 'seed': range(20)}}"
        )
    return tuple(
        _joint(name, values) if isinstance(values, Mapping) else _single(name, values) for name, values in axes.items()
    )


def axis_of_values(name: Any, values: Any) -> Axis:
    """The axis of some values, which may occur twice.

    Raises
    ------
    OverrideError
        If they can't be those of an axis.
    """
    if not isinstance(name, str) or not name.isidentifier():
        raise OverrideError(
            f"{name!r} can't be the name of an axis: it is that of an argument of the function, such as 'lr'"
        )
    if isinstance(values, range):
        if not values:
            raise OverrideError(f"the axis {name!r} is empty: {values} has no value to run")
        return Axis(
            name=name,
            values=IntegerRange(start=values.start, stop=values.stop, step=values.step),
            kind=LabelKind.of([values[0], values[-1]]),
        )
    try:
        typed = Typed.of(_listed(name, values))
    except OverrideError as error:
        raise OverrideError(f"axis {name!r}: {error}") from error
    if not len(typed):
        raise OverrideError(f"the axis {name!r} is empty: it has no value to run")
    return Axis(name=name, values=typed, kind=typed.kind())


def member_axis(members: int) -> Axis:
    """The ensemble axis.

    Raises
    ------
    OverrideError
        If it would be empty.
    """
    if members < 1:
        raise OverrideError(f"{sweeper('members')} is {members}; an ensemble needs at least 1 member")
    return Axis(name=MEMBER, values=IntegerRange(start=0, stop=members), kind=LabelKind.INTEGER)


def _single(name: Any, values: Any) -> Dimension:
    axis = axis_of_values(name, values)
    if axis.values.are_listed:
        _refuse_repetition(axis, values)
    return Dimension.of(axis)


def _joint(name: Any, members: Mapping[str, Any]) -> Dimension:
    """Axes that move together, in one dimension of that name."""
    axes = tuple(axis_of_values(member, values) for member, values in members.items())
    if not axes:
        raise OverrideError(
            f"{name!r} holds no axes that could move together: {{'lr': [0.1, 0.01], 'epochs': [5, 50]}}"
        )
    if name in RESERVED_NAMES or not isinstance(name, str) or not name.isidentifier():
        raise OverrideError(f"{name!r} can't be the name of axes that move together; choose another")
    joint = Joint(name=name, axes=tuple(axis.name for axis in axes))
    Grid(axes=axes, joint=(joint,))  # of one length
    seen: dict[tuple[Scalar, ...], int] = {}
    for place in range(len(axes[0])):
        point = tuple(label_key(axis.values.label(place)) for axis in axes)
        if (first := seen.setdefault(point, place)) != place:
            raise OverrideError(f"{name!r}: points {first} and {place} are the same. For replicates, use members=N")
    return Dimension(name=name, axes=axes, joint=joint)


def _listed(name: str, values: Any) -> list[Any]:
    """The values one by one."""
    if type(values).__module__.partition(".")[0] == "xarray":
        values = np.asarray(values)
    if isinstance(values, np.ndarray) and values.ndim != 1:
        raise OverrideError(f"an array of {values.ndim} dimensions is given, and an axis has one")
    if isinstance(values, Set) and not isinstance(values, frozenset | set):
        values = list(values)
    if isinstance(values, frozenset | set):
        raise OverrideError("a set has no order, and an axis has one; write a list, or sorted(…)")
    if isinstance(values, str | bytes):
        raise OverrideError(
            f"{values!r} is one value; write a list, [{values!r}], or give it as constants={{{name!r}: …}}"
        )
    try:
        len(values)
        return list(values)
    except TypeError:
        raise OverrideError(
            f"{_shown(values)} is no list of values; write [{_shown(values)}] for an axis of one value, or "
            f"constants={{{name!r}: …}} for an argument that is the same in all tasks"
        ) from None


def _refuse_repetition(axis: Axis, values: Any) -> None:
    seen: dict[Scalar, int] = {}
    texts: dict[Scalar, int] = {}
    for index in range(len(axis)):
        first = seen.setdefault(label_key(axis.values.label(index)), index)
        also = texts.setdefault(label_key(axis.coordinate(index)), index)
        if (before := min(first, also)) != index:
            one, other = list(values)[before], list(values)[index]
            same = repr(one) == repr(other)
            told = f"value {other!r} twice" if same else f"values {one!r} and {other!r}, which are one coordinate"
            raise OverrideError(
                f"axis {axis.name!r} has the {told}; a coordinate must name one task. For replicates, use members=N"
            )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def further_dimensions(axes: Mapping[str, Any], members: int | None) -> tuple[Dimension, ...]:
    """The dimensions that an extension names."""
    own = dimensions_of(axes)
    count = whole_number("members", members)
    return own if count is None else (*own, Dimension.of(member_axis(count)))


def whole_number(name: str, value: Any) -> int | None:
    """A whole number that the user gave, or None if there is none to take.

    Raises
    ------
    OverrideError
        If it is not a whole number.
    """
    if value is None:
        return None
    try:
        if isinstance(value, bool):
            raise TypeError
        return value.__index__()  # type: ignore[no-any-return]  # NumPy's integers, too
    except (AttributeError, TypeError):
        raise OverrideError(f"{name} is {value!r}; it is a whole number") from None
