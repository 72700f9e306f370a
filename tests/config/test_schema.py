"""The options of sweeper and launchers, as Hydra knows them in this process."""

import dataclasses
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from hydra.core.config_store import ConfigStore
from hydra.core.singleton import Singleton
from hydra.types import RunMode
from omegaconf import OmegaConf

from sweeprun.config.application import Application
from sweeprun.config.launcher_schema import JobOptions, schema_of
from sweeprun.config.schema import OUR_DEFAULTS, SampleOptions, SweeperNode, SweeperOptions, register_options
from sweeprun.errors import UsageError
from sweeprun.launchers.local_options import LocalOptions
from sweeprun.launchers.slurm.launcher_options import SlurmOptions
from tests.config.applications import opened


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with opened(tmp_path, {"config": "lr: 0.1\n"}) as application:
        yield application


@pytest.fixture
def _restored() -> Iterator[None]:
    state = Singleton.get_state()
    yield
    Singleton.set_state(state)


@pytest.mark.parametrize("options", [SampleOptions, SweeperOptions, JobOptions, LocalOptions, SlurmOptions])
def test_every_option_is_described(options: type) -> None:
    described = [
        name
        for kind in reversed(options.__mro__)
        if dataclasses.is_dataclass(kind)
        for name in re.findall(r"^    (\w+)$", kind.__doc__ or "", re.MULTILINE)
        if name != "Attributes"
    ]
    assert [field.name for field in dataclasses.fields(options)] == described


@pytest.mark.usefixtures("_restored")
@pytest.mark.parametrize("ours", [(), ("sweeper",), ("launcher",), OUR_DEFAULTS])
def test_only_the_defaults_that_are_asked_for_become_ours(ours: Collection[str]) -> None:
    register_options(as_defaults=ours)
    defaults = ConfigStore.instance().load("hydra/config.yaml").node.defaults
    chosen = {group: option for item in defaults for group, option in item.items()}
    assert chosen["sweeper"] == ("sweeprun" if "sweeper" in ours else "basic")
    assert chosen["launcher"] == ("local" if "launcher" in ours else "basic")
    assert chosen["job_logging"] == "default"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("hydra/launcher=local", "local"),
        ("hydra/launcher=sweeprun_local", "local"),
        ("hydra/launcher=slurm", "slurm"),
        ("hydra/launcher=sweeprun_slurm", "slurm"),
    ],
)
def test_a_launcher_has_its_options_by_both_names(word: str, name: str, application: Application) -> None:
    config = application.compose([word], RunMode.MULTIRUN)
    assert config.hydra.launcher == schema_of(name)
    assert application.chosen_plugins(config) == ("sweeprun", name)


def test_our_sweeper_has_its_options(application: Application) -> None:
    sweeper = application.compose(["hydra.sweeper.sample.n=8"], RunMode.MULTIRUN).hydra.sweeper
    assert OmegaConf.get_type(sweeper) is SweeperNode
    assert sweeper.sample == {"n": 8, "method": "sobol", "seed": None, "replicates": 1}


def test_options_of_sbatch_may_have_any_names(application: Application) -> None:
    words = ["hydra/launcher=slurm", "hydra.launcher.sbatch.mem-per-cpu=2G", "hydra.launcher.collect_sbatch.time=5"]
    launcher = application.compose(words, RunMode.MULTIRUN).hydra.launcher
    assert (launcher.sbatch, launcher.collect_sbatch) == ({"mem-per-cpu": "2G"}, {"time": 5})
    assert application.compose(["hydra/launcher=slurm"], RunMode.MULTIRUN).hydra.launcher.sbatch == {}


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("hydra.launcher.mem=4G", r"mem is no option of .*use hydra\.launcher\.sbatch\.mem"),
        ("hydra.launcher.throttle=many", "'many' .* could not be converted to Integer"),
        ("hydra.sweeper.members=few", "'few' .* could not be converted to Integer"),
        (
            "hydra.sweeper.sample.count=8",
            "no key 'hydra.sweeper.sample.count'. hydra.sweeper.sample has the keys: n, method",
        ),
    ],
)
def test_an_option_that_is_missing_or_of_another_type_is_named(
    word: str, message: str, application: Application
) -> None:
    with pytest.raises(UsageError, match=message):
        application.compose(["hydra/launcher=slurm", word], RunMode.MULTIRUN)
