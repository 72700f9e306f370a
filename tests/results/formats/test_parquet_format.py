"""Parquet: what a file says of itself."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from sweeprun.results.formats.output_format import WriteOptions
from sweeprun.results.formats.parquet_format import Parquet


def test_attributes_come_back_here_and_in_pandas(tmp_path: Path) -> None:
    schema = pa.schema([("x", pa.int64())], metadata={"run": "ü"})
    path = tmp_path / "x.parquet"
    with path.open("xb") as file:
        Parquet().write(file, schema, iter([pa.record_batch([[1, 2]], schema=schema)]), WriteOptions())
    assert Parquet().attributes(path)["run"] == "ü"
    found = pd.read_parquet(path)
    assert (found["x"].tolist(), found.attrs) == ([1, 2], {"run": "ü"})
