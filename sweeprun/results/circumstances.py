"""What tasks failed under, besides their coordinates: on which host, and when."""

from contextlib import suppress
from datetime import UTC, datetime

import numpy as np

from sweeprun.provenance.origin import Origin
from sweeprun.results.in_common import Column
from sweeprun.results.layout_groups import chosen_rows
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.workers import read_beats, read_exits


def circumstances_of(snapshot: Snapshot) -> list[Column]:
    """The host of each task that has ended, and when it began."""
    hosts: dict[str, int] = {}
    host_of = np.full(len(snapshot.states), -1, np.int32)
    started = np.full(len(snapshot.states), np.nan)
    for beat in read_beats(snapshot.run):
        if beat.task_id is not None and beat.task_id < len(host_of):
            host_of[beat.task_id] = hosts.setdefault(beat.process.host, len(hosts))
            started[beat.task_id] = beat.since
    for noted in read_exits(snapshot.run):
        if noted.task_id is not None and noted.task_id < len(host_of):
            host = noted.worker.removeprefix(noted.place.prefix).rsplit("-", 2)[0]
            host_of[noted.task_id] = hosts.setdefault(host, len(hosts))
    for batch, task_ids, rows in chosen_rows(snapshot.shards, snapshot.best, snapshot.best.outcome >= 0):
        host_of[task_ids] = hosts.setdefault(Origin.from_json(batch.origin).host, len(hosts))
        started[task_ids] = batch.columns["started"][rows]
    names = tuple(hosts)
    if "" in hosts:  # of shards of version 1
        host_of[host_of == hosts[""]] = -1
    return [Column(name="host", codes=host_of, label=names.__getitem__), _started(started)]


def _started(started: np.ndarray) -> Column:
    times, codes = np.unique(started, return_inverse=True)
    codes = np.where(np.isfinite(started), codes, -1)

    def label(code: int) -> str:
        with suppress(ValueError, OverflowError, OSError):  # a record may say anything
            return datetime.fromtimestamp(float(times[code]), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        return f"{times[code]:g}"

    return Column(name="started", codes=codes, label=label, ordered=True)
