"""Parameters that come back among the results: left out if they say what the grid says, and else kept."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sweeprun.design.axes import Axis
from sweeprun.results.collect import collect_snapshot, stream_snapshot
from sweeprun.results.formats.zarr_store import write_store
from sweeprun.runs.collect import collect_into
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import axis, count_axis, make_run, success, write_shard


def collect(path: Path, axes: list[Axis], results: list[Any]) -> xr.Dataset:
    """In memory, which is what is streamed; the columns of a table are the same, too."""
    run = make_run(path / "run", *axes)
    write_shard(run, "w", *([success(i, result)] for i, result in enumerate(results)))
    snapshot = take_snapshot(run)
    dataset = collect_snapshot(snapshot).dataset
    stream_snapshot(snapshot, lambda plan: write_store(plan, path / "out.zarr"))
    assert set(xr.open_zarr(path / "out.zarr").variables) == set(dataset.variables)
    collect_into(snapshot, path / "out.parquet")
    columns = set(pd.read_parquet(path / "out.parquet").columns)
    assert columns == {str(name) for name in dataset.variables}
    return dataset


@pytest.mark.parametrize("labels", [[0.1, 0.2], [1, 2], ["a", "ü"], [True, False]], ids=str)
@pytest.mark.parametrize("coordinate", [True, False])
def test_what_is_equal_is_left_out(tmp_path: Path, labels: list[Any], *, coordinate: bool) -> None:
    results = [
        xr.Dataset({"y": 1.0}, {"p": label}) if coordinate else {"y": 1.0, "p": label, "task_id": i}
        for i, label in enumerate(labels)
    ]
    dataset = collect(tmp_path, [axis("p", labels)], results)
    assert set(dataset.data_vars) == {"y"}
    assert "result_p" not in dataset.variables


def test_what_differs_in_one_task_is_kept_in_all(tmp_path: Path) -> None:
    results = [xr.Dataset({"y": 1.0}, {"p": value, "state": "fine", "seconds": 3.0}) for value in (0, 5)]
    dataset = collect(tmp_path, [count_axis("p", 2)], results)
    assert dataset.result_p.values.tolist() == [0, 5]
    assert dataset.result_state.values.tolist() == "fine"
    assert dataset.result_seconds.item() == 3.0
    assert set(dataset.data_vars) == {"y"}


def test_numbers_that_were_rounded_are_kept(tmp_path: Path) -> None:
    dataset = collect(tmp_path, [axis("p", [0.1, 0.2])], [{"p": np.float32(value)} for value in (0.1, 0.2)])
    assert dataset.result_p.dtype == np.float32


def test_arrays_are_no_echo(tmp_path: Path) -> None:
    dataset = collect(tmp_path, [count_axis("p", 2)], [{"p": [i]} for i in range(2)])
    assert dataset.result_p.values.tolist() == [[0], [1]]


def test_values_of_several_types_are_compared_as_texts(tmp_path: Path) -> None:
    labels = [1, "auto", True]
    mixed = axis("p", labels)
    assert mixed.coordinates().dtype.kind == "U"
    dataset = collect(tmp_path, [mixed], [{"y": 1.0}, {"y": 2.0, "p": "auto"}, {"y": 3.0}])
    assert "result_p" not in dataset.variables


def test_the_other_axes_are_no_matter(tmp_path: Path) -> None:
    points = [(a, b) for a in (0.5, 0.25) for b in range(3)]
    dataset = collect(
        tmp_path, [axis("a", [0.5, 0.25]), count_axis("b", 3)], [{"y": 1.0, "a": a, "b": b} for a, b in points]
    )
    assert set(dataset.data_vars) == {"y"}
