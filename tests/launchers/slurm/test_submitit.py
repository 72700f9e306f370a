"""Options of submitit's launcher, as options of ours."""

from typing import Any

import pytest

from sweeprun.config.launcher_schema import default_options
from sweeprun.errors import UsageError
from sweeprun.launchers.capabilities import Translated
from sweeprun.launchers.slurm.submitit import from_submitit
from sweeprun.wording import TERMINAL, speaking


def translated(**options: Any) -> Translated:
    with speaking(TERMINAL):
        return from_submitit(options, default_options("slurm"))


@pytest.mark.parametrize(
    ("name", "value", "options"),
    [
        ("timeout_min", 4300, {"sbatch": {"time": "2-23:40:00"}}),
        ("timeout_min", 0.5, {"sbatch": {"time": "0-00:01:00"}}),
        ("mem_gb", 16, {"sbatch": {"mem": "16G"}}),
        ("mem_gb", 0.5, {"sbatch": {"mem": "512M"}}),
        ("gpus_per_node", 2, {"sbatch": {"gpus-per-node": 2}}),
        ("gres", "gpu:1", {"sbatch": {"gres": "gpu:1"}}),
        ("partition", "short", {"sbatch": {"partition": "short"}}),
        ("job_name", "drq", {"sbatch": {"job-name": "drq"}}),
        ("array_parallelism", 256, {"throttle": 256}),
        ("max_num_timeout", 3, {"requeues": 3}),
        ("signal_delay_s", 60, {"warning_seconds": 60}),
        ("cpus_per_gpu", 4, {"cpus_per_task": 4}),
        ("additional_parameters", {"mem_bind": "local"}, {"sbatch": {"mem-bind": "local"}}),
    ],
)
def test_an_option_becomes_one_of_ours_and_that_is_listed(name: str, value: Any, options: dict[str, Any]) -> None:
    found = translated(**{name: value})
    assert found.options == options
    (what,) = found.became.values()
    assert what.startswith("hydra.launcher.")


def test_what_has_no_effect_is_listed_and_what_says_nothing_is_not() -> None:
    found = translated(submitit_folder="x", nodes=1, tasks_per_node=1, qos=None, throttle=3)
    assert found.options == {"throttle": 3}
    assert found.became == {"submitit_folder": ""}


def test_options_by_our_own_names_stay() -> None:
    found = translated(timeout_min=5, array_parallelism=7, sbatch={"time": "1:00:00"}, throttle=3)
    assert found.options == {"sbatch": {"time": "1:00:00"}, "throttle": 3}
    assert found.became["timeout_min"] == "nothing, as hydra.launcher.sbatch.time is set"
    assert found.became["array_parallelism"] == "nothing, as hydra.launcher.throttle is set"


def test_cpus_are_counted_by_gpus() -> None:
    assert translated(cpus_per_gpu=4, gpus_per_node=2).options["cpus_per_task"] == 8


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("nodes", 2, "nodes is 2, of submitit's launcher: an element of an array runs on one node"),
        ("tasks_per_node", 4, "a task is started once"),
        ("mem_gb", "much", "mem_gb is 'much', which is no number"),
    ],
)
def test_what_ours_can_not_do_is_refused(name: str, value: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        translated(**{name: value})
