"""System calls of a running process that fail, by strace: what a file server that hiccups looks like from inside."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_ATTACHED = 30.0
"""Seconds within which strace has begun, on a machine that does other things."""


@contextmanager
def failing(pid: int, call: str, error: str, when: str = "1") -> Iterator[bool]:
    """Let calls of a process fail while the block runs; whether that could be arranged before the process ended.

    Parameters
    ----------
    pid
        The process, with all its threads.
    call, error, when
        The name of the system call and of the error, and which of its calls fail, as strace writes that.
    """
    words = ["-f", "-qq", "-o", os.devnull, "-p", str(pid), "-e", f"trace={call}"]
    words += ["-e", f"inject={call}:error={error}:when={when}"]
    with subprocess.Popen(["strace", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as tracer:
        try:
            yield _is_traced(pid, tracer)
        finally:
            tracer.terminate()


def _is_traced(pid: int, tracer: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + _ATTACHED
    while tracer.poll() is None and time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/status", encoding="utf-8") as status:  # noqa: PTH123  # often
                if f"TracerPid:\t{tracer.pid}\n" in status.read():
                    return True
        except OSError:
            return False
        time.sleep(0.003)
    return False


def may_inject() -> bool:
    """Whether strace is there, and may look at processes; tried out."""
    script = "import os, sys; print(flush=True); sys.stdin.read(); os.fsync(os.open('.', os.O_RDONLY))"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as trial:
        assert trial.stdout is not None
        trial.stdout.readline()
        try:
            with failing(trial.pid, "fsync", "EIO"):
                trial.communicate()
        except FileNotFoundError:
            trial.communicate()
            return False
        return trial.returncode == 1
