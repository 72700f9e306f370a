"""A URL is never taken for a folder's name, wherever a path is given: one message, exit code 2, and nothing is made."""

from pathlib import Path

import pytest

import sweeprun
from sweeprun.cli.main import main
from sweeprun.errors import UsageError
from tests.command_line import Run

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
        ["collect", "-o", "gs://bucket/x.zarr"],
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


def test_python(empty: Path) -> None:
    def square(x: int) -> int:
        return x * x

    for directory in (URL, Path(URL)):
        with pytest.raises(UsageError, match=r"^directory is 's3:/.*', which is a URL"):
            sweeprun.sweep(square, {"x": [1, 2]}, directory=directory)
    with pytest.raises(UsageError, match="is a URL"):
        sweeprun.open_run(URL)
    assert not list(empty.iterdir())
