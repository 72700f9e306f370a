"""A run as one HTML page: written, or served while it goes on."""

import errno
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sweeprun.errors import UsageError
from sweeprun.report.bundle import chart_library
from sweeprun.report.html import check_page_path, is_ours, page_html, write_page
from sweeprun.report.page import Page, page_of
from sweeprun.report.server import Looker, PageServer
from sweeprun.runs.observe import is_active, observe, warnings_of
from sweeprun.store.directory import RunDirectory
from sweeprun.wording import Command, flag

DEFAULT_OUTPUT = Path("report.html")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReport:
    """A page that was written.

    Attributes
    ----------
    run, output, size
        The run, the file, and how many bytes it has.
    """

    run: RunDirectory
    output: Path
    size: int


def report_path(output: Path | None) -> Path:
    """Where a page is to be written: a path that was named, or the usual one if nothing of the user's is there.

    Raises
    ------
    UsageError
        If it can't be written there.
    """
    path = DEFAULT_OUTPUT if output is None else output
    check_page_path(path)
    if output is None and path.exists() and not is_ours(path):
        again = Command("report", options=(flag("output").to(...),))
        raise UsageError(f"./{path} is there and was not made by sweeprun; choose another name: {again}")
    return path


def write_report(run: RunDirectory, output: Path | None = None) -> WrittenReport:
    """Write the page of a run as it is now.

    Raises
    ------
    UsageError
        If it can't be written there.
    """
    path = report_path(output)
    with ThreadPoolExecutor(1) as executor:
        executor.submit(chart_library)  # takes a second, and needs nothing of the run
        page = page_of_run(run)
        return WrittenReport(run=run, output=path, size=write_page(page_html(page), path))


def page_of_run(run: RunDirectory) -> Page:
    """The page of a run as it is now."""
    snapshot = observe(run)
    return page_of(snapshot, active=is_active(snapshot), warnings=warnings_of(snapshot, in_full=True))


def report_server(run: RunDirectory, port: int) -> PageServer:
    """A server of the page of a run, always as it is now; it begins when it is asked to.

    Raises
    ------
    UsageError
        If the port is taken, or may not be used.
    """
    looker = Looker(lambda: page_of_run(run))
    looker.page()  # what can't be read is said before anything is served
    try:
        return PageServer(port, looker)
    except OSError as error:
        why = "is in use" if error.errno == errno.EADDRINUSE else f"can't be used ({error.strerror})"
        any_free = flag("port").to(0)
        raise UsageError(
            f"port {port} {why}; choose another ({flag('port')}), or any that is free: {any_free}"
        ) from error
