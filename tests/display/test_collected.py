"""What there is to say of a file of collected results, on a terminal."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sweeprun.display.collected import print_notes, print_warnings
from sweeprun.runs.collect import CollectedFile, collect_into
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import take_snapshot
from tests.results.runs import count_axis, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "größter Lauf", count_axis("seed", 2))


def collected(run: RunDirectory, name: str, *, only: list[str] | None = None) -> CollectedFile:
    return collect_into(take_snapshot(run), Path(name), only)


def damaged(file: CollectedFile, lines: int, *, ends: bool = False, being_written: bool = False) -> CollectedFile:
    """The same file, as if a number of shards could not be read, or ended in the middle of something."""
    torn = tuple((f"{i}.arrow", "bytes 0-99 can't be read\x1b[2J") for i in range(lines))
    ends_torn = frozenset(shard for shard, _ in torn) if ends else frozenset()
    found = replace(file.collected, torn=torn, ends_torn=ends_torn)
    return replace(file, collected=found, being_written=being_written)


def test_plain_results_need_no_words(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(run, "w", [success(i, {"x": 0.5, "day": np.datetime64("2024-05-01", "s")}) for i in range(2)])
    for name in ("out.nc", "out.zarr", "out.csv", "out.parquet"):
        file = collected(run, name)
        print_warnings(file)
        print_notes(file)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("name", "told"), [("out.nc", True), ("out.parquet", False)])
def test_complex_numbers_are_read_with_an_option_from_netcdf(
    run: RunDirectory, capsys: pytest.CaptureFixture[str], name: str, told: bool
) -> None:
    write_shard(run, "w", [success(i, {"z": 1 + 2j}) for i in range(2)])
    print_notes(collected(run, name))
    assert ("auto_complex=True" in capsys.readouterr().err) is told


def test_what_is_too_large_for_columns_is_named_with_its_shape(
    run: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shard(run, "w", [success(i, {"image": np.zeros((40, 30))}) for i in range(2)])
    print_notes(collected(run, "out.csv"))
    assert "left out: image (40 x 30 values a task)" in capsys.readouterr().err
    print_notes(collected(run, "out.parquet"))
    assert capsys.readouterr().err == ""


def test_what_tasks_disagree_on_is_text_in_a_table(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(run, "w", [success(0, {"v": 1}), success(1, {"v": "one"})])
    print_warnings(collected(run, "out.csv", only=["v"]))
    assert capsys.readouterr().err.startswith("v is written as text: 'v' is a number in task 0 and a text in task 1")


def test_damage_is_named_and_what_runs_the_tasks_again(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    shard = write_shard(run, "w", [success(0, {"x": 1.0})], [success(1, {"x": 2.0})])
    content = bytearray(shard.read_bytes())
    content[content.find(np.float64(1.0).tobytes())] ^= 1
    shard.write_bytes(content)
    print_warnings(collected(run, "out.nc"))
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "task 0: a record of it in w.arrow is damaged"
    assert told[1].endswith("run again with: sweeprun resume 'größter Lauf'")


def test_much_damage_is_cut_short(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    print_warnings(damaged(collected(run, "out.nc"), 25))
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "0.arrow: bytes 0-99 can't be read\\x1b[2J"
    assert told[20].startswith("… and 5 more")
    assert len(told) == 22


def test_a_torn_end_is_normal_while_workers_write(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    file = collected(run, "out.nc")
    print_warnings(damaged(file, 1, ends=True, being_written=True))
    assert capsys.readouterr().err == ""
    print_warnings(damaged(file, 1, ends=True))
    assert "0.arrow" in capsys.readouterr().err
    print_warnings(damaged(file, 1, being_written=True))
    assert "0.arrow" in capsys.readouterr().err


def test_nan_and_equal_members_are_told(run: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(run, "w", [success(i, {"x": [float("nan"), 1.0][i], "y": 0.30000000000000004}) for i in range(2)])
    print_warnings(collected(run, "out.nc"))
    nan, equal = capsys.readouterr().err.splitlines()
    assert nan == "x: 1 of 2 results is NaN"
    assert equal.startswith("y is equal to the bit in both members, although their random streams differ")
