"""Merging the records of a run into a file."""

import sys
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.display.collected import _print_left_out
from sweeprun.safe_text import plain_message

if TYPE_CHECKING:
    from sweeprun.results.collect import Collected
    from sweeprun.results.formats.columns import Output
    from sweeprun.results.variables import Hint
    from sweeprun.store.snapshot import Snapshot


def collect_into(
    snapshot: "Snapshot", output: Path, only: Collection[str] | None = None, *, hint: "Hint | None" = None
) -> "tuple[Collected, tuple[Output, ...]]":
    """Write what there is of a run to a file; what was collected, and what doesn't fit into columns of a CSV.

    What is damaged, and what its user should know, is told on standard error.

    Parameters
    ----------
    snapshot, output
        The run, and the file.
    only
        The results that are wanted; by default all.
    hint
        What somebody types to have some of them; by default ``sweeprun collect``.

    Raises
    ------
    UsageError
        If its name doesn't say in which format, or there is no such result.
    ResultError
        If tasks don't agree on a result, and the file isn't a table or the result was not asked for by name.
    """
    from sweeprun.results.collect import collect_snapshot, open_snapshot, stream_snapshot
    from sweeprun.results.formats.netcdf import TABLES, check_output, write_dataset
    from sweeprun.results.formats.table_files import write_table
    from sweeprun.runs.observe import warnings_of
    from sweeprun.store.snapshot import live_beats

    check_output(output)
    left_out: tuple[Output, ...] = ()
    if output.suffix in TABLES:
        collected = open_snapshot(snapshot, only, in_part=True)
        written = write_table(snapshot, collected.dataset.attrs, output, only, hint=hint)
        left_out, collected = written.left_out, replace(collected, refused=written.as_text)
    elif output.suffix == ".zarr":
        collected = stream_snapshot(snapshot, output, only, hint=hint)
    else:
        collected = collect_snapshot(snapshot, only, hint=hint)
        write_dataset(collected.dataset, output)
    for name, why in collected.refused.items():
        became = "written as text" if output.suffix in TABLES else "left out"
        print(plain_message(f"{name} is {became}: {why}"), file=sys.stderr)
    _print_left_out(collected, snapshot.run, written_to=bool(live_beats(snapshot.run, snapshot.activity)))
    for line in warnings_of(snapshot):
        print(plain_message(line), file=sys.stderr)
    return collected, left_out
