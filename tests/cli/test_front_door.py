"""The front door: Hydra's command line, the subcommands, and clear words for bad input."""

import json
import re
from pathlib import Path

import pytest

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
        ("{'x': 1, 'y': {1, 2}}", "x: 1\ny: {1, 2}\n", 1, "sweeprun: a sweep can't record this result: result 'y'"),
        ("(lambda: (yield))()", "<generator object", 1, "sweeprun: a sweep can't record this result: result 'result'"),
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


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--cfg", "job"], "task: study.draw\nlr: 0.1\n"),
        (["--cfg", "job", "-p", "lr"], "0.1"),
        (["-c", "hydra", "-p", "hydra.launcher"], "throttle: null"),
        (["--cfg", "all"], "hydra:\n"),
        (["--cfg", "job", "--resolve", "+z=${lr}"], "z: 0.1"),
        (["-h"], "== Config ==\nOverride anything"),
        (["--hydra-help"], "Hydra"),
        (["-i", "searchpath"], "conf"),
        (["-i", "defaults"], "hydra/sweeper"),
        (["-sc", "install=bash"], "complete"),
        (["--help"], "subcommands (each has --help)"),
        (["--version"], "sweeprun 0."),
    ],
)
def test_flags_that_only_look(run: Run, study: Path, words: list[str], expected: str) -> None:
    assert expected in run(*words).stdout
    assert not (study / "multirun").exists()
    assert not (study / "outputs").exists()


def test_configs_from_elsewhere(run: Run, study: Path) -> None:
    (study / "other").mkdir()
    (study / "other" / "main.yaml").write_text("task: study.draw\nlr: 7\nseed: 1\n")
    assert "lr_seen: 7" in run("-cp", "other", "-cn", "main").stdout
    assert "lr_seen: 7" in run("-cd", "other", "-cn", "main").stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-m", "lrr=1,2"], "Did you mean 'lr'? To add a key, write +lrr=1"),
        (["-m", "lr=1,2,"], "the override 'lr=1,2,' can't be read"),
        (["lr=1,2"], "add --multirun"),
        (["lrr=1"], "Did you mean 'lr'?"),
        (["-m", "lr=range(0)"], "'lr=range(0)' is empty"),
        (["-m", "lr=range(0,1,0)"], "step 0"),
        (["-m", "lr=1,1"], "has the value 1 twice"),
        (["-m", "lr=interval(0,1)"], "add hydra.sweeper.sample.n=256"),
        (["-m", "lr=glob(nothing*)"], "no file matches"),
        (["-m", "task=nowhere.f", "lr=1"], "there is no module 'nowhere'"),
        (["-m", "task=study.nothing", "lr=1"], "study has no 'nothing'"),
        (["-m", "task=study.drow", "lr=1"], "did you mean 'draw'?"),
        (["-m", "task=study.STUDY.x", "lr=1"], "study has no 'STUDY'"),
        (["-m", "task=nofile.py:f", "lr=1"], "there is no file"),
        (["-m", "task=study.py", "lr=1"], "names a file but no function"),
        (["-m", "task=3", "lr=1"], "the config key `task` is 3"),
        (["-m", "~task", "lr=1"], "no key `task`"),
        (["-m", "task=study.plain", "lr=1"], "has the parameters a, b, which nothing fills"),
        (["-m", "task=study.fetch", "lr=1"], "'study.fetch' is an async function"),
        (["-cn", "fetching", "-m", "lr=1", "hydra/sweeper=basic"], "'study.fetch' is an async function"),
        (["-cn", "fetching", "-m", "lr=1", "hydra/sweeper=basic", "hydra/launcher=basic"], "'study.fetch' is an async"),
        (["task=study.fetch"], "'study.fetch' is an async function"),
        (["-m", "task=study.rest", "lr=1"], "takes *values, which nothing fills"),
        (["task=study.rest"], "takes *values, which nothing fills"),
        (["-m", "task=broken.f", "lr=1"], "importing 'broken' failed: ZeroDivisionError"),
        (["-m", "lr=1,2", "hydra.sweeper.streams=[x]"], "'x', which is not an axis; axes: lr"),
        (["-m", "lr=1,2", "hydra.sweeper.members=0"], "members is 0"),
        (["-m", "lr=1,2", "hydra.sweeper.root_seed=-1"], "root_seed is -1"),
        (["-m", "lr=1,2", "hydra.sweeper.membres=3"], "membres"),
        (["-m", "lr=1,2", "hydra.launcher.throttle=0"], "throttle is 0"),
        (["-m", "lr=1,2", "hydra.launcher.throttle=many"], "many"),
        (["-m", "lr=1,2", "hydra/launcher=nothing"], "nothing"),
        (["lr=1", "hydra/launcher=slurm"], "is about sweeps, and without -m"),
        (["lr=1", "hydra.launcher.throttle=3"], "is about sweeps, and without -m"),
        (["-m", "~lr=1,2"], "sweeps over what to delete"),
        (["-m", "hydra.launcher.throttle=1,2"], "not supported"),
        (["-m", "lr=1,2", "hydra.sweep.dir=taken"], "there already and not empty"),
        (["-m", "lr=1", "hydra.sweeper.params.q=1"], "+hydra.sweeper.params.q=1"),
        (["-m", "lr=1", "hydra.sweep.dir=${nope}"], "hydra.sweep.dir can't be resolved"),
        (["-m", "lr=1", "hydra.sweep.subdir=${nope}"], "hydra.sweep.subdir can't be resolved"),
        (["-m", "lr=${nope},1"], "can't be resolved: Interpolation key 'nope' not found"),
        (["hydra.run.dir=${nope}"], "hydra.run.dir can't be resolved"),
        (["hydra.run.dir=/proc/zz"], "can't be started"),
        (["task=study.nothing"], "study has no 'nothing'"),
        (["--cfg", "job", "-cn", "nothing"], "there are: broken, config, fetching"),
        (["-m", "seed.x=1,2"], "seed.x=1 does not fit the config"),
        (["-cn", "broken", "-m", "lr=1"], "broken.yaml"),
        (["-cn", "nothing"], "there are: broken, config, fetching"),
        (["-cp", "nothing"], "there is no config directory"),
        (["-cd", "nothing"], "no directory"),
        (["colect"], "did you mean `sweeprun collect`?"),
        (["collect"], "there is no run"),
        (["status", "nothing"], "does not exist"),
        (["collect", "-o", "x.txt"], ".csv or .parquet"),
        (["show", "."], "no manifest.json"),
        (["worker", "nothing", "0"], "does not exist"),
        (["plan", "-m", "lr=1,1"], "twice"),
        (["--resolve"], "--cfg"),
        (["-r", "-m", "lr=1,2"], "exclude"),
    ],
)
def test_bad_input_gets_one_clear_message(run: Run, study: Path, words: list[str], expected: str) -> None:
    (study / "broken.py").write_text("1 / 0\n")
    (study / "conf" / "fetching.yaml").write_text("task: study.fetch\nlr: 1\n")
    with (study / "study.py").open("a") as file:
        file.write("\n\nasync def fetch(cfg):\n    return 1\n\n\ndef rest(*values):\n    return 1\n")
    (study / "conf" / "broken.yaml").write_text("lr: [1\nseed: 2\n")
    (study / "taken").mkdir()
    (study / "taken" / "file").touch()
    done = run(*words, code=2)
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (study / "multirun").exists()
    assert not (study / "outputs").exists()


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


