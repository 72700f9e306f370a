"""Opening a run."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import sweeprun
from sweeprun.errors import RunDirectoryError
from sweeprun.notebook.run import open_run
from tests.results.runs import axis, count_axis, make_run, success, write_shard


def test_the_newest_run_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunDirectoryError, match="there is no run below"):
        sweeprun.open_run()
    make_run(tmp_path / "multirun" / "a" / "b", count_axis("seed", 2))
    assert sweeprun.open_run().path == tmp_path / "multirun" / "a" / "b"
    assert sweeprun.open_run("multirun/a/b").counts["pending"] == 2
    with pytest.raises(RunDirectoryError, match="does not exist"):
        sweeprun.open_run("multirun/c")


def test_importing_sweeprun_stays_cheap() -> None:
    code = "import sys, sweeprun; assert not {'numpy', 'xarray', 'hydra', 'rich'} & set(sys.modules), sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_a_dataset_masks_is_told_once_and_can_be_revealed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = make_run(tmp_path / "run", axis("token", ["the", "cat"]))
    write_shard(directory, "0.a", [success(task_id, {"x": 0.5}) for task_id in range(2)])
    run = open_run(directory.path)
    assert [run.dataset["token"].values.tolist() for _ in range(2)] == [["masked-1", "masked-2"]] * 2
    assert capsys.readouterr().err.count("token is masked: its name says that it is secret") == 1
    revealed = open_run(directory.path, reveal="token")
    for each in (revealed, revealed.refresh(), pickle.loads(pickle.dumps(revealed))):
        assert each.dataset["token"].values.tolist() == ["the", "cat"]
    assert capsys.readouterr().err == ""
