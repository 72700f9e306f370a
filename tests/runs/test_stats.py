"""Statistics of a run, and how far it is from a target; tests/display/test_stats_tables.py has the notes."""

from pathlib import Path

import numpy as np
import pytest

from sweeprun.errors import UsageError
from sweeprun.runs.observe import observe
from sweeprun.runs.stats import (
    StatsOptions,
    check_stats_output,
    check_stats_replaceable,
    look_at_run,
    run_statistics,
    target_of,
    write_statistics,
)
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.not_finite import NanPolicy
from sweeprun.store.directory import RunDirectory
from sweeprun.wording import PYTHON, flag, speaking
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard

VALUES = [0.5, 1.5, 0.7, 1.1, 2.5, 0.1]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """Two points of four members each, of which two of the second have no result."""
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "a rün", axis("lr", [0.5, 0.25]), count_axis("seed", 4))
    results = [success(i, {"x": value, "n": i}) for i, value in enumerate(VALUES)]
    write_shard(run, "w", [*results, failure(6)])
    return run


def test_statistics_come_with_what_is_to_be_known_of_them(run: RunDirectory) -> None:
    found = run_statistics(observe(run), StatsOptions(), quantiles=[0.5])
    x = found.statistics["x"]
    np.testing.assert_allclose(x.sel(statistic="mean"), [np.mean(VALUES[:4]), np.mean(VALUES[4:])])
    assert x.sel(statistic="n").values.tolist() == [4, 2]
    assert found.statistics["quantile"].values.tolist() == [0.5]
    assert found.notes[0] == "2 tasks have no result and are left out; see `sweeprun status`"
    assert found.everything
    only = run_statistics(observe(run), StatsOptions(), variables=["n"])
    assert (list(only.statistics.data_vars), only.everything) == (["n"], False)
    write_statistics(found, Path("stats.nc"))
    assert check_stats_replaceable(Path("stats.nc"), run) is None


def test_a_target_is_looked_at(run: RunDirectory) -> None:
    options = StatsOptions.of(over=["seed"], interval="normal", level=0.9, nan="raise", independent=True)
    assert (options.interval, options.nan) == (IntervalKind.NORMAL, NanPolicy.RAISE)
    assert options.settings() == (
        flag("level").to(0.9),
        flag("interval").to("normal"),
        flag("nan").to("raise"),
        flag("independent").to(True),
    )
    assert StatsOptions.of().settings() == ()
    found = look_at_run(observe(run), target_of("halfwidth(x)<9", options), options)
    assert (found.look.open_points, found.look.target.level, found.members.over) == (0, 0.9, ("seed",))


def test_what_is_missing_is_named_with_what_to_do(run: RunDirectory, tmp_path: Path) -> None:
    empty = make_run(tmp_path / "empty", count_axis("lr", 2))
    with pytest.raises(UsageError, match=r"no task has a result yet, .* see `sweeprun status \S*empty'?`"):
        run_statistics(observe(empty), StatsOptions())
    write_shard(empty, "w", [success(0, 1.0)])
    told = "neither 'member' nor 'seed'.*; name one of them: {}; a sweep has members with {}"
    terminal = told.format("sweeprun stats empty --over lr", "hydra.sweeper.members=30")
    with pytest.raises(UsageError, match=terminal):
        run_statistics(observe(empty), StatsOptions(), named="empty")
    python = told.format(r"run.stats\(over='lr'\)", "members=30")
    with speaking(PYTHON), pytest.raises(UsageError, match=python):
        run_statistics(observe(empty), StatsOptions())
    with pytest.raises(UsageError, match="no axis 'batch'"):
        run_statistics(observe(run), StatsOptions(over=["batch"]))
    with pytest.raises(UsageError, match=r"written as .nc or .zarr, not as 'stats.csv'"):
        check_stats_output(Path("stats.csv"))
