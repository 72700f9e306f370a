"""What tasks failed under, besides their coordinates: on which host, and when."""

from contextlib import suppress
from datetime import UTC, datetime

import numpy as np

from sweeprun.provenance.origin import Origin
from sweeprun.results.in_common import Column
from sweeprun.results.layout_groups import chosen_rows
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.submissions import read_submissions
from sweeprun.store.workers import read_beats, read_exits


def circumstances_of(snapshot: Snapshot, task_ids: np.ndarray) -> list[Column]:
    """The hosts of tasks that have ended, and when they began; nothing of a run that was gone on with.

    What is started again has failed before, and would have its later time in common, and maybe its host.

    Parameters
    ----------
    snapshot, task_ids
        The run, and the tasks, in their order.
    """
    submissions = snapshot.activity.submissions or read_submissions(snapshot.run)
    if len({submission.attempt for submission in submissions}) > 1:
        return []
    hosts: dict[str, int] = {}
    host_of = np.full(len(task_ids), -1, np.int32)
    started = np.full(len(task_ids), np.nan)
    for beat in read_beats(snapshot.run):
        if (place := _place(task_ids, beat.task_id)) is not None:
            host_of[place] = hosts.setdefault(beat.process.host, len(hosts))
            started[place] = beat.since
    for noted in read_exits(snapshot.run):
        if (place := _place(task_ids, noted.task_id)) is not None:
            host = noted.worker.removeprefix(noted.place.prefix).rsplit("-", 2)[0]
            host_of[place] = hosts.setdefault(host, len(hosts))
    wanted = np.zeros(len(snapshot.states), bool)
    wanted[task_ids] = snapshot.best.outcome[task_ids] >= 0
    for batch, own, rows in chosen_rows(snapshot.shards, snapshot.best, wanted):
        places = np.searchsorted(task_ids, own)
        host_of[places] = hosts.setdefault(Origin.from_json(batch.origin).host, len(hosts))
        started[places] = batch.columns["started"][rows]
    names = tuple(hosts)
    if "" in hosts:  # of shards of version 1
        host_of[host_of == hosts[""]] = -1
    return [Column(name="host", codes=host_of, label=names.__getitem__), _started(started)]


def _place(task_ids: np.ndarray, task_id: int | None) -> int | None:
    """Where a task is among some; None if it isn't there."""
    if task_id is None:
        return None
    place = int(np.searchsorted(task_ids, task_id))
    return place if place < len(task_ids) and task_ids[place] == task_id else None


def time_text(time: float, *, exactly: bool = False) -> str:
    """A time as people read it, to the second or to the microsecond."""
    with suppress(ValueError, OverflowError, OSError):  # a record may say anything
        return datetime.fromtimestamp(time, UTC).strftime(f"%Y-%m-%d %H:%M:%S{'.%f' if exactly else ''} UTC")
    return f"{time:g}"


def _started(started: np.ndarray) -> Column:
    times, codes = np.unique(started, return_inverse=True)
    codes = np.where(np.isfinite(started), codes, -1)

    def label(code: int) -> str:
        near = [time_text(float(times[i])) for i in range(max(0, code - 1), min(len(times), code + 2))]
        own = time_text(float(times[code]))
        return own if near.count(own) == 1 else time_text(float(times[code]), exactly=True)

    return Column(name="started", codes=codes, label=label, ordered=True)
