"""Merging the records of a run into a file."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path
from typing import Any

from sweeprun.errors import ResultError, UsageError
from sweeprun.results.collect import Collected, collect_snapshot, has_results, open_snapshot, stream_snapshot
from sweeprun.results.formats.columns import Output
from sweeprun.results.formats.netcdf import TABLES, check_output, write_dataset
from sweeprun.results.formats.owners import check_replaceable, is_there
from sweeprun.results.masking import revealing
from sweeprun.results.notes import NoteKind
from sweeprun.results.plan import Plan
from sweeprun.runs.observe import counts_text, warnings_of
from sweeprun.statistics.doubts import doubts_within
from sweeprun.store.directory import RunDirectory
from sweeprun.store.local_paths import OutputPath, StoreUrl
from sweeprun.store.snapshot import Snapshot, TaskState, live_beats
from sweeprun.wording import Command, flag

_SHOWN_BYTES = 2**22
"""A Dataset as small as this is read at once."""

_MOST_DOUBTED_BYTES = 2**27
"""So much is read again to look for NaN and equal members."""

ZARR_FORMATS = (2, 3)

_OF_DIMENSIONS = (NoteKind.LABELS, NoteKind.DIMENSIONS)
"""What is said of dimensions, which a table has none of."""


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
    check_output(output)
    check_tolerance(tolerance, output)
    if zarr_format not in ZARR_FORMATS or (zarr_format == 2 and output.suffix != ".zarr"):
        raise UsageError(f"{str(output)!r} can't be of Zarr format {zarr_format}; a .zarr is of format 3, or 2")
    if zarr_format == 2 and isinstance(output, StoreUrl):
        raise UsageError(f"{str(output)!r} can't be of Zarr format 2, which is written to local folders only")
    check_csv_safe(output, csv_safe=csv_safe)
    replaced = check_replaceable(output, snapshot.run)
    snapshot = revealing(snapshot, reveal)
    _check_results(snapshot, output)
    unfit: tuple[Output, ...] = ()
    again = Command("collect", snapshot.run.shown(), options=(flag("output").to(str(output)),))
    if isinstance(output, Path) and output.suffix in TABLES:
        collected, unfit = _write_table(snapshot, output, only, csv_safe=csv_safe)
    elif isinstance(output, Path) and zarr_format == 2:
        collected = collect_snapshot(snapshot, only, again=again, tolerance=tolerance)
        write_dataset(collected.dataset, output)
    else:
        collected = stream_snapshot(snapshot, _writer(output), only, again=again, tolerance=tolerance)
    if output.suffix == ".nc" and collected.dataset.nbytes <= _SHOWN_BYTES:
        collected.dataset.load()  # so that it shows its values
    return CollectedFile(
        output=output,
        snapshot=snapshot,
        collected=collected,
        unfit=unfit,
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


def _writer(output: OutputPath) -> Callable[[Plan], None]:
    """What writes a plan region by region; only the format that is wanted is loaded."""
    if isinstance(output, StoreUrl) or output.suffix == ".zarr":
        from sweeprun.results.formats.zarr_store import write_store

        return lambda plan: write_store(plan, output)
    from sweeprun.results.formats.netcdf_streams import write_run

    return lambda plan: write_run(plan, output)


def _write_table(
    snapshot: Snapshot, output: Path, only: Collection[str] | None, *, csv_safe: bool
) -> tuple[Collected, tuple[Output, ...]]:
    """Write a table; what is in it, and what is too large for its columns."""
    from sweeprun.results.formats.table_files import write_table

    collected = open_snapshot(snapshot, only, in_part=True)
    written = write_table(snapshot, collected.dataset.attrs, output, only, csv_safe=csv_safe)
    notes = tuple(note for note in collected.notes if note.kind not in _OF_DIMENSIONS)
    return replace(collected, refused=written.as_text, notes=notes), written.left_out


def check_csv_safe(output: OutputPath, *, csv_safe: bool) -> None:
    """Refuse to make a file safe for spreadsheets that isn't read by any.

    Raises
    ------
    UsageError
        If it is no CSV.
    """
    if csv_safe and output.suffix != ".csv":
        raise UsageError(f"{str(output)!r} is no .csv, and only texts in those are taken for formulas: leave it out")


def check_tolerance(tolerance: float, output: OutputPath) -> None:
    """Refuse a tolerance that means nothing.

    Raises
    ------
    UsageError
        If it is no distance, or the file is a table, which aligns nothing.
    """
    if not (tolerance >= 0 and isfinite(tolerance)):
        raise UsageError(f"the tolerance is {tolerance!r}; it should be a distance between labels, such as 1e-9")
    if tolerance and output.suffix in TABLES:
        raise UsageError(
            "a table has the labels of each task as they are, so a tolerance changes nothing: leave it out"
        )
