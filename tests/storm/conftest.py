"""Storms end with all that they started."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xarray as xr

from tests.storm.disks import Disk
from tests.storm.network import Network
from tests.storm.processes import Processes
from tests.storm.storm import Storm
from tests.storm.sweeps import SWEEP, collected, make_study

MakeStorm = Callable[..., Storm]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return make_study(tmp_path / "a 'study' ü")


@pytest.fixture
def processes(study: Path, tmp_path: Path) -> Iterator[Processes]:
    """All of them are gone after the test."""
    logs = tmp_path / "commands"
    logs.mkdir()
    started = Processes(study, logs)
    yield started
    started.end()


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    """What the sweep comes to undisturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    processes = Processes(make_study(folder / "study"), folder)
    try:
        run = folder / "run"
        assert processes.run(*SWEEP, f"hydra.sweep.dir={run}", pace=0.0).wait() == 0
        return collected(run, folder / "results.nc")[0]
    finally:
        processes.end()


@pytest.fixture
def make_storm(tmp_path: Path, processes: Processes, expected: xr.Dataset, request: pytest.FixtureRequest) -> MakeStorm:
    def make(name: str, disk: Disk | None = None) -> Storm:
        folder = disk.path if disk is not None else tmp_path / "runs"
        folder.mkdir(exist_ok=True)
        network = Network(folder, tmp_path / "faults.json")
        if disk is None:
            processes.variables = network.variables
        seed = f"{request.config.getoption('--storm-seed')} {name}"
        return Storm(
            folder=folder,
            network=network,
            output=tmp_path / "results.nc",
            processes=processes,
            expected=expected,
            chance=random.Random(seed),
            disk=disk,
            log=[f"seed {seed!r}"],
        )

    return make
