"""A worker process and its pipes; shell scripts play the worker."""

import errno
import os
import select
import selectors
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.launchers.process import WorkerProcess
from tests.faults import fail

_PATIENCE = 30.0
"""Seconds; what is waited for takes milliseconds."""


class Started:
    """Starts scripts as workers, and waits for what they do."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.selector = selectors.DefaultSelector()
        self.processes: list[WorkerProcess] = []

    def start(self, script: str, **environment: str) -> WorkerProcess:
        made = {"PATH": os.environ["PATH"], **environment}
        process = WorkerProcess.start(["/bin/sh", "-c", script], self.log, made)
        process.watch(self.selector, process)
        self.processes.append(process)
        return process

    def answers(self, process: WorkerProcess) -> list[str] | None:
        """What it answers next; None if it has ended, and there is nothing left."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            self.selector.select(process.patience or _PATIENCE)
            ended = process.has_ended()
            lines = process.read()
            if lines or ended:
                return lines or None
        raise AssertionError("the process has neither answered nor ended")

    def until(self, process: WorkerProcess, last: str) -> list[str]:
        """All answers up to some line."""
        found: list[str] = []
        while last not in found:
            lines = self.answers(process)
            assert lines is not None, f"it ended after {found}"
            found += lines
        return found


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    made = Started(tmp_path / "a lög.log")
    yield made
    for process in made.processes:
        if process.popen.returncode is None:
            process.kill()
            process.popen.kill()
            process.popen.wait()
        process.close()
    made.selector.close()


def opened_by_children(tmp_path: Path) -> tuple[Path, int]:
    """A fifo, and a descriptor that reads its end once no process has it open for writing."""
    path = tmp_path / "alive"
    os.mkfifo(path)
    return path, os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def wait_until_none_lives(reader: int) -> None:
    ready, _, _ = select.select([reader], [], [], _PATIENCE)
    assert ready, "a child still lives"
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_requests_are_answered_and_the_end_of_requests_ends_it(started: Started) -> None:
    process = started.start('while read line; do echo "got $line"; done; exit 7')
    process.ask("tasks 0-3")
    assert started.until(process, "got tasks 0-3") == ["got tasks 0-3"]
    process.ask("tasks 4 1")
    assert started.until(process, "got tasks 4 1") == ["got tasks 4 1"]
    process.let_end()
    assert started.answers(process) is None
    assert process.end().code == 7


def test_one_that_has_ended_can_be_told_to_end(started: Started) -> None:
    process = started.start("exit 7")
    assert started.answers(process) is None
    process.warn()
    process.stop()
    assert process.end().code == 7


def test_a_line_that_comes_in_pieces_is_one_line(started: Started) -> None:
    process = started.start("printf 'ready\\nrea'; read go; printf 'dy ü\\n'; read go")
    assert started.until(process, "ready") == ["ready"]
    process.ask("go")
    assert started.until(process, "ready ü") == ["ready ü"]


def test_what_it_writes_to_standard_error_is_added_to_the_log(started: Started) -> None:
    started.log.write_text("before\n")
    process = started.start('echo "$WORD" >&2', WORD="späte Wörter", LC_ALL="C.UTF-8")
    assert started.answers(process) is None
    assert process.end().code == 0
    assert started.log.read_text() == "before\nspäte Wörter\n"


def test_it_is_in_a_session_of_its_own(started: Started) -> None:
    process = started.start("echo here; read go")
    started.until(process, "here")
    assert os.getsid(process.popen.pid) == process.popen.pid != os.getsid(0)


def test_a_command_that_is_missing_is_named(tmp_path: Path, started: Started) -> None:
    missing = tmp_path / "no pythön"
    with pytest.raises(FileNotFoundError, match="no pythön"):
        WorkerProcess.start([str(missing)], started.log, {})


def test_a_log_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"gone/w\.log"):
        WorkerProcess.start(["/bin/sh"], tmp_path / "gone" / "w.log", {})


def test_a_request_to_a_process_that_has_ended_is_no_error(started: Started) -> None:
    process = started.start("exit 3")
    assert started.answers(process) is None
    os.waitid(os.P_PID, process.popen.pid, os.WEXITED | os.WNOWAIT)
    process.ask("tasks 0")
    process.let_end()
    assert process.end().code == 3


def test_a_child_that_holds_the_pipe_open_does_not_hide_the_end(tmp_path: Path, started: Started) -> None:
    alive, reader = opened_by_children(tmp_path)
    process = started.start(f"exec 2>'{alive}'; sleep 1000 & echo last; kill -9 $$")
    found: list[str] = []
    while (lines := started.answers(process)) is not None:
        found += lines
    assert found == ["last"]
    assert process.end().code == -signal.SIGKILL
    wait_until_none_lives(reader)  # the child was killed, too


def test_killing_it_kills_its_children(tmp_path: Path, started: Started) -> None:
    alive, reader = opened_by_children(tmp_path)
    process = started.start(f"exec 2>'{alive}'; sleep 1000 & echo here; wait")
    started.until(process, "here")
    process.kill()
    assert process.end().code == -signal.SIGKILL
    wait_until_none_lives(reader)
    process.kill()  # a second time, when it is gone


@pytest.mark.parametrize("number", [errno.ENOSYS, errno.EPERM, errno.EMFILE])
def test_a_kernel_that_does_not_say_when_a_process_has_ended(
    started: Started, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fail(monkeypatch, "pidfd_open", number)
    process = started.start("echo last; read go; exit 3")
    assert process.pidfd is None
    assert started.until(process, "last") == ["last"]
    assert not process.has_ended()
    process.let_end()
    assert started.answers(process) is None
    assert process.end().code == 3
    assert process.has_ended()


def test_an_end_is_seen_where_neither_the_kernel_nor_the_pipe_says_so(
    tmp_path: Path, started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the process has started keeps its answers open."""
    monkeypatch.delattr(os, "pidfd_open")  # a Python that was built without it
    alive, reader = opened_by_children(tmp_path)
    process = started.start(f"exec 2>'{alive}'; sleep 1000 & echo last; read go; kill -9 $$")
    assert started.until(process, "last") == ["last"]
    process.let_end()
    os.waitid(os.P_PID, process.popen.pid, os.WEXITED | os.WNOWAIT)
    assert process.has_ended()
    assert process.read() == []
    assert process.end().code == -signal.SIGKILL
    wait_until_none_lives(reader)


def test_a_process_may_close_its_answers_and_live_on(started: Started) -> None:
    process = started.start("exec >&-; read go; exit 5")
    assert started.selector.select(_PATIENCE)
    assert process.read() == []
    assert not started.selector.select(0)  # nothing more is expected but its end
    assert not process.has_ended()
    process.let_end()
    assert started.answers(process) is None
    assert process.end().code == 5


def test_what_it_answered_last_is_read_after_its_end(started: Started) -> None:
    """More than a pipe is read at once, without a line's end in it."""
    process = started.start("i=0; while [ $i -lt 3000 ]; do printf 'a line of 20 letters'; i=$((i+1)); done; echo")
    (line,) = started.answers(process) or []
    assert len(line) == 60000
    assert started.answers(process) is None
    assert process.end().code == 0


def test_one_that_is_stopped_is_seen(started: Started) -> None:
    process = started.start("echo here; read go")
    started.until(process, "here")
    assert not process.is_stopped()
    os.kill(process.popen.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, process.popen.pid, os.WSTOPPED | os.WNOWAIT)
    assert process.is_stopped()
    process.kill()
    assert process.end().code == -signal.SIGKILL
