"""The processes of a storm, found by a mark in their environment that children inherit: none is overlooked."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_DROPPED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PYTEST", "COV", "HYDRA")
PATIENCE = 300.0
"""Seconds that anything may take on a machine that does other things; a storm that goes well never waits so long."""


class Processes:
    """Starts commands, and finds all that became of them."""

    def __init__(self, study: Path, logs: Path) -> None:
        self._study = study
        self._logs = logs
        self._mark = f"SWEEPRUN_STORM={secrets.token_hex(8)}"
        self._started = 0
        self.variables: dict[str, str] = {}
        """What is in the environment of commands besides."""

    def start(self, *words: str, pace: float = 1.0) -> "Command":
        """Start a command line of sweeprun."""
        name, _, value = self._mark.partition("=")
        environment = {key: text for key, text in os.environ.items() if not key.startswith(_DROPPED)}
        environment |= {name: value, "STORM_PACE": str(pace)} | self.variables
        self._started += 1
        log = self._logs / f"{self._started}.txt"
        with log.open("wb") as output:
            popen = subprocess.Popen(
                [sys.executable, "-m", "sweeprun", *words],
                cwd=self._study,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return Command(popen, log)

    def run(self, *words: str, pace: float = 1.0) -> "Command":
        """Run a command line to its end."""
        command = self.start(*words, pace=pace)
        command.wait()
        return command

    def alive(self) -> Iterator[tuple[int, list[bytes]]]:
        """Every living process that was started from here: its id and its command line."""
        mark = self._mark.encode()
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with suppress(OSError):  # it has ended, or is somebody else's
                    if mark in (entry / "environ").read_bytes().split(b"\0"):
                        words = (entry / "cmdline").read_bytes().split(b"\0")
                        if words != [b""]:  # a zombie
                            yield int(entry.name), words

    def workers(self) -> list[int]:
        """The ids of the workers that live."""
        return sorted(pid for pid, words in self.alive() if b"worker" in words)

    def await_no_workers(self) -> None:
        """Nobody tells them to end: they must by themselves."""
        deadline = time.monotonic() + PATIENCE
        while workers := self.workers():
            assert time.monotonic() < deadline, f"the workers {workers} outlive their launcher"
            time.sleep(0.01)

    def end(self) -> None:
        """Kill whatever still lives of what was started from here."""
        while left := list(self.alive()):
            for pid, _ in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)


class Command:
    """A command that was started."""

    def __init__(self, popen: "subprocess.Popen[bytes]", log: Path) -> None:
        self._popen = popen
        self._log = log
        self.pid = popen.pid

    @property
    def has_ended(self) -> bool:
        return self._popen.poll() is not None

    def signal(self, number: signal.Signals) -> None:
        self._popen.send_signal(number)

    def wait(self) -> int:
        """Its exit code; it never prints a traceback, but where Python was interrupted before sweeprun had begun."""
        code = self._popen.wait(PATIENCE)
        text = self.text
        of_startup = text.rstrip().endswith("KeyboardInterrupt") and "sweeprun/cli/" not in text
        assert "Traceback" not in text or of_startup, text
        return code

    @property
    def text(self) -> str:
        """All that it printed."""
        return self._log.read_text(errors="replace")
