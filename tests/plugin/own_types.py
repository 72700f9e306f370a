"""Applications whose configs are of types that no import leads to, as people write them."""

ZEN = """
from hydra_zen import builds, store, zen

calls = []

class Loss:
    def __init__(self, scale: float = 1.0, kind: str = "l2"):
        self.scale, self.kind = scale, kind


LossConf = builds(Loss, populate_full_signature=True)
store(LossConf, group="loss", name="l2")
store(LossConf, kind="huber", scale=3.0, group="loss", name="huber")


@store(name="config", hydra_defaults=["_self_", {"loss": "l2"}])
def task(loss, lr: float = 0.1):
    assert isinstance(loss, Loss)
    calls.append(lr)
    return {"value": lr * loss.scale, "loss_kind": loss.kind, "calls": len(calls)}


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
