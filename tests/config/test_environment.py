"""Environment variables of workers: resolved as far as they are known, and never with what may be a password."""

from pathlib import Path

import pytest
from omegaconf import DictConfig

from sweeprun.config.composing import compose_for_sweep
from sweeprun.config.environment import known_variables, task_variables
from tests.config.applications import opened


def sweep_config(folder: Path, **env_set: str) -> DictConfig:
    """The config of a sweep with these values in ``hydra.job.env_set``."""
    lines = "".join(f"      {name}: {value}\n" for name, value in env_set.items())
    text = f"lr: 0.1\nhydra:\n  job:\n    name: my job\n    env_set:\n{lines}"
    with opened(folder, {"config": text}) as application:
        return compose_for_sweep(application, [])


def test_values_are_texts(tmp_path: Path) -> None:
    config = sweep_config(tmp_path, A="1", B="true", C="ü x", D="''")
    assert known_variables(config) == {"A": "1", "B": "True", "C": "ü x", "D": ""}
    assert task_variables(config) == []


def test_what_refers_to_the_environment_stays_a_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "secret")
    config = sweep_config(
        tmp_path, A="${oc.env:TOKEN}", B="x-${oc.env:TOKEN}-${ oc.env:NOTHING , none }", C="${oc.env:TOKEN}/${lr}"
    )
    assert known_variables(config) == {
        "A": "${oc.env:TOKEN}",
        "B": "x-${oc.env:TOKEN}-${ oc.env:NOTHING , none }",
        "C": "${oc.env:TOKEN}/0.1",
    }
    assert task_variables(config) == ["C"]


def test_what_only_a_job_can_resolve_is_left_to_the_tasks(tmp_path: Path) -> None:
    config = sweep_config(tmp_path, A="plain", B="${hydra:job.num}", C="${lr}", D="${nowhere}")
    assert known_variables(config) == {"A": "plain", "C": "0.1"}
    assert task_variables(config) == ["B", "C", "D"]


def test_the_config_itself_is_not_changed(tmp_path: Path) -> None:
    config = sweep_config(tmp_path, A="${oc.env:TOKEN}")
    before = str(config)
    known_variables(config)
    assert str(config) == before
