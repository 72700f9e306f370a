"""The names that a run gives to dimensions, and what is along these, in its manifest and out of it."""

import datetime as dt
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sweeprun.errors import FormatError, OverrideError
from sweeprun.store.object_values import Unstorable
from sweeprun.store.result_names import Labels, ResultNames, check_labels, labels_from_json, labels_to_json


@pytest.mark.parametrize(
    "values",
    [
        [0, 0.1, 0.2],
        range(3),
        np.array([1, 2], np.int8),
        np.linspace(0, 1, 3, dtype=np.float32),
        ["ä", "long"],
        [True, False],
        [dt.date(2020, 1, 1)],
        pd.date_range("2020-01-01", periods=2),
        pd.Index(["a", "b"]),
        np.array([1, 2], "m8[s]"),
        [],
    ],
)
def test_labels_come_back_as_they_were(values: Any) -> None:
    names = ResultNames(dims={"x": ("t", "u")}, labels={"t": Labels(values=values)})
    coords = json.loads(json.dumps(labels_to_json(names.labels)))
    array, kind, attrs = names.labels["t"].array()
    again, same_kind, same_attrs = labels_from_json(coords)["t"].array()
    assert (again.tolist(), same_kind, same_attrs) == (array.tolist(), kind, attrs)


class Quantity:
    """Like one of pint."""

    magnitude, units = np.array([1.0, 2.0]), "ms"


def test_labels_keep_their_units() -> None:
    names = ResultNames(dims={"x": ("t",)}, labels={"t": Labels(values=Quantity())})
    assert labels_from_json(labels_to_json(names.labels))["t"].array()[2] == {"units": "ms"}


def test_what_only_has_the_name_is_not_in_the_manifest() -> None:
    names = ResultNames(dims={"x": ("t",)}, labels={"t": Labels(values=[1, 2], given=False)})
    assert labels_to_json(names.labels) == {}
    assert labels_from_json({}) == {}


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (3, "coords.t can't label the dimension: it is no list of values"),
        ([[1], [2]], "2 dimensions"),
        ([1, "a"], "a text and an integer"),
        (Unstorable("t can't be resolved"), "can't be resolved"),
        ({"a": 1}, "dict"),
    ],
)
def test_what_can_not_be_labels_is_refused(values: Any, match: str) -> None:
    with pytest.raises(OverrideError, match=match):
        check_labels({"t": Labels(values=values)})
    check_labels({"t": Labels(values=values, given=False)})


@pytest.mark.parametrize(
    "coords",
    [
        {"t": {"type": "O", "data": "AAAA", "attrs": {}}},
        {"t": {"type": "<f8", "data": "AAAA", "attrs": {}}},
        {"t": {"type": "text", "data": [3], "attrs": {}}},
        {"t": 5},
        [],
    ],
)
def test_malformed_labels_are_told(coords: Any) -> None:
    with pytest.raises(FormatError, match="malformed coords"):
        labels_from_json(coords)
