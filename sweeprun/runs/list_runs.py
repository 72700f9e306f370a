"""The runs that there are."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sweeprun.errors import SweeprunError, describe_os_error
from sweeprun.provenance.gather import command_text
from sweeprun.runs.observe import state_counts
from sweeprun.store.directory import RunDirectory
from sweeprun.store.finding import find_runs
from sweeprun.store.snapshot import take_snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRun:
    """A run, in a line.

    Attributes
    ----------
    run
        The run.
    created, command
        When it was started, and the words that did; None and nothing if it can't be read.
    states
        How many of its tasks are in each state.
    error
        Why it can't be read; empty if it can.
    """

    run: RunDirectory
    created: str | None = None
    command: tuple[str, ...] = ()
    states: Mapping[str, int]
    error: str = ""

    @property
    def shown(self) -> str:
        """Its directory, from here."""
        return os.path.relpath(self.run.path)

    def __str__(self) -> str:
        states = self.error or ", ".join(f"{count} {state}" for state, count in self.states.items() if count)
        return f"{self.shown}  {states}  {command_text({'command': list(self.command)})}"

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        described: dict[str, Any] = {"run": str(self.run.path), "shown": self.shown}
        if self.error:
            return described | {"error": self.error}
        return described | {"created": self.created, "command": list(self.command), "states": dict(self.states)}


def list_runs(root: Path) -> tuple[ListedRun, ...]:
    """The runs below a directory, newest first; those that can't be read say why."""
    return tuple(_listed(run) for run in find_runs(root))


def _listed(run: RunDirectory) -> ListedRun:
    try:
        snapshot = take_snapshot(run)
    except SweeprunError as error:
        return ListedRun(run=run, states={}, error=str(error))
    except OSError as error:  # its file system hangs or broke
        return ListedRun(run=run, states={}, error=describe_os_error(error))
    provenance = snapshot.manifest.provenance
    return ListedRun(
        run=run,
        created=provenance.get("created"),
        command=tuple(provenance.get("command", ())),
        states=state_counts(snapshot),
    )
