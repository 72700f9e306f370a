"""Tasks as single points: which of many, and that their values are those of their coordinates."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.tasks import TaskTable
from sweeprun.report import scatter
from sweeprun.report.outputs import Numbers, read_outputs
from sweeprun.report.scatter import MOST_POINTS, chosen_places, points_of, values_at
from sweeprun.results.collect import collect_run
from sweeprun.store.directory import RunDirectory
from tests.design.joints import joint_grid
from tests.results.runs import axis, count_axis, make_run, make_run_of, success, write_shard


def dataset_of(run: RunDirectory) -> xr.Dataset:
    return collect_run(run).dataset


def output(dataset: xr.Dataset, name: str) -> Numbers:
    (found,) = (one for one in read_outputs(dataset[[name]]))
    assert isinstance(found, Numbers)
    return found


def tasks(count: int) -> xr.Dataset:
    return xr.Dataset(coords={"task_id": ("x", np.arange(count))})


@given(st.integers(1, 10 * MOST_POINTS))
def test_of_many_tasks_one_is_chosen_in_each_stretch(count: int) -> None:
    places = chosen_places(tasks(count))
    assert len(places) == min(count, MOST_POINTS)
    assert (np.diff(places) > 0).all()
    assert 0 <= places[0] <= places[-1] < count
    if count > MOST_POINTS:
        assert (places * MOST_POINTS // count >= np.arange(MOST_POINTS) - 1).all()
        assert np.array_equal(places, chosen_places(tasks(count)))  # the same for all outputs


def test_no_value_of_an_axis_is_left_out_by_a_regular_step() -> None:
    """With every tenth of 10,000 tasks, an axis of ten values would be met at one of them."""
    places = chosen_places(tasks(10 * MOST_POINTS))
    assert set((places % 10).tolist()) == set(range(10))


@pytest.mark.parametrize("most", [1000, 7])
def test_values_are_those_of_the_points_coordinates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(scatter, "MOST_POINTS", most)
    run = make_run(tmp_path / "a rün", axis("lr", [0.5, 0.25, 2.0]), count_axis("depth", 5))
    write_shard(run, "w", [success(i, {"y": [0.5, 0.25, 2.0][i // 5] + i % 5, "id": i}) for i in range(15)])
    dataset = dataset_of(run)
    points = points_of(dataset)
    assert points.tasks == 15
    assert len(points.task_ids) == min(15, most)
    assert [scale.name for scale in points.scales] == ["lr", "depth"]
    lr, depth = (scale.values for scale in points.scales)
    assert values_at(dataset, output(dataset, "id")) == points.task_ids
    expected = tuple(float(a) + float(b) for a, b in zip(lr, depth, strict=True))  # type: ignore[arg-type]
    assert values_at(dataset, output(dataset, "y")) == expected


def test_points_without_a_result_have_no_value(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 3))
    write_shard(run, "w", [success(1, {"y": 1.5})])
    dataset = dataset_of(run)
    assert values_at(dataset, output(dataset, "y")) == (None, 1.5, None)


def test_outputs_with_dimensions_of_their_own_are_no_points(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("x", 2))
    write_shard(run, "w", [success(i, {"curve": ("t", [1.0, 2.0])}) for i in range(2)])
    dataset = dataset_of(run)
    assert values_at(dataset, output(dataset, "curve")) == ()


def test_of_axes_that_move_together_each_is_a_scale_and_their_number_is_none(tmp_path: Path) -> None:
    run = make_run_of(tmp_path / "run", TaskTable.of(joint_grid([[1, 2], ["a", "b"]], [[5, 6]])))
    points = points_of(dataset_of(run))
    assert {scale.name: scale.values for scale in points.scales} == {
        "d0.0": (1, 1, 2, 2),
        "d0.1": ("a", "a", "b", "b"),
        "d1": (5, 6, 5, 6),
    }


def test_a_run_of_a_single_task_is_one_point(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    write_shard(run, "w", [success(0, {"y": 3.0})])
    dataset = dataset_of(run)
    points = points_of(dataset)
    assert (points.task_ids, points.tasks, points.scales) == ((0,), 1, ())
    assert values_at(dataset, output(dataset, "y")) == (3,)
