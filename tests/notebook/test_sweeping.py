"""Sweeps that are started from Python: any function, any values, and a run that outlives whoever started it."""

import datetime as dt
import importlib
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sweeprun
from sweeprun.errors import OverrideError, RunDirectoryError, SweeprunError, UsageError
from sweeprun.store.manifest import read_manifest
from sweeprun.store.submissions import read_submissions
from sweeprun.worker.task_handle import INSIDE
from tests.command_line import run_sweeprun
from tests.notebook.cells import FAILING, defined_in_a_cell
from tests.notebook.studies import noisy

FACTOR = 10


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "mein Ordner"
    here.mkdir()
    monkeypatch.chdir(here)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Path]:
    """A file that tasks wait for: nothing ends before it is there; and a run that a failed test leaves behind ends."""
    path = tmp_path / "gate"
    yield path
    path.touch()


def command_line(*words: str, code: int = 0) -> str:
    return run_sweeprun(*words, folder=Path.cwd(), code=code).stdout


def waiting_for(gate: Path) -> Callable[..., Any]:
    path = str(gate)

    def wait_at_gate(seed: int) -> int:
        import time
        from pathlib import Path

        while seed and not Path(path).exists():
            time.sleep(0.01)
        return seed

    return wait_at_gate


def test_a_function_of_a_notebook_gets_the_values_that_were_given() -> None:
    def told(day: Any, lr: Any, seed: Any, rng: np.random.Generator, n: int, **rest: Any) -> dict[str, Any]:
        given = [type(one).__name__ for one in (day, lr, seed, rest["mode"])]
        return {"types": " ".join(given), "x": FACTOR * seed + n, "noise": rng.random()}

    run = sweeprun.sweep(
        told,
        {
            "day": pd.date_range("2024-01-01", periods=2),
            "lr": np.array([0.1, 0.01], "f4"),
            "seed": range(3),
            "mode": [None, (1, "a")],
        },
        constants={"n": 5},
        root_seed=7,
        exclude="day > '2024-01-01' and seed == 2",
        throttle=2,
    ).wait()
    assert run.complete
    dataset = run.dataset
    assert dataset["day"].dtype == "datetime64[ns]"
    assert dataset["lr"].values.tolist() == np.array([0.1, 0.01], "f4").astype(float).tolist()
    assert dataset["mode"].values.tolist() == ["None", "(1, 'a')"]
    assert dataset["x"].sel(day="2024-01-01", seed=2).values.tolist() == [[25, 25], [25, 25]]
    assert (dataset["state"].sel(day="2024-01-02", seed=2) == "excluded").all()
    assert dataset["types"].values[0, 0, 0].tolist() == [
        "Timestamp float32 int NoneType",
        "Timestamp float32 int tuple",
    ]
    first = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(0,)))
    assert dataset["noise"].values[0, 0, 0, 0] == first.random()
    source = (run.path / "function.py").read_text()
    assert "FACTOR = 10" in source
    assert "def told(day: Any" in source


def test_it_is_a_run_like_any_other() -> None:
    days = [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]

    def double(day: dt.date, wait: dt.timedelta, a: float, task: Any, cfg: Any) -> dict[str, Any]:
        assert task.coordinates["day"] == str(day)
        assert cfg == {"day": day, "wait": wait, "a": a}
        return {"x": day.day + a, "when": np.datetime64(day, "s") + wait}

    run = sweeprun.sweep(double, {"day": days, "wait": [dt.timedelta(hours=36)], "a": [0.1, 0.25]}).wait()
    assert run.complete, run.failures
    path = str(run.path)
    assert json.loads(command_line("status", path, "--json"))["states"]["succeeded"] == 4
    assert "sweeprun.sweep(" in command_line("list")
    assert "day: 2 (datetime64)" in command_line("show", path)
    assert json.loads(command_line("show", path, "1", "--json"))["coordinates"] == {
        "day": "2024-01-01",
        "wait": "36h",
        "a": 0.25,
    }
    assert "equal to the bit" in command_line("replay", path, "day=2024-01-02T00", "wait=2160m", "a=1e-1")
    assert "4/4 equal to the bit" in command_line("verify", path)
    command_line("extend", path, "day=2024-01-05")
    command_line("extend", path, "a=1")
    assert "is no float" in run_sweeprun("extend", path, "a=x", folder=Path.cwd(), code=2).stderr
    for name in ("r.nc", "r.zarr", "r.csv", "r.parquet"):
        command_line("collect", path, "-o", name)
    with xr.open_dataset("r.nc") as netcdf, xr.open_zarr("r.zarr") as zarr:
        for dataset in (netcdf, zarr):
            assert dataset["day"].dtype == "datetime64[ns]"
            assert dataset["wait"].dtype.kind == "m"
            assert dataset["x"].sel(day="2024-01-05", wait=np.timedelta64(36, "h"), a=1.0) == 6
            assert dataset["when"].sel(day="2024-01-05", a=1.0).values[0] == np.datetime64("2024-01-06T12")
    table = pd.read_parquet("r.parquet")
    assert table["day"].dtype.kind == "M"
    assert table["wait"].dtype.kind == "m"
    assert sorted(pd.read_csv("r.csv", parse_dates=["day"])["day"].dt.day.unique()) == [1, 2, 5]
    assert "2024-01-05" in command_line("stats", path, "--over", "a")
    assert "name the run instead" in run_sweeprun("replay", "r.nc", "1", folder=Path.cwd(), code=2).stderr


