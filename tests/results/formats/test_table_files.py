"""Tables as files: what was returned comes back, and what was there is replaced whole or not at all."""

import csv
import errno
import io
import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import ResultError, UsageError
from sweeprun.results.collect import collect_snapshot
from sweeprun.results.formats import parquet_format, table_files
from sweeprun.results.formats.csv_format import MOST_ELEMENTS
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.faults import fail, is_directory
from tests.results.formats.test_netcdf import VALUES
from tests.results.formats.writing import write_table
from tests.results.runs import axis, count_axis, failure, make_run, success, write_shard


def write(run: RunDirectory, path: Path) -> list[str]:
    snapshot = take_snapshot(run)
    written = write_table(snapshot, collect_snapshot(snapshot).dataset.attrs, path)
    return [output.name for output in written.left_out]


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def test_parquet_keeps_types_and_provenance(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("model/opt", ["a", "b"]), count_axis("seed", 2))
    values = {name: np.asarray(data)[0] for name, data in VALUES.items()}
    write_shard(run, "w", [success(0, {**values, "curve": ("t", [1.0, 2.0])}), failure(1), success(2, values)])
    path = tmp_path / "it's ü.parquet"
    assert write(run, path) == []
    found = pq.read_table(path)
    for name, value in values.items():
        if value.dtype.kind != "c":
            kind = {"U": pa.string(), "S": pa.binary()}.get(value.dtype.kind) or pa.array(np.atleast_1d(value)).type
            kind = pa.timestamp("ms") if kind == pa.timestamp("s") else kind  # Parquet has no seconds
            assert found.schema.field(name).type == kind
            assert found[name].null_count == 2
    assert found["curve"].to_pylist() == [[1.0, 2.0], None, None, None]
    metadata = found.schema.metadata
    assert metadata[b"base_config"] == b"lr: 0.1\n"
    assert json.loads(metadata[b"manifest"])["blocks"]
    frame = pd.read_parquet(path)
    assert frame.attrs["command"] == "sweeprun"
    assert frame["state"].tolist() == ["succeeded", "failed", "succeeded", "pending"]
    assert [child.name for child in tmp_path.iterdir() if child.is_file()] == [path.name]


def test_csv_to_the_letter(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("model/opt", ['a,"b"', "c\nd é"]), count_axis("seed", 2))
    values = {name: np.asarray(data)[0] for name, data in VALUES.items() if not name.startswith(("int", "uint"))}
    write_shard(run, "w", [success(0, {**values, "n": np.nan, "curve": ("t", [0.1, 2])}), failure(3)])
    write(run, tmp_path / "x.csv")
    assert (tmp_path / "x.csv").read_text(encoding="utf-8") == (
        '"task_id","state","seconds","model.opt","seed","bool","float16","float32","float64",'
        '"complex64.real","complex64.imag","complex128.real","complex128.imag","text","bytes",'
        '"date_s","date_ns","span","n","curve[0]","curve[1]"\n'
        '0,"succeeded",0.5,"a,""b""",0,true,1,1,1.5,1,2,1,2,"héllo","ab",'
        '"2020-01-01T00:00:00","2020-01-01T00:00:00.123456789",1,nan,0.1,2\n'
        '1,"pending",,"a,""b""",1,,,,,,,,,,,,,,,,\n'
        '2,"pending",,"c\nd é",0,,,,,,,,,,,,,,,,\n'
        '3,"failed",0.25,"c\nd é",1,,,,,,,,,,,,,,,,\n'
    )


@given(st.lists(st.floats(), min_size=1, max_size=5), st.lists(st.text(), min_size=1, max_size=5))
def test_numbers_and_texts_come_back_from_csv(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[float], texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("csv")
    pairs = list(zip(numbers, texts, strict=False))
    run = make_run(folder / "run", count_axis("seed", len(pairs)))
    write_shard(run, "w", [success(i, {"x": number, "s": text}) for i, (number, text) in enumerate(pairs)])
    write(run, folder / "x.csv")
    found = rows(folder / "x.csv")
    np.testing.assert_array_equal([float(row["x"]) for row in found], [number for number, _ in pairs])
    assert [np.signbit(float(row["x"])) for row in found if row["x"] != "nan"] == [
        np.signbit(number) for number, _ in pairs if not np.isnan(number)
    ]
    assert [row["s"] for row in found] == [text for _, text in pairs]


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (np.timedelta64(-1, "ns"), "-0.000000001"),
        (np.timedelta64(2**62, "ns"), "4611686018.427387904"),
        (np.timedelta64(1500, "ms"), "1.500"),
        (np.timedelta64(2, "h"), "7200"),
    ],
)
def test_time_spans_are_exact_seconds(tmp_path: Path, span: np.timedelta64, written: str) -> None:
    run = make_run(tmp_path / "run")
    write_shard(run, "w", [success(0, {"span": span})])
    write(run, tmp_path / "x.csv")
    assert Decimal(rows(tmp_path / "x.csv")[0]["span"]) == Decimal(written)


