"""Processes that were noted: whether they are still there, and whether they are stopped."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sweeprun.store.processes import Process, is_stopped, process_start

NEVER = 2**30
"""No kernel gives out such an id."""

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")


@contextmanager
def waiting() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that waits for its input to end."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        yield process


@needs_proc
def test_a_process_is_alive_until_it_is_killed() -> None:
    with waiting() as child:
        process = Process.of(child.pid)
        assert (process.host, process.pid) == (socket.gethostname(), child.pid)
        assert process.is_alive() is True
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert process.is_alive() is False  # a zombie: its parent has not waited for it yet
        child.wait()
        assert process.is_alive() is False


@needs_proc
def test_a_later_process_of_the_same_id_is_another() -> None:
    process = Process.current()
    assert process.is_alive() is True
    assert replace(process, born=process.born - 1).is_alive() is False


def test_of_another_host_nothing_is_known() -> None:
    assert replace(Process.current(), host="elsewhere").is_alive() is None


@pytest.mark.parametrize("pid", [0, -1, 2**31])
def test_ids_of_groups_and_none_at_all_are_refused(pid: int) -> None:
    with pytest.raises(ValueError, match=f"no id of a process: {pid}"):
        Process(host="h", pid=pid, born=1)


@pytest.mark.parametrize("field", [{"host": 1}, {"pid": "12"}, {"pid": 1.5}, {"born": None}])
def test_fields_of_other_types_are_refused(field: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=f"{next(iter(field.values()))!r} is a"):
        Process(**({"host": "h", "pid": 12, "born": 1} | field))  # type: ignore[arg-type]


@needs_proc
def test_a_stopped_process_is_told_from_a_running_one() -> None:
    with waiting() as child:
        assert not is_stopped(child.pid)
        child.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, child.pid, os.WSTOPPED)
        assert is_stopped(child.pid)
        assert Process.of(child.pid).is_alive() is True
        child.send_signal(signal.SIGCONT)
        os.waitid(os.P_PID, child.pid, os.WCONTINUED)
        assert not is_stopped(child.pid)
    assert not is_stopped(NEVER)


def test_without_proc_only_its_existence_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process.current()

    def missing(path: Path) -> bytes:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_bytes", missing)
    assert process_start(os.getpid()) == 0
    assert process_start(NEVER) == -1
    assert not is_stopped(os.getpid())
    assert process.is_alive() is None  # it may be a later process of that id
    assert Process.current().is_alive() is True
    assert Process(host=process.host, pid=NEVER, born=process.born).is_alive() is False


@needs_proc
def test_processes_that_are_not_there_have_no_start() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert process_start(process.pid) == -1
    assert process_start(os.getpid()) == process_start(os.getpid()) > 0


@needs_proc
def test_a_process_may_have_any_name() -> None:
    script = """
import ctypes, os
ctypes.CDLL(None).prctl(15, b") R \\xff(", 0, 0, 0)
from sweeprun.store.processes import process_start
print(process_start(os.getpid()))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert int(done.stdout) > 0
