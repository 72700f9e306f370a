"""How fast a run goes."""

from dataclasses import replace
from pathlib import Path

from sweeprun.results.throughput import pace_of
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, failure, make_run, success, write_shard


def test_a_run_that_has_not_begun_has_no_pace(tmp_path: Path) -> None:
    pace = pace_of(take_snapshot(make_run(tmp_path / "run", count_axis("seed", 3))))
    assert (pace.done, pace.rate, pace.left) == (0, 0.0, None)


def test_the_last_minutes_count(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 20))
    early = [replace(success(i, 1.0), started=1000.0, seconds=1.0) for i in range(8)]
    late = [replace(failure(8), started=1900.0, seconds=50.0), replace(success(9, 1.0), started=1000.0, seconds=990.0)]
    write_shard(run, "w", [*early, *late])
    snapshot = take_snapshot(run)
    young = pace_of(snapshot, now=1010.0)
    assert (young.done, young.rate) == (10, 0.8)
    pace = pace_of(snapshot, now=2000.0)
    assert pace.rate == 2 / 300
    assert pace.left == 10 * 150
    assert pace_of(snapshot, now=9000.0).left is None


def test_records_of_a_time_to_come_say_nothing(tmp_path: Path) -> None:
    """The clock was set back after they were made."""
    run = make_run(tmp_path / "run", count_axis("seed", 20))
    write_shard(run, "w", [replace(success(i, 1.0), started=5000.0, seconds=1.0) for i in range(8)])
    pace = pace_of(take_snapshot(run), now=1000.0)
    assert (pace.done, pace.rate, pace.left) == (8, 0.0, None)
