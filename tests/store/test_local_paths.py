"""What is a URL, and what a path."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.local_paths import StoreUrl, is_url, local_path, output_path


@pytest.mark.parametrize(
    "text",
    [
        "s3://b/run",
        "S3://b/run",
        "gs://b",
        "abfss://container@account.dfs.core.windows.net/run",
        "https://host/x.zarr",
        "file:///home/me/run",
        "memory://x",
        "hdfs+ssh://host/x",
        "s3://b/seed=3/x.zarr",
        "s3:/b/run",  # what pathlib makes of it
        "dbfs:/run",
    ],
)
def test_a_url_is_refused(text: str) -> None:
    assert is_url(text)
    with pytest.raises(UsageError, match=r"^'.*' is a URL, and runs and files are kept in local folders only; "):
        local_path(text)
    with pytest.raises(UsageError, match=r"^hydra.sweep.dir is '.*', which is a URL"):
        local_path(Path(text), "hydra.sweep.dir")


@pytest.mark.parametrize(
    "text",
    [
        "run",
        "multirun/2026-05-04/10-11-12",
        "/scratch/a b",
        "./s3://b",
        "C:/run",
        "12:30:00/run",
        "s3:",
        "s3",
        "lr=s3://b",
        "mein Ordner://x",
        "../https:/x",
        "a/b://c",
        ".",
        "",
        "läufe:/x",
    ],
)
def test_anything_else_is_a_path(text: str) -> None:
    assert not is_url(text)
    assert local_path(text) == Path(text)


def test_a_run_in_a_folder_that_is_named_like_a_url_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shown = RunDirectory(tmp_path / "s3:" / "b" / "run").shown()
    assert shown == "./s3:/b/run"
    assert local_path(shown).resolve() == tmp_path / "s3:" / "b" / "run"


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
