"""Where the time of a run went: hosts, efficiency, tasks that run at once, the slowest tasks."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sweeprun.provenance.origin import Origin
from sweeprun.report.spread import Part, Spread
from sweeprun.report.text import LONGEST_NAME, numbers, shown
from sweeprun.store.records import Outcome
from sweeprun.store.shards import ShardContents
from sweeprun.store.snapshot import Snapshot

_SLOWEST = 10
_MOST_HOSTS = 30
_BINS = 100
_DURATION_BINS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTimes:
    """The durations of the tasks that ran on one host, in seconds."""

    host: str
    cpu: str
    tasks: int
    busy: float
    median: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowTask:
    """One of the slowest tasks."""

    task_id: int
    seconds: float
    state: str
    host: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Where the time went.

    Attributes
    ----------
    busy
        Seconds in task functions, of all attempts together.
    wall
        Seconds from a submission's first start to its last end, of all submissions together.
    workers
        The most workers of a submission that there were at once.
    efficiency
        ``busy / (workers x wall)``, summed over submissions; None if nothing has run.
    hosts
        Those with most busy time first.
    other_hosts
        How many more there are.
    edges, running
        Seconds since the first start, and how many tasks ran at once between them, on average.
    durations
        How long tasks took; bins are even in the logarithm.
    """

    busy: float
    wall: float
    workers: int
    efficiency: float | None
    hosts: tuple[HostTimes, ...]
    other_hosts: int
    slowest: tuple[SlowTask, ...]
    edges: tuple[float | int | str | None, ...]
    running: tuple[float | int | str | None, ...]
    durations: Spread | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempts:
    """All attempts with sane times; arrays of shape ``(attempts,)``."""

    task_id: np.ndarray
    started: np.ndarray
    seconds: np.ndarray
    succeeded: np.ndarray
    shard: np.ndarray
    host: np.ndarray


def timing_of(snapshot: Snapshot) -> Timing:
    """The timing of a run, of all attempts of which there are records."""
    origins: list[Origin] = []
    attempts = _attempts(snapshot.shards, origins)
    if not len(attempts.seconds):
        return Timing(
            busy=0, wall=0, workers=0, efficiency=None, hosts=(), other_hosts=0, slowest=(), edges=(), running=(),
            durations=None,
        )  # fmt: skip
    hosts = sorted(_hosts(attempts, origins), key=lambda one: -one.busy)
    busy, wall, workers, offered = _used(snapshot.shards, attempts)
    edges, running = _running(attempts)
    return Timing(
        busy=busy,
        wall=wall,
        workers=workers,
        efficiency=min(1.0, busy / offered) if offered > 0 else None,
        hosts=tuple(hosts[:_MOST_HOSTS]),
        other_hosts=max(0, len(hosts) - _MOST_HOSTS),
        slowest=tuple(_slowest(snapshot, attempts, origins)),
        edges=numbers(edges - edges[0]),
        running=numbers(running),
        durations=_durations(attempts.seconds),
    )


def _attempts(shards: tuple[ShardContents, ...], origins: list[Origin]) -> _Attempts:
    columns: dict[str, list[np.ndarray]] = {name: [] for name in _Attempts.__slots__}
    for number, shard in enumerate(shards):
        for batch in shard.batches:
            origin = Origin.from_json(batch.origin)
            if origin not in origins:
                origins.append(origin)
            told = batch.columns
            sane = batch.sound() & np.isfinite(told["started"]) & np.isfinite(told["seconds"])
            sane &= (told["seconds"] >= 0) & (told["seconds"] < 1e10) & (np.abs(told["started"]) < 1e11)
            length = int(sane.sum())
            columns["task_id"].append(told["task_id"][sane])
            columns["started"].append(told["started"][sane])
            columns["seconds"].append(told["seconds"][sane])
            columns["succeeded"].append(told["outcome"][sane] == Outcome.SUCCEEDED.value)
            columns["shard"].append(np.full(length, number))
            columns["host"].append(np.full(length, origins.index(origin)))
    return _Attempts(**{name: np.concatenate(parts) if parts else np.empty(0) for name, parts in columns.items()})


