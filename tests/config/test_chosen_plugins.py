"""Options of swept config groups that are about the launcher or the sweeper of the whole sweep."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.config.application import Application
from sweeprun.config.composing import compose_for_sweep, compose_sweep
from sweeprun.errors import OverrideError
from sweeprun.wording import TERMINAL, speaking
from tests.config.applications import opened

FILES = {
    "config": "defaults: [machine: here, model: cnn, _self_]\nlr: 0.1\n",
    "machine/here": "name: here\n",
    "machine/there": "# @package _global_\ndefaults: [override /hydra/launcher: slurm]\nmachine: {name: there}\n",
    "machine/big": "# @package _global_\nhydra: {launcher: {cpus_per_task: 4}}\n",
    "machine/optuna": "# @package _global_\ndefaults: [override /hydra/sweeper: optuna]\n",
    "model/cnn": "size: 1\n",
    "model/mlp": "# @package _global_\nhydra: {sweeper: {params: {lr: '1,2'}}}\n",
    "model/many": "# @package _global_\nhydra: {sweeper: {members: 3}}\n",
}


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with speaking(TERMINAL), opened(tmp_path, FILES) as application:
        yield application


def axes_of(application: Application, *words: str) -> list[str]:
    sweep = compose_sweep(application, compose_for_sweep(application, words))
    return [axis.name for axis in sweep.table.blocks[0].design.axes]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["machine=here,there"],
            "machine=there: its config chooses hydra/launcher=slurm, and a sweep has",
        ),
        (
            ["machine=here,optuna"],
            "machine=optuna: its config chooses hydra/sweeper=optuna, and a sweep has",
        ),
        (["model=cnn,mlp"], r"model=mlp: its config sweeps over keys of its own.*lr=1,2; for the sweep: no lr"),
        (["model=cnn,many"], r"model=many: with it hydra\.sweeper\.members is 3, and the sweep has None"),
    ],
)
def test_a_swept_group_can_not_choose_for_the_sweep(words: list[str], message: str, application: Application) -> None:
    with pytest.raises(OverrideError, match=message):
        axes_of(application, *words)


def test_one_that_is_not_swept_can(application: Application) -> None:
    assert axes_of(application, "model=mlp") == ["lr"]
    assert axes_of(application, "machine=there", "lr=1,2") == ["lr"]
    assert axes_of(application, "machine=here,there", "hydra/launcher=slurm") == ["machine"]


def test_options_of_the_launcher_may_differ(application: Application) -> None:
    assert axes_of(application, "machine=here,big") == ["machine"]


def test_a_list_of_parameters_is_an_axis(application: Application) -> None:
    assert axes_of(application, "hydra.sweeper.params.lr=[1,2]") == ["lr"]
