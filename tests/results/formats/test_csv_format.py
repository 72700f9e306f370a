"""CSV: what its texts are."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sweeprun.results.formats.csv_format import Csv
from sweeprun.results.formats.output_format import WriteOptions
from sweeprun.results.formats.own_note import write_note


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (pa.array([1500, None], pa.duration("ms")), ["1.500", ""]),
        (pa.array([0.5, None], pa.float16()), ["0.5", ""]),
        (pa.array([b"a\xff", None]), ['"a\\xff"', ""]),
        (pa.array([0, None], pa.timestamp("s")), ['"1970-01-01T00:00:00"', ""]),
    ],
)
def test_values_are_texts_that_bring_them_back(tmp_path: Path, column: Any, text: list[str]) -> None:
    schema = pa.schema([("n", pa.int64()), ("x", column.type)])
    path = tmp_path / "x.csv"
    with path.open("xb") as file:
        batch = pa.record_batch([pa.array([1, 2]), column], schema=schema)
        Csv().write(file, schema, iter([batch]), WriteOptions())
    assert path.read_text().splitlines() == ['"n","x"', *(f"{n},{own}" for n, own in enumerate(text, 1))]


def test_a_file_that_was_changed_is_known(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a\n1\n")
    assert not Csv().was_edited(path)
    write_note(path, {"sweeprun": "1"})
    assert Csv().attributes(path)["sweeprun"] == "1"
    path.write_text("a\n2\n")
    assert (Csv().attributes(path), Csv().was_edited(path)) == ({}, True)
