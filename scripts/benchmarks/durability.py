"""What it costs to keep records from being lost."""

import os
import statistics
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from measuring import ROUNDS, table

if TYPE_CHECKING:
    from sweeprun.store.records import Record

PAYLOADS = {"a number": (1, 4000), "8 kB": (1000, 1000), "1 MB": (125_000, 60)}
"""Name -> how many float64 a record holds, and how many records there are."""


def durability(study: Path) -> None:
    """The time per record of what keeps it from being lost, beside cheaper and dearer ways, without any task."""
    print(f"records are kept in {study}, on {file_system(study)}")
    rows = []
    for payload, (values, count) in PAYLOADS.items():
        records = [some_record(i, values) for i in range(count)]
        seconds: dict[str, list[float]] = {}
        for turn in range(ROUNDS):
            for name, write in DURABILITIES.items():
                folder = study / f"{payload}-{turn}-{write.__name__}"
                folder.mkdir()
                began = time.perf_counter()
                write(folder, records)
                seconds.setdefault(name, []).append(time.perf_counter() - began)
        for name, times in seconds.items():
            rows.append((payload, name, f"{1e6 * statistics.median(times) / count:.1f} µs"))
    table(("record of", "way", "per record"), rows)


def some_record(task_id: int, values: int) -> "Record":
    """A record with so many numbers."""
    import numpy as np

    from sweeprun.store.payloads import encode_result
    from sweeprun.store.records import Outcome, Record

    layout, payload = encode_result({"x": np.arange(float(values)) if values > 1 else 0.5})
    return Record(
        task_id=task_id,
        attempt=1,
        outcome=Outcome.SUCCEEDED,
        stream=task_id,
        started=0.0,
        seconds=0.0,
        layout=layout,
        payload=payload,
    )


def by_recorder(folder: Path, records: "list[Record]") -> None:
    """As sweeprun does."""
    from sweeprun.store.directory import RunDirectory
    from sweeprun.worker.recorder import Recorder

    run = RunDirectory(folder)
    run.shards.mkdir()
    recorder = Recorder(run, "w")
    for record in records:
        recorder.add(record)
    recorder.close()


def one_by_one(folder: Path, records: "list[Record]") -> None:
    """A flush and an fsync for every record."""
    from sweeprun.store.shard_writer import ShardWriter

    writer = ShardWriter(folder / "w.arrow")
    for record in records:
        writer.append([record])
    writer.close()


def without_fsync(folder: Path, records: "list[Record]") -> None:
    """A flush for every record, and nothing that gets it to the disk."""
    with mock.patch("os.fsync"):
        one_by_one(folder, records)


def at_the_end(folder: Path, records: "list[Record]") -> None:
    """Nothing is written before all is done."""
    from sweeprun.store.shard_writer import ShardWriter

    with mock.patch("os.fsync"):
        writer = ShardWriter(folder / "w.arrow")
        writer.append(records)
        writer.close()


def bare(folder: Path, records: "list[Record]") -> None:
    """The payloads alone, each written and synced."""
    descriptor = os.open(folder / "w", os.O_WRONLY | os.O_CREAT)
    for record in records:
        os.write(descriptor, record.payload)
        os.fsync(descriptor)
    os.close(descriptor)


DURABILITIES = {
    "sweeprun: durable within 0.1 s": by_recorder,
    "every record synced": one_by_one,
    "every record written, none synced": without_fsync,
    "all at the end, not synced": at_the_end,
    "floor of every record synced: write + fsync": bare,
}


def file_system(path: Path) -> str:
    """The type of the file system of a path."""
    command = ["stat", "--file-system", "--format=%T", path]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
