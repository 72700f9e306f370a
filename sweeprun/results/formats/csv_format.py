"""CSV, ``.csv``: tables as text. It has no place for attributes, so a note lies beside a file.

References
----------
RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files".
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sweeprun.results.formats.output_format import WriteOptions
from sweeprun.results.formats.own_note import has_note, read_note, write_note
from sweeprun.results.formats.table_format import TableFormat

if TYPE_CHECKING:
    import pyarrow as pa

    from sweeprun.results.formats.columns import Output

MOST_ELEMENTS = 100
"""So many values of one output have columns of their own."""

_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


class Csv(TableFormat):
    """Each value of an output with dims of its own is a column, ``curve[0]``, ``image[2,3]``.

    Numbers have the digits that bring the same number back, missing values are empty, dates are as in ISO 8601, time
    spans in seconds, and bytes the text that they are in UTF-8.
    """

    suffix = ".csv"
    has_lists = False
    is_for_spreadsheets = True

    def is_too_large(self, output: "Output") -> bool:
        return output.elements > MOST_ELEMENTS

    def write(
        self, file: BinaryIO, schema: "pa.Schema", batches: "Iterator[pa.RecordBatch]", options: WriteOptions
    ) -> None:
        import pyarrow as pa
        import pyarrow.csv as pacsv

        from sweeprun.results.formats.spreadsheets import safe_name, safe_texts

        safe = options.csv_safe
        names = [safe_name(name) if safe else name for name in schema.names]
        plain = pa.schema([pa.field(name, _plain_type(kind)) for name, kind in zip(names, schema.types, strict=True)])
        with pacsv.CSVWriter(file, plain) as writer:
            for batch in batches:
                arrays = [safe_texts(_plain(column)) if safe else _plain(column) for column in batch.columns]
                writer.write_batch(pa.record_batch(arrays, schema=plain))

    def finish(self, path: Path, attrs: Mapping[str, Any]) -> None:
        write_note(path, attrs)

    def attributes(self, path: Path) -> Mapping[str, Any]:
        return read_note(path)

    def was_edited(self, path: Path) -> bool:
        return has_note(path)


def _plain_type(kind: "pa.DataType") -> "pa.DataType":
    import pyarrow as pa

    return _plain(pa.array([], kind)).type


def _plain(column: "pa.Array") -> "pa.Array":
    """A column as CSV can hold it."""
    from decimal import Decimal

    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_float16(column.type):
        return column.cast(pa.float32())
    if pa.types.is_duration(column.type):
        digits = _DIGITS[column.type.unit]
        counts = column.cast(pa.int64()).cast(pa.decimal128(19, 0))
        return pc.multiply(counts, pa.scalar(Decimal(1).scaleb(-digits), pa.decimal128(digits + 1, digits)))
    if pa.types.is_timestamp(column.type):  # Arrow writes no years beyond some thousands
        dates = column.to_numpy(zero_copy_only=False)
        return pa.array(np.datetime_as_string(dates).astype(object), pa.string(), mask=np.isnat(dates))
    if pa.types.is_binary(column.type):
        texts = [None if value is None else value.decode(errors="backslashreplace") for value in column.to_pylist()]
        return pa.array(texts, pa.string())
    return column
