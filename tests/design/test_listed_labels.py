"""Labels of listed values that depend on the others."""

import math
from typing import Any

import pytest

from sweeprun.design.listed_labels import settled_labels


@pytest.mark.parametrize(
    ("values", "texts", "labels", "expected"),
    [
        ([None, 0.1], ["null", "0.1"], ["null", 0.1], [math.nan, 0.1]),
        ([None, 3], ["null", "3"], ["null", 3], [math.nan, 3]),
        ([None, math.nan], ["null", "nan"], ["null", math.nan], ["null", math.nan]),
        ([None, True], ["null", "true"], ["null", True], ["null", True]),
        ([None, 2**60], ["null", str(2**60)], ["null", 2**60], ["null", 2**60]),
        ([None], ["null"], ["null"], ["null"]),
        ([None, "null"], ["null", '"null"'], ["null", "null"], ["null", '"null"']),
        ([[1], "[1]"], ["[1]", "'[1]'"], ["[1]", "[1]"], ["[1]", "'[1]'"]),
        (["x", "y"], ["x", "y"], ["x", "y"], ["x", "y"]),
        ([r"\${seed}", "x"], [r"\${seed}", "x"], [r"\${seed}", "x"], ["${seed}", "x"]),
        ([r"\${a}", "${a}"], [r"\${a}", "${a}"], [r"\${a}", "${a}"], [r"\${a}", "${a}"]),
    ],
)
def test_labels_are_numbers_or_told_apart(values: Any, texts: Any, labels: Any, expected: Any) -> None:
    found = list(settled_labels(values, texts, labels))
    assert str(found) == str(expected)
