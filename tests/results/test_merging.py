"""Tasks whose outputs differ: in their coordinates, lengths, types and names."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import ResultError
from sweeprun.results.collect import collect_run, stream_snapshot
from sweeprun.results.formats.zarr_store import write_store
from sweeprun.runs.collect import collect_into
from sweeprun.store.snapshot import take_snapshot
from tests.results.formats.writing import SUFFIXES, write_dataset
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard


def collect(directory: Path, *results: Any) -> xr.Dataset:
    run = make_run(directory / "run", count_axis("seed", len(results)))
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    return collect_run(run).dataset


labels = st.lists(st.sampled_from([1.0, 2.0, 3.5, np.nan, -4.0]), unique=True, max_size=4)


@given(tasks=st.lists(st.one_of(st.none(), labels), min_size=1, max_size=6), splits=st.lists(st.booleans(), min_size=6))
def test_every_value_is_at_its_own_label(tasks: list[list[float] | None], splits: list[bool]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        run = make_run(Path(scratch) / "run", count_axis("seed", len(tasks)))
        batches: list[list[Any]] = [[]]
        for i, own in enumerate(tasks):
            if splits[i]:
                batches.append([])
            values = None if own is None else {"t": ("t", np.array(own)), "x": ("t", np.arange(len(own)) + 10 * i)}
            batches[-1].append(failure(i) if values is None else success(i, values))
        write_shard(run, "w", *batches)
        dataset = collect_run(run).dataset
    given_labels = [own for own in tasks if own is not None]
    if not given_labels:
        assert not dataset.data_vars
        return
    found = dataset.t.values
    assert len(set(map(repr, found.tolist()))) == len(found)
    assert {repr(label) for own in given_labels for label in own} == {repr(label) for label in found.tolist()}
    for i, own in enumerate(tasks):
        expected = np.full(len(found), np.nan)
        for place, label in enumerate(own or []):
            expected[[repr(other) for other in found.tolist()].index(repr(label))] = 10 * i + place
        np.testing.assert_array_equal(dataset.x[i], expected)


@pytest.mark.parametrize("kind", ["text", "dates", "numbers"])
def test_labels_of_any_type_are_aligned_in_order(tmp_path: Path, kind: str) -> None:
    coordinates: dict[str, list[Any]] = {
        "text": [["b", "ä"], ["a long one", "b"]],
        "dates": [np.array(["2021", "2020"], "M8[Y]"), np.array(["2020-01-01T00:00:00.5", "2021-01-01"], "M8[ms]")],
        "numbers": [[3, 1], [1.5, 3.0]],
    }
    first, second = coordinates[kind]
    dataset = collect(
        tmp_path, {"x": ("t", [1, 2]), "t": ("t", first)}, {"x": ("t", [3, 4]), "t": ("t", np.array(second))}
    )
    assert (np.sort(dataset.t.values) == dataset.t.values).all()
    np.testing.assert_array_equal(dataset.x[0].sel(t=np.array(first).astype(dataset.t.dtype)), [1, 2])
    np.testing.assert_array_equal(dataset.x[1].sel(t=np.array(second).astype(dataset.t.dtype)), [3, 4])


def test_the_attributes_of_coordinates_are_kept(tmp_path: Path) -> None:
    result = xr.Dataset({"x": ("t", [1.0])}, {"t": ("t", [5], {"units": "m"}), "site": ((), "here", {"note": "n"})})
    dataset = collect(tmp_path, result, result)
    assert dataset.t.attrs == {"units": "m"}
    assert dataset.site.attrs == {"note": "n"}


@pytest.mark.parametrize(
    ("first", "second", "match"),
    [
        ([1, 2], ["a", "b"], "coordinate 't' is a number in task 0 and a text in task 1"),
        ([1, 2], np.array(["2020", "2021"], "M8[D]"), "coordinate 't' is a number in task 0 and a date in task 1"),
        ([1, 1], [2, 3], "that of task 0 has a value twice"),
    ],
)
def test_labels_that_do_not_go_together(tmp_path: Path, first: Any, second: Any, match: str) -> None:
    with pytest.raises(ResultError, match=match):
        collect(tmp_path, *({"x": ("t", [1, 2]), "t": ("t", own)} for own in (first, second)))


def test_values_without_labels_are_not_guessed_a_place(tmp_path: Path) -> None:
    labelled = [{"x": ("t", [1, 2]), "t": ("t", own)} for own in ([5, 6], [6, 7])]
    with pytest.raises(ResultError, match="task 0 has a coordinate for its dimension 't' and task 2 has none"):
        collect(tmp_path, *labelled, {"x": ("t", [8, 9])})


def test_coordinates_along_aligned_dimensions_are_placed_like_all_else(tmp_path: Path) -> None:
    results = [xr.Dataset({"x": ("t", [1.0, 2.0])}, {"t": own, "name": ("t", ["p", "q"])}) for own in ([5, 3], [3, 4])]
    dataset = collect(tmp_path, *results)
    assert dataset.name.dims == ("seed", "t")
    assert dataset.name.values.tolist() == [["q", "", "p"], ["p", "q", ""]]
    assert "name" in dataset.coords


def test_a_coordinate_of_shorter_outputs_is_padded(tmp_path: Path) -> None:
    shorter = xr.Dataset({"x": ("t", [1.0])}, {"name": ("t", ["p"])})
    dataset = collect(tmp_path, shorter, {"x": ("t", [1.0, 2.0])})
    assert dataset.name.values.tolist() == [["p", ""], ["", ""]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.array("2020-05", "M8[M]"), np.array("2020-05-01", "M8[s]")),
        (np.array("2020-01-01T00:00:00.120", "M8[10ms]"), np.array("2020-01-01T00:00:00.120", "M8[ms]")),
        (np.array(2000, "m8[ps]"), np.array(2, "m8[ns]")),
        (np.array(3, "m8[h]"), np.array(10800, "m8[s]")),
        (np.array("NaT", "M8"), np.array("NaT", "M8[s]")),
    ],
)
def test_times_are_kept_in_a_unit_of_xarray(tmp_path: Path, value: np.ndarray, expected: np.ndarray) -> None:
    dataset = collect(tmp_path, {"x": value}, {"x": value})
    assert dataset.x.dtype == expected.dtype
    np.testing.assert_array_equal(dataset.x, [expected, expected])


def test_times_never_wrap_around(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="'x' can't be collected: a date is out of the range"):
        collect(tmp_path, {"x": np.array("3000", "M8[s]")}, {"x": np.array("2020", "M8[ns]")})


def test_types_are_promoted_no_further_than_needed(tmp_path: Path) -> None:
    dataset = collect(
        tmp_path,
        {"flag": True, "small": np.int8(1), "half": np.float16(0.5), "raw": b"ab", "z": 1.0, "n": 2**60},
        {"flag": False, "small": np.int16(300), "half": np.float16(1), "raw": b"abc", "z": 2j, "n": 1},
    )
    kinds = {name: variable.dtype.str for name, variable in dataset.data_vars.items()}
    assert kinds == {"flag": "|b1", "small": "<i2", "half": "<f2", "raw": "|S3", "z": "<c16", "n": "<i8"}
    assert dataset.n.values.tolist() == [2**60, 1]


def test_labels_that_pandas_has_no_index_for(tmp_path: Path) -> None:
    result = {"x": ("t", [1, 2]), "t": ("t", np.array([0.5, 1.5], "f2"))}
    assert collect(tmp_path, result, result).t.dtype == np.float32


def test_one_long_string_does_not_widen_all_others(tmp_path: Path) -> None:
    dataset = collect(tmp_path, "short", "long" * 1000, None)
    assert dataset.result.dtype == object
    assert dataset.result.values.tolist() == ["short", "long" * 1000, ""]


def test_lone_surrogates_are_written_out(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    results = [{"x": ("t", [1]), "t": ("t", ["\udc81"]), "y": "\ud800", "z": "\ud800" * 100}] * 2
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    dataset = collect_run(run).dataset
    assert dataset.t.values.tolist() == ["\\udc81"]
    assert dataset.y.values.tolist() == ["\\ud800"] * 2
    assert dataset.z.values.tolist() == ["\\ud800" * 100] * 2


def test_a_layout_for_every_task(tmp_path: Path) -> None:
    dataset = collect(tmp_path, *({"x": ("t", np.arange(i)), f"only_{i}": i} for i in range(50)))
    assert dataset.x.shape == (50, 49)
    assert int(dataset.x.notnull().sum()) == sum(range(50))
    assert dataset.only_7.values[7] == 7
    assert int(dataset.only_7.notnull().sum()) == 1


def test_an_empty_result_is_a_success_without_variables(tmp_path: Path) -> None:
    dataset = collect(tmp_path, None, {})
    assert not dataset.data_vars
    assert dataset.state.values.tolist() == ["succeeded", "succeeded"]


def test_group_axes_get_names_that_files_can_hold(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("db/x@pkg.a", ["a", "b"]), axis("db.x@pkg.a", [1]))
    write_shard(run, "w", [success(i, {"db.x@pkg.a": i}) for i in range(2)])
    dataset = collect_run(run).dataset
    assert dataset.state.dims == ("db.x@pkg.a", "db.x@pkg.a_")
    assert dataset["result_db.x@pkg.a"].values.tolist() == [[0], [1]]


NAN = np.nan
EARLY, LATE = np.datetime64("2020-01-01", "D"), np.datetime64("2020-01-01T00:00:00.5", "ms")
CASES: dict[str, tuple[list[Any], str, list[Any]]] = {
    "integers": ([{"x": 1}, {"x": 2}], "i8", [1, 2]),
    "integers, some missing": ([{"x": 1}, {}], "f8", [1, NAN]),
    "small integers, some missing": ([{"x": np.int8(1)}, {}], "f8", [1, NAN]),
    "truth values, some missing": ([{"x": True}, {}], "f8", [1, NAN]),
    "truth values and integers": ([{"x": True}, {"x": 3}], "i8", [1, 3]),
    "an int and a float": ([{"x": 2**53}, {"x": 0.5}], "f8", [2.0**53, 0.5]),
    "a small float and an int": ([{"x": np.float32(0.5)}, {"x": 2**31 - 1}], "f8", [0.5, 2.0**31 - 1]),
    "a float and a complex number": ([{"x": 1.0}, {"x": 2j}], "c16", [1, 2j]),
    "texts": ([{"x": "a"}, {"x": "long"}, {}], "U4", ["a", "long", ""]),
    "dates of two units": ([{"x": EARLY}, {"x": LATE}], "M8[ms]", [EARLY, LATE]),
    "dates, some missing": ([{"x": EARLY}, {}], "M8[s]", [EARLY, np.datetime64("NaT")]),
    "a float and NaN": ([{"x": 1.5}, {"x": NAN}], "f8", [1.5, NAN]),
    "lengths": ([{"x": ("t", [1.0])}, {"x": ("t", [2.0, 3.0])}], "f8", [[1, NAN], [2, 3]]),
    "lengths of integers": ([{"x": ("t", [1])}, {"x": ("t", [2, 3])}], "f8", [[1, NAN], [2, 3]]),
    "lengths of texts": ([{"x": ("t", ["a"])}, {"x": ("t", ["b", "c"])}], "U1", [["a", ""], ["b", "c"]]),
    "nothing yet": ([{"x": ("t", [])}, {"x": ("t", [2, 3])}], "f8", [[NAN, NAN], [2, 3]]),
    "no texts": ([{"x": ("t", ["a"])}, {"x": ("t", [])}], "U1", [["a"], [""]]),
    "no dates": ([{"x": ("t", [])}, {"x": ("t", [EARLY])}], "M8[s]", [[np.datetime64("NaT")], [EARLY]]),
    "nothing at all": ([{"x": ("t", [])}, {"x": ("t", [])}], "f8", [[], []]),
    "one label more": (
        [{"x": ("t", [1.0]), "t": ("t", [5])}, {"x": ("t", [2.0, 3.0]), "t": ("t", [5, 4])}],
        "f8",
        [[1, NAN], [2, 3]],
    ),
    "labels": (
        [{"x": ("t", [1.0, 7.0]), "t": ("t", [5, 4])}, {"x": ("t", [2.0]), "t": ("t", [4])}],
        "f8",
        [[7, 1], [2, NAN]],
    ),
    "no labels yet": (
        [{"x": ("t", []), "t": ("t", [])}, {"x": ("t", [2.0]), "t": ("t", ["a"])}],
        "f8",
        [[NAN], [2]],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_differs_from_task_to_task(tmp_path: Path, case: str) -> None:
    """In memory, as netCDF and streamed; the numbers are the same however the results lie in shards."""
    results, dtype, expected = CASES[case]
    run = make_run(tmp_path / "run", count_axis("seed", len(results)))
    write_shard(run, "w", *([success(i, result)] for i, result in enumerate(results)))
    snapshot = take_snapshot(run)
    dataset = collect_run(run).dataset
    assert dataset.x.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(dataset.x.values, np.array(expected, dtype))
    write_dataset(dataset, tmp_path / "out.nc")
    stream_snapshot(snapshot, lambda plan: write_store(plan, tmp_path / "out.zarr"))
    with (
        xr.open_dataset(tmp_path / "out.nc", auto_complex=True) as written,
        xr.open_zarr(tmp_path / "out.zarr") as streamed,
    ):
        for found in (written, streamed):
            np.testing.assert_array_equal(found.x.values.astype(dtype), np.array(expected, dtype))


BIG = 2**53 + 1


@pytest.mark.parametrize("other", [None, {"x": 0.5}, {"x": np.uint64(1)}, {"x": 1j}], ids=str)
def test_integers_are_never_rounded(tmp_path: Path, other: Any) -> None:
    with pytest.raises(ResultError, match=f"'x' can't be collected: {BIG} has more digits than float64 holds"):
        collect(tmp_path, {"x": BIG}, other)


def test_integers_of_padded_arrays_are_never_rounded(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match=f"'x' can't be collected: {BIG}"):
        collect(tmp_path, {"x": ("t", [1, BIG])}, {"x": ("t", [1])})


def test_integers_that_a_float_holds_are_no_error(tmp_path: Path) -> None:
    values = [2**60, -(2**63), 2**53, -(2**53) - 2]
    assert collect(tmp_path, *({"x": value} for value in values), None).x.values[:-1].tolist() == values
    assert collect(tmp_path / "all", {"x": BIG}, {"x": 1}).x.values.tolist() == [BIG, 1]


def test_labels_are_never_rounded(tmp_path: Path) -> None:
    labels = ([BIG], [float(2**53)])
    with pytest.raises(ResultError, match=f"coordinate 't' can't be collected: {BIG}"):
        collect(tmp_path, *({"x": ("t", [1]), "t": ("t", np.array(own))} for own in labels))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_dims_in_another_order_are_transposed(tmp_path: Path, suffix: str) -> None:
    image = np.arange(6.0).reshape(2, 3)
    results = [{"x": (("u", "v"), image)}, {"x": (("v", "u"), image.T + 10)}, {"x": (("v", "u"), image.T[:, :1])}]
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    snapshot, output = take_snapshot(run), tmp_path / f"out{suffix}"
    dataset = collect_into(snapshot, output).collected.dataset
    np.testing.assert_array_equal(dataset.x[:2], [image, image + 10])
    np.testing.assert_array_equal(dataset.x[2], [image[0], [np.nan] * 3])
    match suffix:
        case ".parquet":
            assert pd.read_parquet(output)["x"][1][1].tolist() == [13.0, 14.0, 15.0]
        case ".csv":
            assert pd.read_csv(output)["x[1,2]"].tolist()[:2] == [5.0, 15.0]
        case _:
            with xr.open_dataset(output) if suffix == ".nc" else xr.open_zarr(output) as written:
                np.testing.assert_array_equal(written.x, dataset.x)


def test_a_coordinate_in_another_order_is_still_the_same(tmp_path: Path) -> None:
    image, labels = np.zeros((1, 2)), np.array([["p", "q"]])
    results = [
        xr.Dataset({"x": (("u", "v"), image)}, {"name": (("u", "v"), labels)}),
        xr.Dataset({"x": (("v", "u"), image.T)}, {"name": (("v", "u"), labels.T)}),
    ]
    dataset = collect(tmp_path, *results)
    assert dataset.name.dims == ("u", "v")
    assert dataset.x.dims == ("seed", "u", "v")


def test_stacked_dims_are_their_levels(tmp_path: Path) -> None:
    flat = xr.Dataset({"x": (("a", "b"), [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])}, {"a": [10, 20], "b": ["p", "q", "r"]})
    dataset = collect(tmp_path, *([flat.stack(z=("a", "b"))] * 2))
    assert dataset.x.dims == ("seed", "z")
    assert dataset.a.values.tolist() == [10, 10, 10, 20, 20, 20]
    unstacked = dataset.x[0].set_index(z=["a", "b"]).unstack("z")
    assert unstacked.sel(a=20, b="q") == 5
