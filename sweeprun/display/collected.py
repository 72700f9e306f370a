"""What there is to say of a file of collected results, on a terminal."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.safe_text import plain_message
from sweeprun.store.directory import RunDirectory

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.results.collect import Collected
    from sweeprun.results.formats.columns import Output

_SHOWN_LINES = 20

_MOST_DATES = 2**27
"""Bytes of dates that are looked through; of more, it is said in any case how to read them."""


def print_notes(collected: "Collected", left_out: "Sequence[Output]", output: Path) -> None:
    """Say how all of a file is read, and what of the run is not in it."""
    _print_how_to_read(collected.dataset, output)
    if left_out:
        unfit = ", ".join(f"{each.name} ({' x '.join(map(str, each.shape))} values a task)" for each in left_out)
        print(plain_message(f"too large for columns, so left out: {unfit}; .parquet has lists"), file=sys.stderr)


def _print_how_to_read(dataset: "xr.Dataset", output: Path) -> None:
    """Say what xarray has to be told to read all that is in a file."""
    from sweeprun.results.dtypes import beyond_nanoseconds

    variables = dataset.variables.values()
    if output.suffix == ".nc" and any(v.dtype.kind == "c" for v in variables):
        print("complex numbers: read it with xarray.open_dataset(path, auto_complex=True)", file=sys.stderr)
    dates = [v for v in variables if v.dtype.kind == "M" and v.dtype != "datetime64[ns]"]
    if output.suffix in {".nc", ".zarr"} and any(v.nbytes > _MOST_DATES or beyond_nanoseconds(v.values) for v in dates):
        coder = 'decode_times=xarray.coders.CFDatetimeCoder(time_unit="us")'
        print(f"dates before 1677 or after 2262: open it with {coder}", file=sys.stderr)


def _print_left_out(collected: "Collected", run: RunDirectory, *, written_to: bool) -> None:
    """Say what could not be read. A torn end is normal while workers write."""
    lines = [f"{file}: {what}" for file, what in collected.torn if not (written_to and file in collected.ends_torn)]
    lines += [f"task {task_id}: a record of it in {file} is corrupt (checksum)" for file, task_id in collected.unsound]
    for line in lines[:_SHOWN_LINES]:
        print(plain_message(line), file=sys.stderr)
    if len(lines) > _SHOWN_LINES:
        print(f"… and {len(lines) - _SHOWN_LINES} more such lines; --json has all", file=sys.stderr)
    if lines:
        print(
            "what is damaged was left out; the tasks that have no other record run again with: "
            f"sweeprun resume {run.shown()}",
            file=sys.stderr,
        )
