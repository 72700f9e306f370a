"""Applications whose configs are of types that no import leads to: hydra-zen's, made ones, local ones."""

from pathlib import Path

import pytest
import xarray as xr

from tests.command_line import Run, runner, sweeprun_runner
from tests.plugin.own_types import LAUNCHED, PLAIN, ZEN

LOCAL = "hydra/launcher=sweeprun_local"
OURS = "hydra/sweeper=sweeprun"


@pytest.fixture
def sweeprun(tmp_path: Path) -> Run:
    return sweeprun_runner(tmp_path)


def collected(folder: Path, sweeprun: Run) -> xr.Dataset:
    sweeprun("collect", "-o", "collected.nc")
    return xr.load_dataset(folder / "collected.nc")


@pytest.mark.parametrize("sweeper", ["hydra/sweeper=basic", OURS])
def test_what_hydra_zen_builds_and_stores_is_swept(tmp_path: Path, sweeprun: Run, sweeper: str) -> None:
    (tmp_path / "train.py").write_text(ZEN)
    runner(tmp_path, "train.py")("-m", "loss=l2,huber", "lr=1,2", LOCAL, sweeper)
    assert "equal to the bit" in sweeprun("replay", "1").stdout
    sweeprun("extend", "lr=3")
    dataset = collected(tmp_path, sweeprun)
    assert dataset.value.values.tolist() == [[1, 2, 3], [3, 6, 9]]
    assert dataset.loss_kind.values[:, 0].tolist() == ["l2", "huber"]


def test_what_hydra_zen_launches_needs_no_guard(tmp_path: Path) -> None:
    (tmp_path / "launched.py").write_text(LAUNCHED)
    done = runner(tmp_path, "launched.py")()
    assert done.stdout.splitlines() == ["[0.0, 2.0, 4.0]"] * 2


def test_local_and_made_dataclasses_are_swept(tmp_path: Path, sweeprun: Run) -> None:
    (tmp_path / "train.py").write_text(PLAIN)
    runner(tmp_path, "train.py")("-m", "opt.lr=1,2", "kind=SLOW,FAST", "extra=5", LOCAL)
    dataset = collected(tmp_path, sweeprun)
    assert dataset.value.values.tolist() == [[8, 8], [11, 11]]
    assert dataset.kind_seen.values[0].tolist() == ["SLOW", "FAST"]
