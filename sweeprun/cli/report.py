"""``sweeprun report``: a run as one HTML page, or served while it goes on."""

import errno
import sys
from argparse import ArgumentTypeError
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import chosen_run, run_parser
from sweeprun.display.json_text import print_json
from sweeprun.errors import UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.local_paths import local_path

if TYPE_CHECKING:
    from sweeprun.report.page import Page

DEFAULT_OUTPUT = Path("report.html")
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
    output = args.output or DEFAULT_OUTPUT
    if not args.serve:
        _check_output(output, named=args.output is not None)
    run = chosen_run(args.run)
    if args.serve:
        return serve(run, DEFAULT_PORT if args.port is None else args.port)
    page = _write(run, output)
    if args.json:
        print_json({"run": str(run.path), "output": str(output), "bytes": page})
    else:
        print(f"written to {output}", file=sys.stderr)
    return 0


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) < 2**16:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is no port; ports are 1 to 65535, and 0 is any that is free")


def _check_output(output: Path, *, named: bool) -> None:
    """Refuse a path that can't be written, before the work is done."""
    from sweeprun.report.html import check_page_path, is_ours

    check_page_path(output)
    if not named and output.exists() and not is_ours(output):
        raise UsageError(f"./{output} is there and was not made by sweeprun; choose another name: sweeprun report -o …")


def _write(run: RunDirectory, output: Path) -> int:
    """Write the page; how many bytes it has."""
    from concurrent.futures import ThreadPoolExecutor

    from sweeprun.cli.report import look
    from sweeprun.report.bundle import chart_library
    from sweeprun.report.html import page_html, write_page

    with ThreadPoolExecutor(1) as executor:
        executor.submit(chart_library)  # takes a second, and needs nothing of the run
        page = look(run)
        return write_page(page_html(page), output)


def look(run: RunDirectory) -> "Page":
    """The page of a run as it is now."""
    from sweeprun.report.page import page_of
    from sweeprun.runs.observe import is_active, observe, warnings_of

    snapshot = observe(run)
    return page_of(snapshot, active=is_active(snapshot), warnings=warnings_of(snapshot, in_full=True))


def serve(run: RunDirectory, port: int) -> int:
    """Serve the page of a run until Ctrl-C; 0.

    Raises
    ------
    UsageError
        If the port is taken, or may not be used.
    """
    from sweeprun.report.server import Looker, PageServer

    looker = Looker(lambda: look(run))
    looker.page()  # what can't be read is told before anything is served
    try:
        server = PageServer(port, looker)
    except OSError as error:
        why = "is in use" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
        raise UsageError(f"port {port} {why}; choose another (--port), or any that is free: --port 0") from error
    with server:
        print(f"{run.shown()} is shown at {server.url} (Ctrl-C ends it)", file=sys.stderr, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0
