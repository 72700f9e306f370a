"""Results that are chosen by name, and what disagrees from task to task beside them."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import ResultError, UsageError
from sweeprun.results.collect import Collected, collect_snapshot, open_snapshot, stream_snapshot
from sweeprun.results.dtypes import KEPT_BY_PARQUET
from sweeprun.results.formats.zarr_store import write_store
from sweeprun.results.variables import disagreement, names_in
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import Snapshot, take_snapshot
from sweeprun.wording import PYTHON, Command, speaking
from tests.results.formats.writing import write_table
from tests.results.runs import count_axis, make_run, success, write_shard

BIG = 2**53 + 1

APART: dict[str, tuple[Any, Any, str]] = {
    "types": ("a", 0.5, "'v' is a text in task 0 and a number in task 1; they must agree"),
    "dims": ([1.0], 1.0, r"'v' has the dims \('v_0',\) in task 0 and \(\) in task 1; they must agree"),
    "digits": (BIG, 0.5, f"'v' can't be collected: {BIG} has more digits than float64 holds"),
}


def snapshot_of(directory: Path, *results: Any) -> Snapshot:
    run = make_run(directory / "run", count_axis("seed", len(results)))
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    return take_snapshot(run)


def apart(directory: Path, case: str) -> Snapshot:
    first, second, _ = APART[case]
    curves = [{"c": ("t", np.arange(2.0) + i), "t": ("t", [5, 6])} for i in range(2)]
    return snapshot_of(directory, {"v": first, "w": 1} | curves[0], {"v": second, "w": 2} | curves[1])


@pytest.mark.parametrize("case", APART)
def test_the_others_are_had_by_name_in_every_way(tmp_path: Path, case: str) -> None:
    snapshot = apart(tmp_path, case)
    stream_snapshot(snapshot, lambda plan: write_store(plan, tmp_path / "x.zarr"), ["c", "w"])
    with xr.open_zarr(tmp_path / "x.zarr") as streamed:
        for dataset in (
            collect_snapshot(snapshot, ["c", "w"]).dataset,
            open_snapshot(snapshot, ["c", "w"]).dataset,
            streamed,
        ):
            assert set(dataset.data_vars) == {"c", "w"}
            assert dataset.w.values.tolist() == [1, 2]
            assert dataset.c.sel(t=6).values.tolist() == [1.0, 2.0]
            assert dataset.state.values.tolist() == ["succeeded"] * 2
            assert dataset.attrs["chosen_variables"] == '["c", "w"]'


@pytest.mark.parametrize("case", APART)
def test_an_error_says_how_the_others_are_had(tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    snapshot = apart(tmp_path, case)
    told = f"^{APART[case][2]}.*; the others can be had: sweeprun collect run(?: -o .*x[.]csv)? --variables w,c$"
    with pytest.raises(ResultError, match=told):
        collect_snapshot(snapshot)
    with pytest.raises(ResultError, match=told):
        stream_snapshot(snapshot, lambda plan: write_store(plan, tmp_path / "x.zarr"))
    with pytest.raises(ResultError, match=told):
        write_table(snapshot, {}, tmp_path / "x.csv")
    assert [child.name for child in tmp_path.iterdir()] == ["run"]
    with pytest.raises(ResultError, match=r"can be had: sweeprun collect run --variables w$"):
        collect_snapshot(snapshot, ["v", "w"])
    with pytest.raises(ResultError) as raised:
        collect_snapshot(snapshot, ["v"])
    as_text = "; a table has it as text: sweeprun collect run -o results.csv --variables v"
    assert str(raised.value).endswith(as_text) is (KEPT_BY_PARQUET not in str(raised.value))


def test_without_names_all_that_go_together_can_be_had(tmp_path: Path) -> None:
    found: Collected = open_snapshot(apart(tmp_path, "types"), in_part=True)
    assert list(found.dataset) == ["w", "c"]
    assert found.refused == {"v": "'v' is a text in task 0 and a number in task 1; they must agree"}
    assert "chosen_variables" not in found.dataset.attrs


values = st.sampled_from([1, BIG, 0.5, "a", "long", True, np.datetime64("2020-01-01"), [1.0], [2.0, 3.0], [], None])


@given(tasks=st.lists(st.fixed_dictionaries(dict.fromkeys("abc", values)), min_size=1, max_size=4))
def test_nothing_depends_on_what_others_are(tasks: list[dict[str, Any]]) -> None:
    """What is collected of an output, or why it can't be, is the same as if tasks had returned nothing else."""
    results = [{name: value for name, value in task.items() if value is not None} for task in tasks]
    with tempfile.TemporaryDirectory() as scratch:
        together = snapshot_of(Path(scratch) / "together", *results)
        whole = open_snapshot(together, in_part=True)
        for name in {name for result in results for name in result}:
            own = [{name: result[name]} if name in result else {} for result in results]
            alone = snapshot_of(Path(scratch) / name, *own)
            assert outcome(together, [name]) == outcome(alone, None)
            if name not in whole.refused:
                assert read(whole.dataset, name) == outcome(alone, None)


def outcome(snapshot: Snapshot, names: list[str] | None) -> str:
    try:
        dataset = collect_snapshot(snapshot, names).dataset
    except ResultError as error:
        return str(error).partition(";")[0]
    return read(dataset, *dataset.data_vars)


