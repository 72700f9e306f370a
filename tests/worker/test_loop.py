"""The task loop: one record for each attempt, whatever the task does."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from omegaconf import OmegaConf

from sweeprun.design.policy import Policy
from sweeprun.design.streams import Streams
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import Unfinished
from sweeprun.imports import ImportHook
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest
from sweeprun.store.notices import count_failures
from sweeprun.store.payloads import Layout, decode_result
from sweeprun.store.records import Outcome, Record
from sweeprun.store.shards import read_shards
from sweeprun.store.workers import WARNING_SIGNAL, Place, read_beats
from sweeprun.worker.loop import Worker
from sweeprun.worker.stop_signals import Stop
from sweeprun.worker.task_handle import INSIDE, RunningTask
from tests.results.runs import count_axis
from tests.worker.called_runs import make_called_run
from tests.worker.surroundings import restored


@pytest.fixture(autouse=True)
def study(tmp_path: Path) -> Iterator[Path]:
    study = tmp_path / "a stüdy"
    study.mkdir()
    with restored(study):
        yield study


def run_of(study: Path, function: Any, tasks: int, **options: Any) -> RunDirectory:
    return make_called_run(study / "run", function, count_axis("n", tasks), **options)


def work(run: RunDirectory, task_ids: TaskIds, place: Place | None = None, *, grace: float = 0.0) -> Worker:
    """Run tasks until they are done or the worker stops."""
    with Worker(run, read_manifest(run), place, grace=grace) as worker:
        worker.run_tasks(task_ids)
    return worker


def recorded(run: RunDirectory) -> list[Record]:
    return [record for shard in read_shards(run.shards) for record in shard.records()]


def value(record: Record) -> Any:
    (array,) = decode_result(Layout.from_json(record.layout), record.payload)
    return array.item()


def why(record: Record) -> tuple[str, str]:
    failure = record.failure()
    assert failure is not None
    return failure.type, failure.message


def test_each_task_is_recorded_with_its_values_and_its_stream(study: Path) -> None:
    def draw(n: int, scale: float, rng: np.random.Generator) -> float:
        return n + scale * rng.random()

    run = run_of(study, draw, 4, constants={"scale": 0.5}, streams=Streams(root_seed=3))
    worker = work(run, TaskIds.of([1, 3]), Place(submission=2, index=5, attempt=4))
    records = recorded(run)
    assert [(record.task_id, record.attempt, record.stream) for record in records] == [(1, 4, 1), (3, 4, 3)]
    assert [value(record) for record in records] == [
        n + 0.5 * Streams(root_seed=3).generator(n).random() for n in (1, 3)
    ]
    assert (worker.succeeded, worker.failed) == (2, 0)
    assert worker.name.startswith("2.5-")
    assert run.shard(worker.name).exists()


def test_a_coordinate_named_like_an_axis_is_recorded(study: Path) -> None:
    def function(n: int) -> Any:
        return xr.Dataset({"y": 1.0}, {"n": n + 5, "state": "fine"})

    run = run_of(study, function, 1)
    work(run, TaskIds.of([0]))
    (record,) = recorded(run)
    assert [variable.name for variable in Layout.from_json(record.layout).variables] == ["y", "n", "state"]


def test_exceptions_of_every_kind_are_failures_and_the_next_task_runs(study: Path) -> None:
    def fail(n: int) -> Any:
        if n == 4:
            return object()
        if n < 4:
            raise [ValueError("größe"), KeyboardInterrupt(), SystemExit(3), Unfinished("too early")][n]
        return n

    run = run_of(study, fail, 6)
    seen: list[str] = []
    with Worker(run, read_manifest(run), on_failure=lambda error: seen.append(type(error).__name__)) as worker:
        worker.run_tasks(TaskIds.first(6))
    *failed, last = recorded(run)
    assert [why(record) for record in failed[:4]] == [
        ("ValueError", "größe"),
        ("KeyboardInterrupt", ""),
        ("SystemExit", "exit code 3"),
        ("Unfinished", "too early"),
    ]
    assert why(failed[4])[0] == "ResultError"
    assert value(last) == 5
    assert (worker.succeeded, worker.failed) == (1, 5)
    assert seen == ["ValueError", "KeyboardInterrupt", "SystemExit", "Unfinished", "ResultError"]


def failing_twice() -> Callable[..., float]:
    def at_the_third_attempt(n: int, task: RunningTask, rng: np.random.Generator) -> float:
        if task.attempt < 3:
            raise FileNotFoundError(f"not yet {n}")
        return rng.random()

    return at_the_third_attempt


@pytest.mark.parametrize(
    ("policy", "attempts"),
    [
        (Policy(retries=5), [1, 2, 3]),
        (Policy(retries=1), [1, 2]),
        (Policy(), [1]),
        (Policy(retries=5, retry_on=("ValueError",)), [1]),
        (Policy(retries=5, retry_on=("KeyError", "OSError")), [1, 2, 3]),
    ],
)
def test_a_task_is_retried_as_often_as_the_policy_says(study: Path, policy: Policy, attempts: list[int]) -> None:
    run = run_of(study, failing_twice(), 1, policy=policy)
    worker = work(run, TaskIds.first(1))
    records = recorded(run)
    assert [record.attempt for record in records] == attempts
    assert worker.succeeded == (attempts[-1] == 3)
    if worker.succeeded:
        assert value(records[-1]) == np.random.default_rng(0).random()


def test_retries_before_a_worker_died_count(study: Path) -> None:
    run = run_of(study, failing_twice(), 1, policy=Policy(retries=2))
    with Worker(run, read_manifest(run)) as worker:
        worker.run_tasks(TaskIds.first(1), retries=2)
    assert [record.attempt for record in recorded(run)] == [3]


def test_no_task_is_started_after_too_many_failures(study: Path) -> None:
    def fail(n: int) -> None:
        raise ValueError(n)

    run = run_of(study, fail, 5, policy=Policy(max_failures=2))
    with pytest.raises(Stop):
        work(run, TaskIds.first(5))
    assert [record.task_id for record in recorded(run)] == [0, 1]
    assert count_failures(run, 1) == 2


def test_a_task_that_takes_too_long_fails(study: Path) -> None:
    def wait() -> int:
        try:
            time.sleep(60)
        except Exception:  # noqa: BLE001  # which must not swallow the end of its time
            return -1
        return 0

    run = run_of(study, wait, 1, policy=Policy(timeout=0.05))
    work(run, TaskIds.first(1))
    (record,) = recorded(run)
    assert why(record) == ("timeout", "it took longer than 0.05 s (timeout)")
    assert record.seconds >= 0.05


def test_each_task_has_its_own_time_and_none_runs_on_between_tasks(study: Path) -> None:
    def left() -> float:
        seconds, _ = signal.getitimer(signal.ITIMER_REAL)
        return seconds

    run = run_of(study, left, 2, policy=Policy(timeout=1000))
    work(run, TaskIds.first(2))
    assert all(900 < value(record) <= 1000 for record in recorded(run))
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


@pytest.mark.parametrize("grace", [0.0, 0.05])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_task_that_is_stopped_leaves_no_record(study: Path, number: int, grace: float) -> None:
    def stop(n: int) -> int:
        if n == 1:
            try:
                os.kill(os.getpid(), number)
                time.sleep(60)
            except Exception:  # noqa: BLE001  # which must not swallow the stop
                return -1
        return n

    run = run_of(study, stop, 3)
    with pytest.raises(Stop):
        work(run, TaskIds.first(3), grace=grace)
    assert [record.task_id for record in recorded(run)] == [0]
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_the_first_signal_asks_and_the_second_stops(study: Path) -> None:
    def stop(n: int, task: RunningTask) -> int:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)  # a repetition at once is the same request
            assert task.stop_requested
        if n == 1:
            time.sleep(0.25)
            os.kill(os.getpid(), signal.SIGTERM)
            return -1
        return n

    for first in (0, 1):
        folder = study / str(first)
        folder.mkdir()
        run = run_of(folder, stop, 3)
        with pytest.raises(Stop):
            work(run, TaskIds.of([first, 2]), grace=60)
        assert [record.task_id for record in recorded(run)] == ([0] if first == 0 else [])


def test_a_worker_that_was_asked_stops_at_the_first_signal(study: Path) -> None:
    def stop() -> int:
        os.kill(os.getpid(), WARNING_SIGNAL)
        os.kill(os.getpid(), signal.SIGTERM)
        return -1

    run = run_of(study, stop, 1)
    with pytest.raises(Stop):
        work(run, TaskIds.first(1), grace=60)
    assert recorded(run) == []


def test_a_task_that_was_asked_still_has_its_time_limit(study: Path) -> None:
    def wait() -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)

    run = run_of(study, wait, 1, policy=Policy(timeout=0.1))
    work(run, TaskIds.first(1), grace=60)
    (record,) = recorded(run)
    assert why(record)[0] == "timeout"


@pytest.mark.parametrize("unfinished", [False, True])
def test_a_warned_worker_lets_its_task_end(study: Path, unfinished: bool) -> None:
    def end_early(n: int, task: RunningTask, unfinished: bool) -> int:
        before = task.stop_requested
        os.kill(os.getpid(), WARNING_SIGNAL)
        if unfinished and task.stop_requested and not before:
            raise Unfinished
        return n + task.stop_requested

    run = run_of(study, end_early, 3, constants={"unfinished": unfinished})
    with pytest.raises(Stop):
        work(run, TaskIds.first(3))
    assert [value(record) for record in recorded(run)] == ([] if unfinished else [1])


def test_every_task_starts_in_the_directory_of_the_study(study: Path) -> None:
    def where() -> str:
        before = Path.cwd()
        os.chdir("/")
        return str(before)

    run = run_of(study, where, 2)
    work(run, TaskIds.first(2))
    assert [value(record) for record in recorded(run)] == [str(study)] * 2
    assert Path.cwd() == study


def test_a_beat_says_what_runs_and_is_gone_afterwards(study: Path) -> None:
    def look(n: int, path: Path, task: RunningTask) -> int:
        (beat,) = read_beats(RunDirectory(path))
        before = beat.resumable
        assert not task.stop_requested
        (after,) = read_beats(RunDirectory(path))
        assert (beat.task_id, before, after.resumable) == (n, False, True)
        return int(os.environ[INSIDE] == str(path))

    run = run_of(study, look, 2, constants={"path": study / "run"})
    work(run, TaskIds.first(2))
    assert [(record.outcome, value(record)) for record in recorded(run)] == [(Outcome.SUCCEEDED, 1)] * 2
    assert list(read_beats(run)) == []
    assert INSIDE not in os.environ


def test_the_directory_of_a_task_is_made_if_it_asks_for_it(study: Path) -> None:
    def write(n: int, task: RunningTask) -> None:
        if n:
            (task.directory / "ergebnis ü.txt").write_text(str(n))

    run = run_of(study, write, 2)
    work(run, TaskIds.first(2))
    assert [record.outcome for record in recorded(run)] == [Outcome.SUCCEEDED] * 2
    assert not run.task(0).exists()
    assert (run.task(1) / "ergebnis ü.txt").read_text() == "1"


def test_global_generators_are_seeded_for_each_task_if_asked_for(study: Path) -> None:
    def draw() -> float:
        return float(np.random.random())  # noqa: NPY002

    before = np.random.get_state()  # noqa: NPY002
    run = run_of(study, draw, 2, policy=Policy(seed_globals=True))
    work(run, TaskIds.first(2))
    work(run, TaskIds.of([1]))
    np.random.set_state(before)  # noqa: NPY002
    first, second, again = sorted(recorded(run), key=lambda record: record.task_id)
    assert value(first) != value(second) == value(again)
    assert not run.global_randomness.exists()


def test_imports_are_listened_for_until_the_worker_ends(study: Path) -> None:
    before = [*sys.meta_path]
    for seeded in (True, False):
        folder = study / str(seeded)
        folder.mkdir()
        run = run_of(folder, lambda n: n, 2, policy=Policy(seed_globals=seeded))
        with Worker(run, read_manifest(run)) as worker:
            worker.run_tasks(TaskIds.first(1))
            assert [found for found in sys.meta_path if isinstance(found, ImportHook) and found not in before]
        assert [found for found in sys.meta_path if found not in before and isinstance(found, ImportHook)] == []


@pytest.mark.parametrize("application", [False, True])
def test_a_task_of_which_nothing_can_be_stored_fails_and_is_not_retried(study: Path, application: bool) -> None:
    run = run_of(study, lambda: None, 1, policy=Policy(retries=3))
    manifest = read_manifest(run)
    assert manifest.job.function is not None
    reference = replace(manifest.job.function, application=application)
    manifest = replace(manifest, job=replace(manifest.job, function=reference))
    worker = Worker(run, manifest, function=lambda _: object())
    worker.run_composed(0, OmegaConf.create({}))
    worker.close()
    (record,) = recorded(run)
    kind, message = why(record)
    assert (kind, worker.succeeded, worker.failed) == ("ResultError", 0, 1)
    assert "nothing of the result can be stored: 'result': it is a value of type object" in message
    assert "'result' (it is a value of type object)" in worker.news()


def test_one_value_that_can_not_be_stored_costs_itself(study: Path) -> None:
    def some(n: int) -> Any:
        return {"n": n, "model": object(), **({"other": object()} if n else {})}

    run = run_of(study, some, 3)
    with Worker(run, read_manifest(run)) as worker:
        worker.run_tasks(TaskIds.of([1, 2]))
        assert worker.news().startswith("every task so far lacks what can't be stored: 'model' (it is")
        assert "'other'" not in worker.news()
        worker.run_tasks(TaskIds.of([0]))
        assert worker.news() == ""
    records = recorded(run)
    assert [record.outcome for record in records] == [Outcome.SUCCEEDED] * 3
    assert [list(Layout.from_json(record.layout).left_out) for record in records] == [["model", "other"]] * 2 + [
        ["model"]
    ]
    assert [value(record) for record in records] == [1, 2, 0]
