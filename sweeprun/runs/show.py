"""What a run is, and what one of its tasks is and gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sweeprun.design.extension import whole_grid
from sweeprun.provenance.gather import command_text, shown_time
from sweeprun.provenance.origin import Origin
from sweeprun.results.failures import lost_reasons, lost_with
from sweeprun.runs.task_selection import find_task
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import config_text
from sweeprun.store.looks import LookRecord, read_looks
from sweeprun.store.manifest import Manifest
from sweeprun.store.named_dims import misfit_text
from sweeprun.store.payloads import Layout, decode_result
from sweeprun.store.records import Failure, Record
from sweeprun.store.snapshot import STATE_ORDER, Snapshot, TaskState
from sweeprun.store.submissions import Submission, read_submissions
from sweeprun.store.verification import Verification, read_verification
from sweeprun.wording import Command

_SHOWN_NUMBERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDetails:
    """What a run is.

    Attributes
    ----------
    run, manifest, submissions
        The run, and what was started of it.
    ended
        When the last attempt ended of which there is a record (Unix time, seconds); None if there is no record.
    looks
        What was seen when members were added until a target held.
    verification
        What came out when tasks were last run again; None if they never were.
    config
        Its configs, as YAML.
    """

    run: RunDirectory
    manifest: Manifest
    submissions: tuple[Submission, ...]
    ended: float | None
    looks: tuple[LookRecord, ...]
    verification: Verification | None
    config: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        manifest, table = self.manifest, self.manifest.table
        grid = whole_grid(table)
        together = {joint.name: joint.describe() for joint in grid.joint}
        looks = {number: _look(look) for number, look in enumerate(self.looks, 1)}
        return {
            "run": str(self.run.path),
            "tasks": len(table),
            "axes": {axis.name: f"{len(axis)} ({axis.kind.dtype})" for axis in grid.axes},
            **({"moving together": together} if together else {}),
            **({"left out": table.selection.to_dict()} if table.selection else {}),
            "launcher": manifest.launcher,
            "submissions": {
                submission.number: f"tasks {submission.array.tasks} as array {submission.array}"
                for submission in self.submissions
            },
            "streams": table.streams.to_dict(),
            **manifest.provenance,
            "command": command_text(manifest.provenance),
            "packages": _one_line(manifest.provenance.get("packages", {})),
            "ended": shown_time(self.ended),
            "policy": manifest.policy.to_dict(),
            "resumed": {
                submission.number: _later(submission.provenance)
                for submission in self.submissions
                if submission.provenance
            },
            **({"looks": looks} if looks else {}),
            **({} if self.verification is None else {"verified": str(self.verification)}),
            "config": self.config,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDetails:
    """What a task is, and what its last attempt gave.

    Attributes
    ----------
    run, manifest
        The run.
    task_id, coordinates, overrides, stream
        The task, its values, these as they were set, and its random stream.
    state
        Its state.
    attempt, seconds, host
        The number of its last attempt that was recorded, how long that took, and where; None if nothing was recorded.
    result
        What it returned, by name; empty if it has no result.
    dims
        The dimensions of these.
    failure
        Why it failed; None if it didn't.
    left_out, missing, misfits
        What of its result is not stored, and why; what had no value; and which names or labels didn't fit.
    lost, worker
        Why it was lost, and with which worker; empty if it wasn't.
    directory
        Its directory; None if it has none.
    """

    run: RunDirectory
    manifest: Manifest
    task_id: int
    coordinates: Mapping[str, Any]
    overrides: Sequence[str]
    stream: str
    state: TaskState
    attempt: int | None = None
    seconds: float | None = None
    host: str | None = None
    result: Mapping[str, Any]
    dims: Mapping[str, tuple[str, ...]]
    failure: Failure | None = None
    left_out: Mapping[str, str]
    missing: Sequence[str] = ()
    misfits: Mapping[str, str]
    lost: str = ""
    worker: str = ""
    directory: Path | None = None

    @property
    def config(self) -> Mapping[str, Any] | None:
        """Its config, with interpolations as they were written; of a function in Python, the values of its axes.

        None if the run doesn't say. It is read when it is asked for, from what the run has for people.
        """
        task = self.manifest.table.task(self.task_id)
        if self.manifest.calls_by_keywords:
            return self.manifest.values(task)
        from sweeprun.config.readable import readable_config  # with OmegaConf, which only this needs

        return readable_config(self.run, self.manifest, task)

    @property
    def traceback(self) -> str:
        """The traceback of its failure; empty if it didn't fail."""
        return "" if self.failure is None else self.failure.traceback

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it; of a result that is an array, its dims, type and first numbers."""
        shown: dict[str, Any] = {
            "task": self.task_id,
            "coordinates": dict(self.coordinates),
            **({} if self.manifest.calls_by_keywords else {"overrides": list(self.overrides)}),
            "stream": self.stream,
            "state": self.state.value,
        }
        if self.attempt is not None and self.seconds is not None:
            shown |= {"attempt": self.attempt, "seconds": round(self.seconds, 6)}
            shown |= {"host": self.host} if self.host else {}
        if self.failure is not None:
            shown["failure"] = f"{self.failure.type}: {self.failure.message}"
            shown["traceback"] = self.failure.traceback
        shown |= {"left out": dict(self.left_out)} if self.left_out else {}
        shown |= {"missing": list(self.missing)} if self.missing else {}
        if self.misfits:
            shown["doesn't fit"] = {name: misfit_text(name, why) for name, why in self.misfits.items()}
        if self.state is TaskState.SUCCEEDED:
            shown["result"] = {name: self._shown(name) for name in self.result}
        if self.state is TaskState.LOST:
            path = self.run.shown()
            shown |= {"lost": self.lost, "worker": self.worker}
            shown["see"] = f"{Command('logs', path, (self.task_id,))}, {Command('resume', path)}"
        if self.directory is not None:
            shown["directory"] = str(self.directory)
        return shown

    def _shown(self, name: str) -> Any:
        array = np.asarray(self.result[name])
        return array.item() if not array.ndim else f"{self.dims[name]} {array.dtype} {_head(array)}"


def describe_run(snapshot: Snapshot) -> RunDetails:
    """What a run is."""
    run = snapshot.run
    return RunDetails(
        run=run,
        manifest=snapshot.manifest,
        submissions=tuple(read_submissions(run)),
        ended=snapshot.ended(),
        looks=tuple(read_looks(run)),
        verification=read_verification(run),
        config=config_text(run),
    )


def describe_task(snapshot: Snapshot, words: Sequence[str]) -> TaskDetails:
    """What a task of a run is and gave.

    Parameters
    ----------
    snapshot
        The run.
    words
        The id of the task, or ``AXIS=VALUE`` for every axis.

    Raises
    ------
    UsageError
        If they name none, or not one alone.
    """
    run, manifest = snapshot.run, snapshot.manifest
    task = find_task(manifest.table, words)
    state = STATE_ORDER[snapshot.states[task.task_id]]
    lost = state is TaskState.LOST
    directory = run.task(task.task_id)
    return TaskDetails(
        run=run,
        manifest=manifest,
        task_id=task.task_id,
        coordinates=task.coordinates,
        overrides=manifest.override_texts(task),
        stream=manifest.table.streams.describe(task.stream),
        state=state,
        lost=(lost_reasons(snapshot).get(task.task_id) or "its worker is gone, and nobody saw it end") if lost else "",
        worker=lost_with(snapshot, task.task_id) if lost else "",
        directory=directory if directory.is_dir() and not directory.is_symlink() else None,
        **_of_record(snapshot.record(task.task_id)),
    )


def _of_record(record: Record | None) -> dict[str, Any]:
    """What a record says of a task."""
    nothing: dict[str, Any] = {"result": {}, "dims": {}, "left_out": {}, "misfits": {}}
    if record is None:
        return nothing
    origin = Origin.from_json(record.origin)
    found = nothing | {"attempt": record.attempt, "seconds": record.seconds, "host": origin.host or None}
    failure = record.failure()
    if failure is not None:
        return found | {"failure": failure}
    layout = Layout.from_json(record.layout)
    arrays = decode_result(layout, record.payload)
    return found | {
        "result": {one.name: array[()] for one, array in zip(layout.variables, arrays, strict=True)},
        "dims": {one.name: one.dims for one in layout.variables},
        "left_out": layout.left_out,
        "missing": tuple(layout.missing),
        "misfits": layout.misfits,
    }


def _look(look: LookRecord) -> str:
    return (
        f"{look.time} {look.described_rule} over {look.over}: {look.members} members, worst {look.worst}, "
        f"{look.state}, {look.added} added"
    )


def _later(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """What a resumption or an extension says of itself that may differ from the run's beginning."""
    kept = {name: provenance.get(name) for name in ("created", "host", "code", "git", "versions")}
    return {"command": command_text(provenance), **kept}


def _one_line(packages: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in packages.items())


def _head(array: Any) -> str:
    flat = array.reshape(-1)
    head = ", ".join(str(item) for item in flat[:_SHOWN_NUMBERS].tolist())
    return f"[{head}{', …' if flat.size > _SHOWN_NUMBERS else ''}]"
