"""Files of results in any format, written directly."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from sweeprun.results.formats.all_formats import FORMATS, TABLE_FORMATS, check_output, dataset_format
from sweeprun.results.formats.output_format import WriteOptions
from sweeprun.results.formats.table_files import Written
from sweeprun.results.formats.table_files import write_table as write_rows
from sweeprun.store.snapshot import Snapshot

SUFFIXES = tuple(one.suffix for one in FORMATS)

READERS: dict[str, Callable[[Path], Any]] = {
    ".csv": partial(pd.read_csv, engine="pyarrow"),
    ".parquet": pd.read_parquet,
}
"""What reads a table: suffix -> function."""


def read_back(path: Path) -> Any:
    found = dataset_format(path)
    return READERS[path.suffix](path) if found is None else found.open(path).load()


def write_dataset(dataset: xr.Dataset, path: Path) -> None:
    check_output(path)
    found = dataset_format(path)
    assert found is not None
    found.write_dataset(dataset, path)


def write_table(
    snapshot: Snapshot,
    attrs: Mapping[str, Any],
    path: Path,
    only: Collection[str] | None = None,
    *,
    csv_safe: bool = False,
) -> Written:
    check_output(path)
    found = next(one for one in TABLE_FORMATS if one.suffix == path.suffix)
    return write_rows(found, snapshot, attrs, path, WriteOptions(only=only, csv_safe=csv_safe))