def _hosts(attempts: _Attempts, origins: list[Origin]) -> Iterator[HostTimes]:
    by_host: dict[tuple[str, str], list[int]] = {}
    for number, origin in enumerate(origins):
        by_host.setdefault((origin.host, origin.cpu), []).append(number)
    for (host, cpu), members in by_host.items():
        seconds = attempts.seconds[np.isin(attempts.host, members)]
        if len(seconds):
            middle, p95 = np.quantile(seconds, [0.5, 0.95])
            yield HostTimes(
                host=shown(host) or "unknown",
                cpu=shown(cpu),
                tasks=len(seconds),
                busy=float(seconds.sum()),
                median=float(middle),
                p95=float(p95),
                longest=float(seconds.max()),
            )


def _used(shards: tuple[ShardContents, ...], attempts: _Attempts) -> tuple[float, float, int, float]:
    """Busy seconds, wall seconds, the most workers at once, and the seconds that workers could have worked."""
    ended = attempts.started + attempts.seconds
    submissions: dict[str, list[tuple[float, float]]] = {}
    order = np.argsort(attempts.shard, kind="stable")
    edges = np.searchsorted(attempts.shard[order], np.arange(len(shards) + 1))
    for number, shard in enumerate(shards):
        own = order[edges[number] : edges[number + 1]]
        if len(own):
            submission = shard.path.name.partition("-")[0].partition(".")[0]
            spans = submissions.setdefault(submission, [])
            spans.append((float(attempts.started[own].min()), float(ended[own].max())))
    wall = offered = 0.0
    most = 0
    for spans in submissions.values():
        length = max(stop for _, stop in spans) - min(start for start, _ in spans)
        workers = _most_at_once(spans)
        wall, offered, most = wall + length, offered + workers * length, max(most, workers)
    return float(attempts.seconds.sum()), wall, most, offered


def _most_at_once(spans: list[tuple[float, float]]) -> int:
    changes = sorted([(start, 1) for start, _ in spans] + [(stop, -1) for _, stop in spans])
    return int(max(np.cumsum([change for _, change in changes]), default=0)) or 1


def _running(attempts: _Attempts) -> tuple[np.ndarray, np.ndarray]:
    """How many tasks ran at once, on average over each of some stretches of time."""
    ended = attempts.started + attempts.seconds
    start, stop = float(attempts.started.min()), float(ended.max())
    edges = np.linspace(start, max(stop, start + 1e-6), _BINS + 1)
    return edges, np.diff(_busy_until(edges, attempts.started) - _busy_until(edges, ended)) / np.diff(edges)


def _busy_until(times: np.ndarray, events: np.ndarray) -> np.ndarray:
    """The integral over time of how many events there were before, up to each time."""
    ordered = np.sort(events - times[0])
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    before = np.searchsorted(ordered, times - times[0], side="right")
    found: np.ndarray = before * (times - times[0]) - sums[before]
    return found


def _slowest(snapshot: Snapshot, attempts: _Attempts, origins: list[Origin]) -> Iterator[SlowTask]:
    table = snapshot.manifest.table
    known = np.flatnonzero((attempts.task_id >= 0) & (attempts.task_id < len(table)))
    for place in known[np.argsort(-attempts.seconds[known], kind="stable")][:_SLOWEST]:
        task_id = int(attempts.task_id[place])
        where = " ".join(f"{name}={value}" for name, value in table.task(task_id).coordinates.items())
        yield SlowTask(
            task_id=task_id,
            seconds=float(attempts.seconds[place]),
            state="succeeded" if attempts.succeeded[place] else "failed",
            host=shown(origins[int(attempts.host[place])].host),
            where=shown(where, 2 * LONGEST_NAME),
        )


def _durations(seconds: np.ndarray) -> Spread | None:
    known = np.maximum(seconds, 1e-6)
    low, high = float(known.min()), float(known.max())
    edges = np.geomspace(low, max(high, low * 1.01), _DURATION_BINS + 1)
    edges[-1] = max(edges[-1], high)
    edges[0] = min(edges[0], low)
    part = Part(label="all", count=len(known), bins=numbers(np.histogram(known, edges)[0]), quantiles=())
    return Spread(edges=numbers(edges), levels=(), groups={"": (part,)})
