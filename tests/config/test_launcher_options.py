"""Options of launchers that configs hold for others: understood, without effect, or refused by name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra.types import RunMode
from omegaconf import OmegaConf

from sweeprun.config.application import Application
from sweeprun.config.launcher_options import checked_options, own_options, translation_note
from sweeprun.config.launcher_schema import NOT_OF_LAUNCHERS
from sweeprun.errors import UsageError
from sweeprun.wording import TERMINAL, speaking
from tests.config.applications import opened

SUBMITIT = """
lr: 0.1
hydra:
  launcher:
    _target_: hydra_plugins.hydra_submitit_launcher.submitit_launcher.SlurmLauncher
    name: drq
    timeout_min: 4300
    cpus_per_task: null
    mem_gb: 160
    nodes: 1
    setup: null
"""
JOBLIB = "lr: 0.1\nhydra: {launcher: {n_jobs: 3, verbose: 10, pre_dispatch: all}}\n"
TYPO = "lr: 0.1\nhydra: {launcher: {throtle: 3}}\n"


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with (
        speaking(TERMINAL),
        opened(tmp_path, {"config": "lr: 0.1\n", "submitit": SUBMITIT, "joblib": JOBLIB, "typo": TYPO}) as application,
    ):
        yield application


def options(application: Application, name: str, *words: str) -> dict[str, Any]:
    """The options of the launcher of a config, as tasks of it have them."""
    application.source = type(application.source)(path=application.source.path, name=name)
    node = application.compose(words, RunMode.MULTIRUN).hydra.launcher
    written: Any = OmegaConf.to_container(node)
    return {key: value for key, value in written.items() if key not in NOT_OF_LAUNCHERS}


def test_a_config_for_submitit_is_understood_on_slurm(application: Application) -> None:
    given = options(application, "submitit", "hydra/launcher=slurm")
    checked = checked_options("slurm", given)
    assert checked["sbatch"] == {"job-name": "drq", "time": "2-23:40:00", "mem": "160G"}
    assert "cpus_per_task" not in checked
    assert "setup" not in checked
    note = translation_note("slurm", own_options("slurm", given).became)
    assert note.startswith("the config has options of submitit's launcher: ")
    assert "timeout_min became hydra.launcher.sbatch.time=2-23:40:00" in note
    assert "name became hydra.launcher.sbatch.job-name=drq" in note


def test_locally_it_is_without_effect_and_that_is_said(application: Application) -> None:
    given = options(application, "submitit", "hydra/launcher=local")
    assert checked_options("local", given) == {
        "throttle": None, "cpus_per_task": None, "tasks_per_job": None, "fresh_process": None,
        "warning_seconds": given["warning_seconds"],
    }  # fmt: skip
    note = translation_note("local", own_options("local", given).became)
    assert note == (
        "the config has options of submitit's launcher: without effect: timeout_min, mem_gb, nodes; "
        "hydra/launcher=sweeprun_slurm understands them"
    )


def test_joblibs_jobs_are_the_throttle(application: Application) -> None:
    given = options(application, "joblib")
    assert checked_options("local", given)["throttle"] == 3
    note = translation_note("local", own_options("local", given).became)
    assert note == (
        "the config has options of joblib's launcher: n_jobs became hydra.launcher.throttle=3; "
        "without effect: verbose, pre_dispatch"
    )
    assert checked_options("local", {"n_jobs": -1}) == {}


def test_a_launcher_stays_what_was_chosen_whatever_another_config_calls_its_class(application: Application) -> None:
    application.source = type(application.source)(path=application.source.path, name="submitit")
    for choice in ("local", "sweeprun_slurm"):
        config = application.compose([f"hydra/launcher={choice}"], RunMode.MULTIRUN)
        assert application.chosen_plugins(config)[1] == choice.removeprefix("sweeprun_")
        assert config.hydra.launcher.name == choice.removeprefix("sweeprun_")
        assert config.hydra.launcher._target_ == "hydra_plugins.sweeprun_plugin.SweeprunLauncher"


@pytest.mark.parametrize(
    ("name", "word", "message"),
    [
        (
            "typo",
            "hydra/launcher=local",
            "throtle is no option of .*local: .*mean hydra.launcher.throttle",
        ),
        ("config", "hydra.launcher.mem_gb=3", "mem_gb is no option of hydra/launcher=local: it is one of submitit's"),
        ("config", "hydra.launcher.enqueue.ttl=3", "enqueue is no option .*RQ's launcher.*hydra/launcher=rq"),
        ("config", "hydra.launcher.ray.init=3", "ray is no option .*Ray's launcher"),
    ],
)
def test_what_no_launcher_has_or_the_user_typed_for_another_is_refused(
    application: Application, name: str, word: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        options(application, name, word)


def test_what_is_typed_in_submitits_words_is_understood_on_slurm(application: Application) -> None:
    given = options(application, "config", "hydra/launcher=slurm", "hydra.launcher.mem_gb=4", "hydra.launcher.qos=q")
    assert checked_options("slurm", given)["sbatch"] == {"mem": "4G", "qos": "q"}
