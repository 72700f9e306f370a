"""The logs of workers."""

from pathlib import Path

from sweeprun.launchers.worker_logs import WorkerLogs
from sweeprun.store.directory import make_run_directory
from sweeprun.store.workers import Place


def test_their_ends_and_that_empty_ones_go(tmp_path: Path) -> None:
    run = make_run_directory(tmp_path / "run", numbered=False)
    logs = WorkerLogs(run, Place(submission=3, index=7))
    assert logs.path(2).parent == run.logs
    assert logs.path(2) != logs.path(1)
    logs.path(0).write_bytes(b"x" * 5000 + b"\xff the end\n")
    logs.path(1).touch()
    assert logs.tail(0).endswith("x\ufffd the end")
    assert len(logs.tail(0)) < 2100
    assert logs.tail(1) == "its log is empty"
    assert logs.tail(2) == "it has no log"
    logs.remove_empty(3)
    assert list(run.logs.iterdir()) == [logs.path(0)]
