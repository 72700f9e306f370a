"""Overrides as data."""

import json
from typing import Any

import pytest

from sweeprun.design.overrides import Operation, Override


@pytest.mark.parametrize("value", [float("inf"), {1: [None, {"items": "x"}]}, "a: ünï\n", [], {}])
def test_values_of_fixed_overrides_survive_strict_json(value: Any) -> None:
    override = Override(operation=Operation.CHANGE, key="a", text="…", value=value)
    assert Override.from_dict(json.loads(json.dumps(override.to_dict(), allow_nan=False))) == override


def test_an_unknown_operation_is_refused() -> None:
    data = Override(operation=Operation.ADD, key="a").to_dict() | {"operation": "multiply"}
    with pytest.raises(KeyError, match="MULTIPLY"):
        Override.from_dict(data)


@pytest.mark.parametrize(
    ("override", "written"),
    [
        (Override(operation=Operation.CHANGE, key="a.b", text="1", value=1), "a.b=1"),
        (Override(operation=Operation.FORCE_ADD, key="a", text="null"), "++a=null"),
        (Override(operation=Operation.DELETE, key="a", text="null"), "~a=null"),
        (Override(operation=Operation.ADD, key="db@x", selects=True, axis="db@x"), "+db@x=mysql"),
    ],
)
def test_overrides_survive_json_and_are_written_as_typed(override: Override, written: str) -> None:
    assert Override.from_dict(json.loads(json.dumps(override.to_dict()))) == override
    assert override.written("mysql" if override.axis else None) == written
