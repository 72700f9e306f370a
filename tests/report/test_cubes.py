import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sweeprun.report.cubes import Cube, cube_of, ordered_quantiles
from sweeprun.report.outputs import Numbers, read_outputs
from sweeprun.results.collect import collect_snapshot
from sweeprun.statistics.ensembles import ensemble_statistics
from sweeprun.statistics.quantiles import quantiles
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.report.pages import one_axis, two_axes
from tests.results.runs import count_axis, make_run, success, write_shard


def collected(run: RunDirectory) -> xr.Dataset:
    return collect_snapshot(take_snapshot(run)).dataset


def numbers_of(dataset: xr.Dataset, name: str) -> Numbers:
    output = next(one for one in read_outputs(dataset) if one.name == name)
    assert isinstance(output, Numbers)
    return output


def cube(run: RunDirectory, name: str = "y", most_cells: int = 10_000) -> Cube:
    dataset = collected(run)
    return cube_of(dataset, numbers_of(dataset, name), most_cells)


def floats(values: tuple[float | int | str | None, ...]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values])


@pytest.mark.parametrize("averaged", [(), ("lr",), ("depth",), ("lr", "depth")])
@pytest.mark.parametrize("name", ["loss", "curve"])
def test_statistics_are_those_of_the_command_line(tmp_path: Path, name: str, averaged: tuple[str, ...]) -> None:
    """Where axes are averaged over, of each member's mean."""
    dataset = collected(two_axes(tmp_path / "run", whole=True))
    found = cube_of(dataset, numbers_of(dataset, name), 10_000)
    wanted = ensemble_statistics(dataset.mean(averaged) if averaged else dataset, "member")[name]
    table = next(one for one in found.tables if one.averaged == averaged)
    assert table.over == ("member", *averaged)
    for statistic in ("mean", "sem", "low", "high", *(() if averaged else ("n", "std"))):
        values = wanted.sel(statistic=statistic).values.ravel()
        np.testing.assert_allclose(floats(table.statistics[statistic]), values, rtol=1e-5)


@given(arrays(float, (3, 7), elements=st.floats(-1e6, 1e6) | st.just(np.nan)))
def test_quantiles_are_those_of_statistics(samples: np.ndarray) -> None:
    probabilities = [0.05, 0.5, 0.95]
    expected = quantiles(samples, probabilities).value
    np.testing.assert_allclose(ordered_quantiles(samples, probabilities), expected, rtol=1e-9, atol=1e-9)


def test_what_is_too_much_is_put_together_and_told(tmp_path: Path) -> None:
    run = one_axis(tmp_path / "run", [{"y": float(i), "curve": ("t", np.arange(1000.0))} for i in range(1000)])
    y, curve = cube(run, "y", 600), cube(run, "curve", 600)
    assert y.dimensions[0].group == 2
    assert y.dimensions[0].drawn == 500
    mean = next(one for one in y.tables if not one.averaged).statistics["mean"]
    assert mean[0] == np.mean([0, 1])
    assert "2 neighbours are averaged" in y.notes[0]
    assert sum(len(one.statistics["mean"]) for one in curve.tables) <= 700
    assert any("evenly spaced" in note for note in curve.notes)


def test_a_thousand_values_are_drawn_one_by_one(tmp_path: Path) -> None:
    table = cube(one_axis(tmp_path / "run", [{"y": float(i)} for i in range(1000)])).tables[0]
    assert table.statistics == {"mean": tuple(range(1000))}


def test_neighbours_and_averaged_axes_are_no_replicates(tmp_path: Path) -> None:
    found = cube(one_axis(tmp_path / "run", [{"y": float(i) ** 2} for i in range(2000)]))
    assert found.members is None
    for table in found.tables:
        assert table.over == ("x",)
        assert set(table.statistics) == {"n", "mean", "least", "greatest", "q05", "q50", "q95"}
    points = found.tables[0].statistics
    assert [points[name][1] for name in ("n", "mean", "least", "greatest")] == [2, 6.5, 4, 9]


def test_intervals_over_groups_of_points_come_from_members(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 1001), count_axis("member", 3))
    noise = [-1.0, 0.0, 1.0]
    write_shard(run, "0.0-a", [success(i, {"y": 1e6 * (i // 3) + noise[i % 3]}) for i in range(3003)])
    points = cube(run).tables[0]
    assert points.over == ("member", "x")
    half = 4.302652729911275 / np.sqrt(3)  # of Student's t with two degrees of freedom
    high, mean = floats(points.statistics["high"]), floats(points.statistics["mean"])
    np.testing.assert_allclose(high - mean, half, rtol=1e-3)
    np.testing.assert_allclose(floats(points.statistics["std"]), 1.0)


@pytest.mark.parametrize(
    "values",
    [
        [2**62 + i for i in range(5)],
        [1e9 + i * 1e-3 for i in range(5)],
        [0.1, 1 / 3, 5e-324, -1.7e308, 1e16],
        [True, False],
        [np.float32(0.1), np.float32(1e-8)],
    ],
)
def test_single_values_are_told_exactly(tmp_path: Path, values: list[Any]) -> None:
    (points, _) = cube(one_axis(tmp_path / "run", [{"y": value} for value in values])).tables
    assert [type(value)(told) for told, value in zip(points.statistics["mean"], values, strict=True)] == values


def test_means_have_the_digits_in_which_they_differ(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 3), count_axis("member", 2))
    write_shard(run, "0.0-a", [success(i, {"y": 1e9 + (i // 2) * 1e-3}) for i in range(6)])
    assert cube(run).tables[0].statistics["mean"] == (10**9, 1000000000.001, 1000000000.002)


def test_members_that_share_random_streams_are_told(tmp_path: Path) -> None:
    dataset = collected(two_axes(tmp_path / "run"))
    assert cube_of(dataset, numbers_of(dataset, "loss"), 10_000).notes == ()
    dataset.attrs["streams"] = json.dumps({"shared_by": ["lr"]})
    (told,) = cube_of(dataset, numbers_of(dataset, "loss"), 10_000).notes
    assert told.startswith("values of member share random streams: not independent, so there is no error")


def test_counts_and_large_whole_numbers_have_the_statistics_of_the_command_line(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 2), count_axis("member", 5))
    rare = [0, 1, 0, 0, 2, 0, 0, 0, 0, 0]
    write_shard(run, "0.0-a", [success(i, {"rare": rare[i], "big": 2**62 + i}) for i in range(10)])
    dataset = collected(run)
    for name, interval in (
        ("rare", "95% interval of the mean (of counts)"),
        ("big", "95% interval of the mean (Student)"),
    ):
        found = cube_of(dataset, numbers_of(dataset, name), 10_000)
        assert found.interval == interval
        table = next(one for one in found.tables if not one.averaged)
        wanted = ensemble_statistics(dataset, "member")[name]
        for statistic in ("mean", "std", "sem", "low", "high"):
            values = wanted.sel(statistic=statistic).values
            np.testing.assert_allclose(floats(table.statistics[statistic]), values, rtol=1e-5)


def test_members_that_are_not_independent_have_no_interval(tmp_path: Path) -> None:
    dataset = collected(two_axes(tmp_path / "run"))
    dataset.attrs["streams"] = json.dumps({"shared_by": ["lr"]})
    found = cube_of(dataset, numbers_of(dataset, "loss"), 10_000)
    assert found.members is None
    assert set(found.tables[0].statistics) == {"n", "mean", "least", "greatest", "q05", "q50", "q95"}
    assert found.tables[0].over == ("member",)
