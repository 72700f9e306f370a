"""Runs ``python -m sweeprun`` as a fork of a process that has already imported what commands import.

A command takes up to a second to import xarray, Hydra and SciPy, and each of its workers as long to import NumPy; these
tests run thousands of them. From the first line of ``sweeprun/__main__.py`` on, all is as it is for users. What a start
itself does (how quick it is, what it imports, which variables NumPy reads) is tested with interpreters of its own: that
of workers with the variable `FRESH_WORKERS`.

As a program, this is that process: its standard input is a socket for requests, and it ends when that is closed.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import sweeprun
from tests.forked_workers import FRESH_WORKERS, fork_worker, fork_workers

ROOT = Path(__file__).parents[1]

_IMPORTED = (
    "hydra._internal.hydra",
    "hydra.main",
    "jinja2",
    "netCDF4",
    "pandas",
    "pyarrow.parquet",
    "rich.progress",
    "scipy.stats",
    "xarray",
    "zarr",
)
_LARGEST_REQUEST = 1 << 20


class ForkingProcess:
    """The process that commands are forked off, and workers of this one; it ends with this one.

    Attributes
    ----------
    requests
        What it is asked by.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.forked"]
        with theirs:
            self._process = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdin=theirs)
        atexit.register(self._stop)

    def _stop(self) -> None:
        self.requests.close()
        self._process.wait()

    def run(
        self,
        words: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        *,
        instead: Mapping[int, int] | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        """Run one command to its end.

        Parameters
        ----------
        words, folder, environment, timeout
            The command, where it runs, its variables, and how many seconds it may take.
        instead
            Descriptors that are its standard output (1) or error (2), which are not kept then.

        Raises
        ------
        subprocess.TimeoutExpired
            If it takes longer; it is killed then.
        """
        request = json.dumps({"words": list(words), "folder": str(folder), "environment": dict(environment)})
        ours, theirs = socket.socketpair()
        with ours, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            with theirs:
                streams = {1: out.fileno(), 2: err.fileno(), **(instead or {})}
                ends = [theirs.fileno(), streams[1], streams[2]]
                socket.send_fds(self.requests, [request.encode()], ends)
            pid = int(ours.recv(20))
            ours.settimeout(timeout)
            try:
                code = int(ours.recv(20))
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(list(words), timeout) from None
            return subprocess.CompletedProcess(list(words), code, _text(out), _text(err))


def _text(file: "tempfile._TemporaryFileWrapper[bytes]") -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n").replace("\r", "\n")


def _serve() -> None:
    """Fork one command after the other; in each of these, run it and return."""
    requests = socket.socket(fileno=os.dup(0))
    for name in (*_IMPORTED, *(module.name for module in pkgutil.walk_packages(sweeprun.__path__, "sweeprun."))):
        if name != "sweeprun.__main__":
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # or the first collection in a fork would copy all pages
    while True:
        _reap()
        request, descriptors, *_ = socket.recv_fds(requests, _LARGEST_REQUEST, 4)
        if not request:
            _reap()
            os._exit(0)
        command = json.loads(request)
        is_worker = command.pop("worker", False)
        if fork_worker(descriptors) if is_worker else _fork_command(descriptors):
            break
    requests.close()
    if is_worker or FRESH_WORKERS in command["environment"] or not fork_workers(_become):
        _become(**command)


def _fork_command(descriptors: Sequence[int]) -> bool:
    """Fork a command, and another process that answers how it ended; whether this *is* the command, later.

    Parameters
    ----------
    descriptors
        The socket to answer to, and what the command's standard output and error are.
    """
    if os.fork():
        for descriptor in descriptors:
            os.close(descriptor)
        return False
    answer, out, err = descriptors
    if pid := os.fork():
        _answer(answer, pid)
    os.close(answer)
    for descriptor, standard in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (err, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    return True


def _reap() -> None:
    """Let go of the processes that have answered."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _answer(to: int, command: int) -> None:
    """Say which process a command is, and then how it ended."""
    os.write(to, str(command).encode())
    code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
    os.write(to, str(code).encode())
    os._exit(0)


def _become(words: list[str], folder: str, environment: dict[str, str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder
    sys.path[1:1] = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    sys.argv[:] = ["-m", *words]


def _end(code: object) -> None:
    """End as Python does, but for the freeing of all modules one by one, which takes longer than most commands."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()  # type: ignore[attr-defined]
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve()
    try:
        runpy._run_module_as_main("sweeprun")  # type: ignore[attr-defined]  # what python -m calls
    except SystemExit as end:
        if isinstance(end.code, int):
            _end(end.code)
        raise
