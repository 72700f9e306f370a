"""Write a run as a table, ``.csv`` or ``.parquet``: whole or not at all.

References
----------
RFC 4180, "Common Format and MIME Type for Comma-Separated Values (CSV) Files".
"""

import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from sweeprun.errors import UsageError
from sweeprun.results.formats.columns import Output
from sweeprun.results.formats.netcdf import check_output, put_in_place
from sweeprun.results.formats.owners import write_note
from sweeprun.results.formats.rows import Tidy
from sweeprun.results.formats.spreadsheets import safe_name, safe_texts
from sweeprun.results.variables import VariableError, disagreement
from sweeprun.store.files import temporary_sibling
from sweeprun.store.snapshot import Snapshot
from sweeprun.wording import Command, flag

LARGEST_LIST = 2**30
"""The bytes that a task's value of one output may have in a Parquet file."""

MOST_ELEMENTS = 100
"""So many values of one output have columns of their own in CSV."""

_PANDAS_ATTRS = "PANDAS_ATTRS"
"""Where ``pandas.read_parquet`` finds the attributes of a table."""

_DIGITS = {"s": 0, "ms": 3, "us": 6, "ns": 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What became of some outputs in a table.

    Attributes
    ----------
    left_out
        Those that have too many values for the format.
    as_text
        Those that tasks don't agree on, which are text: name -> why.
    """

    left_out: tuple[Output, ...] = ()
    as_text: dict[str, str] = field(default_factory=dict)


def write_table(
    snapshot: Snapshot,
    attrs: Mapping[str, Any],
    path: Path,
    only: Collection[str] | None = None,
    *,
    csv_safe: bool = False,
) -> Written:
    """Write a run as a table with one row for each task, in the place of what was there.

    The columns are ``task_id``, ``state``, ``seconds``, the coordinates of the task, and what it returned; all but the
    first two are missing where a task has no such value. Outputs with dims of their own are lists in Parquet, as long
    as each task returned them, unless they have more than `LARGEST_LIST` bytes; in CSV each of their values is a
    column, ``curve[0]``, ``image[2,3]``, unless they have more than `MOST_ELEMENTS`. A complex number is two columns,
    ``z.real`` and ``z.imag``.

    What is of different kinds in different tasks is text if it was asked for by name, and else an error.

    In CSV, numbers have the digits that bring the same number back, missing values are empty, dates are as in ISO 8601,
    time spans in seconds, and bytes the text that they are in UTF-8.

    Parameters
    ----------
    snapshot
        The run.
    attrs
        The attributes of its Dataset, which Parquet keeps in the metadata of the schema. CSV has no place for them.
    path
        Ends in ``.csv`` or ``.parquet``.

    only
        The results that are wanted, which come with their coordinates; by default all.
    csv_safe
        Whether texts in a CSV that a spreadsheet would take for formulas begin with an apostrophe.

    Raises
    ------
    UsageError
        If the path can't be written, or there is no such result.
    ResultError
        If two tasks returned what can't be one column.
    """
    check_output(path)
    tidy = Tidy(snapshot, only)
    while True:
        if tidy.refused and only is None:
            others = [one.name for one in tidy.outputs if not one.coordinate and one.name not in tidy.refused]
            again = Command("collect", snapshot.run.shown(), options=(flag("output").to(str(path)),))
            raise disagreement(tidy.refused, others, again)
        try:
            return Written(left_out=_write(tidy, attrs, path, csv_safe=csv_safe), as_text=tidy.refused)
        except VariableError as error:
            tidy.refuse(error.name, error.why)


def _write(tidy: Tidy, attrs: Mapping[str, Any], path: Path, *, csv_safe: bool) -> tuple[Output, ...]:
    """Write all outputs but those that are too large for the format; these."""
    csv = path.suffix == ".csv"
    left_out = [output for output in tidy.outputs if (_is_wide(output) if csv else _is_long(output))]
    columns = tidy.columns([output for output in tidy.outputs if output not in left_out], elements=csv)
    schema = tidy.schema(columns, attrs)
    write = partial(_write_csv, safe=csv_safe) if csv else _write_parquet
    try:
        with temporary_sibling(path.absolute()) as temporary:
            with temporary.open("xb") as file:  # Arrow by itself takes names for UTF-8, whatever the locale's encoding
                write(file, schema, tidy.batches(columns, schema))
                file.flush()
                os.fsync(file.fileno())
            put_in_place(temporary, path.absolute())
        if csv:
            write_note(path, attrs)
    except OSError as error:
        raise UsageError(f"can't write {str(path)!r}: {error.strerror or error}") from error
    except pa.ArrowException as error:
        raise UsageError(f"can't write {str(path)!r}: {error}") from error
    return tuple(left_out)


def _is_wide(output: Output) -> bool:
    """Whether an output would be too many columns of a CSV file."""
    return output.elements > MOST_ELEMENTS


def _is_long(output: Output) -> bool:
    """Whether the lists of an output are too large for Parquet, whose writer takes ten times their memory."""
    return output.nbytes > LARGEST_LIST


def _write_parquet(file: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch]) -> None:
    texts = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
    schema = schema.with_metadata({**texts, _PANDAS_ATTRS: json.dumps(texts)})
    with pq.ParquetWriter(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch.cast(schema))


def _write_csv(file: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch], *, safe: bool) -> None:
    names = [safe_name(name) if safe else name for name in schema.names]
    plain = pa.schema([pa.field(name, _plain_type(kind)) for name, kind in zip(names, schema.types, strict=True)])
    with pacsv.CSVWriter(file, plain) as writer:
        for batch in batches:
            arrays = [safe_texts(_plain(column)) if safe else _plain(column) for column in batch.columns]
            writer.write_batch(pa.record_batch(arrays, schema=plain))


def _plain_type(kind: pa.DataType) -> pa.DataType:
    return _plain(pa.array([], kind)).type


def _plain(column: pa.Array) -> pa.Array:
    """A column as CSV can hold it."""
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
