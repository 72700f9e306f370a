"""``sweeprun report``: a run as one HTML page, or served while it goes on."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence

from sweeprun.cli.arguments import chosen_run, run_parser
from sweeprun.display.json_text import print_json
from sweeprun.errors import UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.local_paths import local_path

DEFAULT_PORT = 8765


def main(words: Sequence[str]) -> int:
    """Write the page of a run, which may still be going, or serve it."""
    parser = run_parser(
        "report",
        "Write one HTML page that shows a run: its results, tasks by state, failures, times, and what makes it "
        "reproducible. It needs no network to be looked at; also while the run is going.",
        "sweeprun report multirun/2026-05-04/10-11-12 -o sweep.html",
    )
    parser.add_argument("-o", "--output", type=local_path, help="the file: .html; by default ./report.html")
    parser.add_argument(
        "--serve", action="store_true", help="serve the page to browsers on this machine, always as it is now"
    )
    parser.add_argument("--port", type=_port, help=f"serve it there ({DEFAULT_PORT}; 0: any that is free)")
    args = parser.parse_args(words)
    if args.serve and args.output is not None:
        raise UsageError("--serve writes no file; leave out either --serve or --output")
    if args.port is not None and not args.serve:
        raise UsageError("--port is where a page is served; add --serve")

    from sweeprun.runs.report import report_path, write_report

    if not args.serve:
        report_path(args.output)  # what can't be written is said before a run is looked for
    run = chosen_run(args.run)
    if args.serve:
        return _serve(run, DEFAULT_PORT if args.port is None else args.port)
    written = write_report(run, args.output)
    if args.json:
        print_json({"run": str(run.path), "output": str(written.output), "bytes": written.size})
    else:
        print(f"written to {written.output}", file=sys.stderr)
    return 0


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) < 2**16:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is no port; ports are 1 to 65535, and 0 is any that is free")


def _serve(run: RunDirectory, port: int) -> int:
    """Serve the page of a run until Ctrl-C; 0."""
    from sweeprun.runs.report import report_server

    with report_server(run, port) as server:
        print(f"{run.shown()} is shown at {server.url} (Ctrl-C ends it)", file=sys.stderr, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0
