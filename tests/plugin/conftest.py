"""A Hydra application, as people write them, and its command line run as they would."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xarray as xr
from hydra import version
from hydra.core.singleton import Singleton

from sweeprun.config.schema import register_options
from tests.command_line import Run, runner, sweeprun_runner


@pytest.fixture
def as_in_an_application() -> Iterator[None]:
    """Hydra as applications find it, whatever our own command line made of it before in this process."""
    state = Singleton.get_state()
    Singleton._instances.pop(version.VersionBase, None)
    register_options(as_defaults=())
    yield
    Singleton.set_state(state)


APPLICATION = """
import functools
import logging
import os
import pickle
import sys
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

log = logging.getLogger(__name__)


class Color(Enum):
    RED = 1
    BLUE = 2


@dataclass
class Opt:
    lr: float = 0.1
    color: Color = Color.RED


@dataclass
class Config:
    opt: Opt = field(default_factory=Opt)
    seed: int = 0
    tag: str = "${mine:7}"
    kind: str = "fine"
    db: dict = field(default_factory=dict)


ConfigStore.instance().store(name="schema", node=Config)


def decorated(function):
    @functools.wraps(function)
    def wrapper(cfg):
        returned = function(cfg)
        return {"decorated": 1, **returned} if isinstance(returned, dict) else returned

    return wrapper


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
@decorated
def main(cfg):
    opt = OmegaConf.to_object(cfg.opt)
    assert isinstance(opt, Opt) and isinstance(opt.color, Color)
    match cfg.kind:
        case "ask":
            (Path(HydraConfig.get().runtime.output_dir) / "checkpoint").write_text(str(cfg.seed))
        case "object":
            return object()
        case "raise":
            raise ValueError(f"bad {cfg.seed}")
        case "number":
            return (opt.lr - 1) ** 2
        case "numbers":
            return [opt.lr**2, (opt.lr - 2) ** 2]
        case "log":
            log.info("seed %s speaks", cfg.seed)
        case "pickle":
            Path("opt.pickle").write_bytes(pickle.dumps(opt))
    log.debug("only if asked")
    mine = os.environ.get("MINE", "")
    return {"loss": opt.lr * cfg.seed, "driver": cfg.db.driver, "tag": cfg.tag, "cwd": os.getcwd(), "mine": mine}


if __name__ == "__main__":
    if sys.argv[1:] == ["load"]:
        print(pickle.loads(Path("opt.pickle").read_bytes()))
        sys.exit()
    OmegaConf.register_new_resolver("mine", lambda x: f"m{x}")
    main()
"""

FINDS_ITS_LIBRARY_LATE = """
import sys
from pathlib import Path

import hydra


@hydra.main(version_base="1.3", config_path=None)
def main(cfg):
    from helper import double  # of a folder that only the main part makes known

    return double(cfg.x)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent / "lib"))
    main()
"""


def write_late_application(folder: Path) -> None:
    """Write the application, as ``late.py``, and its library."""
    (folder / "lib").mkdir()
    (folder / "lib" / "helper.py").write_text("def double(x):\n    return 2 * x\n")
    (folder / "late.py").write_text(FINDS_ITS_LIBRARY_LATE)


CALLBACK = """
from pathlib import Path
from hydra.experimental.callback import Callback


class Note(Callback):
    def on_job_end(self, config, job_return, **kwargs):
        Path(f"ended-{config.hydra.job.num}").write_text(str(job_return.return_value["loss"]))
"""


SWEEPER = '''
from hydra.plugins.sweeper import Sweeper


class OddSweeper(Sweeper):
    """Its jobs set different keys from batch to batch."""

    def setup(self, *, hydra_context, task_function, config):
        from hydra.core.plugins import Plugins

        self.launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments):
        first = self.launcher.launch([["opt.lr=2"], ["seed=3"]], initial_job_idx=0)
        second = self.launcher.launch([["opt.lr=4", "kind=fine"], ["db=pg", "seed=5"]], initial_job_idx=2)
        return [job.return_value for job in [*first, *second]]
'''


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The application's folder; its name is not an easy one."""
    folder = tmp_path / "my 'app' ü"
    (folder / "conf" / "db").mkdir(parents=True)
    (folder / "conf" / "config.yaml").write_text("defaults: [schema, db: mysql, _self_]\n")
    for name in ("mysql", "pg"):
        (folder / "conf" / "db" / f"{name}.yaml").write_text(f"driver: {name}\n")
    (folder / "train.py").write_text(APPLICATION)
    (folder / "noting.py").write_text(CALLBACK)
    return folder


@pytest.fixture
def train(app: Path) -> Run:
    """Run the application; the exit code must be the expected one."""
    return runner(app, "train.py")


@pytest.fixture
def sweeprun(app: Path) -> Run:
    """Run ``sweeprun`` in its folder."""
    return sweeprun_runner(app)


@pytest.fixture
def collect(app: Path, sweeprun: Run) -> Callable[[], xr.Dataset]:
    """Collect the newest run."""

    def collected() -> xr.Dataset:
        sweeprun("collect", "-o", "collected.nc")
        return xr.load_dataset(app / "collected.nc")

    return collected


def only_run(app: Path) -> Path:
    """The run directory of the only sweep there was."""
    (manifest,) = app.glob("multirun/*/*/manifest.json")
    return manifest.parent
