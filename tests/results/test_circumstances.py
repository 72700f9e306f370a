"""On which host and when tasks ran."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from sweeprun.results.circumstances import circumstances_of
from sweeprun.store.snapshot import take_snapshot
from sweeprun.store.workers import Exit, Place, append_exit
from tests.results.runs import count_axis, failure, make_run, success, write_shard


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
