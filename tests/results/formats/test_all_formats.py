"""The formats, and the one that a name asks for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from sweeprun.cli.collect import main as collect
from sweeprun.errors import UsageError
from sweeprun.notebook.showing import Showing
from sweeprun.results.formats.all_formats import (
    DATASET_FORMATS,
    FORMATS,
    check_output,
    dataset_format,
    fits_too_large,
    format_of,
    output_path,
    suffixes,
)
from sweeprun.store.local_paths import StoreUrl

HEAVY = {"numpy", "xarray", "netCDF4", "zarr", "pyarrow", "pandas"}


def test_endings_are_listed_as_in_a_sentence() -> None:
    assert suffixes(FORMATS[:4]) == ".nc, .zarr, .csv or .parquet"
    assert suffixes(DATASET_FORMATS) == ".nc or .zarr"
    assert suffixes(DATASET_FORMATS[:1]) == ".nc"


def test_no_two_formats_have_one_ending() -> None:
    assert len({one.suffix for one in FORMATS}) == len(FORMATS)


def test_a_name_of_no_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=re.escape(f"x.hdf': the name must end in {suffixes()}")):
        check_output(tmp_path / "x.hdf")
    assert format_of(Path("x.csv")).suffix == ".csv"
    assert dataset_format(Path("x.csv")) is None


def test_what_is_too_large_for_a_table_fits_elsewhere() -> None:
    assert re.fullmatch(r"\.parquet.* has lists", fits_too_large(Path("x.csv")))
    assert fits_too_large(Path("x.parquet")).endswith(".zarr and .nc have them")


def test_doors_name_all_formats(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        collect(["--help"])
    assert f"the file: {suffixes()}" in " ".join(capsys.readouterr().out.split())
    assert suffixes() in str(Showing.collect.__doc__)


def test_to_know_the_formats_takes_no_library() -> None:
    code = (
        "import sys; import sweeprun.results.formats.all_formats; "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert HEAVY.isdisjoint(found)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("s3://b/x.zarr", "s3://b/x.zarr"),
        ("S3://b/a folder/x.zarr/", "s3://b/a folder/x.zarr"),
        ("s3:/b/x.zarr", "s3://b/x.zarr"),
        ("gs://b/@/ü.zarr", "gs://b/@/ü.zarr"),
        ("az://container/x.zarr", "az://container/x.zarr"),
    ],
)
def test_a_zarr_store_may_be_in_an_object_store(text: str, url: str) -> None:
    found = output_path(text)
    assert isinstance(found, StoreUrl)
    assert (str(found), found.suffix, found.scheme) == (url, ".zarr", url[:2])


def test_where_a_run_is_collected_into_may_be_a_local_path() -> None:
    assert output_path("./s3:/x.zarr") == Path("s3:/x.zarr")
    assert output_path(Path("a b.nc")) == Path("a b.nc")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("https://b/x.zarr", "'https://b/x.zarr' is a URL, and runs and files are kept in local folders only; "),
        (
            "s3://b/x.nc",
            "can't write 's3://b/x.nc': of the formats, only .zarr can be written to an object store; name it ",
        ),
        ("s3://b/d/x.nc", "s3://b/d/x.zarr, or collect into a local file and copy that"),
        ("s3://b", "s3://b/results.zarr, or"),
        ("s3://b.zarr", "s3://b.zarr/results.zarr, or"),
        ("s3://", "s3://bucket/results.zarr, or"),
        ("s3://b/x.csv", "s3://b/x.zarr, or"),
        ("s3://me:hunter2@b/x.zarr", "'s3://***@b/x.zarr' has a user name or password"),
        ("s3://me:hunter2@b/x.nc", "'s3://***@b/x.nc' has a user name or password"),
        ("s3://b/x.zarr?sig=hunter2", "'s3://b/x.zarr?***': the address of a store has neither"),
        ("s3://b/x?hunter2.zarr", "the address of a store has neither"),
        ("s3://b/x#1.zarr", "the address of a store has neither"),
        ("https://me:hunter2@host/x.zarr?sig=hunter2", "'https://***@host/x.zarr?***' is a URL"),
    ],
)
def test_what_can_not_be_written_to_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        output_path(text)
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)
