"""Attributes as JSON; those that can't be cost themselves."""

import json

import numpy as np

from sweeprun.store.result_attributes import json_of


def test_attributes_are_plain() -> None:
    left_out: dict[str, str] = {}
    attrs = {"n": np.int8(1), 3: [np.arange(2)], "when": np.datetime64("2020-01-01")}
    assert json.loads(json_of(attrs, "a.", left_out)) == {"n": 1, "3": [[0, 1]], "when": "2020-01-01"}
    assert left_out == {}


def test_one_that_json_can_not_hold_is_left_out_by_name() -> None:
    left_out: dict[str, str] = {}
    deep: list[object] = []
    deep.append(deep)
    text = json_of({"units": "m", "k": {(1, 2): 3}, "deep": deep, "n": 10**5000}, "a.", left_out)
    assert json.loads(text) == {"units": "m"}
    assert list(left_out) == ["a.attrs['k']", "a.attrs['deep']", "a.attrs['n']"]
    assert left_out["a.attrs['k']"] == "dict is not what JSON can hold"
