"""``sweeprun collect``: merge the records of a run into one labelled Dataset."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from sweeprun.cli.arguments import chosen_run, run_parser
from sweeprun.display.json_text import print_json
from sweeprun.results.formats.all_formats import output_path, suffixes
from sweeprun.safe_text import plain
from sweeprun.wording import flag

DEFAULT_OUTPUT = Path("results.nc")


def main(words: Sequence[str]) -> int:
    """Collect a run, which may still be going, into a file, and print the Dataset."""
    args = _parser().parse_args(words)

    from sweeprun.display.collected import print_notes, print_warnings
    from sweeprun.results.formats.output_format import WriteOptions
    from sweeprun.results.formats.owners import check_replaceable
    from sweeprun.results.variables import names_in
    from sweeprun.runs.collect import check_writable, collect_into
    from sweeprun.runs.observe import observe

    only = None if args.variables is None else names_in(args.variables)
    output = args.output or DEFAULT_OUTPUT
    options = WriteOptions(tolerance=args.tolerance, zarr_format=args.zarr_format, csv_safe=args.csv_safe)
    check_writable(output, options)
    run = chosen_run(args.run)
    check_replaceable(output, run, f"choose another name: -o NAME{output.suffix}")
    file = collect_into(
        observe(run),
        output,
        only,
        tolerance=args.tolerance,
        zarr_format=args.zarr_format,
        csv_safe=args.csv_safe,
        reveal=() if args.reveal is None else names_in(args.reveal, flag("reveal")),
    )
    collected = file.collected
    print_warnings(file)
    if args.json:
        print_json(file.to_dict())
        return 0
    print(plain(collected.dataset))
    counts = {state.value: count for state, count in collected.states.items()}
    missing = ", ".join(f"{count} {state}" for state, count in counts.items() if count and state != "succeeded")
    print_notes(file)
    print(f"written to {output}" + (f"; without a result: {missing}" if missing else ""), file=sys.stderr)
    return 0


def _parser() -> ArgumentParser:
    parser = run_parser(
        "collect",
        "Merge the records of a run into one labelled xarray Dataset; also while the run is going.",
        "sweeprun collect multirun/2026-05-04/10-11-12 -o results.zarr",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=output_path,
        help=f"the file: {suffixes()}, or s3://bucket/results.zarr; by default ./{DEFAULT_OUTPUT}",
    )
    parser.add_argument(
        "--variables", help="which results, with commas; their coordinates come with them. By default all"
    )
    parser.add_argument(
        "--tolerance", type=float, default=0.0, help="labels of results that are no further apart become one, as 1e-9"
    )
    parser.add_argument(
        "--zarr-format", type=int, choices=(2, 3), default=3, help="of a .zarr; 2 is not streamed. By default 3"
    )
    parser.add_argument(
        "--reveal", metavar="KEYS", help="keys, with commas, that are written although their names say they are secret"
    )
    parser.add_argument(
        "--csv-safe",
        action="store_true",
        help="of a .csv that spreadsheets open: put an apostrophe before texts that they would take for formulas",
    )
    return parser
