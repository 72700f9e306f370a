"""Datasets come back from files as they went in."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.results.collect import collect_run
from sweeprun.results.formats.netcdf import open_netcdf
from sweeprun.results.formats.zarr_format import Zarr
from tests.results.formats.writing import write_dataset
from tests.results.runs import axis, count_axis, make_run, success, write_shard

VALUES: dict[str, Any] = {
    "bool": [True, False],
    **{f"{kind}{bits}": np.array([1, 2], f"{kind}{bits}") for kind in ("int", "uint") for bits in (8, 16, 32, 64)},
    "float16": np.array([1, np.nan], "float16"),
    "float32": np.array([1, np.nan], "float32"),
    "float64": [1.5, np.nan],
    "complex64": np.array([1 + 2j, np.nan], "complex64"),
    "complex128": np.array([1 + 2j, 3]),
    "text": ["héllo", ""],
    "bytes": np.array([b"ab", b"c"]),
    "date_s": np.array(["2020-01-01", "NaT"], "datetime64[s]"),
    "date_ns": np.array(["2020-01-01T00:00:00.123456789", "NaT"], "datetime64[ns]"),
    "span": np.array([1, 2], "timedelta64[s]"),
}


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
@pytest.mark.parametrize("kind", sorted(VALUES))
def test_round_trip(tmp_path: Path, kind: str, suffix: str) -> None:
    data = np.asarray(VALUES[kind])
    dataset = xr.Dataset({"x y": ("a.b", data), "scalar": ((), data[0])}, {"a.b": ["p", "q"]})
    path = tmp_path / f"it's ü{suffix}"
    write_dataset(dataset, path)
    opened = xr.open_dataset(path, auto_complex=True) if suffix == ".nc" else xr.open_zarr(path)
    with opened as found:
        np.testing.assert_array_equal(found["x y"].values.astype(data.dtype), data)
        assert found["scalar"].shape == ()
        assert found["a.b"].values.tolist() == ["p", "q"]
        if kind != "float16":
            assert found["x y"].dtype.kind == data.dtype.kind or kind in ("text", "bytes")
    assert [child.name for child in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_attributes_of_any_kind(tmp_path: Path, suffix: str) -> None:
    attrs = {
        "n": None,
        "b": True,
        "d": {"a": 1},
        "e": [],
        "m": [1, "a"],
        "i": 3,
        "s": "t",
        "l": [1, 2],
        "np": np.float64(2),
    }
    path = tmp_path / f"x{suffix}"
    write_dataset(xr.Dataset({"x": ("t", [1.0], attrs)}, attrs=attrs), path)
    opened = xr.open_dataset(path) if suffix == ".nc" else xr.open_zarr(path)
    with opened as found:
        for where in (found.attrs, found.x.attrs):
            assert where["i"] == 3
            assert where["s"] == "t"
            assert where["b"] == "true"
            assert where["d"] == '{"a": 1}'
            assert list(where["l"]) == [1, 2]


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_an_older_file_is_replaced(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    for value in (1.0, 2.0):
        write_dataset(xr.Dataset({"x": value}, attrs={"sweeprun": "0"}), path)
    opened = xr.open_dataset(path) if suffix == ".nc" else xr.open_zarr(path)
    with opened as found:
        assert float(found.x) == 2.0
    assert [child.name for child in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(("name", "match"), [("x.txt", r"must end in .*\.nc"), ("no/where.nc", "no directory")])
def test_paths_that_cannot_be_written(tmp_path: Path, name: str, match: str) -> None:
    with pytest.raises(UsageError, match=match):
        write_dataset(xr.Dataset(), tmp_path / name)


@pytest.mark.parametrize("name", ["a b'\"\n é", "h#sh?%20*", "[x]", "c:d", "-x"])
def test_paths_with_any_characters(tmp_path: Path, name: str) -> None:
    directory = tmp_path / name
    directory.mkdir()
    for suffix in (".nc", ".zarr"):
        write_dataset(xr.Dataset({"x": ("t", [1.0])}), directory / f"x{suffix}")
    with xr.open_dataset(directory / "x.nc") as found:
        assert found.x.values.tolist() == [1.0]
    with xr.open_zarr(directory / "x.zarr") as found:
        assert found.x.values.tolist() == [1.0]


def test_what_is_not_ours_to_replace(tmp_path: Path) -> None:
    for name in ("x.nc", "x.zarr"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "precious").touch()
        with pytest.raises(UsageError, match=r"it is a directory|no Zarr store"):
            write_dataset(xr.Dataset(), tmp_path / name)
        assert (tmp_path / name / "precious").exists()


def test_netcdf_has_no_backslash_in_paths(tmp_path: Path) -> None:
    (tmp_path / "a\\b").mkdir()
    with pytest.raises(UsageError, match="backslash"):
        write_dataset(xr.Dataset(), tmp_path / "a\\b" / "x.nc")
    write_dataset(xr.Dataset(), tmp_path / "a\\b" / "x.zarr")


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("NetCDF: HDF error")])
@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, error: Exception
) -> None:
    path = tmp_path / f"x{suffix}"
    write_dataset(xr.Dataset({"x": 1.0}), path)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(xr.Dataset, "to_netcdf" if suffix == ".nc" else "to_zarr", fail)
    with pytest.raises(UsageError, match=str(error.args[-1])):
        write_dataset(xr.Dataset({"x": 2.0}), path)
    monkeypatch.undo()
    with xr.open_dataset(path) if suffix == ".nc" else xr.open_zarr(path) as found:
        assert float(found.x) == 1.0
    assert [child.name for child in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", [".nc", ".zarr"])
@pytest.mark.parametrize("kind", sorted(VALUES))
def test_a_collected_run_of_any_type_survives_a_file(tmp_path: Path, kind: str, suffix: str) -> None:
    data = np.asarray(VALUES[kind])
    run = make_run(tmp_path / "run", axis("model/opt", ["a", "b"]), count_axis("seed", 2))
    write_shard(run, "w", [success(i, {"x": data[i % 2], "y": ("t", data)}) for i in range(3)])
    dataset = collect_run(run).dataset
    path = tmp_path / f"x{suffix}"
    write_dataset(dataset, path)
    opened = xr.open_dataset(path, auto_complex=True) if suffix == ".nc" else xr.open_zarr(path)
    with opened as found:
        assert set(found.coords) == {"model.opt", "seed", "task_id", "state", "seconds"}
        for name, variable in dataset.variables.items():
            assert found[name].dims == variable.dims
            np.testing.assert_array_equal(found[name].values.astype(variable.dtype), variable.values)
        assert found.attrs["base_config"] == "lr: 0.1\n"


def test_several_writers_of_one_store_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(_format: Zarr, _dataset: xr.Dataset, store: Path) -> None:
        store.mkdir()
        for name in (".zgroup", ".zattrs", ".zmetadata"):
            (store / name).write_text("{}")

    monkeypatch.setattr(Zarr, "write_file", write)
    path = tmp_path / "out.zarr"
    with ThreadPoolExecutor(4) as threads:
        for written in [threads.submit(write_dataset, xr.Dataset(), path) for _ in range(2000)]:
            written.result()
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.zarr"]
    assert len(list(path.iterdir())) == 3


def test_complex_numbers_of_two_precisions_are_not_rounded(tmp_path: Path) -> None:
    """The netCDF library may take one for the other."""
    dataset = xr.Dataset({"a": ("x", np.array([1j], "c8")), "b": ("x", np.array([0.1 + 0.3j]))})
    write_dataset(dataset, tmp_path / "x.nc")
    found = open_netcdf(tmp_path / "x.nc")
    assert found.b.values.tolist() == [0.1 + 0.3j]
    assert found.a.values.tolist() == [1j]
