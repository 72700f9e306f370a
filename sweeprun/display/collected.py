"""What there is to say of a file of collected results, on a terminal."""

import sys
from typing import TYPE_CHECKING

from sweeprun.results.formats.netcdf import TABLES
from sweeprun.safe_text import plain_line
from sweeprun.store.local_paths import OutputPath

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.runs.collect import CollectedFile

_SHOWN_LINES = 20
_MOST_DATES = 2**27
"""Bytes of dates that are looked through; of more, it is said in any case how to read them."""


def print_warnings(file: "CollectedFile") -> None:
    """Say what is damaged or can't be one variable, and what the user should know of the run."""
    for name, why in file.collected.refused.items():
        became = "written as text" if file.output.suffix in TABLES else "left out"
        print(plain_line(f"{name} is {became}: {why}"), file=sys.stderr)
    _print_damaged(file)
    for note in file.collected.notes:
        print(plain_line(note.text), file=sys.stderr)
    for line in (*file.warnings, *file.doubts):
        print(plain_line(line), file=sys.stderr)
    if file.replaced is not None:
        line = f"{file.output} had the results of the run {file.replaced.shown()}, and now has those of this one"
        print(plain_line(line), file=sys.stderr)


def print_notes(file: "CollectedFile") -> None:
    """Say how all of a file is read, and what of the run is not in it."""
    _print_how_to_read(file.collected.dataset, file.output)
    if file.unfit:
        unfit = ", ".join(f"{each.name} ({' x '.join(map(str, each.shape))} values a task)" for each in file.unfit)
        instead = ".parquet has lists" if file.output.suffix == ".csv" else ".zarr and .nc have them"
        print(plain_line(f"too large for columns, so left out: {unfit}; {instead}"), file=sys.stderr)


def _print_how_to_read(dataset: "xr.Dataset", output: OutputPath) -> None:
    """Say what xarray has to be told to read all that is in a file."""
    from sweeprun.results.dtypes import beyond_nanoseconds

    variables = dataset.variables.values()
    if output.suffix == ".nc" and any(v.dtype.kind == "c" for v in variables):
        print("complex numbers: read it with xarray.open_dataset(path, auto_complex=True)", file=sys.stderr)
    dates = [v for v in variables if v.dtype.kind == "M" and v.dtype != "datetime64[ns]"]
    if output.suffix in {".nc", ".zarr"} and any(v.nbytes > _MOST_DATES or beyond_nanoseconds(v.values) for v in dates):
        coder = 'decode_times=xarray.coders.CFDatetimeCoder(time_unit="us")'
        print(f"dates before 1677 or after 2262: open it with {coder}", file=sys.stderr)


def _print_damaged(file: "CollectedFile") -> None:
    """Say what could not be read. A torn end is normal while workers write."""
    torn = [
        (shard, what)
        for shard, what in file.collected.torn
        if not (file.being_written and shard in file.collected.ends_torn)
    ]
    lines = [f"{shard}: {what}" for shard, what in torn]
    lines += [f"task {task_id}: a record of it in {shard} is damaged" for shard, task_id in file.collected.unsound]
    for line in lines[:_SHOWN_LINES]:
        print(plain_line(line), file=sys.stderr)
    if len(lines) > _SHOWN_LINES:
        print(f"… and {len(lines) - _SHOWN_LINES} more such lines; --json has all", file=sys.stderr)
    if lines:
        print(
            "what is damaged was left out; the tasks that have no other record run again with: "
            f"sweeprun resume {file.snapshot.run.shown()}",
            file=sys.stderr,
        )
