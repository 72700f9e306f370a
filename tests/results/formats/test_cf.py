"""What other programs are told of a file, and a checker of the CF conventions that agrees."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sweeprun.design.axes import Axis
from sweeprun.results.collect import collect_run
from sweeprun.results.formats.cf import CONVENTIONS, conforms, with_conventions
from sweeprun.store.records import Record
from tests.results.formats.test_netcdf import VALUES
from tests.results.formats.writing import write_dataset
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard

DATES = np.array(["2020-01-01", "2020-01-02"], "datetime64[ns]")
SEED = count_axis("seed", 3)
HARD_AXES = axis("lr", [0.1, 0.01]), axis("flag", [True, False]), axis("model/opt", ["a", "b c"])
VALUES_OF_CF = {name: np.asarray(data) for name, data in VALUES.items() if not name.startswith("complex")}


def labelled(first: int) -> xr.Dataset:
    coordinates = {"t": [first, first + 2], "site": "here", "d": DATES[0]}
    return xr.Dataset({"v": ("t", [1.0, 2.0], {"units": "m s-1"})}, coordinates)


def described() -> dict[str, Any]:
    energy = {"units": "J", "valid_range": [0, 1], "coordinates": "x", "_FillValue": 1, "long_name": "energy"}
    return {"e": xr.DataArray(1.5, attrs=energy), "i": xr.DataArray(1, attrs={"valid_min": 0})}


STUDIES: dict[str, tuple[tuple[Axis, ...], list[Record]]] = {
    "types": (HARD_AXES, [success(i, {name: data[0] for name, data in VALUES_OF_CF.items()}) for i in range(8)]),
    "missing": ((SEED,), [success(0, {name: data[1] for name, data in VALUES_OF_CF.items()}), failure(1)]),
    "no axes": ((), [success(0, {"x": 1.5, "s": "text"})]),
    "nothing yet": ((SEED,), []),
    "ragged": ((SEED,), [success(i, {"curve": np.arange(i + 1.0)}) for i in range(3)]),
    "own coordinates": ((SEED,), [success(i, labelled(i)) for i in range(3)]),
    "dates": ((SEED,), [success(0, xr.Dataset({"v": ("day", [1.0, 2.0])}, {"day": DATES}))]),
    "described": ((SEED,), [success(0, described())]),
}


def collected(folder: Path, axes: tuple[Axis, ...], records: list[Record]) -> xr.Dataset:
    run = make_run(folder / "run", *axes)
    write_shard(run, "w", records)
    return collect_run(run).dataset


def complaints(paths: list[Path]) -> dict[str, list[str]]:
    """What the checker of IOOS says of each file, in its strictest mode."""
    reports = [path.with_suffix(".json") for path in paths]
    program = Path(sys.executable).with_name("compliance-checker")
    options = ["--test=cf:1.11", "--criteria=strict", "--format=json", *(f"--output={report}" for report in reports)]
    done = subprocess.run([program, *options, *paths], capture_output=True, text=True, check=False)
    assert all(report.exists() for report in reports), done.stderr
    found = {}
    for path, report in zip(paths, reports, strict=True):
        checks = json.loads(report.read_text())["cf:1.11"]["all_priorities"]
        found[path.stem] = [line for check in checks for line in check["msgs"]]
    return found


def test_a_checker_has_no_complaint(tmp_path: Path) -> None:
    paths = []
    for name, study in STUDIES.items():
        paths.append(tmp_path / f"{name}.nc")
        write_dataset(collected(tmp_path / name, *study), paths[-1])
        with xr.open_dataset(paths[-1]) as found:
            assert found.attrs["Conventions"] == CONVENTIONS
    paths.append(tmp_path / "other.nc")
    xr.Dataset({"x": ("t", [1.0], {"valid_min": 1})}, {"t": [0.5]}).to_netcdf(paths[-1])
    told = complaints(paths)
    assert len(told.pop("other")) > 3
    names = "should begin with a"  # a recommendation; what is named so is the user's own choice
    assert {name: [line for line in lines if names not in line] for name, lines in told.items()} == {
        name: [] for name in STUDIES
    }


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (xr.Dataset({"z": 1j}), False),
        (xr.Dataset(coords={"lr": [0.1, 0.5, 0.2]}), False),
        (xr.Dataset(coords={"lr": [0.1, np.nan]}), False),
        (xr.Dataset(coords={"lr": [0.5, 0.1], "flag": [True, False], "name": ["b", "c", "a"], "day": DATES}), True),
        (xr.Dataset(coords={"seconds": ("seed", [0.5, np.nan])}), True),
        (xr.Dataset(), True),
    ],
)
def test_conventions_are_claimed_only_if_they_are_kept(data: xr.Dataset, expected: bool) -> None:
    assert conforms(data) is expected
    assert ("Conventions" in with_conventions(data).attrs) is expected


def test_what_a_file_says_of_itself(tmp_path: Path) -> None:
    dataset = collected(tmp_path, (axis("lr", [0.1, 0.2]), SEED), [success(0, {"x": 1.5, "b": True})])
    dataset.attrs["git"] = json.dumps({"commit": "abc123", "changed": True})
    found = with_conventions(dataset)
    assert found.attrs["title"] == "Results of a sweep over lr, seed"
    statistics = with_conventions(dataset.assign_attrs(over="seed", members_independent="True"))
    assert statistics.attrs["title"] == "Statistics over seed of a sweep"
    assert (
        found.attrs["source"] == f"sweeprun {dataset.attrs['sweeprun']}, code at commit abc123 with uncommitted changes"
    )
    assert found.attrs["history"] == "2026-05-04T10:11:12+00:00 sweeprun"
    assert found["x"].attrs == {"long_name": "x"}
    assert found["seconds"].attrs["long_name"] == "wall time of the task"
    assert found["state"].attrs["long_name"] == "state of the task"
    assert "title" not in dataset.attrs
    assert not dataset["x"].attrs
    assert "_FillValue" not in dataset["lr"].encoding


def test_what_tasks_said_stays() -> None:
    attrs = {
        "sweeprun": "0",
        "command": "sweeprun -m",
        "created": "2026",
        "title": "Rain",
        "history": "1999 made",
        "Conventions": "ACDD-1.3",
    }
    variable = ("t", [1.5], {"standard_name": "rainfall_rate"})
    found = with_conventions(xr.Dataset({"x": variable}, attrs=attrs))
    assert found.attrs["title"] == "Rain"
    assert found.attrs["history"] == "1999 made\n2026 sweeprun -m"
    assert found.attrs["Conventions"] == f"{CONVENTIONS}, ACDD-1.3"
    assert found["x"].attrs == {"standard_name": "rainfall_rate"}
    older = with_conventions(xr.Dataset(attrs={"Conventions": "CF-1.6"}))
    assert older.attrs["Conventions"] == "CF-1.6"


@pytest.mark.parametrize(
    ("dtype", "given", "expected"),
    [
        ("f4", [0, 1], "f4"),
        ("i8", 1, "i8"),
        ("u1", [0, 300], None),
        ("i2", 0.5, None),
        ("i2", 2.0, "i2"),
        ("U1", 1, None),
    ],
)
def test_ranges_have_the_type_of_their_variable(dtype: str, given: Any, expected: str | None) -> None:
    variable = ("t", np.zeros(2).astype(dtype), {"valid_range": given})
    found = with_conventions(xr.Dataset({"x": variable}))["x"].attrs["valid_range"]
    if expected is None:
        assert found == given
    else:
        assert found.dtype == expected
        np.testing.assert_array_equal(found, given)


@pytest.mark.parametrize("git", ["null", "{}", "[]", "3", "no JSON", '{"commit": null}'])
def test_a_commit_that_is_not_known_is_not_told(git: str) -> None:
    found = with_conventions(xr.Dataset(attrs={"sweeprun": "1", "git": git}))
    assert found.attrs["source"] == "sweeprun 1"
    assert found.attrs["title"] == "Results of a single task"
