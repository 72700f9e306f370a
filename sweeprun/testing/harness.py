"""What tests of launchers do with runs: make them, start them, look at them, and show them if a test fails."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sweeprun.config.application import ConfigSource, open_application
from sweeprun.config.composing import compose_for_sweep
from sweeprun.errors import SweeprunError
from sweeprun.launchers.capabilities import Capabilities, capabilities_in
from sweeprun.launchers.registry import make_launcher
from sweeprun.runs.events import SILENT
from sweeprun.runs.prepare import prepare_sweep
from sweeprun.runs.prepared_run import create_run
from sweeprun.store.directory import RunDirectory
from sweeprun.store.files import list_files, read_tail
from sweeprun.store.shards import read_shards
from sweeprun.store.snapshot import STATE_ORDER, take_snapshot
from sweeprun.store.workers import read_exits
from sweeprun.testing.study import CONFIG, STUDY

DEADLINE_SECONDS = 180.0
_TAIL = 2000

_DIES_BEFORE_IT_LAUNCHES = """
import json, os, sys
from sweeprun.__main__ import main
from sweeprun.launchers.registry import make_launcher
type(make_launcher(json.loads(sys.argv.pop(1)))).launch = lambda *_: os._exit(9)
main()
"""

MakeRun = Callable[..., RunDirectory]


class LauncherHarness:
    """The fixtures and steps of `LauncherContract`."""

    environment: dict[str, str] = {}  # noqa: RUF012  # overridden, never changed

    def options(self, *, throttle: int, tasks_per_job: int) -> dict[str, Any]:
        """The launcher's name and options, as its ``to_dict`` gives them."""
        raise NotImplementedError

    def queue_again(self, run: RunDirectory, element: int) -> None:
        """Stop a running element of the first submission so that it is queued again, as if its machine had failed."""
        raise NotImplementedError(f"the launcher queues elements again; say how to test it ({run.path}, {element})")

    @property
    def capabilities(self) -> Capabilities:
        """What the launcher says that it can do."""
        return capabilities_in(type(self._launcher()))

    def _launcher(self) -> Any:
        return make_launcher(self.options(throttle=1, tasks_per_job=1))

    @pytest.fixture
    def study(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
        """A study whose path is not an easy one, as the working directory."""
        folder = tmp_path / 'it\'s "a" $(touch pwned)\nstudy ü'
        (folder / "conf").mkdir(parents=True)
        (folder / "conf" / "config.yaml").write_text(CONFIG)
        (folder / "study.py").write_text(STUDY)
        monkeypatch.chdir(folder)
        monkeypatch.syspath_prepend(str(folder))
        yield folder
        assert not list(tmp_path.rglob("pwned")), "a name was run as a command"

    @pytest.fixture
    def make(self, study: Path) -> Iterator[MakeRun]:
        """Make a run that nothing was started of yet: ``make(*overrides, throttle=…, tasks_per_job=…)``."""
        made: list[RunDirectory] = []

        def make_run(*overrides: str, throttle: int = 2, tasks_per_job: int = 1) -> RunDirectory:
            sys.modules.pop("study", None)
            target = f"hydra.sweep.dir='multirun/run {len(made)}'"
            with open_application(ConfigSource(path=str(study / "conf"))) as application:
                prepared = prepare_sweep(application, compose_for_sweep(application, [*overrides, target]))
                options = self.options(throttle=throttle, tasks_per_job=tasks_per_job)
                manifest = replace(prepared.manifest, launcher=make_launcher(options).to_dict())
                made.append(create_run(replace(prepared, manifest=manifest), ["test"], SILENT)[0])
            return made[-1]

        yield make_run
        for run in made:
            print(describe_run(run))  # noqa: T201  # pytest shows it if the test has failed

    def sweeprun(self, *words: str, codes: tuple[int, ...] = (0,)) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        return self._run_python("-m", "sweeprun", *words, codes=codes)

    def _run_python(self, *words: str, codes: tuple[int, ...]) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, *words],
            capture_output=True,
            text=True,
            env={**os.environ, **self.environment},
            timeout=DEADLINE_SECONDS,
            check=False,
        )
        assert done.returncode in codes, f"{words[-3:]}: {done.stdout}{done.stderr}"
        return done

    def finish(self, run: RunDirectory, *options: str) -> None:
        """Start what is missing of a run, and wait until it has ended."""
        self.sweeprun("resume", str(run.path), *options, codes=(0, 1))
        self.sweeprun("wait", str(run.path), codes=(0, 1))

    @contextmanager
    def started(self, run: RunDirectory) -> Iterator["subprocess.Popen[bytes]"]:
        """Start what is missing of a run, and go on meanwhile."""
        with subprocess.Popen(
            [sys.executable, "-m", "sweeprun", "resume", str(run.path)],
            env={**os.environ, **self.environment},
            stderr=subprocess.DEVNULL,
        ) as starter:
            try:
                yield starter
                starter.wait(DEADLINE_SECONDS)
            finally:
                starter.kill()

    def start_and_die(self, run: RunDirectory) -> None:
        """Start what is missing of a run in a process that dies when all is written, and nothing is launched yet."""
        options = json.dumps(self.options(throttle=2, tasks_per_job=1))
        self._run_python("-c", _DIES_BEFORE_IT_LAUNCHES, options, "resume", str(run.path), codes=(9,))

    def status(self, run: RunDirectory) -> dict[str, Any]:
        """What ``sweeprun status --json`` says."""
        answer: dict[str, Any] = json.loads(self.sweeprun("status", str(run.path), "--json").stdout)
        return answer

    def running(self, run: RunDirectory) -> int:
        """How many tasks run."""
        count: int = self.status(run)["states"]["running"]
        return count

    def until(self, found: Callable[[], Any], expected: Any, what: str) -> None:
        """Wait until something is found as it is expected."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (value := found()) != expected:
            assert time.monotonic() < deadline, f"{what}: {value!r} was found, and {expected!r} expected"
            time.sleep(0.05)


def states_of(run: RunDirectory) -> list[str]:
    """The state of each task."""
    return [STATE_ORDER[state].value for state in take_snapshot(run).states]


def attempts_of(run: RunDirectory) -> list[tuple[int, int]]:
    """``(task, attempt)`` of every record, in order."""
    return sorted((record.task_id, record.attempt) for shard in read_shards(run.shards) for record in shard.records())


def describe_run(run: RunDirectory) -> str:
    """What there is to know of a run whose test has failed: states, exits of workers, and the ends of logs."""
    lines = [f"--- {run.path}"]
    try:
        lines += [f"states: {states_of(run)}", f"records: {attempts_of(run)}"]
        lines += [f"task {noted.task_id}: {noted.worker} ended: {noted.reason()}" for noted in read_exits(run)]
    except SweeprunError as error:
        lines.append(str(error))
    for log in list_files(run.logs, ".log"):
        lines += [f"--- {log.name}", read_tail(log, _TAIL).decode(errors="replace")]
    return "\n".join(lines)
