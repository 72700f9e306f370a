"""The formats of files of results, and the one that the name of a file asks for."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TypeVar

from sweeprun.errors import UsageError
from sweeprun.results.formats.csv_format import Csv
from sweeprun.results.formats.dataset_format import DatasetFormat
from sweeprun.results.formats.netcdf_format import NetCDF
from sweeprun.results.formats.output_format import OutputFormat
from sweeprun.results.formats.parquet_format import Parquet
from sweeprun.results.formats.table_format import TableFormat
from sweeprun.results.formats.zarr_format import Zarr
from sweeprun.store.local_paths import OutputPath, StoreUrl, given_path, without_secrets

Kind = TypeVar("Kind", bound=OutputFormat)

DATASET_FORMATS: tuple[DatasetFormat, ...] = (NetCDF(), Zarr())
TABLE_FORMATS: tuple[TableFormat, ...] = (Csv(), Parquet())
FORMATS: tuple[OutputFormat, ...] = (*DATASET_FORMATS, *TABLE_FORMATS)


def suffixes(formats: Iterable[OutputFormat] = FORMATS) -> str:
    """The endings of some formats, in a sentence: ``.nc, .zarr, .csv or .parquet``."""
    *others, last = (one.suffix for one in formats)
    return f"{', '.join(others)} or {last}" if others else last


def known_format(path: OutputPath) -> OutputFormat | None:
    """The format that a name asks for; None if it is that of none."""
    return _named(path, FORMATS)


def _named(path: OutputPath, formats: Iterable[Kind]) -> Kind | None:
    return next((one for one in formats if one.suffix == path.suffix), None)


def format_of(path: OutputPath) -> OutputFormat:
    """The same, of a file that is going to be written.

    Raises
    ------
    UsageError
        If the name is that of no format.
    """
    found = known_format(path)
    if found is None:
        raise UsageError(f"can't write {str(path)!r}: the name must end in {suffixes()}")
    return found


def dataset_format(path: OutputPath) -> DatasetFormat | None:
    """The format of a file that holds a Dataset, which can be opened again; None if it is none."""
    return _named(path, DATASET_FORMATS)


def check_output(path: OutputPath) -> None:
    """Refuse a path that can't be written, before the work is done.

    What there is of an object store is asked for by `sweeprun.results.formats.owners.check_replaceable`.

    Raises
    ------
    UsageError
        If the ending is unknown, the directory doesn't exist, or something else is there.
    """
    if isinstance(path, Path):
        format_of(path).check(path)


def output_path(path: str | os.PathLike[str]) -> OutputPath:
    """Where the user wants a collected run: a local file, or a store in an object store.

    Raises
    ------
    UsageError
        If it is another URL, one with a password, or one of a format that needs a local file.
    """
    found = given_path(path)
    remote = [one for one in FORMATS if one.is_in_object_stores]
    if isinstance(found, StoreUrl) and _named(found, remote) is None:
        better = PurePosixPath(found.key or "results").with_suffix(remote[0].suffix)
        bucket = found.text.partition("://")[2].partition("/")[0] or "bucket"
        raise UsageError(
            f"can't write {without_secrets(found.text)!r}: of the formats, only {suffixes(remote)} can be written to "
            f"an object store; name it {without_secrets(f'{found.scheme}://{bucket}/{better}')}, or collect into a "
            "local file and copy that"
        )
    return found


def fits_too_large(path: OutputPath) -> str:
    """Which formats have what is too large for the columns of a table."""
    table = _named(path, TABLE_FORMATS)
    if table is not None and not table.has_lists:
        return f"{suffixes([one for one in TABLE_FORMATS if one.has_lists])} has lists"
    return f"{' and '.join(one.suffix for one in reversed(DATASET_FORMATS))} have them"
