"""``sweeprun collect``: merge the records of a run into one labelled Dataset."""

import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import chosen_run, run_parser
from sweeprun.cli.display import plain, plain_json, plain_message
from sweeprun.errors import UsageError
from sweeprun.store.directory import RunDirectory

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.results.choosing import Hint
    from sweeprun.results.collect import Collected
    from sweeprun.results.columns import Output
    from sweeprun.store.states import Snapshot

DEFAULT_OUTPUT = Path("results.nc")
_SHOWN_LINES = 20
_MOST_DATES = 2**27
"""Bytes of dates that are looked through; of more, it is said in any case how to read them."""


def main(words: Sequence[str]) -> int:
    """Collect a run, which may still be going, into a file, and print the Dataset."""
    parser = run_parser(
        "collect",
        "Merge the records of a run into one labelled xarray Dataset; also while the run is going.",
        "sweeprun collect multirun/2026-05-04/10-11-12 -o results.zarr",
    )
    parser.add_argument(
        "-o", "--output", type=Path, help="the file: .nc, .zarr, .csv or .parquet; by default ./results.nc"
    )
    parser.add_argument(
        "--variables", help="which results, with commas; their coordinates come with them. By default all"
    )
    args = parser.parse_args(words)

    from sweeprun.cli.observing import observe
    from sweeprun.results.choosing import names_in
    from sweeprun.results.export import check_output, is_ours

    only = None if args.variables is None else names_in(args.variables)
    output = args.output or DEFAULT_OUTPUT
    check_output(output)
    run = chosen_run(args.run)
    if args.output is None and output.exists() and not is_ours(output):
        raise UsageError(
            f"./{output} is there and was not made by sweeprun; choose another name: sweeprun collect -o …"
        )
    collected, left_out = collect_into(observe(run), output, only)
    counts = {state.value: count for state, count in collected.states.items()}
    if args.json:
        sizes = {str(name): size for name, size in collected.dataset.sizes.items()}
        damaged = {
            "unreadable": [{"file": file, "what": what} for file, what in collected.torn],
            "corrupt": [{"file": file, "task": task_id} for file, task_id in collected.unsound],
        }
        told = {"output": str(output), "run": str(run.path), "states": counts, "sizes": sizes, "damaged": damaged}
        told["left_out"] = [each.name for each in left_out]
        told["disagreeing"] = collected.refused
        print(plain_json(told))
        return 0
    print(plain(collected.dataset))
    missing = ", ".join(f"{count} {state}" for state, count in counts.items() if count and state != "succeeded")
    print_notes(collected, left_out, output)
    print(f"written to {output}" + (f"; without a result: {missing}" if missing else ""), file=sys.stderr)
    return 0


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
    from sweeprun.cli.observing import warnings_of
    from sweeprun.results.collect import collect_snapshot, open_snapshot, stream_snapshot
    from sweeprun.results.export import TABLES, check_output, write_dataset
    from sweeprun.results.table_files import write_table
    from sweeprun.store.states import live_beats

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
