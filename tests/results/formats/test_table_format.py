"""Formats of tables: what becomes of notes, refused results, and those that are too large."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.results.formats.all_formats import TABLE_FORMATS
from sweeprun.results.formats.output_format import WriteOptions
from sweeprun.results.formats.table_format import TableFormat
from sweeprun.store.snapshot import take_snapshot
from sweeprun.wording import Command
from tests.results.runs import count_axis, make_run, success, write_shard

each_format = pytest.mark.parametrize("own", TABLE_FORMATS, ids=lambda own: own.suffix)


@each_format
def test_a_result_that_tasks_disagree_on_is_text(own: TableFormat, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(run, "w", [success(0, {"x": 1.5, "y": 1}), success(1, {"x": "a", "y": 2})])
    path = tmp_path / f"x{own.suffix}"
    written = own.write_run(take_snapshot(run), path, WriteOptions(only=["x"]), Command("collect"))
    assert set(written.collected.refused) == {"x"}
    assert written.left_out == ()
    assert path.exists()


@each_format
def test_a_directory_in_its_place_is_refused(own: TableFormat, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 1))
    (tmp_path / f"x{own.suffix}").mkdir()
    with pytest.raises(UsageError, match="it is a directory"):
        own.write_run(take_snapshot(run), tmp_path / f"x{own.suffix}", WriteOptions(), Command("collect"))
