"""What completion proposes from a run that is there."""

import json
from pathlib import Path

import pytest

from sweeprun.cli.complete.run_values import values_of_run
from sweeprun.cli.complete.syntax import Value
from sweeprun.errors import RunDirectoryError
from tests.results.runs import axis, count_axis, make_run


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "multirun" / "größter Lauf", axis("lr", [0.5, 0.25]), count_axis("seed", 3000))
    return run.path


@pytest.mark.parametrize(
    ("kind", "current", "expected"),
    [
        (Value.AXIS, "", ["lr", "seed"]),
        (Value.AXIS, "lr,", ["lr,lr", "lr,seed"]),
        (Value.AXIS_VALUES, "", ["lr=", "seed="]),
        (Value.AXIS_VALUES, "lr=", []),
        (Value.AXIS_VALUE, "l", ["lr=", "seed="]),
        (Value.AXIS_VALUE, "lr=", ["lr=0.5", "lr=0.25"]),
        (Value.AXIS_VALUE, "rate=", []),
        (Value.LAUNCHER_OPTION, "", ["hydra."]),
        (Value.LAUNCHER_OPTION, "lr", []),
        (Value.LAUNCHER_OPTION, "hydra/launcher=s", ["hydra/launcher=local", "hydra/launcher=slurm"]),
    ],
)
def test_words_about_a_run_are_its_own(path: Path, kind: Value, current: str, expected: list[str]) -> None:
    assert list(values_of_run(kind, path, current)) == expected


def test_axes_are_proposed_with_their_sizes(path: Path) -> None:
    assert values_of_run(Value.AXIS, path, "") == {"lr": "2 values", "seed": "3000 values"}


def test_a_long_axis_proposes_its_first_values(path: Path) -> None:
    found = list(values_of_run(Value.AXIS_VALUE, path, "seed="))
    assert len(found) == 1000
    assert found[-1] == "seed=999"


def test_options_are_those_of_the_runs_launcher(path: Path) -> None:
    local = values_of_run(Value.LAUNCHER_OPTION, path, "hydra.")
    assert local["hydra.launcher.throttle="] == "of local"
    assert "hydra.launcher.sbatch." not in local
    assert "hydra.sweeper.retries=" in local
    manifest = path / "manifest.json"
    data = json.loads(manifest.read_text())
    for name, option in (("slurm", "hydra.launcher.sbatch."), ("nobodys", "hydra/launcher=")):
        manifest.write_text(json.dumps(data | {"launcher": {"name": name}}))
        assert option in values_of_run(Value.LAUNCHER_OPTION, path, "hydra.")


@pytest.mark.usefixtures("path")
def test_the_newest_run_is_meant_once_a_word_is_begun() -> None:
    assert values_of_run(Value.AXIS_VALUE, None, "") == {}  # the run comes first
    assert list(values_of_run(Value.AXIS_VALUE, None, "lr=")) == ["lr=0.5", "lr=0.25"]
    assert list(values_of_run(Value.AXIS, None, "")) == ["lr", "seed"]


def test_without_a_run_there_is_nothing_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunDirectoryError):
        values_of_run(Value.AXIS, None, "")
