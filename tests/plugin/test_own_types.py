"""Applications whose configs are of types that no import leads to: hydra-zen's, made ones, local ones."""

from pathlib import Path

import pytest
import xarray as xr

from tests.command_line import Run, runner, sweeprun_runner

LOCAL = "hydra/launcher=sweeprun_local"
OURS = "hydra/sweeper=sweeprun"

ZEN = """
from hydra_zen import builds, store, zen


class Loss:
    def __init__(self, scale: float = 1.0, kind: str = "l2"):
        self.scale, self.kind = scale, kind


LossConf = builds(Loss, populate_full_signature=True)
store(LossConf, group="loss", name="l2")
store(LossConf, kind="huber", scale=3.0, group="loss", name="huber")


@store(name="config", hydra_defaults=["_self_", {"loss": "l2"}])
def task(loss, lr: float = 0.1):
    assert isinstance(loss, Loss)
    return {"value": lr * loss.scale, "loss_kind": loss.kind}


if __name__ == "__main__":
    store.add_to_hydra_store()
    zen(task).hydra_main(config_name="config", version_base="1.3", config_path=None)
"""

LAUNCHED = """
from hydra_zen import builds, instantiate, launch, make_config


class Wave:
    def __init__(self, height: float = 1.0):
        self.height = height


Conf = make_config(wave=builds(Wave, height=2.0), t=1.0)


def task(cfg):
    obj = instantiate(cfg)
    assert isinstance(obj.wave, Wave)
    return obj.wave.height * obj.t


for sweeper in ("basic", "sweeprun"):
    overrides = ["t=0,1,2", "hydra/launcher=sweeprun_local", f"hydra/sweeper={sweeper}"]
    (jobs,) = launch(Conf, task, overrides=overrides, multirun=True, version_base="1.3")
    print([job.return_value for job in jobs])
"""

PLAIN = """
from dataclasses import dataclass, field, make_dataclass
from enum import Enum

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

Opt = make_dataclass("Optimizer", [("lr", float, 0.1), ("steps", int, 3)])


def schema():
    class Kind(Enum):
        SLOW = 1
        FAST = 2

    @dataclass
    class Local:
        opt: Opt = field(default_factory=Opt)
        kind: Kind = Kind.SLOW

    return Local


@hydra.main(version_base="1.3", config_path=None, config_name="config")
def main(cfg):
    opt = OmegaConf.to_object(cfg).opt
    assert type(opt) is Opt
    return {"value": opt.lr * opt.steps + cfg.extra, "kind_seen": cfg.kind.name}


if __name__ == "__main__":

    @dataclass
    class Late(schema()):
        extra: int = 1

    ConfigStore.instance().store(name="config", node=Late)
    main()
"""


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
