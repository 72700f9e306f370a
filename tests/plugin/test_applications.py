"""Existing Hydra applications, unchanged, with our launchers and our sweeper."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from tests.command_line import Run, runner
from tests.plugin.conftest import FINDS_ITS_LIBRARY_LATE, only_run, write_late_application

LOCAL = "hydra/launcher=sweeprun_local"
OURS = "hydra/sweeper=sweeprun"
Collect = Callable[[], xr.Dataset]


def test_hydras_own_sweeper_makes_a_run_like_any_other(app: Path, train: Run, sweeprun: Run, collect: Collect) -> None:
    train("-m", "db=mysql,pg", "opt.lr=range(0,0.3,0.1)", "seed=range(2)", "opt.color=RED,BLUE", LOCAL)
    dataset = collect()
    assert dict(dataset.sizes) == {"db": 2, "opt.lr": 3, "seed": 2, "opt.color": 2}
    assert dataset["opt.lr"].values.tolist() == [0.0, 0.1, 0.2]  # as written, not as added up
    np.testing.assert_array_equal(dataset.loss, (dataset["opt.lr"] * dataset.seed).broadcast_like(dataset.loss))
    assert set(dataset.tag.values.flat) == {"m7"}  # a resolver that only the application's main part registers
    assert set(dataset.decorated.values.flat) == {1}
    assert (dataset.driver == dataset.db).all()
    run = only_run(app)
    assert not [path for path in run.iterdir() if path.name.isdigit()], "a directory that nobody asked for"
    assert "equal to the bit" in sweeprun("replay", "5").stdout
    assert "2/2 equal to the bit" in sweeprun("verify", "--sample", "2").stdout
    sweeprun("extend", "seed=7", "db=pg,mysql")
    assert collect().sizes["seed"] == 3
    assert "seed=x does not fit" in sweeprun("extend", "seed=x", code=2).stderr


def test_only_what_has_no_result_is_resumed(app: Path, train: Run, sweeprun: Run, collect: Collect) -> None:
    done = train("-m", "seed=1,2,3", "kind=raise", LOCAL, code=1)
    assert "bad 1" in done.stderr
    assert "site-packages/hydra" not in done.stderr, "Hydra's innards"
    (app / "train.py").write_text((app / "train.py").read_text().replace('raise ValueError(f"bad {cfg.seed}")', "pass"))
    sweeprun("resume", "--allow-drift")
    assert (collect().state == "succeeded").all()


def test_a_directory_that_is_asked_for_is_as_hydra_makes_it(app: Path, train: Run) -> None:
    words = ("-m", "seed=3,4", "opt.color=BLUE")
    train(*words, "kind=ask", LOCAL, "hydra.sweep.dir=ours")
    train(*words, "kind=ask", "hydra.sweep.dir=hydras")
    for job in ("0", "1"):
        ours, hydras = app / "ours" / job, app / "hydras" / job
        assert (ours / "checkpoint").read_text() == (hydras / "checkpoint").read_text()
        for name in ("config.yaml", "overrides.yaml"):
            assert (ours / ".hydra" / name).read_text() == (hydras / ".hydra" / name).read_text()
        one, other = (yaml.safe_load((path / ".hydra" / "hydra.yaml").read_text())["hydra"] for path in (ours, hydras))
        assert one.keys() == other.keys()
        for config in (one, other):
            assert config["runtime"].pop("output_dir").endswith(f"/{job}")
            assert config["runtime"]["choices"].pop("hydra/launcher") in ("basic", "sweeprun_local")
            assert [word for word in config["overrides"].pop("hydra") if word.startswith("hydra.sweep.dir")]
            config["sweep"].pop("dir")
            config.pop("launcher")
            config["job"].pop("id")  # a number with Hydra's basic launcher, against its own schema
            config["job"].pop("chdir")
        assert one == other


def test_every_job_has_its_directory_and_log_if_that_is_chosen(app: Path, train: Run, collect: Collect) -> None:
    train("-m", "seed=3,4", "kind=log", LOCAL, "hydra.launcher.job_directories=true")
    run = only_run(app)
    assert "seed 4 speaks" in (run / "1" / "train.log").read_text()
    assert (run / "0" / ".hydra" / "config.yaml").exists()
    assert set(collect().cwd.values) == {str(app)}


def test_jobs_work_in_their_directories_if_that_is_chosen(app: Path, train: Run, collect: Collect) -> None:
    train("-m", "seed=3,4", LOCAL, "hydra.job.chdir=true")
    assert collect().cwd.values.tolist() == [str(only_run(app) / job) for job in ("0", "1")]


def test_callbacks_see_the_jobs(app: Path, train: Run) -> None:
    train("-m", "seed=3,4", "opt.lr=1", LOCAL, "+hydra.callbacks.note._target_=noting.Note")
    assert [(app / f"ended-{job}").read_text() for job in (0, 1)] == ["3.0", "4.0"]


def test_variables_of_the_environment_are_each_jobs_own(train: Run, collect: Collect) -> None:
    train("-m", "seed=3,4", "opt.lr=1", LOCAL, "+hydra.job.env_set.MINE='${seed}-${hydra.job.num}'")
    assert collect().mine.values.tolist() == ["3-0", "4-1"]
    train("-m", "seed=3,4", LOCAL, "+hydra.job.env_set.MINE='${nothing}'", code=2)


def test_logs_are_as_hydra_was_told(train: Run, sweeprun: Run) -> None:
    train("-m", "seed=3,4", LOCAL, "hydra.verbose=true")
    assert "only if asked" in sweeprun("logs", "1").stdout
    train("-m", "seed=3,4", "kind=log", LOCAL, "hydra.job_logging.root.level=ERROR")
    assert "speaks" not in sweeprun("logs", "1").stdout


def test_the_log_of_the_script_is_that_of_main(app: Path, train: Run, sweeprun: Run) -> None:
    loggers = "{__main__: {level: DEBUG, handlers: [console], propagate: false}}"
    train("-m", "seed=3", "kind=log", LOCAL, "hydra.verbose=__main__")
    assert "[__main__][INFO] - seed 3 speaks" in sweeprun("logs", "0").stdout
    assert "[__main__][DEBUG] - only if asked" in sweeprun("logs", "0").stdout
    words = (f"+hydra.job_logging.loggers={loggers}", "hydra.job_logging.root.level=ERROR")
    train("-m", "seed=3", "kind=raise", LOCAL, *words, "hydra.launcher.job_directories=true", code=1)
    log = (max(app.glob("multirun/*/*")) / "0" / "train.log").read_text()
    assert "ValueError: bad 3" in log
    assert 'raise ValueError(f"bad {cfg.seed}")' in log


def test_what_a_task_pickles_is_found_by_the_script(train: Run) -> None:
    train("-m", "seed=1", "kind=pickle", "opt.lr=7", LOCAL)
    assert "lr=7.0" in train("load").stdout


def test_configs_in_a_directory_that_is_used_again_are_the_new_ones(app: Path, train: Run) -> None:
    for lr in (1, 2):
        train("-m", "seed=5", "kind=ask", f"opt.lr={lr}", LOCAL, "hydra.sweep.dir=fixed")
    assert yaml.safe_load((app / "fixed" / "0" / ".hydra" / "config.yaml").read_text())["opt"]["lr"] == 2


def test_a_result_of_which_nothing_can_be_recorded_is_a_failure(train: Run, sweeprun: Run) -> None:
    done = train("-m", "seed=3,4", "kind=object", LOCAL, code=1)
    assert "2 failed" in done.stderr
    assert "can be stored" in " ".join(done.stderr.split())
    assert "ResultError" in sweeprun("status").stdout


def test_a_directory_that_is_used_again_keeps_the_earlier_run(app: Path, train: Run, sweeprun: Run) -> None:
    train("-m", "seed=1,2", "kind=ask", LOCAL, "hydra.sweep.dir=fixed")
    (app / "fixed" / "0" / "mine").touch()
    done = train("-m", "seed=5,6,7", LOCAL, OURS, "hydra.sweep.dir=fixed")
    assert "kept in fixed/earlier/1" in done.stderr
    assert "2 succeeded" in sweeprun("status", "fixed/earlier/1").stdout
    assert "3 succeeded" in sweeprun("status", "fixed").stdout
    assert "seed=5,6,7" in (app / "fixed" / "multirun.yaml").read_text()
    assert (app / "fixed" / "0" / "mine").exists()
    done = train("-m", "seed=8", LOCAL, "hydra.sweep.dir=fixed")
    assert "kept in fixed/earlier/2" in done.stderr


def test_bad_input_is_told_in_one_line(app: Path, train: Run) -> None:
    done = train("-m", "seed=1", LOCAL, "hydra.launcher.throttle=0", code=2)
    assert done.stderr.splitlines()[-1] == "sweeprun: hydra.launcher.throttle is 0; it must be at least 1"
    assert "Traceback" not in done.stderr
    done = train("-m", "zipped=zip(seed=[1,2],other=[3,4])", LOCAL, code=1)
    assert "add hydra/sweeper=sweeprun" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(app.glob("multirun/*/*/shards"))


def test_an_application_that_is_a_module(app: Path, sweeprun: Run, collect: Collect) -> None:
    package = app / "package"
    package.mkdir()
    shutil.move(app / "train.py", package / "train.py")
    shutil.move(app / "conf", package / "conf")
    (package / "__init__.py").touch()
    runner(app, "-m", "package.train")("-m", "seed=1,2", "opt.lr=2", LOCAL)
    np.testing.assert_array_equal(collect().loss, [2, 4])
    assert "equal to the bit" in sweeprun("replay", "1").stdout


def test_what_the_main_part_adds_to_the_path_is_found_by_workers(app: Path, sweeprun: Run, collect: Collect) -> None:
    write_late_application(app)
    runner(app, "late.py")("-m", "+x=1,2", LOCAL)
    assert collect()["result"].values.tolist() == [2, 4]
    assert "2/2 equal to the bit" in sweeprun("verify").stdout


def test_a_script_without_a_guard_is_not_imported_by_workers(app: Path, train: Run, collect: Collect) -> None:
    content = (app / "train.py").read_text()
    (app / "train.py").write_text(content.replace('if __name__ == "__main__":', "if True:"))
    train("-m", "seed=1,2", "opt.lr=2", LOCAL)
    assert collect().loss.values.tolist() == [2, 4]


@pytest.mark.parametrize("chosen", [LOCAL, OURS])
def test_a_script_that_must_be_imported_and_runs_then_is_refused_before_anything_is_made(
    app: Path, train: Run, chosen: str
) -> None:
    content = (
        (app / "train.py")
        .read_text()
        .replace("def decorated(", "lock = __import__('threading').Lock()\n\n\ndef decorated(")
    )
    content = content.replace("    match cfg.kind:", "    lock.locked()\n    match cfg.kind:")
    (app / "train.py").write_text(content.replace('if __name__ == "__main__":', "if True:"))
    words = ("-m", "seed=1", "hydra.sweep.dir=swept", chosen)
    assert "if __name__ ==" in train(*words, code=2).stderr.replace("\n", " ")
    assert not (app / "swept" / "manifest.json").exists()


def test_a_module_that_starts_its_sweep_when_it_is_imported_is_refused(app: Path) -> None:
    package = app / "package"
    package.mkdir()
    for name in ("__init__.py", "config.yaml"):
        (package / name).touch()
    unguarded = FINDS_ITS_LIBRARY_LATE.replace('if __name__ == "__main__":', "if True:")
    (package / "late.py").write_text(unguarded.replace("config_path=None", 'config_path=".", config_name="config"'))
    done = runner(app, "-c", "import package.late")("-m", "+x=1", LOCAL, code=2)
    assert "workers import 'late.py'" in done.stderr


def test_single_jobs_are_hydras_alone(app: Path, train: Run) -> None:
    train("seed=1", LOCAL)
    assert not (app / "multirun").exists()
