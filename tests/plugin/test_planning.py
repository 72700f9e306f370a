"""What an application's sweep would run, shown and not run; and its runs, wherever they are."""

from pathlib import Path

import pytest

from tests.command_line import Run

LOCAL = "hydra/launcher=sweeprun_local"
OURS = "hydra/sweeper=sweeprun"
PLAN = "hydra.launcher.plan=true"


@pytest.mark.parametrize("sweeper", [(), (OURS,)])
def test_a_plan_runs_and_writes_nothing(sweeper: tuple[str, ...], app: Path, train: Run) -> None:
    before = sorted(app.rglob("*"))
    done = train("-m", "opt.lr=1,2", "seed=range(3)", LOCAL, PLAN, *sweeper)
    assert "tasks: 6\n" in done.stdout
    assert "array: 0-5" in done.stdout
    assert [path for path in sorted(app.rglob("*")) if "__pycache__" not in path.parts] == before


def test_what_a_sweeper_decides_by_results_has_no_plan(app: Path, train: Run) -> None:
    done = train("-m", "opt.lr=interval(1,2)", "hydra/sweeper=optuna", LOCAL, PLAN, code=2)
    assert "hydra/sweeper=optuna: it isn't known beforehand" in done.stderr
    assert not (app / "multirun").exists()


@pytest.mark.parametrize("sweeper", [(), (OURS,)])
def test_a_run_in_a_directory_of_the_applications_own_is_found(
    sweeper: tuple[str, ...], app: Path, train: Run, sweeprun: Run
) -> None:
    with (app / "conf" / "config.yaml").open("a") as file:
        file.write("hydra: {sweep: {dir: 'exp/${now:%Y}/${db.driver}', subdir: '${hydra.job.num}_${seed}'}}\n")
    train("-m", "seed=range(2)", "opt.lr=1", LOCAL, *sweeper)
    assert "2 succeeded" in sweeprun("status").stdout
    assert "mysql" in sweeprun("list").stdout
    sweeprun("collect", "-o", "x.nc")
