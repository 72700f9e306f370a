"""A run as a page; tests/cli/test_report.py serves it, and tests/report has what is in it."""

import socket
from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.runs.report import report_path, report_server, write_report
from sweeprun.store.directory import RunDirectory
from tests.results.runs import count_axis, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "a rün", count_axis("seed", 2))
    write_shard(run, "w", [success(0, {"x": 0.5})])
    return run


def test_a_page_is_written_and_replaced_if_it_is_ours(run: RunDirectory) -> None:
    written = write_report(run)
    assert (written.run, written.output) == (run, Path("report.html"))
    assert written.size == written.output.stat().st_size
    assert report_path(None) == written.output
    written.output.write_text("my own")
    with pytest.raises(UsageError, match=r"was not made by sweeprun; choose another name: sweeprun report -o …$"):
        write_report(run)
    assert report_path(Path("report.html")) == Path("report.html")  # a name that was given is the user's word


@pytest.mark.parametrize("path", ["report.pdf", "no/where.html"])
def test_what_cannot_be_written_is_refused(run: RunDirectory, path: str) -> None:
    with pytest.raises(UsageError):
        write_report(run, Path(path))


def test_a_port_that_is_taken_is_named(run: RunDirectory) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=rf"port {port} is in use; choose another \(--port\), .*: --port 0$"):
            report_server(run, port)
