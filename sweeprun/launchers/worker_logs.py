"""The logs of a pool's workers, one for each slot."""

from contextlib import suppress
from pathlib import Path

from sweeprun.errors import FormatError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import read_tail
from sweeprun.store.workers import Place

_TAIL = 2000
"""Bytes."""


class WorkerLogs:
    """Where the workers of a place write what tasks print."""

    def __init__(self, run: RunDirectory, place: Place) -> None:
        self._run = run
        self._place = place

    def path(self, slot: int) -> Path:
        """The log of a slot."""
        return self._run.worker_log(self._place.submission, self._place.index, slot)

    def tail(self, slot: int) -> str:
        """The end of a log, for a message."""
        try:
            content = read_tail(self.path(slot), _TAIL)
        except FileNotFoundError:
            return "it has no log"
        except OSError as error:
            return f"its log can't be read: {error.strerror}"
        except FormatError as error:
            return str(error)
        return content.decode(errors="replace").strip() or "its log is empty"

    def remove_empty(self, slots: int) -> None:
        """Silent workers leave no file."""
        for slot in range(slots):
            with suppress(OSError):
                if not self.path(slot).stat().st_size:
                    self.path(slot).unlink()
