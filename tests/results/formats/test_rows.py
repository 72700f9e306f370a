"""Tables: one row a task, whatever became of it, and every value as it was returned."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.axes import Axis
from sweeprun.design.extension import extend_table
from sweeprun.design.grid import Dimension, Grid, Joint
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import UsageError
from sweeprun.provenance.origin import Origin
from sweeprun.results.collect import collect_run
from sweeprun.results.formats import rows as module
from sweeprun.results.formats.rows import Tidy
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Record
from sweeprun.store.snapshot import take_snapshot
from tests.results.formats.test_netcdf import VALUES
from tests.results.runs import axis, count_axis, failure, make_run, make_run_of, success, write_shard


def table(run: RunDirectory, *, elements: bool = False) -> pa.Table:
    tidy = Tidy(take_snapshot(run))
    columns = tidy.columns(tidy.outputs, elements=elements)
    schema = tidy.schema(columns, {})
    return pa.Table.from_batches(tidy.batches(columns, schema), schema)


def run_of(path: Path, *records: Record, axes: tuple[Axis, ...] = (count_axis("seed", 3),)) -> RunDirectory:
    run = make_run(path / "run", *axes)
    write_shard(run, "w", records)
    return run


def test_a_row_for_every_task(tmp_path: Path) -> None:
    axes = (axis("model/opt", ["a", "b"]), axis("lr", [0.5, 0.25]))
    run = run_of(tmp_path, success(3, {"x": 7}), failure(1), axes=axes)
    assert table(run).to_pydict() == {
        "task_id": [0, 1, 2, 3],
        "state": ["pending", "failed", "pending", "succeeded"],
        "seconds": [None, 0.25, None, 0.5],
        "model.opt": ["a", "a", "b", "b"],
        "lr": [0.5, 0.25, 0.5, 0.25],
        "x": [None, None, None, 7],
    }


@pytest.mark.parametrize("kind", sorted(set(VALUES) - {"complex64", "complex128"}))
def test_types_are_kept_though_values_are_missing(tmp_path: Path, kind: str) -> None:
    value = np.asarray(VALUES[kind])[0]
    run = run_of(tmp_path, success(1, {"x": value, "y": ("t", np.array([value, value]))}))
    found = table(run)
    expected = pa.array([value.item() if value.dtype.kind in "US" else value])
    assert found["x"].type == expected.type
    assert found["y"].type == pa.list_(expected.type)
    assert found["x"].to_pylist() == [None, *expected.to_pylist(), None]
    assert found["y"].to_pylist() == [None, expected.to_pylist() * 2, None]


def test_a_value_that_is_not_a_number_is_not_missing(tmp_path: Path) -> None:
    found = table(run_of(tmp_path, success(0, np.nan), success(2, 1.0)))["result"]
    assert found.null_count == 1
    assert np.isnan(found[0].as_py())


def test_integers_beyond_floats_are_exact(tmp_path: Path) -> None:
    run = run_of(tmp_path, success(0, {"x": 2**63 - 1}), success(2, {"x": -(2**63) + 1}))
    assert table(run)["x"].to_pylist() == [2**63 - 1, None, -(2**63) + 1]


def test_an_empty_list_goes_with_any_type(tmp_path: Path) -> None:
    results = [{"x": ("t", []), "y": ("t", [])}, {"x": ("t", ["a"]), "y": ("t", [np.datetime64("2020-01-01", "s")])}]
    run = run_of(tmp_path, *(success(i, result) for i, result in enumerate(results)))
    assert table(run)["x"].to_pylist() == [[], ["a"], None]
    assert table(run)["y"].type == pa.list_(pa.timestamp("s"))
    assert table(run, elements=True)["x[0]"].to_pylist() == [None, "a", None]


def test_lists_are_as_long_as_each_task_returned_them(tmp_path: Path) -> None:
    curves = [np.arange(length, dtype=float) for length in (2, 0, 3)]
    matrices = [np.full((length, 2), length) for length in (2, 0, 3)]
    records = [success(i, {"c": ("t", curves[i]), "m": (("t", "u"), matrices[i])}) for i in (2, 0, 1)]
    found = table(run_of(tmp_path, *records))
    assert found["c"].to_pylist() == [curve.tolist() for curve in curves]
    assert found["m"].to_pylist() == [matrix.tolist() for matrix in matrices]


def test_elements_as_columns(tmp_path: Path) -> None:
    run = run_of(tmp_path, success(0, {"m": (("t", "u"), [[1, 2]])}), success(2, {"m": (("t", "u"), [[3], [4]])}))
    found = table(run, elements=True).to_pydict()
    assert {name: found[name] for name in found if name.startswith("m")} == {
        "m[0,0]": [1, None, 3],
        "m[0,1]": [2, None, None],
        "m[1,0]": [None, None, 4],
        "m[1,1]": [None, None, None],
    }


def test_a_complex_number_is_two_columns(tmp_path: Path) -> None:
    run = run_of(tmp_path, success(0, {"z": 1 + 2j, "w": ("t", [1j, 2])}), success(1, {"z": 3.0}))
    found = table(run).to_pydict()
    assert found["z.real"] == [1, 3, None]
    assert found["z.imag"] == [2, 0, None]
    assert found["w.imag"] == [[1, 0], None, None]
    assert "w[1].imag" in table(run, elements=True).column_names


def test_own_coordinates_are_columns_and_need_no_alignment(tmp_path: Path) -> None:
    def result(first: int) -> xr.Dataset:
        return xr.Dataset({"v": ("time", [1.0, 2.0], {"units": "m"})}, {"time": [first, first + 5]})

    found = table(run_of(tmp_path, success(0, result(0)), success(1, result(1))))
    assert found["time"].to_pylist() == [[0, 5], [1, 6], None]
    assert found["v"].to_pylist() == [[1, 2], [1, 2], None]
    assert found.schema.field("v").metadata == {b"units": b"m"}


def test_names_that_meet(tmp_path: Path) -> None:
    run = run_of(tmp_path, success(0, {"seed": 5, "state": 6, "c": ("t", [1]), "c[0]": 2, "\ud800": 3}))
    found = table(run, elements=True)
    assert found.column_names == [
        "task_id",
        "state",
        "seconds",
        "seed",
        "result_seed",
        "result_state",
        "c[0]",
        "c[0]_",
        "\\ud800",
    ]


def test_results_that_cannot_be_one_column_are_text(tmp_path: Path) -> None:
    values: list[Any] = ["text", 0.1, np.array([1, 2]), True, b"ab", np.datetime64("2020-01-01"), 2j, "\ud800"]
    run = run_of(
        tmp_path, *(success(i, {"x": value, "w": i}) for i, value in enumerate(values)), axes=(count_axis("seed", 8),)
    )
    tidy = Tidy(take_snapshot(run))
    assert tidy.refused == {"x": "'x' is a text in task 0 and a number in task 1; they must agree"}
    found = table(run)
    assert found["x"].to_pylist() == ["text", "0.1", "[1, 2]", "true", "ab", "2020-01-01", "2j", "\\ud800"]
    assert found["w"].to_pylist() == list(range(8))


def test_outputs_that_were_chosen(tmp_path: Path) -> None:
    result = {"x": ("t", [1.0]), "t": ("t", ["a"]), "y": 1}
    run = run_of(tmp_path, success(0, result))
    assert [output.name for output in Tidy(take_snapshot(run), ["x"]).outputs] == ["x", "t"]
    with pytest.raises(UsageError, match=r"there is no variable 'z'; there are: x, t, y$"):
        Tidy(take_snapshot(run), ["z"])


def test_tasks_that_were_added_or_left_out(tmp_path: Path) -> None:
    selection = Selection(exclude=(Expression(text="a == 2 and b == 'y'"),))
    grid = Grid(axes=(axis("a", [1, 2]), axis("b", ["x", "y"])))
    table_of_tasks = extend_table(TaskTable.of(grid, selection=selection), [Dimension.of(axis("a", [0]))])
    run = make_run_of(tmp_path / "run", table_of_tasks)
    write_shard(run, "w", [success(4, {"v": 1.0})])
    found = table(run).to_pydict()
    assert found["a"] == [1, 1, 2, 2, 0, 0]
    assert found["b"] == ["x", "y", "x", "y", "x", "y"]
    assert found["state"] == ["pending", "pending", "pending", "excluded", "succeeded", "pending"]
    assert found["v"] == [None, None, None, None, 1.0, None]


def test_axes_that_move_together(tmp_path: Path) -> None:
    joint = Joint(name="sample", axes=("lr", "depth"))
    axes = (axis("seed", [0, 1]), axis("lr", [0.5, 0.25]), axis("depth", [3, 4]))
    run = make_run_of(tmp_path / "run", TaskTable.of(Grid(axes=axes, joint=(joint,))))
    write_shard(run, "w", [success(2, {"depth": ("t", [1])})])
    found = table(run).to_pydict()
    assert found["seed"] == [0, 0, 1, 1]
    assert found["sample"] == [0, 1, 0, 1]
    assert found["lr"] == [0.5, 0.25, 0.5, 0.25]
    assert found["depth"] == [3, 4, 3, 4]
    assert found["result_depth"] == [None, None, [1], None]


def test_a_run_without_axes_or_results(tmp_path: Path) -> None:
    assert table(run_of(tmp_path, success(0, 1.5), axes=())).to_pydict()["result"] == [1.5]
    assert table(make_run(tmp_path / "other", count_axis("seed", 2))).to_pydict()["state"] == ["pending", "pending"]


def test_the_code_is_a_column_if_there_was_more_than_one(tmp_path: Path) -> None:
    records = [replace(success(i, i), origin=Origin(code=code).to_json()) for i, code in ((0, "old"), (2, "new"))]
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    write_shard(run, "v", records[:1])
    write_shard(run, "w", records[1:])
    assert table(run)["code_digest"].to_pylist() == ["old", None, "new"]


def test_threads_are_a_column_if_there_was_more_than_one_number(tmp_path: Path) -> None:
    records = [replace(success(i, i), origin=Origin(threads=n).to_json()) for i, n in ((0, 1), (1, 0), (3, 2))]
    run = make_run(tmp_path / "run", count_axis("seed", 4))
    write_shard(run, "v", records[:1], records[1:2])
    assert "worker_threads" not in table(run).column_names
    write_shard(run, "w", records[2:])
    assert table(run)["worker_threads"].to_pylist() == [1, None, None, 2]


@given(st.lists(st.sampled_from(["none", "fails", "one", "two", "text"]), min_size=1, max_size=9), st.integers(1, 4))
def test_blocks_make_no_difference_and_agree_with_the_dataset(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str], rows: int
) -> None:
    results: dict[str, Any] = {"one": {"x": 1.5}, "two": {"x": 2.5, "y": ("t", [1, 2])}, "text": {"s": "a"}}
    run = make_run(tmp_path_factory.mktemp("tidy") / "run", axis("lr", [0.5, 2.0]), count_axis("seed", len(kinds)))
    records = [
        failure(i) if kind == "fails" else success(i, results[kind]) for i, kind in enumerate(kinds) if kind != "none"
    ]
    write_shard(run, "w", records)
    whole = table(run)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST_ROWS", rows)
        assert table(run).equals(whole)
    dataset = collect_run(run).dataset
    for name in ("task_id", "state", "seconds", "lr", "seed", *({"x"} & set(dataset.data_vars))):
        data = dataset[name].broadcast_like(dataset["task_id"]).values.reshape(-1)
        found = whole[name].to_pandas().to_numpy()
        np.testing.assert_array_equal(found, data, err_msg=name)
