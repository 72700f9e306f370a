"""Run directories as workers leave them, made without running every task."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sweeprun.store.directory import RunDirectory
    from sweeprun.store.records import Record

RESULTS = '''
"""What tasks return, as functions of their number."""

def scalars(i, length=1):
    return {"x": float(i), "y": i / 3, "z": -float(i)}

def array(i, length):
    import numpy as np

    return {"x": np.arange(float(length)) + i}

def scalars_task(cfg, task):
    return scalars(task.id, cfg.length)

def array_task(cfg, task):
    return array(task.id, cfg.length)
'''

_PACE = 0.00035
"""Seconds between two records of one worker, where tasks do nothing."""

_MEGABYTE = 1_000_000
_CHECKED = (10, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of run.

    Attributes
    ----------
    function
        What its tasks return: a function in `RESULTS`.
    length
        How many numbers that function is asked for.
    shape
        How many tasks there are along each of the two axes.
    shards
        How many workers wrote shards.
    """

    function: str
    shape: tuple[int, int]
    length: int = 1
    shards: int = 2

    @property
    def tasks(self) -> int:
        return self.shape[0] * self.shape[1]

    def result(self, task_id: int) -> dict[str, Any]:
        return getattr(_results, self.function)(task_id, self.length)


_results = ModuleType("results")
exec(RESULTS, _results.__dict__)


def make_run(study: Path, kind: Kind) -> Path:
    """A run of so many tasks, as workers leave it.

    Four of them are run; then the manifest is given longer axes, and the shards are written by the store's own writer,
    in batches as the recorder makes them: one each 0.1 s, or each megabyte.
    """
    from sweeprun.design.grid import Grid
    from sweeprun.design.tasks import TaskTable
    from sweeprun.store.directory import RunDirectory
    from sweeprun.store.manifest import read_manifest, write_manifest
    from sweeprun.store.shards import read_shards

    run = RunDirectory(real_run(study, replace(kind, shape=(2, 2))))
    model = next(record for shard in read_shards(run.shards) for record in shard.records())
    manifest = read_manifest(run)
    axes = tuple(
        replace(axis, values=replace(axis.values, stop=length))
        for axis, length in zip(manifest.table.blocks[0].design.axes, kind.shape, strict=True)
    )
    run.manifest.unlink()
    write_manifest(run, replace(manifest, table=TaskTable.of(Grid(axes=axes), manifest.table.streams)))
    submission = json.loads(run.submission(0).read_text())
    submission["array"]["tasks"] = f"0-{kind.tasks - 1}"
    run.submission(0).write_text(json.dumps(submission))
    for path in run.shards.iterdir():
        path.unlink()
    _write_shards(run, kind, model)
    return run.path


def _write_shards(run: "RunDirectory", kind: Kind, model: "Record") -> None:
    """Write all records, the batches to one shard after the other, as workers are handed tasks."""
    from sweeprun.store.shard_writer import ShardWriter

    host = json.loads(model.origin)["host"]
    writers = [ShardWriter(run.shard(f"0.{host}-{4711 + i}-{i:08x}")) for i in range(kind.shards)]
    for number, records in enumerate(_batches(kind, model)):
        writers[number % kind.shards].append(records)
    for writer in writers:
        writer.close()


def _batches(kind: Kind, model: "Record") -> "Iterator[list[Record]]":
    from sweeprun.store.payloads import encode_result
    from sweeprun.worker.recorder import FLUSH_SECONDS

    most = min(int(FLUSH_SECONDS / _PACE), -(-_MEGABYTE // len(model.payload)), -(-kind.tasks // kind.shards))
    for first in range(0, kind.tasks, most):
        records = []
        for i in range(first, min(first + most, kind.tasks)):
            layout, payload = encode_result(kind.result(i))
            started = model.started + i * _PACE / kind.shards
            records.append(replace(model, task_id=i, stream=i, started=started, layout=layout, payload=payload))
        yield records


def real_run(study: Path, kind: Kind) -> Path:
    """A run whose tasks were run."""
    from sweeprun.store.finding import newest_run

    lr, seed = kind.shape
    sweep = [f"lr=range({lr})", f"seed=range({seed})", f"task=results.{kind.function}_task", f"+length={kind.length}"]
    command = [sys.executable, "-m", "sweeprun", "-m", *sweep, f"hydra.launcher.throttle={kind.shards}"]
    subprocess.run(command, cwd=study, check=True, capture_output=True)
    return newest_run(study / "multirun").path


def check_made_run(study: Path, kind: Kind) -> None:
    """Hold what is made to what workers leave, at a small size: the same Dataset but for times."""
    import xarray as xr

    small = replace(kind, shape=_CHECKED)
    datasets = []
    for number, run in enumerate((real_run(study, small), make_run(study, small))):
        path = study / f"checked-{number}.nc"
        command = [sys.executable, "-m", "sweeprun", "collect", str(run), "-o", str(path)]
        subprocess.run(command, check=True, capture_output=True)
        with xr.open_dataset(path) as dataset:
            datasets.append(dataset.drop_vars("seconds").load())
    real, made = datasets
    differing = {name for name in real.attrs if real.attrs[name] != made.attrs.get(name)}
    if not real.identical(made.assign_attrs(real.attrs)) or not differing <= _OF_ITS_TIME:
        raise SystemExit(f"what is made is not what workers leave: {real} against {made}; attributes {differing}")


_OF_ITS_TIME = {
    *("created", "ended", "command", "overrides", "manifest", "history", "title", "date_created"),
    *("run", "run_path", "run_digest"),
}
"""Attributes that tell of one run: when it was, and how it was called."""


def where_records_are(run: Path, kind: Kind) -> Path:
    """A file that says where in the shards the numbers lie, so that reading them needs no format; for the floor."""
    import pyarrow as pa
    from pyarrow import ipc

    from sweeprun.store.payloads import Layout

    shards: dict[str, list[list[int]]] = {}
    layout = None
    for path in sorted((run / "shards").iterdir()):
        with pa.memory_map(str(path)) as file:
            content = file.read_buffer()
            stream = ipc.open_stream(content)
            places = shards[str(path)] = []
            for batch, metadata in stream.iter_batches_with_custom_metadata():
                (text,) = json.loads(metadata[b"layouts"])
                layout = Layout.from_json(text)
                buffers = [batch.column(name).buffers()[-1] for name in ("task_id", "seconds", "payload")]
                places.append([len(batch), *(buffer.address - content.address for buffer in buffers)])
    variables = [(variable.name, variable.type, variable.shape) for variable in layout.variables]
    target = run / "places.json"
    target.write_text(json.dumps({"shape": kind.shape, "variables": variables, "shards": shards}))
    return target
