"""What verbs found out, as a notebook shows it."""

from pathlib import Path

import numpy as np
import pytest

import sweeprun
from sweeprun.store.directory import RunDirectory
from sweeprun.store.logs import Signature
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard
from tests.runs.submitting import submit


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "run", axis("lr", [0.5, 0.25]), count_axis("seed", 2))


def test_a_status_shows_its_lines_and_as_html_a_bar(directory: RunDirectory) -> None:
    write_shard(directory, "w", [success(0, 1), failure(1, "<b>")])
    status = sweeprun.open_run("run").status()
    assert repr(status).splitlines()[2:] == [
        "4 tasks: 2 pending, 1 succeeded, 1 failed",
        "3 tasks have no result and are in no queue; go on with: run.resume()",
        "failed:",
        "  task 1  lr=0.5 seed=1  <b>: bad",
        "see one with its traceback: run.task(1)",
        "debug it: run.replay(1)",
    ]
    page = status._repr_html_()
    assert 'title="1 failed"' in page
    assert "go on with: run.resume()" in page
    assert (status.states["failed"], str(status.missing)) == (1, "1-3")


def test_a_task_shows_what_it_is_and_has_its_results(directory: RunDirectory) -> None:
    write_shard(directory, "w", [success(1, {"x": 0.5, "curve": ("t", np.arange(3))}), failure(2, "KeyError", "no")])
    run = sweeprun.open_run("run")
    task = run.task(lr=0.5, seed=1)
    assert (task.task_id, task["x"], task["curve"].tolist(), task.config) == (1, 0.5, [0, 1, 2], {"lr": 0.1})
    assert repr(task).splitlines()[:6] == [
        "task: 1",
        "coordinates:",
        "  lr: 0.5",
        "  seed: 1",
        "config:",
        "  lr: 0.1",
    ]
    failed = run.task(2)
    assert (failed.traceback, failed.state.value) == ("Traceback …", "failed")
    assert "failure: KeyError: no" in repr(failed)
    with pytest.raises(KeyError):
        failed["x"]


def test_logs_show_what_a_task_printed(directory: RunDirectory) -> None:
    submit(directory, 0, tasks="0-3")
    submit(directory, 1, tasks="0-3")
    run = sweeprun.open_run("run")
    assert (repr(run.logs(3)), run.logs(3).text) == ("task 3 has printed nothing", "")
    for number, text in enumerate([b"one\x1b[2J\n", "größer\n".encode()]):
        log = directory.worker_log(number, None, 0)
        log.write_bytes(text + Signature("").mark(3, number + 1, 0, len(text)))
    logs = run.logs(lr=0.25, seed=1)
    assert logs.text == "one\x1b[2J\ngrößer\n"
    heading = f"attempt 1, {logs.files[0]}:"
    assert repr(logs).splitlines() == [heading, "one\\x1b[2J", f"attempt 2, {logs.files[1]}:", "größer"]
    directory.worker_log(1, None, 0).write_bytes(b"x" * 30_000 + Signature("").mark(3, 2, 0, 30_000))
    assert repr(run.logs(3)).startswith("… ")
    assert len(repr(run.logs(3))) < 20_100
