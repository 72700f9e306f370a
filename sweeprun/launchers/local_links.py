"""How the local workers of a pool are started."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sweeprun.launchers.process import WorkerProcess
from sweeprun.launchers.worker_logs import WorkerLogs
from sweeprun.store.directory import RunDirectory
from sweeprun.store.trust import TRUST
from sweeprun.store.workers import Place


@dataclass(frozen=True, slots=True)
class LocalLinks:
    """Starts workers as processes of this machine, with the interpreter of this process.

    Attributes
    ----------
    run, place
        The run, and where in it they work.
    environment
        Of the workers.
    """

    run: RunDirectory
    place: Place
    environment: Mapping[str, str]

    def __call__(self, slot: int) -> WorkerProcess:
        log = WorkerLogs(self.run, self.place).path(slot)
        return WorkerProcess.start(worker_command(self.run.path, self.place), log, self.environment)


def worker_command(run: Path, place: Place) -> list[str]:
    """The command line of a worker that is handed tasks."""
    command = [sys.executable, "-m", "sweeprun", "worker", str(run), "-", TRUST]
    command += ["--submission", str(place.submission), "--attempt", str(place.attempt)]
    return command if place.index is None else [*command, "--element", str(place.index)]
