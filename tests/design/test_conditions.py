"""Conditions over axes whose names Python reads as more than a name."""

import numpy as np
import pytest

from sweeprun.design.conditions import Condition
from sweeprun.design.grid import Grid
from sweeprun.design.selection import Expression, Selection
from sweeprun.errors import OverrideError
from tests.design.joints import listed

GRID = Grid(
    axes=(
        listed("db@source", ["pg", "my"]),
        listed("my-key", [1, 2]),
        listed("my", [5, 7]),
        listed("key", [3, 4]),
        listed("opt.lambda", [0.1, 0.2]),
        listed("model.head@model", ["a", "b"]),
        listed("axis_state", [1, 2]),
    )
)


def kept(text: str) -> list[dict[str, object]]:
    chosen = Selection(only=(Expression(text=text),)).kept(GRID)
    return [dict(GRID.coordinates(at)) for at in range(len(GRID)) if at in chosen]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("db@source == 'pg'", lambda at: at["db@source"] == "pg"),
        ("db@source in ('my', 'db@source')", lambda at: at["db@source"] == "my"),
        ("my-key > 1", lambda at: at["my-key"] > 1),
        ("2*my-key == 4", lambda at: at["my-key"] == 2),
        ("my - key == 2", lambda at: at["my"] - at["key"] == 2),
        ("my-my-key == 4", lambda at: at["my"] - at["my-key"] == 4),
        ("-my-key < -1", lambda at: at["my-key"] > 1),
        ("(my-key)+1 == 2", lambda at: at["my-key"] == 1),
        ("not my-key == 1", lambda at: at["my-key"] == 2),
        ("opt.lambda > 0.15", lambda at: at["opt.lambda"] > 0.15),
        ("model/head@model == 'a' and my-key == 1", lambda at: at["model.head@model"] == "a" and at["my-key"] == 1),
        ("state == 1", lambda at: at["axis_state"] == 1),
    ],
)
def test_axes_are_written_as_they_are_called(text: str, holds: object) -> None:
    every = [dict(GRID.coordinates(at)) for at in range(len(GRID))]
    assert kept(text) == [at for at in every if holds(at)]  # type: ignore[operator]


def test_a_message_has_the_names_as_they_were_written() -> None:
    with pytest.raises(OverrideError, match="my-key numbers"):
        kept("my-key == 'x'")
    with pytest.raises(OverrideError, match="'my-key' in 'my-key and my' is neither true nor false"):
        kept("my-key and my")
    with pytest.raises(OverrideError, match="names 'db', which is not an axis; axes: db@source, my-key"):
        kept("db == 'pg'")


def test_names_are_the_axes() -> None:
    condition = Condition(text="db@source == 'my-key' and x.y > 1", axes=frozenset({"db@source", "my-key"}))
    assert condition.names() == {"db@source", "x.y"}
    columns = {"db@source": np.array(["my-key", "b"]), "x.y": np.array(2)}
    assert condition.holds(columns).tolist() == [True, False]
