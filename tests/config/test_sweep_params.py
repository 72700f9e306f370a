"""What configs sweep over, as words of a command line."""

from typing import Any

import pytest
from omegaconf import OmegaConf

from sweeprun.config.sweep_params import written_params
from sweeprun.errors import OverrideError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0.1,0.01", "0.1,0.01"),
        (0.5, "0.5"),
        (None, "null"),
        ([1, 2], "1,2"),
        ([0.1, None, True], "0.1,null,True"),
        (["cnn", "a b", "1"], "cnn,'a b','1'"),
        ([[1, 2], {"a": 1}], "[1,2],{a:1}"),
        (["${lr}", "it's"], r"'${lr}','it\'s'"),
    ],
)
def test_a_list_stands_for_its_values(value: Any, text: str) -> None:
    assert written_params(OmegaConf.create({"key": value})) == [f"key={text}"]


def test_no_parameters_are_no_words() -> None:
    assert written_params(None) == written_params(OmegaConf.create({})) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [({"type": "range", "bounds": [0, 1]}, r"lr.* is the mapping .*`lr: interval\(0,1\)`"), ([], "an empty list")],
)
def test_what_is_no_axis_is_explained(value: Any, message: str) -> None:
    with pytest.raises(OverrideError, match=message):
        written_params(OmegaConf.create({"lr": value}))
