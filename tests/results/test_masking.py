"""What leaves a run without its secrets."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import xarray as xr

from sweeprun.design.extension import extend_table, whole_grid
from sweeprun.design.grid import Dimension, Grid, Joint
from sweeprun.design.overrides import Operation, Override
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import UsageError
from sweeprun.report.html import page_html
from sweeprun.report.page import page_of
from sweeprun.results.attributes import MANIFEST_ATTRIBUTE, MASKED_ATTRIBUTE
from sweeprun.results.masking import masking_of, secret_keys
from sweeprun.runs.collect import collect_into
from sweeprun.store.directory import RunDirectory
from sweeprun.store.job_spec import JobSpec
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import axis, count_axis, failure, make_run, make_run_of, success, write_shard

SECRET = "hunter2"


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A run over keys, whose tasks give back what they got; one of them fails, and tells its key."""
    run = make_run(tmp_path / "a run", axis("db.api_key", [f"{SECRET}-a", f"{SECRET}-b"]), count_axis("seed", 2))
    data = json.loads(run.manifest.read_text())
    fixed = Override(operation=Operation.CHANGE, key="password", text=f"{SECRET}-p", value=f"{SECRET}-p")
    data["overrides"] = [fixed.to_dict()]
    data["provenance"]["command"] = ["sweeprun", "-m", f"db.api_key={SECRET}-a,{SECRET}-b", f"password={SECRET}-p"]
    data["launcher"] = {"name": "local", "variables": {"HF_TOKEN": f"{SECRET}-t", "OMP_NUM_THREADS": "1"}}
    run.manifest.write_text(json.dumps(data))
    run.config.write_text(f"password: {SECRET}-p\ntoken_length: 12\ndb:\n  api_key: ???\n")
    keys = [f"{SECRET}-{name}" for name in "aabb"]
    records = [
        success(task_id, {"x": task_id / 2, "db.api_key": keys[task_id], "hf_token": f"{SECRET}-r", "n_tokens": 3})
        for task_id in range(3)
    ]
    write_shard(run, "0.a", [*records, failure(3, "ValueError", f"{SECRET}-b is wrong")])
    return run


@pytest.mark.parametrize("name", ["r.nc", "r.zarr", "r.csv", "r.parquet"])
def test_no_file_has_a_secret(run: RunDirectory, tmp_path: Path, name: str) -> None:
    file = collect_into(take_snapshot(run), tmp_path / name)
    written = tmp_path / name
    for path in [written] if written.is_file() else [path for path in written.rglob("*") if path.is_file()]:
        assert SECRET.encode() not in path.read_bytes(), path
    if name.endswith(("nc", "zarr")):
        with xr.open_dataset(written) as dataset:
            assert dataset["db.api_key"].values.tolist() == ["masked-1", "masked-2"]
            np.testing.assert_array_equal(dataset["x"].values, [[0.0, 0.5], [1.0, np.nan]])
            assert SECRET not in str(dataset.to_dict())
    elif name.endswith("csv"):
        with written.open(newline="") as opened:
            assert [row["db.api_key"] for row in csv.DictReader(opened)] == ["masked-1"] * 2 + ["masked-2"] * 2
    else:
        table = pq.read_table(written)
        assert table["db.api_key"].to_pylist() == ["masked-1"] * 2 + ["masked-2"] * 2
        assert SECRET not in str(table.to_pydict())
        assert SECRET.encode() not in b"".join((table.schema.metadata or {}).values())
    told = [note.text for note in file.collected.notes]
    assert (
        f"db.api_key is masked: its name says that it is secret, and the run alone has it{HINT.format('db.api_key')}"
        in told
    )
    assert f"the result hf_token is left out: its name says that it is secret{HINT.format('hf_token')}" in told
    assert [note.name for note in file.collected.notes] == ["db.api_key", "password", "variables.HF_TOKEN", "hf_token"]


HINT = "; if it isn't secret: --reveal {0}"


def test_what_the_user_reveals_is_written(run: RunDirectory, tmp_path: Path) -> None:
    snapshot = take_snapshot(run)
    collect_into(snapshot, tmp_path / "r.nc", reveal=["db.api_key", "hf_token"])
    with xr.open_dataset(tmp_path / "r.nc") as dataset:
        assert dataset["db.api_key"].values.tolist() == [f"{SECRET}-a", f"{SECRET}-b"]
        assert f"{SECRET}-r" in dataset["hf_token"].values.tolist()[0]
        assert f"{SECRET}-p" not in str(dataset.attrs)
        assert json.loads(dataset.attrs[MASKED_ATTRIBUTE]) == {
            "keys": ["password", "variables.HF_TOKEN"],
            "results": [],
        }
    with pytest.raises(UsageError, match="'lr' is not masked: its name does not say"):
        collect_into(snapshot, tmp_path / "r.nc", reveal=["lr"])


def test_a_result_that_is_asked_for_by_name_is_written(run: RunDirectory, tmp_path: Path) -> None:
    collect_into(take_snapshot(run), tmp_path / "r.nc", ["hf_token"])
    with xr.open_dataset(tmp_path / "r.nc") as dataset:
        assert "hf_token" in dataset


