"""Write a run as a table with one row for each task: whole or not at all, in any format of tables."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, Protocol

import pyarrow as pa

from sweeprun.errors import UsageError
from sweeprun.results.formats.columns import Output
from sweeprun.results.formats.in_place import put_in_place
from sweeprun.results.formats.output_format import WriteOptions
from sweeprun.results.formats.rows import Tidy
from sweeprun.results.variables import VariableError, disagreement
from sweeprun.store.files import temporary_sibling
from sweeprun.store.snapshot import Snapshot
from sweeprun.wording import Command, flag


class TableWriter(Protocol):
    """What a format of tables does; see `sweeprun.results.formats.table_format.TableFormat`."""

    has_lists: ClassVar[bool]

    def is_too_large(self, output: Output) -> bool: ...

    def write(
        self, file: BinaryIO, schema: pa.Schema, batches: Iterator[pa.RecordBatch], options: WriteOptions
    ) -> None: ...

    def finish(self, path: Path, attrs: Mapping[str, Any]) -> None: ...


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
    writer: TableWriter, snapshot: Snapshot, attrs: Mapping[str, Any], path: Path, options: WriteOptions
) -> Written:
    """Write a run as a table with one row for each task, in the place of what was there.

    The columns are ``task_id``, ``state``, ``seconds``, the coordinates of the task, and what it returned; all but the
    first two are missing where a task has no such value. What becomes of outputs with dims of their own, the format
    says. A complex number is two columns, ``z.real`` and ``z.imag``.

    What is of different kinds in different tasks is text if it was asked for by name, and else an error.

    Parameters
    ----------
    writer
        The format.
    snapshot
        The run.
    attrs
        The attributes of its Dataset, which are in the metadata of the schema.
    path, options
        The file, and how it is wanted.

    Raises
    ------
    UsageError
        If the path can't be written, or there is no such result.
    ResultError
        If two tasks returned what can't be one column.
    """
    tidy = Tidy(snapshot, options.only)
    while True:
        if tidy.refused and options.only is None:
            others = [one.name for one in tidy.outputs if not one.coordinate and one.name not in tidy.refused]
            again = Command("collect", snapshot.run.shown(), options=(flag("output").to(str(path)),))
            raise disagreement(tidy.refused, others, again)
        try:
            return Written(left_out=_write(writer, tidy, attrs, path, options), as_text=tidy.refused)
        except VariableError as error:
            tidy.refuse(error.name, error.why)


def _write(
    writer: TableWriter, tidy: Tidy, attrs: Mapping[str, Any], path: Path, options: WriteOptions
) -> tuple[Output, ...]:
    """Write all outputs but those that are too large for the format; these."""
    left_out = [output for output in tidy.outputs if writer.is_too_large(output)]
    kept = [output for output in tidy.outputs if output not in left_out]
    columns = tidy.columns(kept, elements=not writer.has_lists)
    schema = tidy.schema(columns, attrs)
    try:
        with temporary_sibling(path.absolute()) as temporary:
            with temporary.open("xb") as file:  # Arrow by itself takes names for UTF-8, whatever the locale's encoding
                writer.write(file, schema, tidy.batches(columns, schema), options)
                file.flush()
                os.fsync(file.fileno())
            put_in_place(temporary, path.absolute())
        writer.finish(path, attrs)
    except OSError as error:
        raise UsageError(f"can't write {str(path)!r}: {error.strerror or error}") from error
    except pa.ArrowException as error:
        raise UsageError(f"can't write {str(path)!r}: {error}") from error
    return tuple(left_out)