@pytest.mark.parametrize("year", ["-12345", "9999", "300000"])
def test_any_year(tmp_path: Path, year: str) -> None:
    run = make_run(tmp_path / "run")
    write_shard(run, "w", [success(0, {"date": np.datetime64(f"{year}-02-03", "D")})])
    write(run, tmp_path / "x.csv")
    assert rows(tmp_path / "x.csv")[0]["date"] == f"{year}-02-03T00:00:00"


def test_what_is_too_large_for_columns_is_left_out_and_told(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    large, small = np.zeros((11, 10)), np.zeros(MOST_ELEMENTS)
    write_shard(run, "w", [success(0, {"large": large, "small": small, "x": 1})])
    assert write(run, tmp_path / "x.csv") == ["large"]
    names = list(rows(tmp_path / "x.csv")[0])
    assert len(names) == len(("task_id", "state", "seconds", "x")) + MOST_ELEMENTS
    assert write(run, tmp_path / "x.parquet") == []
    assert np.shape(pq.read_table(tmp_path / "x.parquet")["large"][0].as_py()) == (11, 10)


def test_what_is_too_large_for_a_list_is_left_out_of_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_format, "LARGEST_LIST", 80)
    run = make_run(tmp_path / "run")
    write_shard(run, "w", [success(0, {"large": np.zeros(11), "small": np.zeros(10), "x": 1})])
    assert write(run, tmp_path / "x.parquet") == ["large"]
    assert {"small", "x"} <= set(pq.read_table(tmp_path / "x.parquet").column_names)
    assert "large" not in pq.read_table(tmp_path / "x.parquet").column_names


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), pa.ArrowInvalid("too long")])
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, error: Exception
) -> None:
    run = make_run(tmp_path / "run")
    path = tmp_path / f"x{suffix}"
    write(run, path)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(table_files.Tidy, "batches", fail)
    with pytest.raises(UsageError, match=str(error.args[-1])):
        write(run, path)
    assert path.read_bytes() == before
    note = [".x.csv.sweeprun"] if suffix == ".csv" else []
    assert sorted(child.name for child in tmp_path.iterdir()) == [*note, "run", path.name]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_what_cannot_be_replaced(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"x{suffix}").mkdir()
    with pytest.raises(UsageError, match="it is a directory"):
        write(make_run(tmp_path / "run"), tmp_path / f"x{suffix}")


def test_results_that_cannot_be_one_column_write_nothing(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    first: dict[str, Any] = {"x": ("t", [1])}
    write_shard(run, "w", [success(0, first), success(1, {"x": ("u", [1])})])
    with pytest.raises(ResultError, match="must agree"):
        write_table(take_snapshot(run), {}, tmp_path / "x.parquet")
    assert [child.name for child in tmp_path.iterdir()] == ["run"]


def test_a_csv_for_spreadsheets_has_no_formulas(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("=cmd", ["=1+1", "a"]))
    write_shard(
        run, "w", [success(0, {"text": "@SUM(A1)", "number": -1.5, "bytes": b"+1+1"}), success(1, {"text": "-5"})]
    )
    snapshot = take_snapshot(run)
    write_table(snapshot, {}, tmp_path / "x.csv", csv_safe=True)
    first, second = rows(tmp_path / "x.csv")
    assert (first["'=cmd"], first["text"], first["number"], first["bytes"]) == ("'=1+1", "'@SUM(A1)", "-1.5", "'+1+1")
    assert (second["'=cmd"], second["text"]) == ("a", "-5")
    write_table(snapshot, {}, tmp_path / "y.csv")
    assert rows(tmp_path / "y.csv")[0]["text"] == "@SUM(A1)"


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_is_there_after_a_power_cut(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(0, 1.0)])
    synced: list[str] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append("directory" if is_directory(descriptor) else "file")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    write(run, tmp_path / f"x{suffix}")
    assert synced[:2] == ["file", "directory"]
    fail(monkeypatch, "fsync", errno.EIO, is_directory)
    with pytest.raises(UsageError, match="Input/output error"):
        write(run, tmp_path / f"y{suffix}")


def test_paths_need_no_locale(tmp_path: Path) -> None:
    folder = tmp_path / "Größe"
    folder.mkdir()
    run = make_run(folder / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(0, 1.0)])
    script = """
import sys
from pathlib import Path
from sweeprun.errors import UsageError
from sweeprun.results.collect import collect_snapshot
from sweeprun.results.formats.all_formats import check_output
from sweeprun.results.formats.owners import owner_of
from tests.results.formats.writing import write_table
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
snapshot = take_snapshot(RunDirectory(Path(sys.argv[1])))
attrs = collect_snapshot(snapshot).dataset.attrs
for suffix in (".csv", ".parquet"):
    path = Path(sys.argv[1] + suffix)
    write_table(snapshot, attrs, path)
    assert owner_of(path).name == "run"
try:
    check_output(Path(sys.argv[1] + ".nc"))
except UsageError as error:
    print(ascii(str(error)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, run.path],
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.stderr == b""
    assert b"netCDF can't open this path" in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == [".run.csv.sweeprun", "run", "run.csv", "run.parquet"]
