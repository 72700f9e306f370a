"""Hydra's own command line: one task in the foreground, a sweep, and the flags that only look."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.cli.main import main
from tests.cli.here import study_here
from tests.command_line import Run


def test_a_single_run_prints_its_result(run: Run, study: Path) -> None:
    done = run("lr=3")
    assert done.stdout == "x: 0.6369616873214543\nlr_seen: 3\nseed_seen: 0\n"
    assert not (study / "multirun").exists()


@pytest.mark.parametrize(
    ("returned", "stdout", "code", "stderr"),
    [
        ("0.5", "0.5\n", 0, ""),
        ("None", "", 0, "sweeprun: the task returned None, so a sweep records no result of it\n"),
        ("__import__('numpy').arange(1e6)", "array of float64, shape (1000000,): 0.0, 1.0, 2.0, …, 999999.0\n", 0, ""),
        (
            "{'x': 1, 'y': {1, 2}}",
            "x: 1\ny: {1, 2}\n",
            0,
            "sweeprun: a sweep can't record 'y': it is a value of type set\n",
        ),
        ("(lambda: (yield))()", "<generator object", 1, "sweeprun: a sweep can't record this result: "),
    ],
)
def test_a_single_run_checks_its_result_as_a_sweep_does(
    run: Run, study: Path, returned: str, stdout: str, code: int, stderr: str
) -> None:
    (study / "mine.py").write_text(f"def f(cfg):\n    return {returned}\n")
    done = run("task=mine.f", code=code)
    assert done.stdout.startswith(stdout)
    assert done.stderr.startswith(stderr)
    assert bool(done.stderr) == bool(stderr)


def test_a_single_run_that_fails_shows_the_users_own_traceback(run: Run) -> None:
    done = run("task=study.misbehave", "kind=raise", code=1)
    assert "ValueError: bad value 0" in done.stderr
    assert "sweeprun/" not in done.stderr
    assert "hydra/" not in done.stderr


def test_configs_from_elsewhere(run: Run, study: Path) -> None:
    (study / "other").mkdir()
    (study / "other" / "main.yaml").write_text("task: study.draw\nlr: 7\nseed: 1\n")
    assert "lr_seen: 7" in run("-cp", "other", "-cn", "main").stdout
    assert "lr_seen: 7" in run("-cd", "other", "-cn", "main").stdout


def test_other_sweepers_and_launchers_are_respected(run: Run, study: Path) -> None:
    hydras = ("hydra/sweeper=basic", "hydra/launcher=basic")
    assert "Launching 2 jobs locally" in run("-m", "lr=1,2", *hydras).stdout
    assert not list(study.glob("multirun/*/*/shards"))
    assert "2 tasks: 2 succeeded" in run("-m", "lr=1,2", "hydra/sweeper=basic").stderr  # our launcher records
    refused = run("-m", "lr.x=1,2", "hydra/sweeper=basic", code=2).stderr
    assert "lr.x" in refused
    assert "Traceback" not in refused
    failed = run("-m", "task=study.misbehave", "kind=raise", "seed=1,2", "hydra/sweeper=basic", code=1).stderr
    assert "ValueError: bad value 1" in failed
    with (study / "conf" / "config.yaml").open("a") as file:
        file.write("defaults: [_self_, nested]\n")
    (study / "conf" / "nested.yaml").write_text("defaults: [{override /hydra/launcher: basic}]\n")
    done = run("-m", "lr=1,2")
    assert "Launching 2 jobs locally" in done.stdout
    assert "2 tasks: 2 succeeded" in done.stderr
    assert json.loads(run("show", "--json").stdout)["launcher"] == {"name": "basic"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("hydra.launcher=slurm",), "chosen with a slash: hydra/launcher=slurm"),
        (("hydra/launcher=bare",), "begin its file with"),
    ],
)
def test_a_launcher_that_is_none_is_told(run: Run, study: Path, words: tuple[str, ...], message: str) -> None:
    (study / "conf" / "hydra" / "launcher").mkdir(parents=True)
    (study / "conf" / "hydra" / "launcher" / "bare.yaml").write_text("throttle: 3\n")
    refused = run("-m", "seed=1,2", *words, code=2).stderr
    assert re.search(message, refused), refused
    assert "Traceback" not in refused
    assert not (study / "multirun").exists()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Path]:
    with study_here(tmp_path / "größte 'Studie'") as folder:
        yield folder


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lr=1", "hydra/sweeper=basic"], "'hydra/sweeper=basic' is about sweeps, and without -m one task runs here"),
        (["lr=1", "+hydra.sweep.dir=x"], "'+hydra.sweep.dir=x' is about sweeps"),
        (["-r", "-m", "lr=1,2"], "--run and --multirun exclude each other"),
        (["-p", "lr"], "--resolve and --package go with --cfg job|hydra|all"),
        (["lr=1,2"], "add --multirun"),
        (
            ["-m", "lr=1,2", "hydra.launcher.partition=x"],
            "hydra.launcher.partition is no option of hydra/launcher=local: it is one of submitit's",
        ),
    ],
)
def test_words_that_do_not_go_together_are_refused_and_nothing_is_made(
    here: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(here.iterdir())
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert message in told.err
    assert [path for path in sorted(here.iterdir()) if path.name != "__pycache__"] == before


@pytest.mark.usefixtures("here")
def test_a_flag_that_looks_shows_the_config_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cfg", "job", "lr=7"]) == 0
    assert "lr: 7\nseed: 0\n" in capsys.readouterr().out


def test_one_task_shows_the_dimensions_of_arrays_and_names_of_nothing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "arrays.py").write_text("def simulate(cfg):\n    return {'traj': [[1, 2, 3]], 'score': 0.5}\n")
    assert main(["task=arrays.py:simulate", "+dims={traj: [path, time], trja: k}", "hydra/job_logging=none"]) == 0
    told = capsys.readouterr()
    assert told.out.endswith("dimensions of traj: path 1, time 3\n")
    assert "'trja', which the task didn't return; did you mean 'traj'?" in told.err


def test_callbacks_hear_of_a_sweep(run: Run, study: Path) -> None:
    (study / "noting.py").write_text(
        "from pathlib import Path\n"
        "from hydra.experimental.callback import Callback\n\n\n"
        "class Note(Callback):\n"
        "    def on_multirun_start(self, config, **kwargs):\n"
        "        Path('started').write_text(config.hydra.sweep.dir)\n\n"
        "    def on_multirun_end(self, config, **kwargs):\n"
        "        Path('ended').write_text(str(len(list(Path(config.hydra.sweep.dir, 'shards').iterdir()))))\n\n"
        "    def on_job_start(self, config, *, task_function, **kwargs):\n"
        "        Path(f'job-{config.hydra.job.num}').write_text(task_function.__name__)\n"
    )
    run("-m", "lr=1", "+hydra.callbacks.note._target_=noting.Note", "hydra.sweep.dir=swept")
    assert (study / "started").read_text() == "swept"
    assert int((study / "ended").read_text()) >= 1
    assert (study / "job-0").read_text() == "draw"
