"""Tables of Arrow keep the names of their columns and their types."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sweeprun.store.arrow_results import as_columns
from sweeprun.store.object_values import Unstorable
from sweeprun.store.payloads import Layout, encode_result


class Frame:
    """Like one of polars: it speaks Arrow's C interface."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


class Series(Frame):
    """Like a column of polars."""


def test_columns_keep_their_names_and_types() -> None:
    table = pa.table(
        {"n": pa.array([1, 2], pa.int8()), "größe": [0.5, 1.5], "d": [date(2020, 1, 2)] * 2, "s": ["a", "b"]}
    )
    for given in (table, Frame(table)):
        found = as_columns(given)
        assert {name: dims for name, (dims, _) in found.items()} == dict.fromkeys(table.column_names, "index")
        values = [as_columns(column) for _, column in found.values()]
        assert [one.dtype.str for one in values] == ["|i1", "<f8", "<M8[D]", "|O"]
        assert values[3].tolist() == ["a", "b"]


def test_one_column_that_can_not_be_stored_costs_itself() -> None:
    table = pa.table(
        {"n": [1, 2], "lists": [[1], [2, 3]], "dec": [Decimal("0.5"), Decimal("0.1")], "nothing": [None, None]}
    )
    layout = Layout.from_json(encode_result(table)[0])
    assert [one.name for one in layout.variables] == ["n"]
    assert (list(layout.left_out), layout.missing) == (["lists", "dec"], ("nothing",))


def test_a_column_alone_is_an_array() -> None:
    np.testing.assert_array_equal(as_columns(pa.array([1, 2])), [1, 2])
    np.testing.assert_array_equal(as_columns(pa.chunked_array([[1], [2]])), [1, 2])
    np.testing.assert_array_equal(as_columns(pa.array(["x", "y", "x"]).dictionary_encode()), ["x", "y", "x"])
    np.testing.assert_array_equal(as_columns(Series(pa.chunked_array([[1], [2]]))), [1, 2])


def test_missing_values_are_masked_and_the_others_stay_exact() -> None:
    found = as_columns(pa.array([2**60 + 1, None]))
    assert isinstance(found, np.ma.MaskedArray)
    assert found.tolist() == [2**60 + 1, None]
    assert as_columns(pa.array([True, None])).tolist() == [True, None]
    assert as_columns(pa.array(["x", None])).tolist() == ["x", None]
    assert np.isnat(as_columns(pa.array([np.datetime64("2020-01-01", "s"), None]))).tolist() == [False, True]


def test_a_time_zone_is_refused() -> None:
    with pytest.raises(Unstorable, match="time zone"):
        as_columns(pa.array([1], pa.timestamp("s", "Europe/Berlin")))


def test_two_columns_of_one_name_are_refused() -> None:
    table = pa.table([[1], [2]], names=["a", "a"])
    with pytest.raises(Unstorable, match="two columns of one name"):
        as_columns(table)