def test_runs_are_listed_shown_and_counted(run: Run) -> None:
    run("-m", "lr=1,2", "hydra.sweep.dir=multirun/first")
    run("-m", "lr=3", "seed=1,2,3")
    listed = json.loads(run("list", "--json").stdout)
    assert [item["states"]["succeeded"] for item in listed] == [3, 2]
    assert "2 succeeded" in run("list").stdout
    shown = json.loads(run("show", "multirun/first", "1", "--json").stdout)
    assert shown["coordinates"] == {"lr": 2}
    assert shown["overrides"] == ["lr=2"]
    assert shown["result"]["lr_seen"] == 2
    assert json.loads(run("show", "lr=2", "--json", "multirun/first").stdout) == shown
    assert json.loads(run("show", "seed=2", "--json").stdout)["task"] == 1
    assert "lr=5: there is no such value" in run("show", "multirun/first", "lr=5", code=2).stderr
    assert "'rate=5' names no task" in run("show", "rate=5", code=2).stderr
    assert json.loads(run("show", "--json").stdout)["tasks"] == 3
    assert json.loads(run("status", "multirun/first", "--json").stdout)["states"]["succeeded"] == 2
    assert "2 tasks: 2 succeeded" in run("status", "multirun/first").stdout


def test_collect_writes_what_was_asked_for(run: Run, study: Path) -> None:
    import xarray as xr

    run("-m", "lr=1,2", "hydra.sweep.dir=run")
    run("collect", "run", "-o", "out.zarr")
    assert json.loads(run("collect", "run", "--json").stdout)["sizes"] == {"lr": 2}
    with xr.open_zarr(study / "out.zarr") as zarr, xr.open_dataset(study / "results.nc") as netcdf:
        xr.testing.assert_equal(zarr.load(), netcdf.load())
    (study / "results.nc").write_text("precious")
    assert "was not made by sweeprun" in run("collect", "run", code=2).stderr
    assert (study / "results.nc").read_text() == "precious"


def test_one_element_by_hand_is_the_launchers_own_command_line(run: Run, study: Path) -> None:
    run(
        "-m",
        "task=study.misbehave",
        "kind=fine,raise",
        "seed=0,1",
        "hydra.launcher.tasks_per_job=2",
        "hydra.sweep.dir=run",
        code=1,
    )
    run("worker", "run", "0")
    run("worker", "run", "0-1", code=1)
    assert "not in 0-1" in run("worker", "run", "2", code=2).stderr
    assert len(list((study / "run" / "shards").iterdir())) >= 3
    assert json.loads(run("status", "run", "--json").stdout)["states"]["succeeded"] == 2


@pytest.mark.parametrize("subcommand", ["plan", "collect", "status", "show", "list", "worker"])
def test_every_subcommand_explains_itself_with_an_example(run: Run, subcommand: str) -> None:
    done = run(subcommand, "--help")
    assert "example:\n  sweeprun" in done.stdout


def test_help_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    script = (
        "import sys\nfrom sweeprun.cli.main import main\nmain(['--help'])\n"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'hydra', 'omegaconf', 'xarray', 'rich', 'pyarrow')))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL)


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
