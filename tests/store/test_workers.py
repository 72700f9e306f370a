"""Beats and exits, of workers that run, end and die."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.workers import (
    BeatWriter,
    Exit,
    Place,
    append_exit,
    describe_exit,
    read_beat,
    read_beats,
    read_exits,
)

WORKER = """
import sys
from pathlib import Path
from sweeprun.store.directory import RunDirectory
from sweeprun.store.workers import BeatWriter, Place
beat = BeatWriter(RunDirectory(Path(sys.argv[1])), "w", Place())
beat.start(3, 1.5)
print("started", flush=True)
sys.stdin.readline()
beat.close()
"""


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run_directory(tmp_path / "a run", numbered=False)


@contextmanager
def worker(run: RunDirectory) -> Iterator["subprocess.Popen[str]"]:
    """A process that is on task 3."""
    command = [sys.executable, "-c", WORKER, str(run.path)]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        yield process


def test_a_worker_that_is_killed_leaves_its_beat(run: RunDirectory) -> None:
    with worker(run) as process:
        beat = read_beat(run.beat("w"))
        assert beat is not None
        assert (beat.worker, beat.process.host, beat.process.pid) == ("w", socket.gethostname(), process.pid)
        assert (beat.task_id, beat.since, beat.process.is_alive()) == (3, 1.5, True)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert beat.process.is_alive() is False  # a zombie, which nobody has waited for yet
        process.wait()
        assert beat.process.is_alive() is False
    assert read_beat(run.beat("w")) == beat
    assert list(read_beats(run)) == [beat]


def test_a_worker_that_ends_in_order_leaves_none(run: RunDirectory) -> None:
    with worker(run) as process:
        process.communicate("\n")
    assert process.returncode == 0
    assert list(run.workers.iterdir()) == []


@pytest.mark.parametrize("name", ["w", "a b%d{}", 'q"\\', "ünï", "😀" * 60])
def test_a_beat_is_overwritten_in_place(run: RunDirectory, name: str) -> None:
    writer = BeatWriter(run, name, Place(submission=3, index=5, attempt=2))
    sizes = set()
    for task_id in (10**15, 7, 0):
        writer.start(task_id, 1e9 + task_id / 7)
        beat = read_beat(run.beat(name))
        assert beat is not None
        assert (beat.worker, beat.task_id) == (name, task_id)
        sizes.add(run.beat(name).stat().st_size)
    writer.idle()
    beat = read_beat(run.beat(name))
    assert beat is not None
    assert beat.task_id is None
    assert len(sizes) == 1
    writer.close()


def test_two_workers_have_no_name_in_common(run: RunDirectory) -> None:
    first = BeatWriter(run, "w", Place())
    with pytest.raises(FileExistsError):
        BeatWriter(run, "w", Place())
    first.close()


def test_closing_minds_no_missing_file(run: RunDirectory) -> None:
    writer = BeatWriter(run, "w", Place())
    run.beat("w").unlink()
    writer.close()


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "7", "null", '{"task_id": 1}', '{"worker": "w", "host": "h", "pid": 1, "born": 1, "task_id": 1}'],
)
def test_a_damaged_beat_is_none(run: RunDirectory, content: str) -> None:
    run.beat("w").write_text(content)
    assert read_beat(run.beat("w")) is None
    assert read_beat(run.beat("nobody")) is None


@pytest.mark.parametrize("task_id", ['"1"', "-2", "1.5", "[]"])
def test_a_note_with_no_id_of_a_task_is_passed_over(run: RunDirectory, task_id: str) -> None:
    run.beat("w").write_text(f'{{"worker": "w", "host": "h", "pid": 1, "born": 1, "task_id": {task_id}, "since": 1.0}}')
    run.exits("l").write_text(f'{{"worker": "w", "task_id": {task_id}, "code": 1, "when": 1.0}}\n')
    assert list(read_beats(run)) == []
    assert list(read_exits(run)) == []


def test_exits_are_appended(run: RunDirectory) -> None:
    noted = [Exit(worker=f"w\n{i}", task_id=i or None, code=-i, when=i / 3) for i in range(3)]
    for one in noted:
        append_exit(run, "local", one)
    assert list(read_exits(run)) == noted
    with run.exits("local").open("ab") as file:
        file.write(b'\xff{"worker": ')
    assert list(read_exits(run)) == noted
    append_exit(run, "another", noted[0])
    assert list(read_exits(run)) == [noted[0], *noted]


@pytest.mark.parametrize(
    "line", ["[1]", "5", "null", json.dumps({"worker": "w", "task_id": 1, "code": "x", "when": 0})]
)
def test_malformed_lines_are_passed_over(run: RunDirectory, line: str) -> None:
    run.exits("local").write_text(line + "\n")
    assert list(read_exits(run)) == []


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0, "exit code 0"),
        (3, "exit code 3"),
        (-signal.SIGKILL, "signal SIGKILL"),
        (-signal.SIGSEGV, "signal SIGSEGV"),
        (-250, "signal 250"),
    ],
)
def test_exit_codes_in_words(code: int, reason: str) -> None:
    assert describe_exit(code) == Exit(worker="w", task_id=None, code=code, when=0.0).reason() == reason
