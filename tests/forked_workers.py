"""Workers as forks, too: of a process that has imported what they import.

A worker must be a child of the process that starts it, which waits for it. So it is forked by way of a third process
that ends at once, and whoever asked adopts what orphans there are below it (``prctl(2)``, PR_SET_CHILD_SUBREAPER): for
that moment only, as orphans of others are to end as they would anywhere.
"""

import ctypes
import inspect
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FRESH_WORKERS = "SWEEPRUN_TEST_FRESH_WORKERS"
"""The variable with which workers are interpreters of their own."""

_ADOPT_ORPHANS = 36
_LARGEST_REQUEST = 1 << 20
_WORKER = [sys.executable, "-m", "sweeprun", "worker"]


def start_workers_as_forks(requests: Callable[[], socket.socket]) -> None:
    """Let workers of this process be forks from now on, where the kernel is Linux.

    Parameters
    ----------
    requests
        Gives the socket of the process that they are forked off.
    """
    if sys.platform != "linux":
        return
    _Worker.requests, _Worker.owner = requests, os.getpid()
    subprocess.Popen = _Worker  # type: ignore[misc]


def fork_workers(become: Callable[..., None]) -> bool:
    """Let workers of this process be forks of a child, which has done nothing yet.

    Parameters
    ----------
    become
        Makes a process what its words, folder and environment say.

    Returns
    -------
    bool
        Whether this *is* such a worker, later: then it has become one already.
    """
    if sys.platform != "linux":
        return False
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        _serve(theirs, become)
        return True
    theirs.close()
    start_workers_as_forks(lambda: ours)
    return False


class _Worker(subprocess.Popen[Any]):
    """A process that is forked if it is a pool's worker; one that runs a task again is to be fresh, also its hashes."""

    requests: Callable[[], socket.socket]
    owner: int

    def _execute_child(self, *given: Any) -> None:
        execute = super()._execute_child  # type: ignore[misc]
        of = inspect.signature(execute).bind(*given).arguments
        environment = os.environ if of["env"] is None else of["env"]
        is_worker = of["start_new_session"] and list(of["args"])[: len(_WORKER)] == _WORKER
        if not is_worker or os.getpid() != self.owner or FRESH_WORKERS in environment:
            execute(*given)
            return
        folder = str(of["cwd"] or Path.cwd())
        request = {"words": of["args"][3:], "folder": folder, "environment": dict(environment)}
        ends = [of[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        self.pid = _start_worker(type(self).requests(), request, ends)
        self._child_created = True
        pipes = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(of[name] for name in pipes))  # type: ignore[attr-defined]


def _start_worker(requests: socket.socket, request: dict[str, Any], ends: list[int]) -> int:
    """Ask for a worker, with what its standard streams are; its process, which is a child of this one."""
    ours, theirs = socket.socketpair()
    with ours, _adopting():
        with theirs:
            socket.send_fds(requests, [json.dumps({"worker": True} | request).encode()], [theirs.fileno(), *ends])
        return int(ours.recv(20))


_one_at_a_time = threading.Lock()


@contextmanager
def _adopting() -> Iterator[None]:
    """Adopt the orphans below this process."""
    with _one_at_a_time:
        ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
        try:
            yield
        finally:
            ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 0, 0, 0, 0)


def _serve(requests: socket.socket, become: Callable[..., None]) -> None:
    """Fork one worker after the other; in each of these, become it and return."""
    while True:
        request, descriptors, *_ = socket.recv_fds(requests, _LARGEST_REQUEST, 4)
        if not request:
            os._exit(0)
        if fork_worker(descriptors):
            break
    requests.close()
    become(**{name: value for name, value in json.loads(request).items() if name != "worker"})


def fork_worker(descriptors: list[int]) -> bool:
    """Fork a worker that is nobody's child, and answer with its process; whether this *is* the worker, later.

    Parameters
    ----------
    descriptors
        The socket to answer to, and what the worker's standard streams are.
    """
    answer, *ends = descriptors
    read, write = os.pipe()
    between = os.fork()
    if between == 0:
        if worker := os.fork():
            os.write(write, str(worker).encode())
            os._exit(0)
        for descriptor in (read, write, answer):
            os.close(descriptor)
        os.setsid()
        for standard, end in enumerate(ends):
            os.dup2(end, standard)
            os.close(end)
        return True
    os.close(write)
    pid = os.read(read, 20)
    os.close(read)
    os.waitpid(between, 0)  # from here on the worker is a child of whoever asked
    os.write(answer, pid)
    for descriptor in descriptors:
        os.close(descriptor)
    return False
