"""Sweeps through the command line, from config to Dataset."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sweeprun.store.finding import newest_run
from tests.command_line import Run, environment
from tests.forked_workers import FRESH_WORKERS


def collected(run: Run, study: Path) -> xr.Dataset:
    run("collect")
    with xr.open_dataset(study / "results.nc") as dataset:
        return dataset.load()


def test_a_sweep_becomes_one_labelled_dataset(run: Run, study: Path) -> None:
    done = run("-m", "lr=0.1,0.01", "seed=range(5)")
    assert "10 tasks: 10 succeeded" in done.stderr
    dataset = collected(run, study)
    assert dict(dataset.sizes) == {"lr": 2, "seed": 5}
    assert dataset.lr.values.tolist() == [0.1, 0.01]
    np.testing.assert_array_equal(dataset.lr_seen, np.broadcast_to([[0.1], [0.01]], (2, 5)))
    expected = [np.random.default_rng(i).random() for i in range(10)]
    np.testing.assert_array_equal(dataset.x.values.reshape(-1), expected)
    assert set(dataset.state.values.reshape(-1)) == {"succeeded"}
    assert dataset.attrs["overrides"] == "lr=0.1,0.01 'seed=range(0,5,1)'"
    assert dataset.attrs["base_config"].startswith("task: study.draw")
    files = [path for path in newest_run(study / "multirun").path.rglob("*") if path.is_file()]
    assert len(files) <= 4 + 3 * 2 + 1


@pytest.mark.parametrize(
    "options",
    [
        ("hydra.launcher.throttle=1",),
        ("hydra.launcher.throttle=3",),
        ("hydra.launcher.throttle=2", "hydra.launcher.tasks_per_job=7"),
        ("hydra/launcher=basic",),
    ],
)
def test_results_do_not_depend_on_workers_or_chunks(run: Run, study: Path, options: tuple[str, ...]) -> None:
    run("-m", "lr=1,2", "seed=range(6)", "hydra.sweeper.root_seed=5", "hydra.sweeper.streams=[seed]", *options)
    dataset = collected(run, study)
    children = np.random.SeedSequence(5).spawn(6)
    expected = [np.random.default_rng(child).random() for child in children]
    np.testing.assert_array_equal(dataset.x, [expected, expected])


def test_an_ensemble_by_its_size(run: Run, study: Path) -> None:
    run("-m", "lr=1,2", "hydra.sweeper.members=3")
    assert collected(run, study).x.dims == ("lr", "member")


def test_a_config_that_has_a_member_is_told_it(run: Run, study: Path) -> None:
    (study / "conf" / "config.yaml").write_text("task: study.draw\nlr: 0\nseed: ${member}\nmember: 0\n")
    run("-m", "hydra.sweeper.members=3")
    assert collected(run, study).seed_seen.values.tolist() == [0, 1, 2]


def test_axes_in_the_config(run: Run, study: Path) -> None:
    with (study / "conf" / "config.yaml").open("a") as file:
        file.write("hydra:\n  mode: MULTIRUN\n  sweeper:\n    params:\n      lr: 1,2\n      seed: range(3)\n")
    run("lr=5,6,7")
    dataset = collected(run, study)
    assert dict(dataset.sizes) == {"lr": 3, "seed": 3}
    assert dataset.lr.values.tolist() == [5, 6, 7]


def test_float_ranges_read_as_written(run: Run, study: Path) -> None:
    run("-m", "lr=range(0,1,0.1)")
    dataset = collected(run, study)
    assert dataset.lr.values.tolist() == dataset.lr_seen.values.tolist() == [i / 10 for i in range(10)]


def test_config_groups_are_axes(run: Run, study: Path) -> None:
    (study / "conf" / "net" / "opt").mkdir(parents=True)
    for i, name in enumerate(("small", "large", "other")):
        (study / "conf" / "net" / "opt" / f"{name}.yaml").write_text(f"width: {i}\n")
    (study / "conf" / "config.yaml").write_text(
        "defaults: [{net/opt: small}, _self_]\ntask: study.draw\nlr: ${net.opt.width}\nseed: 0\n"
    )
    run("-m", "net/opt=glob(*,exclude=other)", "seed=1,2")
    dataset = collected(run, study)
    assert dataset["net.opt"].values.tolist() == ["large", "small"]
    np.testing.assert_array_equal(dataset.lr_seen, [[1, 1], [0, 0]])


def test_failures_and_deaths_cost_only_themselves(run: Run, study: Path) -> None:
    kinds = "fine,raise,exit,segv,kill,sysexit,object,directory"
    done = run("-m", "task=study.misbehave", f"kind={kinds}", "seed=range(3)", code=1)
    for text in ("ValueError", "lost: exit code 3", "lost: signal SIGSEGV", "lost: signal SIGKILL", "SystemExit"):
        assert text in done.stderr
    dataset = collected(run, study)
    states = {kind: set(dataset.state.sel(kind=kind).values) for kind in kinds.split(",")}
    good, failed, lost = {"succeeded"}, {"failed"}, {"lost"}
    assert states == {
        "fine": good, "raise": failed, "exit": lost, "segv": lost, "kill": lost, "sysexit": failed, "object": failed,
        "directory": good,
    }  # fmt: skip
    assert np.isfinite(dataset.x.sel(kind=["fine", "directory"])).all()
    path = newest_run(study / "multirun").path
    assert sorted(child.name for child in path.iterdir() if child.name.isdigit()) == ["21", "22", "23"]
    shown = run("show", "3").stdout
    assert "bad value 0" in shown
    assert 'File "' in shown
    assert "sweeprun/worker" not in shown


def test_whatever_a_task_raises_is_its_record(run: Run, study: Path) -> None:
    done = run("-m", "task=study.raise_anything", "seed=range(16)", code=1)
    assert "16 tasks: 8 succeeded, 8 failed" in done.stderr
    for kind in ("KeyboardInterrupt", "GeneratorExit", "OwnBase", "Unprintable"):
        assert kind in done.stderr
    assert collected(run, study).result.values[::2].tolist() == list(range(0, 16, 2))


def test_a_forked_child_does_not_run_the_loop(run: Run, study: Path) -> None:
    run("-m", "task=study.fork", "seed=range(6)", "hydra.launcher.tasks_per_job=6")
    assert collected(run, study).result.values.tolist() == list(range(6))
    assert (study / "ran").read_text().split() == list("012345")


def test_many_deaths_among_short_tasks_lose_and_repeat_nothing(run: Run, study: Path) -> None:
    (study / "die.py").write_text(
        "import os\n"
        "def often(cfg, rng):\n"
        "    with open('ran', 'a') as file:\n"
        "        file.write(f'{cfg.seed}\\n')\n"
        "    if cfg.seed % 50 == 49:\n"
        "        os._exit(1)\n"
        "    return rng.random()\n"
    )
    run("-m", "task=die.often", "seed=range(300)", code=1)
    dataset = collected(run, study)
    lost = np.arange(300) % 50 == 49
    assert (dataset.state.values == np.where(lost, "lost", "succeeded")).all()
    assert dataset.result.values[~lost].tolist() == [np.random.default_rng(i).random() for i in np.flatnonzero(~lost)]
    ran = (study / "ran").read_text().split()
    assert set(ran) == set(map(str, range(300)))
    for seed in map(str, np.flatnonzero(lost)):
        assert ran.count(seed) == 1


def test_workers_keep_to_their_threads(run: Run, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FRESH_WORKERS, "1")
    run("-m", "task=study.threads", "seed=0,1", "hydra.launcher.throttle=2", "hydra.launcher.cpus_per_task=1")
    dataset = collected(run, study)
    assert (dataset.pools.values >= 1).all()
    assert dataset.threads.values.tolist() == dataset.variable.values.tolist() == [1, 1]


def test_variables_of_the_config_reach_the_workers(run: Run, study: Path) -> None:
    run("-m", "task=study.threads", "seed=0,1", "hydra.launcher.throttle=1", "+hydra.job.env_set.OMP_NUM_THREADS=3")
    assert collected(run, study).variable.values.tolist() == [3, 3]


def test_threads_are_the_share_of_the_cpus(run: Run, study: Path) -> None:
    from sweeprun.cpus import usable_cpus

    run("-m", "task=study.threads", "seed=0,1", "hydra.launcher.throttle=1")
    assert collected(run, study).threads.values.tolist() == [usable_cpus()] * 2


def test_output_of_tasks_goes_to_the_log(run: Run, study: Path) -> None:
    done = run("-m", "task=study.print_much", "seed=range(4)")
    assert "noise" not in done.stdout + done.stderr
    logs = "".join(path.read_text() for path in newest_run(study / "multirun").logs.iterdir())
    assert logs.count("noise") == 4 * 20001
    assert collected(run, study).result.values.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_once_it_stops_and_keeps_its_records(run: Run, study: Path, number: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "sweeprun",
        "-m",
        "task=study.wait_for",
        "seed=range(8)",
        "hydra.launcher.throttle=2",
        "hydra.launcher.warning_seconds=0.3",
    ]
    # A shell that starts this in the background has SIGINT ignored, and children inherit that.
    script = "import os, signal, sys; signal.signal({0}, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    command = [sys.executable, "-c", script.format(int(number)), *command]
    with subprocess.Popen(command, cwd=study, env=environment(), stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while len(list(study.glob("multirun/*/*/*/running"))) < 2:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.01)
        running = json.loads(run("status", "--json").stdout)
        assert running["states"]["running"] == 2
        assert len(json.loads(run("collect", "--json").stdout)["states"]) == 6
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "they have 0.3 s to end or to write a checkpoint" in errors
    assert "stopped: 6 pending, 2 succeeded" in errors
    assert "Traceback" not in errors
    dataset = collected(run, study)
    assert dataset.result.values[:2].tolist() == [0, 1]
    assert set(dataset.state.values[2:]) == {"pending"}
    for beat in newest_run(study / "multirun").workers.glob("*.beat"):
        raise AssertionError(f"a worker was left behind: {beat}")


def test_a_killed_launcher_leaves_what_was_recorded(run: Run, study: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "sweeprun",
        "-m",
        "task=study.wait_for",
        "seed=range(6)",
        "hydra.launcher.throttle=1",
    ]
    with subprocess.Popen(command, cwd=study, env=environment(), stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not list(study.glob("multirun/*/*/*/running")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
    status = json.loads(run("status", "--json").stdout)
    assert status["states"] == {"pending": 3, "running": 1, "succeeded": 2, "failed": 0, "lost": 0, "excluded": 0}
    os.kill(status["running"][0]["pid"], signal.SIGKILL)
    assert collected(run, study).result.values[:2].tolist() == [0, 1]
    deadline = time.monotonic() + 60
    while json.loads(run("status", "--json").stdout)["states"]["lost"] != 1:
        assert time.monotonic() < deadline
