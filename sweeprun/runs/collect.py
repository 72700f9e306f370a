"""Merging the records of a run into a file."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sweeprun.errors import ResultError
from sweeprun.results.collect import Collected, has_results
from sweeprun.results.formats.all_formats import check_output, format_of
from sweeprun.results.formats.columns import Output
from sweeprun.results.formats.output_format import WriteOptions
from sweeprun.results.formats.owners import check_replaceable, is_there
from sweeprun.results.masking import revealing
from sweeprun.runs.observe import counts_text, warnings_of
from sweeprun.statistics.doubts import doubts_within
from sweeprun.store.directory import RunDirectory
from sweeprun.store.local_paths import OutputPath
from sweeprun.store.snapshot import Snapshot, TaskState, live_beats
from sweeprun.wording import Command, flag

_MOST_DOUBTED_BYTES = 2**27
"""So much is read again to look for NaN and equal members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedFile:
    """A file of results.

    Attributes
    ----------
    output
        The file, or the URL of a store.
    snapshot
        The run that it is of.
    collected
        What is in it.
    unfit
        Results that are too large for the columns of a CSV.
    being_written
        Whether workers still write to the run, so that the torn end of a shard is normal.
    warnings
        What the user should know of the run.
    doubts
        What the user should know of its values: NaN, infinite ones, and members that are equal.
    replaced
        Another run, whose results the file had before.
    """

    output: OutputPath
    snapshot: Snapshot
    collected: Collected
    unfit: tuple[Output, ...]
    being_written: bool
    warnings: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    replaced: RunDirectory | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        collected = self.collected
        return {
            "output": str(self.output),
            "run": str(self.snapshot.run.path),
            "states": {state.value: count for state, count in collected.states.items()},
            "sizes": {str(name): size for name, size in collected.dataset.sizes.items()},
            "damaged": {
                "unreadable": [{"file": file, "what": what} for file, what in collected.torn],
                "corrupt": [{"file": file, "task": task_id} for file, task_id in collected.unsound],
            },
            "left_out": [each.name for each in self.unfit],
            "disagreeing": collected.refused,
            "notes": [{"about": note.kind.value, "name": note.name, "text": note.text} for note in collected.notes],
            "doubts": list(self.doubts),
            "replaced": None if self.replaced is None else str(self.replaced.path),
        }


def collect_into(
    snapshot: Snapshot,
    output: OutputPath,
    only: Collection[str] | None = None,
    *,
    tolerance: float = 0.0,
    zarr_format: int = 3,
    reveal: Collection[str] = (),
    csv_safe: bool = False,
) -> CollectedFile:
    """Write what there is of a run to a file.

    Parameters
    ----------
    snapshot, output
        The run, and the file; or the URL of a Zarr store.
    only
        The results that are wanted; by default all.
    tolerance
        How far apart labels of dimensions that results have of their own may be that are one; a table has no such.
    zarr_format
        3, or 2 for readers that know no other: that is written at once, from memory, each time.
    reveal
        Keys and results that are written although their names say that they are secret.
    csv_safe
        Whether texts in a ``.csv`` that a spreadsheet would take for formulas begin with an apostrophe.

    Raises
    ------
    UsageError
        If its name doesn't say in which format, or there is no such result; if sweeprun didn't make what is
        there, or it has the results of another run that is gone.
    ResultError
        If tasks don't agree on a result, and the file isn't a table or the result was not asked for by name; if
        no task has a result, and there is a file, or none is going to.
    """
    options = WriteOptions(only=only, tolerance=tolerance, zarr_format=zarr_format, csv_safe=csv_safe)
    check_writable(output, options)
    replaced = check_replaceable(output, snapshot.run)
    snapshot = revealing(snapshot, reveal)
    _check_results(snapshot, output)
    again = Command("collect", snapshot.run.shown(), options=(flag("output").to(str(output)),))
    written = format_of(output).write_run(snapshot, output, options, again)
    collected = written.collected
    return CollectedFile(
        output=output,
        snapshot=snapshot,
        collected=collected,
        unfit=written.left_out,
        being_written=bool(live_beats(snapshot.run, snapshot.activity)),
        warnings=tuple(warnings_of(snapshot)),
        doubts=tuple(doubts_within(collected.dataset, _MOST_DOUBTED_BYTES)),
        replaced=replaced,
    )


def _check_results(snapshot: Snapshot, output: OutputPath) -> None:
    """Refuse to write a file without results where it would replace one, or where it would stay without."""
    if has_results(snapshot):
        return
    shown = snapshot.run.shown()
    if is_there(output):
        raise ResultError(f"no task of {shown} has a result yet, so {str(output)!r} is left as it is")
    counts = snapshot.counts()
    if not (counts[TaskState.PENDING] or counts[TaskState.RUNNING]):
        raise ResultError(
            f"no task of {shown} has a result ({counts_text(snapshot)}), so {str(output)!r} is not written"
        )


def check_writable(output: OutputPath, options: WriteOptions) -> None:
    """Refuse a file that can't be written, or options that mean nothing for its format, before a run is looked at.

    Raises
    ------
    UsageError
        If it can't be, or they don't.
    """
    check_output(output)
    format_of(output).check_options(output, options)
