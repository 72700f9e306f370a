"""A suite that every launcher passes, ours and anybody's."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sweeprun.config.application import ConfigSource, open_application
from sweeprun.config.composing import compose_for_sweep
from sweeprun.launchers.registry import make_launcher
from sweeprun.results.collect import collect_run
from sweeprun.runs.events import SILENT
from sweeprun.runs.prepare import prepare_sweep
from sweeprun.runs.prepared_run import create_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import STATE_ORDER, take_snapshot

_STUDY = '''
import os
import signal
import time
from pathlib import Path


def draw(rng):
    return {"x": rng.random(), "y": rng.standard_normal(3)}


def fail_some(cfg, rng):
    x = rng.random()
    if cfg.seed % 3 == 1:
        raise ValueError(f"no {cfg.seed}")
    return {"x": x}


def die_once(cfg, rng, task):
    if cfg.seed == 2 and task.attempt == 1:
        print("last words", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    return {"x": rng.random(), "attempt": task.attempt}


def hold(cfg, rng, task):
    """Say that the task runs, and when; go on when the gate opens, or after a moment if there is none."""
    began = time.time()
    Path(f"running-{task.id}").touch()
    deadline = time.monotonic() + (60 if Path("gate").exists() else 0.3)
    while time.monotonic() < deadline and not Path("open").exists():
        time.sleep(0.01)
    return {"x": rng.random(), "began": began, "ended": time.time()}


def talk(cfg, rng):
    print(f"seed {cfg.seed} speaks")
    return rng.random()
'''
_CONFIG = "task: study.draw\nseed: 0\n"
_DEADLINE_SECONDS = 180.0


class LauncherContract:
    """What a launcher must do, as tests for pytest; everything goes through the command line and real processes.

    To hold a launcher of your own to it, publish its class as an entry point, so that ``sweeprun`` finds it by name::

        [project.entry-points."sweeprun.launchers"]
        mine = "my_package.launching:MyLauncher"

    The class has the methods of `sweeprun.launchers.launcher.Launcher`; its constructor takes the options that its
    ``to_dict`` gives. Then subclass this in your tests, and say what your options are::

        from sweeprun.testing import LauncherContract

        class TestMyLauncher(LauncherContract):
            def options(self, *, throttle, tasks_per_job):
                return {"name": "mine", "throttle": throttle, "tasks_per_job": tasks_per_job}

    pytest collects the tests below from your class. They need the launcher to work where they run; use a fixture
    of your own (``autouse=True``) to bring up what it needs, and set ``environment`` if the commands need variables.
    Users choose it with ``hydra/launcher=mine``, in Hydra applications ``hydra/launcher=sweeprun_mine``. A site keeps
    its options in a config of any name, ``conf/hydra/launcher/cluster.yaml``, which begins with ``defaults: [mine]``.
    """

    environment: dict[str, str] = {}  # noqa: RUF012  # overridden, never changed

    def options(self, *, throttle: int, tasks_per_job: int) -> dict[str, Any]:
        """The launcher's name and options, as its ``to_dict`` gives them."""
        raise NotImplementedError

    @pytest.fixture
    def study(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """A study whose path is not an easy one, as the working directory."""
        folder = tmp_path / 'it\'s "a" $(touch pwned)\nstudy ü'
        (folder / "conf").mkdir(parents=True)
        (folder / "conf" / "config.yaml").write_text(_CONFIG)
        (folder / "study.py").write_text(_STUDY)
        monkeypatch.chdir(folder)
        monkeypatch.syspath_prepend(str(folder))
        yield folder
        assert not list(tmp_path.rglob("pwned")), "a name was run as a command"

    @pytest.fixture
    def make(self, study: Path) -> Callable[..., RunDirectory]:
        """Make a run that nothing was started of yet: ``make(*overrides, throttle=…, tasks_per_job=…)``."""
        number = iter(range(100))

        def make_run(*overrides: str, throttle: int = 2, tasks_per_job: int = 1) -> RunDirectory:
            sys.modules.pop("study", None)
            target = f"hydra.sweep.dir='multirun/run {next(number)}'"
            with open_application(ConfigSource(path=str(study / "conf"))) as application:
                prepared = prepare_sweep(application, compose_for_sweep(application, [*overrides, target]))
                options = self.options(throttle=throttle, tasks_per_job=tasks_per_job)
                manifest = replace(prepared.manifest, launcher=make_launcher(options).to_dict())
                return create_run(replace(prepared, manifest=manifest), ["test"], SILENT)[0]

        return make_run

    def sweeprun(self, *words: str, codes: tuple[int, ...] = (0,)) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "sweeprun", *words],
            capture_output=True,
            text=True,
            env={**os.environ, **self.environment},
            timeout=_DEADLINE_SECONDS,
            check=False,
        )
        assert done.returncode in codes, done.stdout + done.stderr
        return done

    def finish(self, run: RunDirectory, *options: str) -> None:
        """Start what is missing of a run, and wait until it has ended."""
        self.sweeprun("resume", str(run.path), *options, codes=(0, 1))
        self.sweeprun("wait", str(run.path), codes=(0, 1))

    def status(self, run: RunDirectory) -> dict[str, Any]:
        """What ``sweeprun status --json`` says."""
        answer: dict[str, Any] = json.loads(self.sweeprun("status", str(run.path), "--json").stdout)
        return answer

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + _DEADLINE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"timed out: {what}"
            time.sleep(0.05)

    def test_its_options_are_all_that_it_is(self) -> None:
        launcher = make_launcher(self.options(throttle=3, tasks_per_job=2))
        told = json.loads(json.dumps(launcher.to_dict()))
        assert make_launcher(told).to_dict() == launcher.to_dict()

    @pytest.mark.parametrize(("throttle", "tasks_per_job"), [(1, 1), (3, 1), (2, 4)])
    def test_the_numbers_do_not_depend_on_how_they_are_run(
        self, make: Callable[..., RunDirectory], throttle: int, tasks_per_job: int
    ) -> None:
        run = make("seed=range(6)", "hydra.sweeper.root_seed=7", throttle=throttle, tasks_per_job=tasks_per_job)
        self.finish(run)
        dataset = collect_run(run).dataset
        streams = [np.random.default_rng(child) for child in np.random.SeedSequence(7).spawn(6)]
        assert dataset.x.values.tolist() == [stream.random() for stream in streams]
        np.testing.assert_array_equal(dataset.y, [stream.standard_normal(3) for stream in streams])

    def test_a_failed_task_stops_no_other(self, make: Callable[..., RunDirectory]) -> None:
        run = make("task=study.fail_some", "seed=range(6)", tasks_per_job=3)
        self.finish(run)
        states = ["succeeded", "failed", "succeeded"] * 2
        assert [STATE_ORDER[state].value for state in take_snapshot(run).states] == states
        (group,) = self.status(run)["failures"]
        assert (group["kind"], group["count"]) == ("ValueError", 2)

    def test_a_killed_worker_costs_its_own_task_only_and_that_is_resumed(
        self, make: Callable[..., RunDirectory]
    ) -> None:
        run = make("task=study.die_once", "seed=range(5)", tasks_per_job=5)
        self.finish(run)
        told = self.status(run)
        assert told["states"] == {"pending": 0, "running": 0, "succeeded": 4, "failed": 0, "lost": 1, "excluded": 0}
        assert told["not_queued"] == "2"
        assert "last words" in self.sweeprun("logs", str(run.path), "2").stdout
        self.finish(run)
        dataset = collect_run(run).dataset
        assert dataset.x.values.tolist() == [np.random.default_rng(i).random() for i in range(5)]
        assert dataset.attempt.values.tolist() == [1, 1, 2, 1, 1]

    def test_what_is_complete_is_not_started_again(self, make: Callable[..., RunDirectory]) -> None:
        run = make("seed=range(3)")
        self.finish(run)
        shards = sorted(run.shards.iterdir())
        assert "nothing to start: 3 succeeded" in self.sweeprun("resume", str(run.path)).stderr
        assert sorted(run.shards.iterdir()) == shards

    def test_no_more_run_at_once_than_the_throttle(self, make: Callable[..., RunDirectory]) -> None:
        run = make("task=study.hold", "seed=range(8)", throttle=2)
        self.finish(run)
        dataset = collect_run(run).dataset
        began, ended = dataset.began.values, dataset.ended.values
        at_once = [int(np.count_nonzero((began <= moment) & (ended > moment))) for moment in began]
        assert 1 <= max(at_once) <= 2

    def test_what_is_cancelled_can_be_resumed(self, make: Callable[..., RunDirectory], study: Path) -> None:
        (study / "gate").touch()
        run = make("task=study.hold", "seed=range(6)", throttle=2)
        with subprocess.Popen(
            [sys.executable, "-m", "sweeprun", "resume", str(run.path)],
            env={**os.environ, **self.environment},
            stderr=subprocess.DEVNULL,
        ) as starter:
            self.until(lambda: len(list(study.glob("running-*"))) == 2, "two tasks run")
            assert "nothing to start" in self.sweeprun("resume", str(run.path)).stderr
            before = {path: path.stat().st_mtime_ns for path in run.path.rglob("*")}
            assert self.status(run)["states"]["running"] == 2
            assert {path: path.stat().st_mtime_ns for path in run.path.rglob("*")} == before, (
                "looking changed something"
            )
            self.sweeprun("cancel", str(run.path))
            starter.wait(_DEADLINE_SECONDS)
        self.sweeprun("wait", str(run.path), codes=(1,))
        assert self.status(run)["not_queued"] == "0-5"
        (study / "open").touch()
        self.finish(run)
        expected = [np.random.default_rng(i).random() for i in range(6)]
        assert collect_run(run).dataset.x.values.tolist() == expected

    def test_each_task_has_its_own_part_of_the_log(self, make: Callable[..., RunDirectory]) -> None:
        run = make("task=study.talk", "seed=range(5)", tasks_per_job=3)
        self.finish(run)
        for task_id in range(5):
            assert self.sweeprun("logs", str(run.path), str(task_id)).stdout == f"seed {task_id} speaks\n"
