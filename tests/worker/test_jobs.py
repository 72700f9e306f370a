"""Tasks as jobs that Hydra itself runs: what the function is given, and what is recorded."""

import atexit
import pickle
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hydra.conf import HydraConf
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from sweeprun.design.streams import BitGenerator, Streams
from sweeprun.errors import TaskFunctionError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.payloads import Layout, decode_result
from sweeprun.store.shards import read_shards
from sweeprun.store.workers import read_beats
from sweeprun.worker import jobs
from sweeprun.worker.jobs import PlainJob, RecordedJob
from tests.results.runs import axis
from tests.worker.called_runs import make_called_run
from tests.worker.surroundings import restored

MODULE = """
def draw(cfg, rng, task):
    return cfg.lr, rng.random(), task.id, task.attempt, task.directory
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    study = tmp_path / "a stüdy"
    study.mkdir()
    (study / "zeichnen.py").write_text(MODULE)
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    with restored(study):
        yield study
        for worker in jobs._workers.values():
            worker.close()
            atexit.unregister(worker.close)
        jobs._workers.clear()


def enter_job(directory: Path, number: int | None, sweeper: dict[str, Any]) -> None:
    """Hydra runs a job in this process."""
    hydra = OmegaConf.structured(HydraConf)
    hydra.runtime.output_dir = str(directory)
    hydra.sweeper = sweeper
    if number is not None:
        hydra.job.num = number
    HydraConfig.instance().set_config(OmegaConf.create({"hydra": hydra}))


@pytest.mark.parametrize(
    ("number", "sweeper", "stream"),
    [
        (None, {}, Streams().generator(0)),
        (5, {}, Streams().generator(5)),
        (5, {"root_seed": 3}, Streams(root_seed=3).generator(5)),
        (5, {"bit_generator": BitGenerator.SFC64}, np.random.Generator(np.random.SFC64(5))),
    ],
)
def test_a_job_gets_the_stream_of_its_number_and_hydras_directory(
    study: Path, number: int | None, sweeper: dict[str, Any], stream: np.random.Generator
) -> None:
    enter_job(study / "outputs" / "heute", number, sweeper)
    job = PlainJob(study)
    cfg = OmegaConf.create({"lr": 0.5, "task": "zeichnen.py:draw"})
    assert job(cfg) == (0.5, stream.random(), number or 0, 1, study / "outputs" / "heute")


def test_a_job_says_whether_it_was_started_even_if_it_fails(study: Path) -> None:
    job = pickle.loads(pickle.dumps(PlainJob(study)))
    assert not job.started
    with pytest.raises(TaskFunctionError, match="no key `task`"):
        job(OmegaConf.create({"lr": 0.5}))
    assert job.started


def recording(path: Path) -> RunDirectory:
    """A run of three tasks, whose jobs bring a function of their own."""
    return make_called_run(path, lambda: None, axis("lr", [0.5, 1.5, 2.5]))


def rate(cfg: DictConfig) -> float:
    return float(cfg.lr)


def test_jobs_of_one_process_are_recorded_by_one_worker(study: Path) -> None:
    run = recording(study / "run")

    def double(cfg: DictConfig) -> float:
        if cfg.lr > 2:
            raise ValueError("größer als 2")
        return float(2 * cfg.lr)

    for number in (2, 0):
        enter_job(study, number, {})
        assert RecordedJob(run.path, double)(OmegaConf.create({"lr": number + 0.5})) is None
    (shard,) = read_shards(run.shards)
    failed, succeeded = shard.records()
    failure = failed.failure()
    assert failure is not None
    assert (failed.task_id, failed.attempt, failure.message) == (2, 1, "größer als 2")
    (value,) = decode_result(Layout.from_json(succeeded.layout), succeeded.payload)
    assert (succeeded.task_id, succeeded.stream, value.item()) == (0, 0, 1.0)
    (beat,) = read_beats(run)
    assert beat.task_id is None
    assert beat.process.is_alive()


def test_jobs_of_two_runs_are_kept_apart(study: Path) -> None:
    first, second = recording(study / "first"), recording(study / "second")
    enter_job(study, 1, {})
    for run in (first, second, first):
        RecordedJob(run.path, rate)(OmegaConf.create({"lr": 1.0}))
    counts = [len(list(shard.records())) for run in (first, second) for shard in read_shards(run.shards)]
    assert counts == [2, 1]


def test_a_recorded_job_can_be_sent_to_another_process(study: Path) -> None:
    run = recording(study / "run")
    enter_job(study, 1, {})
    pickle.loads(pickle.dumps(RecordedJob(run.path, rate)))(OmegaConf.create({"lr": 4.0}))
    (shard,) = read_shards(run.shards)
    (record,) = shard.records()
    assert (record.task_id, record.failure()) == (1, None)
