"""What `sweeprun collect` tells of what formats can't hold, or readers have to be told."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import xarray as xr

from sweeprun.cli.main import main
from tests.results.runs import count_axis, make_run, success, write_shard


@pytest.mark.parametrize("name", ["out.nc", "out.zarr"])
def test_how_to_read_dates_of_any_year_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    dates = [np.datetime64("3000-01-01", "s"), np.datetime64("0001-01-01", "s")]
    run = make_run(tmp_path / "run", count_axis("seed", 3))
    write_shard(run, "w", [success(i, {"x": date}) for i, date in enumerate(dates)])
    assert main(["collect", str(run.path), "-o", str(tmp_path / name)]) == 0
    told = capsys.readouterr().err
    assert (
        'dates before 1677 or after 2262: open it with decode_times=xarray.coders.CFDatetimeCoder(time_unit="us")'
        in told
    )
    coder = xr.coders.CFDatetimeCoder(time_unit="us")
    with xr.open_dataset(tmp_path / name, decode_times=coder) as dataset:
        np.testing.assert_array_equal(dataset.x.values, np.array([*dates, "NaT"], "M8[s]"))


def test_dates_of_these_centuries_need_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(0, {"x": np.datetime64("2020-01-01", "s")})])
    assert main(["collect", str(run.path), "-o", str(tmp_path / "out.nc")]) == 0
    assert "dates before" not in capsys.readouterr().err


def test_integers_that_cannot_be_missing_are_told_where_they_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(0, {"n": 2**53 + 1})])
    for name in ("out.nc", "out.zarr"):
        assert main(["collect", str(run.path), "-o", str(tmp_path / name)]) > 0
        assert "'n' can't be collected: 9007199254740993 has more digits than float64" in capsys.readouterr().err
        assert not (tmp_path / name).exists()
    assert main(["collect", str(run.path), "-o", str(tmp_path / "out.parquet")]) == 0
    assert pq.read_table(tmp_path / "out.parquet")["n"].to_pylist() == [2**53 + 1, None]
