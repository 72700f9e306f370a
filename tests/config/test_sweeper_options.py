"""Options of other sweepers in the config of ours, and options of ours in that of another one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra.types import RunMode

from sweeprun.config.application import Application
from sweeprun.errors import UsageError
from sweeprun.wording import TERMINAL, speaking
from tests.config.applications import opened

OPTUNA = """
defaults:
- override hydra/sweeper: optuna
- override hydra/sweeper/sampler: tpe
- _self_
lr: 0.1
hydra:
  sweeper:
    _target_: hydra_plugins.hydra_optuna_sweeper.optuna_sweeper.OptunaSweeper
    storage: null
    study_name: null
    n_trials: 20
    direction: minimize
    params: {lr: 'interval(0.1,1)'}
"""


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    configs = {"config": "lr: 0.1\n", "optuna": OPTUNA, "batches": "hydra: {sweeper: {max_batch_size: 3}}\n"}
    with speaking(TERMINAL), opened(tmp_path, configs) as application:
        yield application


def compose(application: Application, name: str, *words: str) -> object:
    application.source = type(application.source)(path=application.source.path, name=name)
    return application.compose(words, RunMode.MULTIRUN).hydra.sweeper


def test_options_of_another_sweeper_are_refused_in_one_sentence_with_what_to_type(application: Application) -> None:
    with pytest.raises(UsageError) as raised:
        compose(application, "optuna", "hydra/sweeper=sweeprun")
    assert "hydra.sweeper.sampler, n_trials, direction are options of Optuna's sweeper" in str(raised.value)
    assert "hydra/sweeper=optuna" in str(raised.value)
    without = [word.strip("'") for word in str(raised.value).partition("for it: ")[2].split()]
    assert compose(application, "optuna", "hydra/sweeper=sweeprun", *without) is not None


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("hydra.sweeper.ax_config.max_trials=3", "ax_config is an option of Ax's sweeper.*hydra/sweeper=ax"),
        ("hydra.sweeper.optim.budget=3", "optim is an option of Nevergrad's sweeper.*'~hydra.sweeper.optim'"),
        ("hydra.sweeper.n_trials=3", "n_trials is an option of Optuna's.*did you mean hydra.sweeper.members"),
        ("hydra.sweeper.membrs=3", "membrs is no option of hydra/sweeper=sweeprun: did you mean hydra.sweeper.members"),
        ("hydra.sweeper.xyz=3", "xyz is no option of hydra/sweeper=sweeprun: its options are params, members"),
    ],
)
def test_an_option_of_another_sweeper_or_of_none_is_named(application: Application, word: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        compose(application, "config", word)


def test_batches_of_hydras_own_sweeper_are_accepted(application: Application) -> None:
    assert compose(application, "batches").max_batch_size == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("hydra/sweeper=basic", "hydra.sweeper.members=3"), "members is an option of sweeprun's own sweeper: choose"),
        (("hydra/launcher=basic", "hydra.launcher.throttle=3"), "throttle is an option of sweeprun's own launchers"),
    ],
)
def test_options_of_ours_where_another_was_chosen_come_with_advice(
    application: Application, words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        compose(application, "config", *words)