def read(dataset: xr.Dataset, name: Any) -> str:
    try:
        return repr((dataset[name].dtype, dataset[name].dims, dataset[name].values.tolist()))
    except ResultError as error:
        return str(error).partition(";")[0]


def test_the_tasks_that_are_named_are_the_first_in_whatever_order_workers_wrote(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 4))
    write_shard(run, "a", [success(3, {"v": 0.5})], [success(0, {"v": "a"})])
    write_shard(run, "b", [success(1, {"v": 0.5}), success(2, {"v": 0.5})])
    with pytest.raises(ResultError, match="'v' is a text in task 0 and a number in task 1"):
        collect_snapshot(take_snapshot(run))


def test_chosen_results_are_what_they_were_alone(tmp_path: Path) -> None:
    """The labels and lengths of others are not theirs."""
    results = [{"x": ("t", [1.0]), "t": ("t", [7])}, {"y": ("t", [2.0, 3.0]), "t": ("t", ["a", "b"])}]
    dataset = collect_snapshot(snapshot_of(tmp_path, *results), ["x"]).dataset
    assert dataset.t.values.tolist() == [7]
    np.testing.assert_array_equal(dataset.x.values, [[1.0], [np.nan]])


def test_coordinates_come_with_what_they_label(tmp_path: Path) -> None:
    def result(site: Any) -> xr.Dataset:
        return xr.Dataset(
            {"x": ("t", [1.0, 2.0]), "y": ("u", [3.0])},
            {"t": [1, 2], "name": ("t", ["p", "q"]), "u": [9], "site": site, "height": 3},
        )

    found = collect_snapshot(snapshot_of(tmp_path, result("here"), result(5)), ["x"])
    assert {"t", "name", "height"} <= set(found.dataset.coords)
    assert not {"u", "site", "y"} & {*found.dataset.variables, *found.dataset.dims}
    assert found.refused == {"site": "'site' is a text in task 0 and a number in task 1; they must agree"}


def test_a_name_that_is_a_dim_elsewhere(tmp_path: Path) -> None:
    results = [{"x": ("t", [1.0, 2.0])}, xr.Dataset({"y": 1.0}, {"t": 5})]
    found = open_snapshot(snapshot_of(tmp_path, *results), ["x", "y"], in_part=True)
    assert found.dataset.x.sizes == {"seed": 2, "t": 2}
    assert found.dataset.y.values[1] == 1.0


def test_names_that_no_result_has(tmp_path: Path) -> None:
    snapshot = apart(tmp_path, "types")
    for collect in (collect_snapshot, open_snapshot):
        with pytest.raises(UsageError, match=r"^there is no variable 'seed'; there are: v, w, c, t$"):
            collect(snapshot, ["w", "seed"])
    empty: RunDirectory = make_run(tmp_path / "empty", count_axis("seed", 2))
    with pytest.raises(UsageError, match="there is no variable 'w': no task has a result yet"):
        collect_snapshot(take_snapshot(empty), ["w"])
    assert names_in(" loss, curve,loss,") == ["loss", "curve"]
    with pytest.raises(UsageError, match="--variables is ' ,'; write names with commas"):
        names_in(" ,")


def test_a_store_of_other_variables_is_made_anew(tmp_path: Path) -> None:
    snapshot = apart(tmp_path, "types")
    for names in (["w"], ["c"], ["w", "c"], ["w"]):
        stream_snapshot(snapshot, lambda plan: write_store(plan, tmp_path / "x.zarr"), names)
        with xr.open_zarr(tmp_path / "x.zarr") as dataset:
            assert sorted(dataset.data_vars) == sorted(names)
            xr.testing.assert_equal(dataset.load(), collect_snapshot(snapshot, names).dataset)
    inode = (tmp_path / "x.zarr").stat().st_ino
    stream_snapshot(snapshot, lambda plan: write_store(plan, tmp_path / "x.zarr"), ["w"])
    assert (tmp_path / "x.zarr").stat().st_ino == inode


def test_messages_stay_short_and_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "a run", count_axis("seed", 1))
    refused = {"v": "'v' differs", "u": "'u' differs", "t": "'t' differs"}
    names = ["a,b", " c", *(f"it's {i}" for i in range(300))]
    again = Command("stats", run.shown())
    assert str(disagreement(refused, names, again)) == (
        "'v' differs (and 2 others can't be collected either); of 300 others, the first 5 can be had: "
        """sweeprun stats 'a run' --variables 'it'"'"'s 0,it'"'"'s 1,it'"'"'s 2,it'"'"'s 3,it'"'"'s 4'"""
    )
    as_text = "no; a table has it as text: run.collect('results.csv', variables=['v'])"
    assert str(disagreement({"a,b": "no"}, [], again)) == "no"
    with speaking(PYTHON):
        assert str(disagreement({"v": "no"}, [], Command("collect"))) == as_text
        assert str(disagreement({"v": "no"}, ["w"], Command("collect"))) == "no; the others can be had: run[['w']]"


def test_names_are_understood_as_tasks_wrote_them() -> None:
    assert names_in("val/acc, loss,val.acc") == ["val.acc", "loss"]
