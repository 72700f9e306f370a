"""Watching a run: in a Jupyter kernel, on a terminal, and where there is neither."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import sweeprun
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.progress import Tally
from sweeprun.notebook.watching import NotebookBar
from sweeprun.safe_text import plain
from sweeprun.store.processes import Process
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.submissions import Submission, write_submission
from tests.results.runs import count_axis, failure, make_run, success, write_shard

FUNCTION = """
import pathlib, time, sweeprun

def step(seed):
    while not pathlib.Path(GATE.format(seed)).exists():
        time.sleep(0.01)
    return seed
"""


class Watched(NotebookClient):
    """A notebook whose display updates are noted as they come, and answered by letting another task end."""

    def __init__(self, notebook: Any, directory: Path) -> None:
        super().__init__(notebook, timeout=120, resources={"metadata": {"path": str(directory)}})
        self.directory = directory
        self.shown: list[str] = []

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        if msg["msg_type"] in ("display_data", "update_display_data"):
            told = msg["content"]["data"].get("text/plain", "")
            if match := re.match(r"(\d)/3 done", told):
                self.shown.append(told)
                (self.directory / f"gate-{match[1]}").touch()
        return super().process_message(msg, cell, cell_index)


def test_a_notebook_sees_one_output_that_changes_until_the_end(tmp_path: Path) -> None:
    sources = [
        FUNCTION + f"GATE = {str(tmp_path / 'gate-{}')!r}",
        "run = sweeprun.sweep(step, {'seed': range(3)}, throttle=1)",
        "run.progress()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])  # type: ignore[no-untyped-call]
    client = Watched(notebook, tmp_path)
    client.execute()
    assert [text[:8] for text in client.shown] == ["0/3 done", "1/3 done", "2/3 done", "3/3 done"]
    shown, run = notebook.cells[-1].outputs
    assert shown["data"]["text/plain"].startswith("3/3 done in ")
    assert 'title="3 succeeded"' in shown["data"]["text/html"]
    assert "3 tasks: 3 succeeded" in run["data"]["text/plain"]


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Path]:
    """A file that tasks wait for; a run that a failed test leaves behind ends, too."""
    yield tmp_path / "gate"
    (tmp_path / "gate").touch()


def test_interrupting_ends_the_watching_and_not_the_run(tmp_path: Path, gate: Path) -> None:
    script = tmp_path / "study.py"
    script.write_text(
        FUNCTION + f"GATE = {str(gate)!r}\n"
        "run = sweeprun.sweep(step, {'seed': range(2)}, directory='run')\n"
        "run.progress()\n"
        "print(run.counts['pending'] + run.counts['running'], flush=True)\n"
    )
    master, terminal = pty.openpty()
    watching = subprocess.Popen(
        [sys.executable, str(script)],
        cwd=tmp_path,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=terminal,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120"},
    )
    os.close(terminal)
    seen = ""
    with watching:
        while "0/2" not in seen:
            seen += os.read(master, 65536).decode()
        watching.send_signal(signal.SIGINT)
        while "the run goes on" not in seen:
            seen += os.read(master, 65536).decode()
        assert watching.stdout is not None
        assert watching.stdout.read() == b"2\n"
    os.close(master)
    assert watching.returncode == 0
    run = sweeprun.open_run(tmp_path / "run")
    gate.touch()
    assert run.wait().complete


def test_a_script_whose_reader_left_goes_on(tmp_path: Path) -> None:
    script = tmp_path / "study.py"
    script.write_text(
        FUNCTION.replace("GATE", "__file__") + "run = sweeprun.sweep(step, {'seed': range(2)}, directory='run')\n"
        "run.progress().collect('results.nc')\n"
    )
    reading, unread = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, stdout=unread, stderr=unread, check=False)
    os.close(unread)
    assert done.returncode == 0
    assert (tmp_path / "results.nc").exists()


def test_lines_where_there_is_no_terminal_and_what_is_left_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = make_run(tmp_path / "run", count_axis("seed", 3))
    write_shard(directory, "w", [success(0, {"x": 1.0})], [failure(1)])
    ended = Process(host=socket.gethostname(), pid=os.getpid(), born=1)
    array = Array(tasks=TaskIds.of(range(3)))
    write_submission(directory, Submission(number=0, array=array, launcher={"name": "local"}, submitter=ended))
    directory.launcher_log(0).write_text("sweeprun: \x1b[31mno space left\n")
    run = sweeprun.open_run(directory.path)
    assert run.progress() is run
    told = capsys.readouterr().err
    assert "watching 3 tasks" in told
    assert "task 1  seed=1  ValueError: bad" in told
    assert "see one with its traceback: run.task(1)" in told
    assert "when that is mended, run the 2 tasks that are left: run.resume()" in told
    assert "\\x1b[31mno space left" in told


def test_a_bar_is_only_drawn_when_something_changed(tmp_path: Path) -> None:
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    shown: list[dict[str, str]] = []

    class Handle:
        def update(self, data: dict[str, str], *, raw: bool) -> None:
            assert raw
            shown.append(data)

    def display(data: dict[str, str], *, raw: bool, display_id: bool) -> Handle:
        assert raw
        assert display_id
        shown.append(data)
        return Handle()

    bar = NotebookBar(display, Tally(total=2))
    bar.show(take_snapshot(directory))
    bar.show(take_snapshot(directory))
    assert len(shown) == 1
    write_shard(directory, "w", [success(0, {"x": 1.0})], [failure(1)])
    bar.show(take_snapshot(directory))
    assert shown[0]["text/plain"] == "0/2 done"
    assert shown[1]["text/plain"].startswith("2/2 done, 1 failed in ")
    assert plain(shown[1]["text/html"]) == shown[1]["text/html"]
