"""What is said of names for results that were not returned, or are something else."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeprun.store.payloads import Layout, encode_result
from sweeprun.store.unused_names import unused_names

TABLE = pd.DataFrame({"low": [1.0, 2.0]}, index=pd.Index([0.25, 0.75], name="quartile"))


def unused(result: Any, name: str) -> str:
    text, _ = encode_result(result)
    return unused_names({name: ("a",)}, [Layout.from_json(text)]).get(name, "")


@pytest.mark.parametrize(
    ("result", "name", "said"),
    [
        ({"traj": [1, 2]}, "trja", "dims names the dimensions of 'trja', which no task returned; did you mean 'traj'?"),
        ({"traj": [1]}, "xyz", "dims names the dimensions of 'xyz', which no task returned; there are: traj"),
        (
            {"summary": TABLE},
            "summary",
            "dims.summary names no dimensions: 'summary' is a table; its dimensions have names of their own: "
            "summary.quartile",
        ),
        ({"fit": {"curve": [1, 2]}}, "fit", "dims.fit names no dimensions: 'fit' is a mapping; write dims.fit.curve"),
        (
            {"fit": {"x": 1}},
            "fit",
            "dims.fit names no dimensions: 'fit' is a mapping, and nothing in it has dimensions",
        ),
        ({"traj": np.ones(2)}, "traj", ""),
        ({"traj": None, "x": 1}, "traj", ""),
        ({"traj": object(), "x": 1}, "traj", ""),
        (None, "traj", ""),
    ],
)
def test_names_of_what_was_not_returned(result: Any, name: str, said: str) -> None:
    assert unused(result, name) == said


def test_one_task_that_returned_it_is_enough() -> None:
    layouts = [Layout.from_json(encode_result(result)[0]) for result in ({"x": 1}, {"x": 1, "y": [1]})]
    assert unused_names({"y": ("a",)}, layouts) == {}
    assert "which the task didn't return" in unused_names({"y": ("a",)}, layouts[:1], "the task didn't return")["y"]
