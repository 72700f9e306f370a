"""What a task returned, as named arrays: names, dims, and types that can be stored."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sweeprun.errors import ResultError
from sweeprun.store.result_variables import RESULT_NAME, TEXT, storable, variables_of


def variables(result: object) -> dict[str, tuple[tuple[str, ...] | None, Any, bool]]:
    """Name -> dims, values, and whether it is a coordinate."""
    found = {}
    for name, dims, data, _, coordinate in variables_of(result, {}):
        found[name] = (dims, np.asarray(data).tolist(), coordinate)
    return found


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (None, {}),
        ({}, {}),
        (2.5, {RESULT_NAME: (None, 2.5, False)}),
        ([1, 2], {RESULT_NAME: (None, [1, 2], False)}),
        ({"größe": 1, "v": [1, 2]}, {"größe": (None, 1, False), "v": (None, [1, 2], False)}),
        ({"v": ("t", [1, 2])}, {"v": (("t",), [1, 2], False)}),
        ({"v": (["p", "q"], [[1]])}, {"v": (("p", "q"), [[1]], False)}),
        ({"v": xr.Variable("t", [1])}, {"v": (("t",), [1], False)}),
        (xr.DataArray([1], dims="t"), {RESULT_NAME: (("t",), [1], False)}),
    ],
)
def test_variables_have_the_dims_that_the_task_named(result: object, expected: dict[str, Any]) -> None:
    assert variables(result) == expected


def test_a_variable_named_like_a_dim_of_others_is_its_coordinate() -> None:
    expected = {"v": (("t",), [1.0, 2.0], False), "t": (("t",), [10, 20], True), "w": (None, [1], False)}
    assert variables({"v": ("t", [1.0, 2.0]), "t": [10, 20], "w": [1]}) == expected
    array = xr.DataArray([1.0, 2.0], dims="t")
    assert variables({"v": array, "t": [10, 20]}) == {
        "v": (("t",), [1.0, 2.0], False),
        "t": (("t",), [10, 20], True),
    }
    assert variables({"t": [10, 20]}) == {"t": (None, [10, 20], False)}


def test_attributes_of_a_dataset_and_of_its_variables_are_kept_apart() -> None:
    attrs: dict[str, Any] = {}
    dataset = xr.Dataset({"v": ("t", [1], {"units": "m"})}, {"t": [5]}, {"who": "ü"})
    found = {name: (own, coordinate) for name, _, _, own, coordinate in variables_of(dataset, attrs)}
    assert attrs == {"who": "ü"}
    assert found == {"v": ({"units": "m"}, False), "t": ({}, True)}
    ((_, _, _, own, _),) = variables_of({"v": ("t", [1], {"units": "s"})}, attrs)
    assert own == {"units": "s"}
    ((_, _, _, own, _),) = variables_of({"v": ("t", [1], None)}, attrs)
    assert own == {}


@pytest.mark.parametrize(
    ("result", "match"),
    [
        ({"": 1}, "is named ''"),
        ({"a/b": 1}, "is named 'a/b'"),
        ({None: 1}, "is named None"),
        ({"a": {"b": 1}}, r"result 'a' is a mapping; return a flat one, such as \{'a.part'"),
        ({"a": ()}, "result 'a' is a tuple, but not"),
        ({"a": (1, 2)}, "result 'a' is a tuple, but not"),
    ],
)
def test_a_variable_that_can_not_be_one_is_named(result: object, match: str) -> None:
    with pytest.raises(ResultError, match=match):
        list(variables_of(result, {}))


@given(
    hnp.arrays(
        hnp.integer_dtypes(endianness="?") | hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
    )
)
def test_numbers_are_stored_little_endian_with_their_values(array: np.ndarray) -> None:
    found, kind = storable("x", array)
    assert kind[0] in "<|"
    np.testing.assert_array_equal(np.ndarray(array.shape, kind, found.tobytes()), array)


@given(hnp.arrays(object, hnp.array_shapes(max_dims=2, max_side=3), elements=st.text(st.characters(), max_size=5)))
def test_texts_keep_their_shape(array: np.ndarray) -> None:
    found, kind = storable("x", array)
    assert (kind, found.dtype.kind, found.shape) == (TEXT, "U", array.shape)
    assert [text.rstrip("\0") for text in array.flat] == found.ravel().tolist()  # NumPy drops zeros at the end


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (date(2020, 1, 2), np.datetime64("2020-01-02T00:00:00.000000")),
        ([datetime(2020, 1, 2, 3, 4, 5, 6)], np.array(["2020-01-02T03:04:05.000006"], "M8[us]")),  # noqa: DTZ001
        (timedelta(seconds=1.5), np.timedelta64(1_500_000, "us")),
        ([date(2020, 1, 2), datetime(2020, 1, 2, 12)], np.array(["2020-01-02", "2020-01-02T12"], "M8[us]")),  # noqa: DTZ001
    ],
)
def test_dates_and_time_spans_of_python_become_numpys(data: object, expected: Any) -> None:
    found, kind = storable("x", data)
    np.testing.assert_array_equal(found, expected)
    assert kind == np.asarray(expected).dtype.str


@pytest.mark.parametrize(
    ("data", "match"),
    [
        ([[1], [1, 2]], "'x' is no array"),
        (["a", 1], "'x' holds texts and other things, such as 1"),
        (["a", None], "'x' has a type that can't be stored: list of NoneType, str"),
        (object, "'x' has a type that can't be stored: type"),
        ([2**64, 1], "'x' has integers beyond 64 bits"),
        (np.ma.masked_array([True, False], [True, False]).astype("S1"), r"'x' is a masked array of \|S1"),
        (np.zeros(1, [("a", int)]), r"'x' has a type that can't be stored: \[\('a'"),
    ],
)
def test_what_can_not_be_stored_is_refused_with_its_type(data: object, match: str) -> None:
    with pytest.raises(ResultError, match=match):
        storable("x", data)
