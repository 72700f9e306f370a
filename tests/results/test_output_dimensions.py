"""Dimensions of results: padded to the longest, or aligned by their labels, and what can't be aligned."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.errors import ResultError
from sweeprun.results.dtypes import DType
from sweeprun.results.layout_groups import read_parts
from sweeprun.results.output_dimensions import OwnDimension, cast_named, joined_dtype, own_dimensions
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, make_run, success, write_shard


def labelled(labels: Any, name: str = "t", **attrs: str) -> xr.Dataset:
    return xr.Dataset({"y": (name, np.arange(len(labels)))}, {name: (name, labels, attrs)})


def dimensions(
    path: Path, *results: Any, only: set[str] | None = None, tolerance: float = 0.0
) -> tuple[dict[str, OwnDimension], dict[str, str]]:
    run = make_run(path / "a rün", count_axis("x", len(results)))
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    snapshot = take_snapshot(run)
    return own_dimensions(read_parts(snapshot.shards, snapshot.best), only, tolerance)


def test_without_labels_a_dimension_is_as_long_as_the_longest(tmp_path: Path) -> None:
    found, refused = dimensions(tmp_path, {"y": ("t", [1.0])}, {"y": ("t", [1.0, 2.0, 3.0]), "z": ("u", [])}, None)
    assert (found["t"].length, found["u"].length) == (3, 0)
    assert found["t"].values is None
    assert found["t"].places(np.arange(2), 2).tolist() == [0, 1]
    assert refused == {}


def test_labels_that_continue_one_another_are_padded(tmp_path: Path) -> None:
    found, _ = dimensions(tmp_path, *(labelled(own, units="m") for own in ([3, 1], [3, 1, 2], [3])))
    own = found["t"]
    assert own.values is not None
    assert own.values.tolist() == [3, 1, 2]
    assert (own.length, own.aligned, own.attrs) == (3, False, {"units": "m"})


def test_other_labels_are_aligned_on_their_union(tmp_path: Path) -> None:
    found, _ = dimensions(tmp_path, labelled([3, 1]), labelled([2.5, 1.0]))
    own = found["t"]
    assert own.values is not None
    assert own.values.tolist() == [1.0, 2.5, 3.0]
    assert (own.length, own.aligned) == (3, True)
    assert own.places(np.array([3, 1]), 2).tolist() == [2, 0]


@given(labels=st.lists(st.lists(st.integers(-3, 6), unique=True), min_size=1, max_size=4))
@settings(max_examples=30)
def test_every_label_has_its_place(labels: list[list[int]], tmp_path_factory: pytest.TempPathFactory) -> None:
    found, refused = dimensions(tmp_path_factory.mktemp("run"), *(labelled(np.array(own, np.int64)) for own in labels))
    own = found["t"]
    assert refused == {}
    assert own.values is not None
    assert sorted(own.values.tolist()) == sorted({label for some in labels for label in some})
    for some in labels:
        places = own.places(np.array(some, np.int64), len(some))
        assert own.values[places].tolist() == some


@pytest.mark.parametrize(
    ("results", "why"),
    [
        ([labelled([1, 2]), labelled(["a"])], "coordinate 't' is a number in task 0 and a text in task 1; they must"),
        ([labelled([1, 2]), labelled([3, 3])], "that of task 1 has a value twice"),
        ([labelled([1, 2]), {"y": ("t", [1, 2, 3])}], "task 0 has a coordinate for its dimension 't' and task 1 has"),
        ([{"y": ("t", [1])}, labelled([1, 2]), labelled([2])], "task 1 has a coordinate .* and task 0 has none"),
        ([labelled([2**53 + 1]), labelled([0.5])], f"coordinate 't' can't be collected: {2**53 + 1} has more digits"),
    ],
    ids=["types", "twice", "longer without labels", "without labels", "digits"],
)
def test_labels_that_do_not_go_together_are_refused_and_name_two_tasks(
    tmp_path: Path, results: list[Any], why: str
) -> None:
    found, refused = dimensions(tmp_path, *results, {"z": ("u", [1.0])})
    assert list(found) == ["u"]
    assert list(refused) == ["t"]
    with pytest.raises(ResultError, match=why):
        raise ResultError(refused["t"])


def test_dimensions_of_results_that_are_not_wanted_are_no_matter(tmp_path: Path) -> None:
    results = [xr.Dataset({"z": ("u", [1.0])}).merge(labelled(labels)) for labels in ([1], ["a"])]
    found, refused = dimensions(tmp_path, *results, only={"z"})
    assert list(found) == ["u"]
    assert refused == {}


def test_labels_shorter_than_results_without_labels_still_stand(tmp_path: Path) -> None:
    found, refused = dimensions(tmp_path, labelled([1, 2, 3]), {"y": ("t", [1])})
    assert refused == {}
    assert found["t"].length == 3


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ([("i1", 1), ("i2", 1)], "i2"),
        ([("i8", 1), ("f4", 1)], "f8"),
        ([("M8[D]", 1), ("M8[ms]", 1)], "M8[ms]"),
        ([("f8", 0), ("U3", 1)], "U3"),
        ([("f8", 0), ("M8[Y]", 0)], "f8"),
        ([("U2", 1), ("O", 1)], "O"),
    ],
    ids=str,
)
def test_types_are_joined_and_what_is_empty_goes_with_any(given_: list[tuple[str, int]], expected: str) -> None:
    sizes: list[tuple[int, DType, int]] = [(i, np.dtype(name), size) for i, (name, size) in enumerate(given_)]
    assert joined_dtype("'y'", sizes) == np.dtype(expected)


def test_types_of_two_families_are_refused_by_task() -> None:
    given_ = [(7, np.dtype("f8"), 0), (4, np.dtype("M8[D]"), 1), (5, np.dtype("M8[s]"), 2), (9, np.dtype("S1"), 1)]
    with pytest.raises(ResultError, match="'y' is a date in task 4 and a bytes in task 9; they must agree"):
        joined_dtype("'y'", given_)


def test_a_value_out_of_range_is_refused_under_its_name() -> None:
    with pytest.raises(ResultError, match="'y' can't be collected: a date is out of the range of"):
        cast_named("'y'", np.array(["3000"], "M8[Y]"), np.dtype("M8[ns]"))


def test_units_that_differ_are_refused_and_others_that_do_left_out_with_a_note(tmp_path: Path) -> None:
    found, refused = dimensions(tmp_path / "units", labelled([1], units="s"), labelled([1]), labelled([1], units="h"))
    assert found == {}
    assert "coordinate 't' has units 's' in task 0 and units 'h' in task 2; they must agree" in refused["t"]
    found, _ = dimensions(tmp_path / "others", labelled([1], units="s", a="x", b="y"), labelled([1], units="s", a="z"))
    assert found["t"].attrs == {"units": "s"}
    assert [note.text for note in found["t"].notes] == [
        "attributes of 't' that differ from task to task are left out: a, b"
    ]


def test_labels_that_differ_by_rounding_are_told(tmp_path: Path) -> None:
    found, _ = dimensions(tmp_path, labelled([0.1, 0.3]), labelled([0.1, 0.1 + 0.2]))
    assert found["t"].length == 3
    (note,) = found["t"].notes
    assert "0.3 in task 0 and 0.30000000000000004 in task 1, and are kept apart" in note.text


@pytest.mark.parametrize("labels", [([1.0, 2.0], [2.5]), ([1e-20, 2e-20], [3e-20, 1.0])], ids=str)
def test_labels_that_differ_by_more_are_not(tmp_path: Path, labels: tuple[list[float], list[float]]) -> None:
    found, _ = dimensions(tmp_path, *map(labelled, labels))
    assert found["t"].notes == ()


def test_a_tolerance_makes_labels_one(tmp_path: Path) -> None:
    run_labels = [np.array([0.2, 0.3, np.nan]), np.array([np.nan, 0.1 + 0.2]), np.array([0.5], "f4"), np.array([0.4])]
    results = [labelled(own) for own in run_labels]
    found, _ = dimensions(tmp_path, *results, tolerance=1e-9)
    own = found["t"]
    assert own.values is not None
    assert own.values.tolist()[:-1] == [0.2, 0.3, 0.4, 0.5]
    assert own.places(run_labels[1], 2).tolist() == [4, 1]
    assert own.notes == ()
    found, _ = dimensions(tmp_path / "b", labelled([0.7, 0.2]), labelled([0.7 + 1e-12]), tolerance=1e-9)
    assert (found["t"].aligned, found["t"].length) == (False, 2)


def test_a_tolerance_that_is_too_wide(tmp_path: Path) -> None:
    _, refused = dimensions(tmp_path, labelled([0.5, 0.9]), labelled([0.4, 0.6]), tolerance=0.2)
    assert refused == {"t": "a tolerance of 0.2 is too wide: two labels of 't' in task 1 would become one"}
