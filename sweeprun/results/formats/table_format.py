"""Formats of tables: one row for each task, and columns for what it returned. They have no dimensions."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

from sweeprun.errors import UsageError
from sweeprun.results.formats.output_format import OutputFormat, WriteOptions, WrittenResults
from sweeprun.results.notes import NoteKind
from sweeprun.store.local_paths import OutputPath

if TYPE_CHECKING:
    import pyarrow as pa

    from sweeprun.results.formats.columns import Output
    from sweeprun.store.snapshot import Snapshot
    from sweeprun.wording import Command

_OF_DIMENSIONS = (NoteKind.LABELS, NoteKind.DIMENSIONS)
"""What is said of dimensions, which a table has none of."""


class TableFormat(OutputFormat):
    """A format of tables.

    Attributes
    ----------
    has_lists
        Whether a column holds lists; if not, each value of an output with dims has a column of its own.
    """

    refused_become = "written as text"
    has_lists: ClassVar[bool]

    @abstractmethod
    def is_too_large(self, output: "Output") -> bool:
        """Whether a task has more values of an output than the format can hold."""

    @abstractmethod
    def write(
        self, file: BinaryIO, schema: "pa.Schema", batches: "Iterator[pa.RecordBatch]", options: WriteOptions
    ) -> None:
        """Write rows to a new file."""

    def finish(self, path: Path, attrs: Mapping[str, Any]) -> None:
        """What is to be done when the file is in its place."""

    def check_options(self, output: OutputPath, options: WriteOptions) -> None:
        super().check_options(output, options)
        if options.tolerance:
            raise UsageError(
                "a table has the labels of each task as they are, so a tolerance changes nothing: leave it out"
            )

    def write_run(
        self,
        snapshot: "Snapshot",
        output: OutputPath,
        options: WriteOptions,
        again: "Command",  # noqa: ARG002  # it writes as text what others refuse
    ) -> WrittenResults:
        from sweeprun.results.collect import open_snapshot
        from sweeprun.results.formats.table_files import write_table

        assert isinstance(output, Path)
        self.check(output)
        collected = open_snapshot(snapshot, options.only, in_part=True)
        written = write_table(self, snapshot, collected.dataset.attrs, output, options)
        notes = tuple(note for note in collected.notes if note.kind not in _OF_DIMENSIONS)
        return WrittenResults(
            collected=replace(collected, refused=written.as_text, notes=notes), left_out=written.left_out
        )
