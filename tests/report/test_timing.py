"""Where the time of a run went."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeprun.provenance.origin import Origin
from sweeprun.report import timing as timing_module
from sweeprun.report.timing import Timing, timing_of
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Record
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return make_run(tmp_path / "a rün", axis("lr", [0.5, 0.25]), count_axis("seed", 50))


def timing(run: RunDirectory) -> Timing:
    return timing_of(take_snapshot(run))


def ran(task_id: int, started: float, seconds: float, host: str = "h", cpu: str = "c") -> Record:
    origin = Origin(host=host, cpu=cpu).to_json()
    return replace(success(task_id, 1.0, seconds=seconds), started=started, origin=origin)


def test_of_a_run_without_records_there_is_no_time(run: RunDirectory) -> None:
    found = timing(run)
    assert (found.busy, found.wall, found.workers, found.efficiency) == (0, 0, 0, None)
    assert (found.hosts, found.slowest, found.edges, found.durations) == ((), (), (), None)


def test_every_attempt_counts_and_waiting_workers_lower_the_efficiency(run: RunDirectory) -> None:
    write_shard(run, "0.0-a", [ran(0, 0, 4), ran(1, 4, 4)])
    write_shard(run, "0.0-b", [ran(2, 0, 2), replace(ran(2, 4, 2), attempt=2)])
    found = timing(run)
    assert (found.busy, found.wall, found.workers) == (12, 8, 2)
    assert found.efficiency == 12 / 16


def test_the_pause_before_a_resumption_is_no_time_of_the_run(run: RunDirectory) -> None:
    write_shard(run, "0.0-a", [ran(0, 0, 10)])
    for number in range(3):
        write_shard(run, f"1.{number}-a", [ran(1 + number, 1e6, 10)])
    found = timing(run)
    assert (found.busy, found.wall, found.workers, found.efficiency) == (40, 20, 3, 1)


def test_hosts_are_told_apart_with_the_busiest_first(run: RunDirectory) -> None:
    write_shard(run, "0.0-a", [ran(i, i, seconds, "slöw") for i, seconds in enumerate([1, 2, 9])])
    write_shard(run, "0.1-b", [ran(3, 0, 3, "fast", "new"), ran(4, 3, 3, "fast", "new")])
    write_shard(run, "0.2-c", [ran(5, 0, 1, "fast", "old")])
    found = timing(run).hosts
    assert [(one.host, one.cpu, one.tasks, one.busy) for one in found] == [
        ("slöw", "c", 3, 12),
        ("fast", "new", 2, 6),
        ("fast", "old", 1, 1),
    ]
    assert (found[0].median, found[0].longest) == (2, 9)
    assert 2 < found[0].p95 < 9


def test_only_the_busiest_hosts_are_listed_and_one_that_is_not_known_is_called_so(
    run: RunDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing_module, "_MOST_HOSTS", 2)
    write_shard(run, "0.0-w", *([ran(number, 0, 1 + number, host)] for number, host in enumerate(["a", "b", "", "d"])))
    found = timing(run)
    assert [one.host for one in found.hosts] == ["d", "unknown"]
    assert found.other_hosts == 2


def test_the_slowest_tasks_are_named_with_their_coordinates(run: RunDirectory) -> None:
    write_shard(run, "0.0-a", [ran(task_id, task_id, 100 - task_id) for task_id in range(20)], [failure(60)])
    write_shard(run, "0.0-b", [replace(failure(61), seconds=1e4)])
    found = timing(run).slowest
    assert [one.task_id for one in found] == [61, *range(9)]
    assert (found[0].state, found[0].where) == ("failed", "lr=0.25 seed=11")
    assert (found[1].state, found[1].where, found[1].host) == ("succeeded", "lr=0.5 seed=0", "h")


def test_times_that_can_not_be_and_foreign_tasks_do_no_harm(run: RunDirectory) -> None:
    odd = [(np.nan, 1.0), (0.0, np.inf), (0.0, -1.0), (1e300, 1.0), (0.0, 1e12)]
    write_shard(run, "0.0-a", [ran(i, started, seconds) for i, (started, seconds) in enumerate(odd)])
    assert timing(run).efficiency is None
    write_shard(run, "0.0-b", [ran(10, 5, 2), ran(7000, 5, 1)])
    found = timing(run)
    assert found.busy == 3
    assert [one.task_id for one in found.slowest] == [10]


@given(
    spans=st.lists(st.tuples(st.integers(0, 100), st.integers(0, 50)), min_size=1, max_size=8),
    offset=st.sampled_from([0.0, 1.7e9]),
)
@settings(max_examples=10)
def test_what_ran_at_once_adds_up_to_the_busy_time(
    spans: list[tuple[int, int]], offset: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = make_run(tmp_path_factory.mktemp("runs") / "run", count_axis("x", 8))
    records = [ran(task_id, offset + start, length) for task_id, (start, length) in enumerate(spans)]
    write_shard(run, "0.0-a", records[::2])
    write_shard(run, "0.1-b", records[1::2])
    found = timing(run)
    edges, running = np.array(found.edges, float), np.array(found.running, float)
    assert len(edges) == len(running) + 1
    assert edges[0] == 0
    total = sum(length for _, length in spans)
    assert found.busy == total
    np.testing.assert_allclose((running * np.diff(edges)).sum(), total, atol=1e-3)
    assert (running > -1e-3).all()
    assert (running < len(spans) + 1e-3).all()
    assert 0 <= (found.efficiency or 0) <= 1
    assert found.durations is not None
    (every,) = found.durations.groups[""]
    assert sum(map(int, every.bins)) == every.count == len(spans)  # type: ignore[arg-type]
