"""Arguments of a type that nothing can be done with are told from those that a function can take."""

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeprun.notebook.argument_types import expected_instead


@pytest.mark.parametrize(
    ("value", "annotation"),
    [
        (np.int64(3), int),
        (True, bool),
        (np.True_, bool),
        (np.float32(0.5), float | None),
        (3, float),
        (None, float | None),
        (Path("x"), str | PathLike[str]),
        (np.array(["a"]), str | Sequence[str]),
        ({1, 2}, Iterable[int] | None),
        (range(3), str | int | Iterable[int] | None),
        ({"a": 1}, Mapping[str, Any] | None),
        (object(), Any),
        ("x", Any | int),
    ],
)
def test_what_a_function_can_take(value: Any, annotation: Any) -> None:
    assert expected_instead(value, annotation) == ""


@pytest.mark.parametrize(
    ("value", "annotation", "expected"),
    [
        ("3", int, "a whole number"),
        (2.5, int | None, "a whole number, or None"),
        (True, int, "a whole number"),
        ("x", float | None, "a number, or None"),
        (1, bool, "True or False"),
        (3, str | PathLike[str] | None, "a text, or a path, or None"),
        ("ab", Sequence[str], "a list"),
        ([1], Mapping[str, Any], "a mapping, such as {'lr': [0.1, 0.01]}"),
    ],
)
def test_what_no_function_can_take(value: Any, annotation: Any, expected: str) -> None:
    assert expected_instead(value, annotation) == expected
