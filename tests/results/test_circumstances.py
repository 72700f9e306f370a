"""On which host and when tasks ran."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from sweeprun.results.circumstances import circumstances_of
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.workers import Exit, Place, append_exit
from tests.results.runs import count_axis, failure, make_run, success, write_shard
from tests.runs.submitting import submit


def test_hosts_and_times_of_tasks_that_have_ended(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 5))
    origin = json.dumps({"code": "", "host": "n-3", "cpu": "", "threads": 0})
    write_shard(run, "a", [replace(success(0, 1), origin=origin, started=20.0)])
    write_shard(run, "b", [replace(failure(1), started=10.0)])
    place = Place(submission=0, index=7)
    append_exit(run, "x", Exit(worker=f"{place.prefix}n-3-4711-a1b2", task_id=2, code=-9, when=0.0, place=place))
    host, started = circumstances_of(take_snapshot(run), np.arange(5))
    known = [host.label(int(code)) if code >= 0 else None for code in host.codes]
    assert known == ["n-3", None, "n-3", None, None]  # no host is known of shards of the first version
    assert started.codes.tolist() == [1, 0, -1, -1, -1]
    assert started.label(0) == "1970-01-01 00:00:10 UTC"
    host, started = circumstances_of(take_snapshot(run), np.array([1, 2]))
    assert [host.label(int(code)) if code >= 0 else None for code in host.codes] == [None, "n-3"]
    assert started.codes.tolist() == [0, -1]


def test_a_record_may_say_any_time(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "a", [replace(success(0, 1), started=1e300), replace(success(1, 1), started=float("inf"))])
    _, started = circumstances_of(take_snapshot(run), np.arange(2))
    assert started.codes.tolist() == [0, -1]
    assert started.label(0) == "1e+300"


def test_of_a_run_that_was_gone_on_with_they_say_nothing(tmp_path: Path) -> None:
    """What ran again had failed before: it began later, whatever it failed of."""
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    write_shard(run, "a", [replace(success(i, 1), started=10.0 + i) for i in range(3)])
    submit(run, 0, attempt=1)
    assert len(circumstances_of(take_snapshot(run), np.arange(3))) == 2
    submit(run, 1, attempt=2, tasks="2")
    assert circumstances_of(take_snapshot(run), np.arange(3)) == []


def test_times_of_one_second_are_told_apart(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    times = (10.25, 10.75, 20.0)
    write_shard(run, "a", [replace(success(i, 1), started=time) for i, time in enumerate(times)])
    _, started = circumstances_of(take_snapshot(run), np.arange(3))
    assert [started.label(i)[11:] for i in range(3)] == ["00:00:10.250000 UTC", "00:00:10.750000 UTC", "00:00:20 UTC"]
