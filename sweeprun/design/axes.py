"""An axis: one swept config key and its ordered values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.scalars import Scalar, check_types
from sweeprun.design.values import AxisValues
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


_PREFIX = "axis_"
"""What is set before a name that results use themselves."""


def axis_name(key: str) -> str:
    """The name of the axis of a config key or group: in netCDF no name has a ``/``, and some names are ours."""
    name = key.replace("/", ".")
    return f"{_PREFIX}{name}" if name in RESERVED_NAMES else name


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

    @property
    def key(self) -> str:
        """What the user calls it: its name, but for those that results use themselves."""
        plain = self.name.removeprefix(_PREFIX)
        return plain if plain in RESERVED_NAMES else self.name

    def coordinate(self, index: int) -> Scalar:
        """The label at ``index``, of the axis's kind."""
        return self.values.coordinate(index, self.kind)

    def coordinates(self) -> np.ndarray:
        """All labels: shape ``(len(axis),)``, of the axis's kind."""
        return self.values.coordinates(self.kind)

    def index_of(self, label: Scalar) -> int | None:
        """Where a value has that label; None if none has."""
        return self.values.index_of(label)

    def find(self, text: str) -> int | None:
        """The index of a value as a user types it: as written, by label, or the same number; None if it isn't there."""
        return self.values.find(text, self.kind)

    def to_dict(self) -> dict[str, Any]:
        return {"name": self.name, "kind": self.kind.value, "values": self.values.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Axis":
        axis = cls(name=data["name"], kind=LabelKind(data["kind"]), values=axis_values_from_dict(data["values"]))
        check_types(str, axis.name)
        if not axis.values.are_of(axis.kind):
            raise TypeError(f"the labels of axis {axis.name!r} are not all of the type {axis.kind.value}")
        return axis
