"""``sweeprun plan``: what a sweep would run, and that it only looks."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.cli.main import main
from tests.cli.here import study_here
from tests.command_line import Run


def test_plan_runs_nothing(run: Run, study: Path) -> None:
    done = run("plan", "-m", "lr=0.1,0.01", "seed=range(20)", "hydra.launcher.throttle=10", "hydra.sweeper.root_seed=3")
    assert "tasks: 40" in done.stdout
    assert "array: 0-39%10" in done.stdout
    assert "39: lr=0.01 seed=19  default_rng(SeedSequence(3, spawn_key=(39,)))" in done.stdout
    assert sorted(path.name for path in study.iterdir() if path.name != "__pycache__") == ["conf", "study.py"]


def test_plan_of_a_million_tasks(run: Run) -> None:
    words = (
        "-m",
        "lr=range(1000)",
        "seed=range(1000)",
        "hydra.launcher.tasks_per_job=1000",
        "hydra.sweeper.streams=[seed]",
    )
    plan = json.loads(run("plan", "--json", *words).stdout)
    assert plan["tasks"] == 10**6
    (array,) = plan["arrays"]
    assert array["elements"] == array["tasks_per_element"] == 1000
    assert plan["shown_tasks"][-1] == {
        "id": 999999,
        "coordinates": {"lr": 999, "seed": 999},
        "stream": "default_rng(999)",
    }


def test_planning_for_slurm_needs_no_slurm(run: Run, study: Path) -> None:
    plan = json.loads(run("plan", "--json", "-m", "seed=range(3000)", "hydra/launcher=slurm").stdout)
    (array,) = plan["arrays"]
    assert array["tasks_per_element"] >= 1
    (script,) = plan["scripts"]
    assert script.startswith("#!/bin/bash\n#SBATCH ")
    assert "sweeprun element" in script
    assert not (study / "multirun").exists()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Path]:
    with study_here(tmp_path / "größte 'Studie'") as folder:
        yield folder


@pytest.mark.usefixtures("here")
def test_axes_are_shown_with_their_values_and_tasks_with_their_streams(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "-m", "lr=0.1,0.01", "seed=range(50)", "hydra.launcher.throttle=3"]) == 0
    told = capsys.readouterr()
    assert told.err == ""
    lines = told.out.splitlines()
    assert lines[0] == "tasks: 100"
    assert "  lr (2, float64): 0.1, 0.01" in lines
    (seeds,) = (line for line in lines if line.startswith("  seed (50, int64): 0, 1, 2"))
    assert seeds.endswith(", …, 49")
    assert "array: 0-99%3 (local), tasks per element: 1" in lines
    assert "  0: lr=0.1 seed=0  default_rng(0)" in lines
    assert "  …" in lines
    assert lines[-1] == "  99: lr=0.01 seed=49  default_rng(99)"


@pytest.mark.usefixtures("here")
def test_what_is_left_out_and_what_moves_together_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "-m", "p=zip(lr=choice(1,2,3),seed=choice(4,5,6))", "--exclude", "lr == 2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "moving together as p: lr, seed" in lines
    assert "left out: 1 of 3 points" in lines


@pytest.mark.usefixtures("here")
def test_one_task_has_no_axes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "-m"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["tasks: 1", "axes: none"]
    assert lines[-1].startswith("  0: ")


def test_json_is_written_nowhere_but_to_standard_output(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(here.iterdir())
    assert main(["plan", "--json", "-m", "lr=1,2"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert (plan["tasks"], plan["launcher"]) == (2, "local")
    assert [path for path in sorted(here.iterdir()) if path.name != "__pycache__"] == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-m", "lr=1,2", "hydra/sweeper=basic"], "hydra/sweeper=basic decides itself what it runs"),
        (["-m", "lrr=1,2"], "Did you mean 'lr'?"),
        (["-m", "lr=1,2", "task=nowhere.f"], "there is no module 'nowhere'"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_the_reason(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", *words]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err


def test_plan_says_what_a_start_would_say(run: Run) -> None:
    done = run("plan", "-m", "lr=0.1,0.2", "hydra.sweeper.members=3", "hydra.sweeper.streams=[lr]")
    assert "the 3 values of member share a stream" in done.stderr
    assert "tasks: 6" in done.stdout