def test_functions_that_can_be_imported_are_known_by_their_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "model.py").write_text("def run(a):\n    return a\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "model", raising=False)
    import model

    run = sweeprun.sweep(model.run, {"a": [1, 2]}).wait()
    assert run.complete
    assert not (run.path / "function.py").exists()
    (tmp_path / "model.py").write_text("def run(a):\n    # no drift\n    return a\n")
    assert run.replay(1).equal
    (tmp_path / "model.py").write_text("def run(a):\n    return a + 1\n")
    with pytest.raises(UsageError, match=r"(?s)model.run.*allow_drift=True"):
        run.replay(1)
    again = run.replay(1, allow_drift=True)
    assert again.equal is False
    assert again["result"] == 3
    with pytest.raises(UsageError, match="has changed"):
        run.extend(a=[3])
    assert run.extend(a=[3], allow_drift=True).wait()["result"].values.tolist() == [1, 2, 4]


def test_replay_says_whether_it_is_the_same_again() -> None:
    run = sweeprun.sweep(noisy, {"lr": [0.1, 0.01], "seed": range(4)}, constants={"n": 2}).wait()
    again = run.replay(lr=0.1, seed=3)
    assert again.task_id == 3
    assert again.equal
    assert again["noise"] == run["noise"].sel(lr=0.1, seed=3)
    assert again.result["curve"].tolist() == [0, 1]
    assert "task 3 lr=0.1 seed=3: equal to the bit" in repr(again)
    for call in (run.replay, lambda: run.replay(1, lr=0.1), lambda: run.replay(99), lambda: run.replay(lr=0.1, seed=9)):
        with pytest.raises(UsageError):
            call()


def test_replay_of_what_fails_and_of_what_changes() -> None:
    def careless(a: int) -> float:
        import random

        if a == 2:
            raise ValueError("a is 2")
        return random.random()

    run = sweeprun.sweep(careless, {"a": [1, 2]}).wait()
    assert [task.message for task in run.failures] == ["a is 2"]
    failed = run.replay(2 - 1)
    assert failed.equal
    assert failed.failure is not None
    assert "ValueError: a is 2" in repr(failed)
    changed = run.replay(a=1)
    assert changed.equal is False
    assert "differs: result" in repr(changed)


def test_extending_takes_values_of_python() -> None:
    def at(day: Any, seed: int) -> str:
        return f"{type(day).__name__} {seed}"

    run = sweeprun.sweep(at, {"day": [np.datetime64("2024-01-01")], "seed": range(2)}, members=1).wait()
    run.extend({"day": [dt.date(2024, 1, 1), dt.date(2024, 1, 3)]}, seed=range(3), members=2).wait()
    assert run.complete
    assert run.dataset.sizes == {"day": 2, "seed": 3, "member": 2}
    assert run["result"].values[0, 0].tolist() == ["datetime64 0"] * 2
    assert run["result"].values[1, 2].tolist() == ["date 2"] * 2
    with pytest.raises(OverrideError, match="is no axis of this sweep"):
        run.extend(other=[1])
    with pytest.raises(OverrideError, match="not of that type"):
        run.extend(day=["x"])
    with pytest.raises(UsageError, match="name an axis"):
        run.extend()


def test_axes_that_move_together() -> None:
    def both(x: int, y: str) -> str:
        return y * x

    run = sweeprun.sweep(both, {"point": {"x": [1, 2], "y": ["a", "b"]}}).wait()
    run.extend(point={"y": ["c", "b"], "x": [3, 2]}).wait()
    command_line("extend", str(run.path), "point=zip(x=[4],y=[d])")
    run.refresh()
    assert run["result"].values.tolist() == ["a", "bb", "ccc", "dddd"]
    assert run["y"].dims == ("point",)
    assert run.replay(x=3).task_id == run.replay(point=2).task_id == 2
    with pytest.raises(OverrideError, match="move together"):
        run.extend(x=[9])


def test_a_task_does_not_see_what_another_did_to_the_constants() -> None:
    def append(seed: int, found: list[int]) -> int:
        found.append(seed)
        return len(found)

    run = sweeprun.sweep(append, {"seed": range(6)}, constants={"found": [7]}, throttle=1).wait()
    assert run["result"].values.tolist() == [2] * 6


def test_generators_among_the_constants_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    constants = {"generator": np.random.default_rng(0)}
    run = sweeprun.sweep(lambda x, generator: x + generator.random(), {"x": [0, 1]}, constants=constants).wait()
    assert run.complete
    assert "constants['generator'] is a random generator, and each task gets its own copy" in capsys.readouterr().err


def test_streams_can_be_shared_and_members_need_not_be_taken() -> None:
    def draw(lr: float, rng: np.random.Generator) -> float:
        return float(rng.random()) + 0 * lr

    run = sweeprun.sweep(draw, {"lr": [0.1, 0.2]}, members=3, streams=["member"]).wait()
    values = run["result"].values
    assert (values[0] == values[1]).all()
    assert len(set(values[0])) == 3


def test_it_returns_at_once_and_another_process_is_told_to_be_the_submitter(gate: Path) -> None:
    run = sweeprun.sweep(waiting_for(gate), {"seed": range(4)}, throttle=2)
    (submission,) = read_submissions(sweeprun.open_run(run.path)._directory)
    assert submission.submitter.pid != os.getpid()
    assert submission.submitter.is_alive()
    assert os.getsid(submission.submitter.pid) == submission.submitter.pid
    with pytest.raises(TimeoutError, match="it goes on"):
        run.wait(timeout=0.1)
    with pytest.raises(UsageError, match="local workers still run"):
        run.extend(seed=range(9))
    gate.touch()
    assert run.wait().complete


def test_it_goes_on_when_whoever_started_it_is_killed(gate: Path, tmp_path: Path) -> None:
    script = tmp_path / "study.py"
    script.write_text(
        "import sys, os, signal, sweeprun\n"
        "def wait_at_gate(seed):\n"
        "    import time, pathlib\n"
        "    while not pathlib.Path(GATE).exists(): time.sleep(0.01)\n"
        "    return seed\n"
        f"GATE = {str(gate)!r}\n"
        "run = sweeprun.sweep(wait_at_gate, {'seed': range(3)}, directory='run')\n"
        "os.killpg(0, signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, str(script)], start_new_session=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    run = sweeprun.open_run("run")
    assert not run.complete
    gate.touch()
    assert run.wait()["result"].values.tolist() == [0, 1, 2]


def test_cancel_stops_it_and_resume_goes_on(gate: Path) -> None:
    run = sweeprun.sweep(waiting_for(gate), {"seed": range(4)}, throttle=1)
    assert run.cancel().stopped == 4
    assert not run.complete
    assert run.counts["running"] == 0
    assert repr(run.cancel()) == "nothing waited or ran"
    gate.touch()
    started = run.resume(throttle=2, retries=1)
    assert repr(started).startswith("started 4 tasks in the background: 0-3")
    assert started.wait() is run
    assert run.complete
    submissions = read_submissions(run._directory)
    assert submissions[-1].array.throttle == 2
    assert submissions[-1].policy is not None
    assert submissions[-1].policy.retries == 1
    assert submissions[-1].provenance["command"] == ["run.resume(throttle=2, retries=1)"]
    with pytest.raises(UsageError, match="has no argument 'speed'; its arguments are function, launcher"):
        run.resume(speed=3)


def lacking_until(gate: Path) -> Callable[..., Any]:
    """A function whose results have something that can't be stored, as long as a file isn't there."""

    def lacking(seed: int) -> Any:
        return {"x": seed, "model": 1.5 if gate.exists() else object()}

    return lacking


def test_resume_runs_what_is_incomplete_if_it_is_asked_to(gate: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = sweeprun.sweep(lacking_until(gate), {"seed": range(3)}).wait()
    assert run.complete
    assert "run.resume(incomplete=True)" in repr(run)
    gate.touch()
    run.resume(incomplete=True).wait()
    assert run.dataset.model.values.tolist() == [1.5] * 3
    assert "incomplete" not in repr(run)
    assert read_submissions(run._directory)[-1].provenance["command"] == ["run.resume(incomplete=True)"]
    assert "every task so far lacks" not in capfd.readouterr().err  # the bar was not asked for


CACHED = """\
import functools

@functools.cache
def table(n):
    return [draw(n), draw(n)]

def draw(n):
    return n + CONSTANT

CONSTANT = 7

@functools.lru_cache(maxsize=3)
def cached(x):
    return {"y": sum(table(x)), "size": cached.cache_parameters()["maxsize"]}
"""


def test_functions_with_a_cache_go_by_value_like_others() -> None:
    function = defined_in_a_cell("cached", CACHED)
    function(1)
    run = sweeprun.sweep(function, {"x": [1, 2]}).wait()
    assert run["y"].values.tolist() == [16, 18]
    assert run["size"].values.tolist() == [3, 3]
    source = run._directory.function_source.read_text()
    assert all(text in source for text in ("CONSTANT = 7", "def table(n)", "def cached(x)"))


def test_tracebacks_show_the_lines_of_cells() -> None:
    run = sweeprun.sweep(defined_in_a_cell("invert", FAILING), {"x": [0, 1]}, constants={"shift": 0}).wait()
    (told,) = run.failures
    assert 'File "<cell invert>", line 2, in invert\n    return {"y": 1 / (x + shift)' in told.traceback
    assert "task 0  x=0  cell:2 in invert  ZeroDivisionError: division by zero" in repr(run.failures)


def test_counts_may_be_those_of_numpy_and_a_run_can_be_copied() -> None:
    run = sweeprun.sweep(noisy, {"lr": [1.0], "seed": [1]}, members=np.int64(2), root_seed=np.int32(5)).wait()
    assert run.complete
    assert "members=2, root_seed=5" in read_manifest(run._directory).provenance["command"][0]
    assert pickle.loads(pickle.dumps(run)).path == run.path


def test_runs_of_the_command_line_can_be_extended_and_replayed() -> None:
    Path("conf").mkdir()
    Path("conf/config.yaml").write_text("task: model_of_configs.run\nlr: 0.1\nname: a\n")
    Path("model_of_configs.py").write_text("def run(cfg):\n    return {'y': cfg.lr * 2, 'name': cfg.name}\n")
    command_line("-m", "lr=0.1,0.2", "name=a,b", "hydra.sweeper.members=1")
    run = sweeprun.open_run()
    run.extend(lr=[0.1, 0.5], name=["it's, \\x"], members=2).wait()
    assert run.complete
    assert run.dataset.sizes == {"lr": 3, "name": 3, "member": 2}
    assert run["name"].values.tolist() == ["a", "b", "it's, \\x"]
    assert run.replay(lr=0.5, name="a", member=1).equal
    with pytest.raises(UsageError, match="has its task function from a config"):
        run.resume(function=noisy)


def test_wrong_input_makes_nothing() -> None:
    lock = threading.Lock()

    def plain(a: Any, seed: int = 0) -> Any:
        return a, seed

    def locked(a: Any) -> Any:
        return a, lock

    def by_position(a: Any, /) -> Any:
        return a

    wrong: list[tuple[Any, Any, dict[str, Any], str]] = [
        (3, {"a": [1]}, {}, "can't be called"),
        (plain, [1], {}, r"axes is \[1\]; it should be a mapping, such as"),
        (plain, {"seed": [1]}, {}, "parameters a, which nothing fills"),
        (plain, {"a": [1], "sed": [1]}, {}, "did you mean 'seed'"),
        (plain, {"a": [1]}, {"constants": {"b": 1}}, "does not take 'b'"),
        (plain, {"a": [1]}, {"constants": {"a": 1}}, "both an axis and a constant"),
        (plain, {"a": [1]}, {"constants": [1]}, r"constants is \[1\]; it should be a mapping"),
        (plain, {"a": [1], "rng": [1]}, {}, "'rng' can't be an axis"),
        (plain, {"a": [1]}, {"constants": {"seed": lock}}, r"constants\['seed'\]"),
        (locked, {"a": [1]}, {}, "can't be pickled"),
        (by_position, {"a": [1]}, {}, "by position only"),
        (plain, {"a": [1]}, {"launcher": "sge"}, "there are: local, slurm"),
        (plain, {"a": [1]}, {"launcher": {"trottle": 1}}, "local has no option 'trottle'"),
        (plain, {"a": [1]}, {"launcher": 3}, "launcher is 3"),
        (plain, {"a": [1]}, {"throttle": 0}, "^throttle is 0"),
        (plain, {"a": [1]}, {"retries": -1}, "^retries is -1"),
        (plain, {"a": [1]}, {"timeout": "x"}, "timeout is 'x'; it should be a number, or None"),
        (plain, {"a": [1]}, {"members": 0}, "^members is 0"),
        (plain, {"a": [1]}, {"members": 2.5}, "whole number"),
        (plain, {"a": [1]}, {"members": True}, "whole number"),
        (plain, {"a": [1], "member": [1]}, {"members": 2}, "two axes are named 'member'"),
        (plain, {"a": [1]}, {"root_seed": -1}, "^root_seed is -1"),
        (plain, {"a": [1]}, {"streams": "seed"}, "not an axis"),
        (plain, {"a": [1]}, {"only": "a > 1"}, "nothing to run"),
        (plain, {"a": [1]}, {"exclude": [3]}, "exclude has 3"),
        (plain, {"a": [1]}, {"exclude": plain}, "exclude is .*; it should be a text, or a list"),
        (plain, {"a": [1]}, {"constants": {1: 2}}, "constants has 1; the names"),
        (plain, {"a": {"a": [1, 2]}}, {}, "'a' can't be the name .*; choose another"),
        (plain, {"a": [dt.date(2024, 1, 1)]}, {"exclude": "a > 'x'"}, "'x' in .* is none such as '2024-05-01'"),
    ]
    for function, axes, options, match in wrong:
        with pytest.raises(SweeprunError, match=match):
            sweeprun.sweep(function, axes, **options)
    assert list(Path.cwd().iterdir()) == []


def test_a_directory_that_is_there_is_left_alone() -> None:
    Path("run").mkdir()
    Path("run/file").touch()
    with pytest.raises(RunDirectoryError, match="Choose another directory"):
        sweeprun.sweep(lambda a: a, {"a": [1]}, directory="run")
    assert [path.name for path in Path("run").iterdir()] == ["file"]


def test_options_of_a_launcher_may_be_a_dataclass() -> None:
    @dataclass
    class Site:
        name: str = "local"
        cpus_per_task: int = 1

    run = sweeprun.sweep(lambda a: a, {"a": [1]}, launcher=Site()).wait()
    assert read_manifest(run._directory).launcher["cpus_per_task"] == 1
    assert run.complete


def test_a_script_that_workers_import_starts_nothing_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "guardless.py").write_text(
        "import sweeprun\ndef run(a):\n    return a\nfound = sweeprun.sweep(run, {'a': [1]}, directory='run').wait()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "guardless", raising=False)
    with pytest.raises(UsageError, match=r"workers import 'guardless.py' .* its line 4 would start the sweep again"):
        importlib.import_module("guardless")
    assert list(Path.cwd().iterdir()) == []


def test_nobody_but_the_submitter_starts_submissions() -> None:
    run = sweeprun.sweep(lambda a: a, {"a": [1]}).wait()
    done = subprocess.run(
        [sys.executable, "-m", "sweeprun", "start", str(run.path), "0"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "another process's to launch" in done.stderr


def test_signature_less_callables_and_methods() -> None:
    class Model:
        def __init__(self, scale: int) -> None:
            self.scale = scale

        def run(self, a: int) -> int:
            return a * self.scale

        def __call__(self, a: int) -> int:
            return a + self.scale

    assert sweeprun.sweep(Model(3).run, {"a": [1, 2]}).wait()["result"].values.tolist() == [3, 6]
    assert sweeprun.sweep(Model(3), {"a": [1, 2]}).wait()["result"].values.tolist() == [4, 5]


def test_importing_sweeprun_imports_nothing_heavy() -> None:
    code = "import sweeprun, sys; assert not {'numpy', 'hydra', 'pandas', 'xarray', 'cloudpickle'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    code = "import sweeprun, sys; sweeprun.sweep; assert not {'hydra', 'pandas', 'IPython'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_inside_of_a_task_nothing_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(INSIDE, "multirun/größter Lauf")
    with pytest.raises(UsageError, match="was called inside a task of multirun/größter Lauf, or while"):
        sweeprun.sweep(lambda a: a, {"a": [1]})
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"), [("dim", "did you mean 'dims'?"), ("coord", "did you mean 'coords'?"), ("xyz", "arguments are")]
)
def test_an_argument_that_there_is_not_gets_advice(name: str, said: str) -> None:
    with pytest.raises(SweeprunError, match=re.escape(said)):
        sweeprun.sweep(print, {"x": [1]}, **{name: {}})
