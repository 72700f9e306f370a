"""Changing the launcher of a run that exists."""

from typing import Any

import pytest

from sweeprun.config.launching import Given, Words, change_launcher
from sweeprun.errors import OverrideError

SLURM: dict[str, Any] = {"name": "slurm", "throttle": 5, "sbatch": {"time": "10", "mem": "1G"}, "variables": {"A": "b"}}


@pytest.mark.parametrize(
    ("override", "changed"),
    [
        ("hydra.launcher.throttle=7", {"throttle": 7}),
        ("hydra.launcher.sbatch.time=4:00:00", {"sbatch": {"time": "4:00:00", "mem": "1G"}}),
        ("hydra.launcher.sbatch.mem-per-cpu=2G", {"sbatch": {"time": "10", "mem": "1G", "mem-per-cpu": "2G"}}),
        ("hydra.launcher.sbatch.mem=null", {"sbatch": {"time": "10", "mem": None}}),
        ("hydra.launcher.sbatch={time: 5}", {"sbatch": {"time": 5}}),
        ("hydra.launcher.setup=['module load x']", {"setup": ["module load x"]}),
        ("hydra.launcher.tasks_per_job=null", {"tasks_per_job": None}),
    ],
)
def test_an_option_is_changed_and_the_others_stay(override: str, changed: dict[str, Any]) -> None:
    before = {**SLURM, "sbatch": dict(SLURM["sbatch"])}
    assert change_launcher(SLURM, [override]) == SLURM | changed
    assert before == SLURM


def test_another_launcher_starts_from_its_own_defaults() -> None:
    words = ["hydra.launcher.throttle=2", "hydra/launcher=local"]
    assert change_launcher(SLURM, words) == {"name": "local", "variables": {"A": "b"}, "throttle": 2}
    assert change_launcher(SLURM, ["hydra/launcher=slurm"]) == SLURM


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("lr=0.1", "would change what is run"),
        ("hydra.launcher.throttle=many", "could not be converted to Integer"),
        ("hydra.launcher.throttle=1,2", "one value of each option"),
        ("~hydra.launcher.throttle", "one value of each option"),
        ("hydra.launcher.partition=x", "slurm has no option 'partition'; use hydra.launcher.sbatch.partition"),
        ("hydra.launcher.throttle=[", "can't be read"),
    ],
)
def test_nonsense_is_refused(override: str, message: str) -> None:
    with pytest.raises(OverrideError, match=message):
        change_launcher(SLURM, [override])


@pytest.mark.parametrize(
    ("words", "is_set"),
    [
        (["hydra.launcher.cpus_per_task=2"], True),
        (["hydra/launcher=local", "+hydra.launcher.cpus_per_task=null"], True),
        (["hydra.launcher.throttle=2", "hydra/launcher=local"], False),
        (["hydra.launcher.cpus_per_task_more=2"], False),
        ([], False),
    ],
)
def test_whether_an_option_of_the_launcher_is_set(words: list[str], is_set: bool) -> None:
    assert Words(words).set_option("cpus_per_task") is is_set
    assert Given(options={"cpus_per_task": None}).set_option("cpus_per_task")
    assert not Given(name="local", options={"throttle": 2}).set_option("cpus_per_task")
