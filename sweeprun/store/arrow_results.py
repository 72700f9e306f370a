"""What a task returned as a table or column of pyarrow or polars: its columns by name, with their types."""

from typing import Any

import numpy as np
import pyarrow as pa

from sweeprun.store.object_values import Unstorable

ROWS = "index"
"""The dim of a table's columns, as of a DataFrame without labels."""


def as_columns(table: Any) -> Any:
    """Of a table a mapping with an entry for each column, which is an array once it is looked at itself."""
    if isinstance(table, pa.ChunkedArray | pa.Array):
        return _values(table)
    if type(table).__name__ == "Series":  # of polars
        return _values(pa.chunked_array(table))
    table = pa.table(table)
    if len(set(table.column_names)) < len(table.column_names):
        raise Unstorable(f"it has two columns of one name: {table.column_names}")
    return {name: (ROWS, table.column(place)) for place, name in enumerate(table.column_names)}


def _values(column: Any) -> np.ndarray:
    """A column as an array; where values are missing, they are masked, or None among objects."""
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        raise Unstorable("it has a time zone; convert it to UTC without one")
    try:
        return _of_its_type(column)
    except pa.ArrowNotImplementedError:
        return _objects(column)


def _of_its_type(column: Any) -> np.ndarray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not column.null_count or pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy())
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_boolean(column.type):
        filled = column.fill_null(pa.scalar(False if pa.types.is_boolean(column.type) else 0, column.type))
        return np.ma.masked_array(_of_its_type(filled), _of_its_type(column.is_null()))
    return _objects(column)


def _objects(column: Any) -> np.ndarray:
    """Its values as Python's, None among them; the one more keeps lists from becoming a dimension."""
    return np.array([*column.to_pylist(), None], dtype=object)[:-1]
