"""What `sweeprun collect` tells of what formats can't hold, or readers have to be told."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

from sweeprun.cli.main import main
from tests.command_line import Run
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


@pytest.fixture
def disagreeing(run: Run, study: Path) -> Path:
    """A run of which one output is a text in one task and a number in the others."""
    (study / "mixed.py").write_text(
        "def mixed(cfg, rng):\n"
        "    v = 'a' if cfg.seed == 0 else 0.5\n"
        "    return {'v': v, 'w': rng.random(), 'curve': ('t', [1.0, 2.0]), 't': ('t', [5, 6])}\n"
    )
    run("-m", "task=mixed.mixed", "seed=range(4)", "hydra.sweep.dir=one")
    return study


APART = "'v' is a text in task 0 and a number in task 1; they must agree"


def drawn(count: int) -> list[float]:
    return [np.random.default_rng(i).random() for i in range(count)]


@pytest.mark.parametrize("name", ["out.nc", "out.zarr", "out.csv", "out.parquet"])
def test_what_disagrees_keeps_nothing_else_back(run: Run, disagreeing: Path, name: str) -> None:
    told = run("collect", "one", "-o", name, code=1).stderr
    command = f"sweeprun collect one -o {name} --variables w,curve"
    assert f"sweeprun: {APART}; the others can be had: {command}\n" in told
    assert not (disagreeing / name).exists()
    run(*command.split()[1:])
    if name.endswith((".csv", ".parquet")):
        table = pd.read_csv(disagreeing / name) if name.endswith(".csv") else pd.read_parquet(disagreeing / name)
        assert table["w"].tolist() == pytest.approx(drawn(4))
        assert "v" not in table.columns
        return
    with xr.open_dataset(disagreeing / name) as dataset:
        assert set(dataset) == {"w", "curve"}
        assert dataset.w.values.tolist() == drawn(4)
        assert dataset.t.values.tolist() == [5, 6]
    assert "equal to the bit" in run("replay", name, "seed=2").stdout


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_table_has_what_disagrees_as_text(run: Run, disagreeing: Path, name: str) -> None:
    done = run("collect", "one", "--variables", "v", "-o", name, "--json")
    assert f"v is written as text: {APART}" in done.stderr
    assert json.loads(done.stdout)["disagreeing"] == {"v": APART}
    path = disagreeing / name
    table = pd.read_csv(path, dtype=str) if name.endswith(".csv") else pd.read_parquet(path)
    assert table["v"].tolist() == ["a", "0.5", "0.5", "0.5"]
    assert list(table.columns) == ["task_id", "state", "seconds", "seed", "v"]


@pytest.mark.usefixtures("disagreeing")
def test_statistics_of_what_is_named(run: Run) -> None:
    assert f"left out: {APART}" in run("stats", "one").stderr
    told = json.loads(run("stats", "one", "--variables", "w", "--json").stdout)
    assert told["w"][0]["mean"] == pytest.approx(np.mean(drawn(4)))
    run("stats", "one", "--target", "sem(w)<9")
    assert APART in run("stats", "one", "--variables", "v", code=1).stderr
    assert "no variable 'x' of numbers; there are: w, curve" in run("stats", "one", "--variables", "x", code=2).stderr


@pytest.mark.usefixtures("disagreeing")
def test_names_that_no_result_has(run: Run) -> None:
    for name in ("out.nc", "out.zarr", "out.csv"):
        told = run("collect", "one", "--variables", "w,x", "-o", name, code=2).stderr
        assert "there is no variable 'x'; there are: v, w, curve, t" in told
    assert "write names with commas" in run("collect", "one", "--variables", ",", code=2).stderr


def test_collect_writes_what_was_asked_for(run: Run, study: Path) -> None:
    run("-m", "lr=1,2", "hydra.sweep.dir=run")
    run("collect", "run", "-o", "out.zarr")
    assert json.loads(run("collect", "run", "--json").stdout)["sizes"] == {"lr": 2}
    with xr.open_zarr(study / "out.zarr") as zarr, xr.open_dataset(study / "results.nc") as netcdf:
        xr.testing.assert_equal(zarr.load(), netcdf.load())
    (study / "results.nc").write_text("precious")
    assert "was not made by sweeprun" in run("collect", "run", code=2).stderr
    assert (study / "results.nc").read_text() == "precious"


def test_what_there_is_to_say_is_printed_and_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [make_run(tmp_path / name, count_axis("seed", 2 + i)) for i, name in enumerate(("öne", "other"))]
    for run in runs:
        labels = [np.array([0.1, 0.3]), np.array([0.1, 0.1 + 0.2])]
        results = [xr.Dataset({"x": ("t", own, {"who": i})}, {"t": own}) for i, own in enumerate(labels)]
        write_shard(run, "w", [success(i, result) for i, result in enumerate(results)])
    output = str(tmp_path / "out.nc")
    assert main(["collect", str(runs[0].path), "-o", output]) == 0
    told = capsys.readouterr().err
    assert "labels of 't' differ by rounding alone, 0.3 in task 0 and 0.30000000000000004 in task 1" in told
    assert "attributes of 'x' that differ from task to task are left out: who" in told
    assert main(["collect", str(runs[1].path), "-o", output, "--tolerance", "1e-9", "--json"]) == 0
    printed = capsys.readouterr()
    assert f"{output} had the results of the run {runs[0].shown()}, and now has those of this one" in printed.err
    found = json.loads(printed.out)
    assert found["replaced"] == str(runs[0].path)
    assert [note["about"] for note in found["notes"]] == ["attributes"]
    with xr.open_dataset(output) as dataset:
        assert dataset.t.values.tolist() == [0.1, 0.3]
        assert dataset.attrs["tolerance"] == "1e-09"


@pytest.mark.parametrize(("tolerance", "name"), [("-1", "x.nc"), ("nan", "x.zarr"), ("1e-9", "x.csv")])
def test_tolerances_that_mean_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tolerance: str, name: str
) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    assert main(["collect", str(run.path), "-o", str(tmp_path / name), f"--tolerance={tolerance}"]) == 2
    assert "tolerance" in capsys.readouterr().err
