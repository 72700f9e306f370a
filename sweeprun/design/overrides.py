"""Overrides, in the order in which they take effect: fixed ones, and those that follow an axis."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sweeprun.design.scalars import Value, check_types, decode_value, encode_value


class Operation(Enum):
    """What an override does; each holds the sign that it is written with."""

    CHANGE = ""
    ADD = "+"
    FORCE_ADD = "++"
    DELETE = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """One ``key=value`` of the command line or of ``hydra.sweeper.params``.

    Attributes
    ----------
    operation
        What it does.
    key
        The config key, or ``group`` or ``group@package``, without the sign.
    selects
        Whether it chooses an option of a config group, which takes part in composition.
    axis
        The name of the axis whose values it follows; None if it is fixed.
    text, value
        Of a fixed override: the part after ``=``, as written and as parsed.
    """

    operation: Operation
    key: str
    selects: bool = False
    axis: str | None = None
    text: str = ""
    value: Value = None

    def written(self, text: str | None = None) -> str:
        """The override as typed; ``text`` is the value's text where the override follows an axis."""
        return f"{self.operation.value}{self.key}={self.text if text is None else text}"

    def to_dict(self) -> dict[str, Any]:
        data = {"operation": self.operation.name.lower(), "key": self.key, "selects": self.selects, "axis": self.axis}
        return data if self.axis is not None else data | {"text": self.text, "value": encode_value(self.value)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Override":
        check_types(str, data["key"], data.get("text", ""))
        check_types(str | None, data["axis"])
        return cls(
            operation=Operation[data["operation"].upper()],
            key=data["key"],
            selects=data["selects"],
            axis=data["axis"],
            text=data.get("text", ""),
            value=decode_value(data.get("value")),
        )


def keys_overlap(one: str, other: str) -> bool:
    """Whether setting one key can touch the other: one is the other, or lies in it."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")
