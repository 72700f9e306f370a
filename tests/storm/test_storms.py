"""Whatever is killed, stopped, filled up or damaged: the results are those of an undisturbed run, to the last bit."""

import pytest

from tests.storm.conftest import MakeStorm
from tests.storm.disks import Disk

STORMS = {
    "workers": (("kill_worker", "kill_worker", "kill_worker", "kill_workers", "stop_worker"), 0.35),
    "launchers": (("kill_launcher", "stop_launcher", "kill_worker"), 0.2),
    "files": (("damage_shard", "damage_shard", "damage_note", "leave_files", "kill_worker"), 0.25),
}
ON_DISKS = {
    "disks": (("fill_disk", "fill_disk", "protect_disk", "kill_worker"), 0.1),
    "everything": (
        ("kill_worker", "stop_worker", "kill_launcher", "stop_launcher", "damage_shard", "damage_note", "fill_disk"),
        0.1,
    ),
}


@pytest.fixture
def disturbances(request: pytest.FixtureRequest) -> int:
    count: int = request.config.getoption("--disturbances")
    return count


@pytest.mark.parametrize("name", STORMS)
def test_storms(make_storm: MakeStorm, disturbances: int, name: str) -> None:
    kinds, share = STORMS[name]
    make_storm(name).rage(kinds, round(share * disturbances))


@pytest.mark.parametrize("name", ON_DISKS)
def test_storms_on_small_disks(make_storm: MakeStorm, disturbances: int, name: str, disk: Disk) -> None:
    kinds, share = ON_DISKS[name]
    make_storm(name, disk).rage(kinds, round(share * disturbances))
