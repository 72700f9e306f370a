"""Files that sweeprun didn't write stay, and those of other runs only make way while they could be made again."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sweeprun.errors import FormatError, ResultError, UsageError
from sweeprun.results.attributes import RUN_DIGEST, RUN_PATH, STATISTICS_ATTRIBUTE, digest_of
from sweeprun.results.formats.own_note import write_note
from sweeprun.results.formats.owners import check_replaceable, owner_of
from sweeprun.runs.collect import CollectedFile, collect_into
from sweeprun.store.archive import set_aside
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.results.formats.writing import SUFFIXES, write_dataset
from tests.results.runs import count_axis, make_run, success, write_shard


@pytest.fixture(params=SUFFIXES)
def output(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"mine ü{request.param}"


def run_of(path: Path, *results: float, tasks: int = 2) -> RunDirectory:
    run = make_run(path, count_axis("seed", tasks))
    write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    return run


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    return run_of(tmp_path / "a rün", 0.5, 1.5)


def collect(run: RunDirectory, output: Path) -> CollectedFile:
    return collect_into(take_snapshot(run), output)


def content(path: Path) -> dict[str, bytes]:
    files = path.rglob("*") if path.is_dir() else [path]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


def write_by_another_program(path: Path) -> None:
    table, dataset = pd.DataFrame({"task_id": [0], "state": ["mine"], "seconds": [1.0]}), xr.Dataset({"x": 1.0})
    match path.suffix:
        case ".nc":
            dataset.to_netcdf(path)
        case ".zarr":
            dataset.to_zarr(path, consolidated=False)
        case ".csv":
            table.to_csv(path, index=False)
        case _:
            table.to_parquet(path)


def test_what_another_program_wrote_stays(run: RunDirectory, output: Path) -> None:
    write_by_another_program(output)
    before = content(output)
    with pytest.raises(UsageError, match="is there and was not made by sweeprun, so it is not replaced"):
        collect(run, output)
    assert content(output) == before


@pytest.mark.parametrize("what", ["text", "directory", "broken link", "pipe"])
def test_anything_else_that_is_there_stays(run: RunDirectory, output: Path, what: str) -> None:
    match what:
        case "text":
            output.write_text("task_id,state,seconds\n")
        case "directory":
            output.mkdir()
            (output / "zarr.json").write_text("{}")
        case "pipe":
            os.mkfifo(output)
        case _:
            output.symlink_to("nowhere")
    with pytest.raises(UsageError, match=r"was not made by sweeprun|is a directory|no Zarr store"):
        collect(run, output)
    assert os.path.lexists(output)


def test_the_file_of_the_same_run_is_brought_up_to_date(run: RunDirectory, output: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert collect(run, output).replaced is None
    moved = RunDirectory(run.path.rename(tmp_path / "moved"))
    assert collect(moved, output).replaced is None


def test_the_file_of_another_run_is_replaced_and_that_run_named(
    run: RunDirectory, output: Path, tmp_path: Path
) -> None:
    other = run_of(tmp_path / "other", 7.0, tasks=3)
    collect(other, output)
    replaced = collect(run, output).replaced
    assert replaced is not None
    assert replaced.path == other.path
    owner = owner_of(output)
    assert owner is not None
    assert owner.is_run(run)
    assert collect(run, output).replaced is None


def test_the_last_copy_of_results_stays(run: RunDirectory, output: Path, tmp_path: Path) -> None:
    other = run_of(tmp_path / "other", 7.0, tasks=3)
    collect(other, output)
    before = content(output)
    shutil.rmtree(other.path)
    refused = "has the results of the run '.*other', which is there no more"
    with pytest.raises(UsageError, match=refused):
        collect(run, output)
    run_of(tmp_path / "other", 7.0, tasks=4)  # another one in its place has none of them
    with pytest.raises(UsageError, match=refused):
        collect(run, output)
    assert content(output) == before


def test_a_run_that_was_set_aside_is_still_there(run: RunDirectory, output: Path, tmp_path: Path) -> None:
    other = run_of(tmp_path / "other", 7.0, tasks=3)
    collect(other, output)
    aside = set_aside(other)
    replaced = collect(run, output).replaced
    assert replaced is not None
    assert replaced.path == aside.path


def test_nothing_is_replaced_by_nothing(run: RunDirectory, output: Path, tmp_path: Path) -> None:
    empty = run_of(tmp_path / "empty", tasks=3)
    collect(run, output)
    before = content(output)
    with pytest.raises(ResultError, match=r"no task of .*empty.* has a result yet, so .* is left as it is") as raised:
        collect(empty, output)
    assert raised.value.exit_code == 1
    assert content(output) == before
    collect(empty, tmp_path / f"new{output.suffix}")


def test_files_of_earlier_versions_say_less(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "old.nc"
    attrs = {"sweeprun": "0.1", "run": run.path.name, "created": "2026-05-04T10:11:12+00:00"}
    xr.Dataset({"x": 1.0}, attrs=attrs).to_netcdf(path)
    assert check_replaceable(path, run) is None
    xr.Dataset({"x": 1.0}, attrs=attrs | {"run": "other"}).to_netcdf(path)
    with pytest.raises(UsageError, match="results of the run 'other', which is there no more"):
        check_replaceable(path, run)


def test_a_table_that_was_edited_is_no_longer_ours(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    collect(run, path)
    path.write_text(path.read_text() + "my,own,line\n")
    with pytest.raises(UsageError, match="was edited since sweeprun wrote it, so it is not replaced"):
        collect(run, path)


def test_notes_of_other_versions_or_none_at_all_claim_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("a,b\n")
    write_note(path, {"sweeprun": "1", "run": "r", "created": "now"})
    owner = owner_of(path)
    assert owner is not None
    assert (owner.name, owner.directory()) == ("r", None)
    note = tmp_path / ".mine.csv.sweeprun"
    for broken in ("{", "[]", json.dumps(json.loads(note.read_text()) | {"version": 2})):
        note.write_text(broken)
        assert owner_of(path) is None


def test_a_store_whose_root_is_damaged_is_still_known(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    collect(run, path)
    (path / "zarr.json").write_text("{")
    assert collect(run, path).replaced is None
    np.testing.assert_array_equal(xr.open_zarr(path).result, [0.5, 1.5])


def test_a_store_of_format_2_is_made_and_replaced(run: RunDirectory, tmp_path: Path) -> None:
    path = tmp_path / "x.zarr"
    for zarr_format in (2, 3, 2):
        collect_into(take_snapshot(run), path, zarr_format=zarr_format)
        assert (path / ".zgroup").exists() == (zarr_format == 2)
        with xr.open_zarr(path) as found:
            np.testing.assert_array_equal(found.result, [0.5, 1.5])
    for output, zarr_format in ((tmp_path / "x.nc", 2), (path, 4)):
        with pytest.raises(UsageError, match=f"can't be of Zarr format {zarr_format}"):
            collect_into(take_snapshot(run), output, zarr_format=zarr_format)


def test_a_run_whose_manifest_became_a_pipe_is_gone(tmp_path: Path) -> None:
    """Nothing waits for it, neither `collect -o x.zarr` nor another one that writes there."""
    run, other = (make_run(tmp_path / name, count_axis("seed", 1)) for name in ("run", "other"))
    path = tmp_path / "x.csv"
    path.write_text("a")
    write_note(path, {"sweeprun": "1", "run": "run", "created": "now", RUN_PATH: str(run.path), RUN_DIGEST: "0"})
    run.manifest.unlink()
    os.mkfifo(run.manifest)
    with pytest.raises(UsageError, match="there no more"):
        check_replaceable(path, other)
    with pytest.raises(FormatError, match="should be a regular file"):
        digest_of(run)


@pytest.mark.parametrize("name", ["x.zarr/zarr.json", "x.zarr/.sweeprun/zarr.json", ".x.csv.sweeprun"])
def test_pipes_in_the_place_of_results_are_not_waited_for(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(tmp_path / name)
    path = tmp_path / ("x.csv" if "csv" in name else "x.zarr")
    if path.suffix == ".csv":
        path.write_text("a")
    assert owner_of(path) is None


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_results_and_statistics_do_not_replace_each_other(run: RunDirectory, tmp_path: Path, suffix: str) -> None:
    results, statistics = tmp_path / f"results{suffix}", tmp_path / f"stats{suffix}"
    dataset = collect(run, results).collected.dataset
    write_dataset(dataset.mean().assign_attrs({**dataset.attrs, STATISTICS_ATTRIBUTE: "True"}), statistics)
    assert check_replaceable(statistics, run, statistics=True) is None
    with pytest.raises(UsageError, match="has collected results, which statistics don't replace; choose another name"):
        check_replaceable(results, run, statistics=True)
    with pytest.raises(UsageError, match="has statistics, which collected results don't replace"):
        collect(run, statistics)
