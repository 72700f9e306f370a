"""Workers as forks, too: of a child that each command of `tests.forked` has, and that has done nothing yet.

A worker must be a child of its command, which waits for it. So that child forks a worker by way of a third process that
ends at once, and the command adopts what orphans there are below it (``prctl(2)``, PR_SET_CHILD_SUBREAPER).
"""

import ctypes
import inspect
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

FRESH_WORKERS = "SWEEPRUN_TEST_FRESH_WORKERS"
"""The variable with which workers of a command are interpreters of their own."""

_ADOPT_ORPHANS = 36
_LARGEST_REQUEST = 1 << 20
_WORKER = [sys.executable, "-m", "sweeprun", "worker"]


def fork_workers(become: Callable[..., None]) -> bool:
    """Let workers of this process be forks from now on, where the kernel is Linux.

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
    ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
    if os.fork() == 0:
        ours.close()
        _serve(theirs, become)
        return True
    theirs.close()
    _Worker.requests, _Worker.owner = ours, os.getpid()
    from sweeprun.launchers import process

    process.subprocess = SimpleNamespace(Popen=_Worker, PIPE=subprocess.PIPE)  # type: ignore[assignment]
    return False


class _Worker(subprocess.Popen[bytes]):
    """A process that is forked if it is a worker."""

    requests: socket.socket
    owner: int

    def _execute_child(self, *given: Any) -> None:
        execute = super()._execute_child  # type: ignore[misc]
        of = inspect.signature(execute).bind(*given).arguments
        if list(of["args"])[: len(_WORKER)] != _WORKER or os.getpid() != self.owner or FRESH_WORKERS in of["env"]:
            execute(*given)
            return
        request = {"words": of["args"][3:], "folder": str(Path.cwd()), "environment": dict(of["env"])}
        ends = [of[name] for name in ("p2cread", "c2pwrite", "errwrite")]
        socket.send_fds(self.requests, [json.dumps(request).encode()], ends)
        self.pid = int(self.requests.recv(20))
        self._child_created = True
        pipes = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(of[name] for name in pipes))  # type: ignore[attr-defined]


def _serve(requests: socket.socket, become: Callable[..., None]) -> None:
    """Fork one worker after the other; in each of these, become it and return."""
    while True:
        request, ends, *_ = socket.recv_fds(requests, _LARGEST_REQUEST, 3)
        if not request:
            os._exit(0)
        read, write = os.pipe()
        between = os.fork()
        if between == 0:
            worker = os.fork()
            if worker:
                os.write(write, str(worker).encode())
                os._exit(0)
            for descriptor in (read, write, requests.detach()):
                os.close(descriptor)
            break
        os.close(write)
        for end in ends:
            os.close(end)
        pid = os.read(read, 20)
        os.close(read)
        os.waitpid(between, 0)  # from here on the worker is a child of the command
        requests.send(pid)
    os.setsid()
    for standard, end in enumerate(ends):
        os.dup2(end, standard)
        os.close(end)
    become(**json.loads(request))