def test_the_page_has_none(run: RunDirectory) -> None:
    html = page_html(page_of(take_snapshot(run)))
    assert SECRET not in html
    assert "masked-1" in html
    assert "token_length: 12" in html
    assert "masked, as their names say that they are secret: db.api_key, password, variables.HF_TOKEN" in html
    assert "ValueError" in html


def test_the_masked_manifest_is_one_and_the_run_keeps_its_values(run: RunDirectory, tmp_path: Path) -> None:
    collect_into(take_snapshot(run), tmp_path / "r.nc")
    with xr.open_dataset(tmp_path / "r.nc") as dataset:
        masked = Manifest.from_dict(json.loads(dataset.attrs[MANIFEST_ATTRIBUTE]))
    assert masked.table.task(3).coordinates == {"db.api_key": "masked-2", "seed": 1}
    assert masked.launcher["variables"] == {"HF_TOKEN": "masked", "OMP_NUM_THREADS": "1"}
    assert masked.overrides[0].value == "masked"
    assert read_manifest(run).table.task(3).coordinates == {"db.api_key": f"{SECRET}-b", "seed": 1}


def test_without_secrets_nothing_is_said_and_nothing_changes(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("token_length", [1, 2]), axis("eos_token", ["</s>", "."]))
    write_shard(run, "0.a", [success(0, {"n_tokens": 3, "secret_key_rate": 0.5})])
    snapshot = take_snapshot(run)
    masking = masking_of(snapshot)
    assert masking.manifest == snapshot.manifest
    assert collect_into(snapshot, tmp_path / "r.nc").collected.notes == ()
    with xr.open_dataset(tmp_path / "r.nc") as dataset:
        assert MASKED_ATTRIBUTE not in dataset.attrs
        assert dataset["eos_token"].values.tolist() == ["</s>", "."]


def test_texts_along_a_dimension_are_data(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    attention = xr.DataArray([0.5, 0.1], dims="token", coords={"token": ["the", "cat"]})
    write_shard(run, "0.a", [success(0, xr.Dataset({"attention": attention, "secret": ("token", ["a", "b"])}))])
    assert collect_into(take_snapshot(run), tmp_path / "r.nc").collected.notes == ()
    with xr.open_dataset(tmp_path / "r.nc") as dataset:
        assert dataset["token"].values.tolist() == ["the", "cat"]
        assert dataset["secret"].values.tolist() == [["a", "b"]]


def test_labels_stay_the_same_when_values_are_added() -> None:
    table = TaskTable.of(Grid(axes=(axis("token", ["b", "a"]), count_axis("seed", 2))))
    more = extend_table(table, [Dimension.of(axis("token", ["c", "a"]))])
    manifest = Manifest(
        table=more, overrides=(), composition_axes=(), launcher={}, job=JobSpec(), python_path=(), provenance={}
    )
    from sweeprun.results.masked_text import Hidden
    from sweeprun.results.masking import _masking

    masked = _masking(manifest, Hidden()).manifest.table
    assert whole_grid(masked).axes[0].values.written() == "masked-1,masked-2,masked-3"
    assert [task.coordinates["token"] for task in map(masked.task, (0, 2, 4))] == ["masked-1", "masked-2", "masked-3"]


def test_equal_values_of_axes_that_move_together_have_one_label(tmp_path: Path) -> None:
    axes = (axis("token", ["a", "b", "a"]), axis("lr", [1.0, 2.0, 3.0]))
    run = make_run_of(
        tmp_path / "run", TaskTable.of(Grid(axes=axes, joint=(Joint(name="both", axes=("token", "lr")),)))
    )
    write_shard(run, "0.a", [success(task_id, {"x": 1.0}) for task_id in range(3)])
    collect_into(take_snapshot(run), tmp_path / "r.nc")
    with xr.open_dataset(tmp_path / "r.nc") as dataset:
        assert dataset["token"].values.tolist() == ["masked-1", "masked-2", "masked-1"]


def test_a_design_whose_conditions_name_a_secret_is_left_out(tmp_path: Path) -> None:
    table = TaskTable.of(
        Grid(axes=(axis("token", ["abcd", "efgh"]),)), selection=Selection(only=(Expression(text="token != 'abcd'"),))
    )
    run = make_run_of(tmp_path / "run", table)
    data = json.loads(run.manifest.read_text())
    data["provenance"]["command"] = ["sweeprun", "-m", "token=abcd,efgh", "--only", "token != 'abcd'"]
    run.manifest.write_text(json.dumps(data))
    write_shard(run, "0.a", [success(1, {"x": 1.0})])
    collect_into(take_snapshot(run), tmp_path / "r.nc")
    with xr.open_dataset(tmp_path / "r.nc") as dataset:
        assert MANIFEST_ATTRIBUTE not in dataset.attrs
        assert "abcd" not in str(dataset.attrs)


def test_the_secrets_of_a_run_are_known_before_it_is_made(run: RunDirectory) -> None:
    configs = ["lr: 1\nwandb:\n  api_key: x\n", "# arguments\n#  hf_token: …\n"]
    assert secret_keys(read_manifest(run), configs) == (
        *("db.api_key", "password", "variables.HF_TOKEN", "wandb.api_key", "hf_token"),
    )
    assert secret_keys(replace(read_manifest(run), overrides=(), launcher={}, provenance={}), []) == ("db.api_key",)
