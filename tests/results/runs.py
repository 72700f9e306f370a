"""Run directories made by hand, for the tests."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.ranges import IntegerRange
from sweeprun.design.tasks import TaskTable
from sweeprun.design.values import Choice
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.job_spec import JobSpec
from sweeprun.store.manifest import Manifest, write_manifest
from sweeprun.store.payloads import encode_result
from sweeprun.store.records import FAILURE_LAYOUT, Failure, Outcome, Record
from sweeprun.store.shard_writer import ShardWriter


def axis(name: str, labels: Sequence[Any]) -> Axis:
    values = Choice(values=tuple(labels), texts=tuple(map(str, labels)), labels=tuple(labels))
    return Axis(name=name, values=values, kind=LabelKind.of(labels))


def count_axis(name: str, length: int) -> Axis:
    return Axis(name=name, values=IntegerRange(start=0, stop=length), kind=LabelKind.INTEGER)


def make_run(path: Path, *axes: Axis) -> RunDirectory:
    return make_run_of(path, TaskTable.of(Grid(axes=axes)))


def make_run_of(path: Path, table: TaskTable) -> RunDirectory:
    run = make_run_directory(path, numbered=False)
    manifest = Manifest(
        table=table,
        overrides=(),
        composition_axes=(),
        launcher={"name": "local"},
        job=JobSpec(),
        python_path=(),
        provenance={"created": "2026-05-04T10:11:12+00:00", "command": ["sweeprun"], "versions": {"numpy": "2"}},
    )
    run.config.write_text("lr: 0.1\n")
    write_manifest(run, manifest)
    return run


def success(task_id: int, result: Any, *, attempt: int = 1, seconds: float = 0.5) -> Record:
    layout, payload = encode_result(result)
    return Record(
        task_id=task_id,
        attempt=attempt,
        outcome=Outcome.SUCCEEDED,
        stream=task_id,
        started=1.0,
        seconds=seconds,
        layout=layout,
        payload=payload,
    )


def failure(task_id: int, kind: str = "ValueError", message: str = "bad", *, attempt: int = 1) -> Record:
    return Record(
        task_id=task_id,
        attempt=attempt,
        outcome=Outcome.FAILED,
        stream=task_id,
        started=1.0,
        seconds=0.25,
        layout=FAILURE_LAYOUT,
        payload=Failure(type=kind, message=message, traceback="Traceback …").encode(),
    )


def write_shard(run: RunDirectory, name: str, *batches: Iterable[Record]) -> Path:
    writer = ShardWriter(run.shard(name))
    for batch in batches:
        writer.append(list(batch))
    writer.close()
    return run.shard(name)
