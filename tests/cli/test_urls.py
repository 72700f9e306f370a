"""A URL is never taken for a folder's name, wherever a path is given: one message, exit code 2, and nothing is made.

Only `collect` writes to an object store.
"""

import json
from pathlib import Path

import pytest
import xarray as xr
from zarr.storage import ObjectStore

import sweeprun
from sweeprun.cli.main import main
from sweeprun.errors import UsageError
from sweeprun.results.formats import object_store
from sweeprun.store.local_paths import StoreUrl
from tests.command_line import Run
from tests.results.runs import count_axis, make_run, success, write_shard

URL = "s3://bucket/run"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = tmp_path / "mein Ordner"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.mark.parametrize(
    "words",
    [
        ["collect", URL],
        ["stats", URL],
        ["status", URL],
        ["show", URL],
        ["wait", URL],
        ["cancel", URL],
        ["throttle", "3", URL],
        ["resume", URL],
        ["report", URL],
        ["list", URL],
        ["init", URL],
        ["start", URL],
        ["logs", URL, "3"],
        ["replay", URL, "3"],
        ["replay", f"{URL}.nc", "lr=0.1"],
        ["verify", URL],
        ["extend", URL, "lr=1"],
        ["extend", f"{URL}?id=1", "lr=1"],
        ["show", f"{URL}?id=1", "lr=1"],
        ["worker", URL, "0"],
        ["element", URL],
        ["collect", "-o", "hdfs://host/x.zarr"],
        ["collect", "-o", "https://host/x.nc"],
        ["stats", "-o", "gs://bucket/x.zarr"],
        ["report", "-o", "gs://bucket/x.html"],
    ],
    ids=" ".join,
)
def test_a_subcommand(words: list[str], empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    stderr = capsys.readouterr().err
    assert "is a URL, and runs and files are kept in local folders only" in stderr
    assert stderr.count("\n") == 1
    assert not list(empty.iterdir())


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["-m", "lr=1,2", f"hydra.sweep.dir={URL}"], "hydra.sweep.dir"),
        (["plan", "-m", "lr=1,2", f"hydra.sweep.dir={URL}"], "hydra.sweep.dir"),
        (["-m", "lr=1,2", "hydra/sweeper=basic", f"hydra.sweep.dir={URL}"], "hydra.sweep.dir"),
        (["-m", "lr=1,2", "hydra/launcher=basic", f"hydra.sweep.dir={URL}"], "hydra.sweep.dir"),
        (["-m", "lr=1,2", f"hydra.sweep.subdir={URL}"], "hydra.sweep.subdir"),
        ([f"hydra.run.dir={URL}"], "hydra.run.dir"),
    ],
)
def test_a_sweep_and_a_single_run(run: Run, study: Path, words: list[str], key: str) -> None:
    before = set(study.iterdir())
    stderr = run(*words, code=2).stderr
    assert stderr.startswith(f"sweeprun: {key} is '{URL}', which is a URL")
    assert stderr.count("\n") == 1
    assert {path for path in study.iterdir() if path.name != "__pycache__"} == before


@pytest.fixture
def swept(empty: Path) -> Path:
    run = make_run(empty / "run", count_axis("a", 3))
    write_shard(run, "w", [success(i, {"x": i * 0.5}) for i in range(2)])
    return run.path


def test_collect_into_an_object_store(swept: Path, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"{bucket}/x.zarr"
    assert main(["collect", str(swept), "-o", url]) == 0
    streams = capsys.readouterr()
    assert streams.err == f"written to {url}; without a result: 1 pending\n"
    assert "hunter2" not in streams.out
    assert main(["collect", str(swept), "-o", f"{url}/", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["output"] == url
    assert sweeprun.open_run(swept).collect(url) == url
    store = ObjectStore(object_store.open_store(StoreUrl(url)), read_only=True)
    with xr.open_zarr(store) as dataset:
        assert dataset.x.values[:2].tolist() == [0.0, 0.5]
        assert "hunter2" not in repr(dataset.attrs)
    assert {path.name for path in swept.parent.iterdir()} == {"run"}


def test_no_result_replaces_no_store(swept: Path, bucket: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"{bucket}/x.zarr"
    assert main(["collect", str(swept), "-o", url]) == 0
    empty_run = make_run(swept.parent / "other", count_axis("b", 2))
    capsys.readouterr()
    assert main(["collect", str(empty_run.path), "-o", url]) == 1
    assert f"has a result yet, so '{url}' is left as it is" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "more", "why"),
    [
        ("{bucket}/x.nc", [], "only .zarr can be written to an object store"),
        ("{bucket}/x.zarr", ["--zarr-format", "2"], "which is written to local folders only"),
        ("s3://nowhere/x.zarr", [], "the server answers NoSuchBucket"),
        ("s3://me:hunter2@nowhere/x.zarr", [], "has a user name or password"),
        ("az://container/x.zarr", [], "no credentials were found"),
    ],
)
def test_what_an_object_store_can_not_take(
    swept: Path, bucket: str, capsys: pytest.CaptureFixture[str], output: str, more: list[str], why: str
) -> None:
    assert main(["collect", str(swept), "-o", output.format(bucket=bucket), *more]) == 2
    stderr = capsys.readouterr().err
    assert why in stderr
    assert stderr.count("\n") == 1
    assert "hunter2" not in stderr


def test_python(empty: Path) -> None:
    def square(x: int) -> int:
        return x * x

    for directory in (URL, Path(URL)):
        with pytest.raises(UsageError, match=r"^directory is 's3:/.*', which is a URL"):
            sweeprun.sweep(square, {"x": [1, 2]}, directory=directory)
    with pytest.raises(UsageError, match="is a URL"):
        sweeprun.open_run(URL)
    assert not list(empty.iterdir())
