"""What is a URL, and what a path."""

from pathlib import Path

import pytest

from sweeprun.errors import UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.local_paths import is_url, local_path


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
