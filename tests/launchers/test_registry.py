"""Launchers by name: ours, and those of installed packages."""

import json
from pathlib import Path
from typing import Any

import pytest

from sweeprun.errors import UsageError
from sweeprun.launchers.local import LocalLauncher
from sweeprun.launchers.registry import is_launcher, make_launcher
from sweeprun.launchers.slurm.launcher import SlurmLauncher


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that names two launchers: one that works, and a number."""
    site = tmp_path / "ünï site"
    metadata = site / "elsewhere_launchers-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere-launchers\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[sweeprun.launchers]\ncloud = sweeprun.launchers.local:LocalLauncher\nnumber = os:O_RDONLY\n"
    )
    monkeypatch.syspath_prepend(site)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "nobody's"}, 'there is no launcher "nobody\'s" here; there are: local, slurm'),
        ({}, "there is no launcher 'None'"),
        ({"name": "local", "colour": 3}, "can't be made with"),
    ],
)
def test_what_is_no_launcher_is_told(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_launcher(options)


def test_launchers_are_known_by_name() -> None:
    assert is_launcher("local")
    assert is_launcher("slurm")
    assert not is_launcher("basic")
    assert make_launcher(LocalLauncher(throttle=3).to_dict()) == LocalLauncher(throttle=3)


def test_a_launcher_is_made_again_from_the_json_of_its_submission() -> None:
    launcher = SlurmLauncher(throttle=7, sbatch={"partition": "kürz", "mem": "2G"}, variables={"A": "1"})
    options = json.loads(json.dumps(launcher.to_dict()))
    again = make_launcher(options)
    assert isinstance(again, SlurmLauncher)
    assert again.to_dict() == options


@pytest.mark.parametrize(
    ("throttle", "message"),
    [
        ("many", "'local' can't be made with the options {'throttle': 'many'}"),
        ([1], r"'local' can't be made with the options {'throttle': \[1\]}"),
        (0, "hydra.launcher.throttle is 0"),
    ],
)
def test_a_value_that_an_option_can_not_have_is_named(throttle: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        make_launcher({"name": "local", "throttle": throttle})


@pytest.mark.usefixtures("installed")
def test_launchers_of_installed_packages_are_found() -> None:
    assert is_launcher("cloud")
    assert make_launcher({"name": "cloud", "throttle": 2}) == LocalLauncher(throttle=2)
    with pytest.raises(UsageError, match=r"there is no launcher 'clouds' here; there are: local, slurm, .*cloud"):
        make_launcher({"name": "clouds"})


@pytest.mark.usefixtures("installed")
def test_an_entry_point_that_is_no_launcher_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"the launcher 'number' can't be made with the options {'throttle': 2}"):
        make_launcher({"name": "number", "throttle": 2})
