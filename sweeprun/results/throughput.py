"""How fast a run goes, from its records."""

import time
from dataclasses import dataclass

import numpy as np

from sweeprun.store.snapshot import Snapshot, TaskState

_WINDOW_SECONDS = 300.0
_SKEW_SECONDS = 5.0
"""How far the clocks of hosts may be apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a run goes.

    Attributes
    ----------
    done
        Tasks that succeeded or failed.
    rate
        Tasks that ended per second, lately.
    left
        Seconds until all tasks have ended, if it goes on like this; None if nothing ended lately.
    """

    done: int
    rate: float
    left: float | None


def pace_of(snapshot: Snapshot, now: float | None = None) -> Pace:
    """The pace of a run over the last minutes, at ``now`` (Unix time, seconds; by default this moment)."""
    now = time.time() if now is None else now
    counts = snapshot.counts()
    done = counts[TaskState.SUCCEEDED] + counts[TaskState.FAILED]
    batches = [batch.columns for shard in snapshot.shards for batch in shard.batches]
    if not batches:
        return Pace(done=done, rate=0.0, left=None)
    started = np.concatenate([columns["started"] for columns in batches])
    seconds = np.concatenate([columns["seconds"] for columns in batches])
    ended = started + seconds
    sane = np.isfinite(ended) & (ended <= now + _SKEW_SECONDS)  # or the clock was set back meanwhile
    started, ended = started[sane], ended[sane]
    if not len(started):
        return Pace(done=done, rate=0.0, left=None)
    window = min(_WINDOW_SECONDS, max(now - float(started.min()), 1e-3))
    rate = np.count_nonzero(ended >= now - window) / window
    left = (snapshot.total - done) / rate if rate else None
    return Pace(done=done, rate=float(rate), left=left)
