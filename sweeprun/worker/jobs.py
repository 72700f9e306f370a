"""Tasks as jobs that Hydra itself runs: one in the foreground, or those of a launcher or sweeper of somebody else."""

import atexit
from collections.abc import Callable
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweeprun.config.current_job import current_job
from sweeprun.design.streams import BitGenerator, Streams
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import read_manifest
from sweeprun.worker.functions import load_task_function
from sweeprun.worker.loop import Worker
from sweeprun.worker.task_handle import RunningTask


class PlainJob:
    """Runs the task function on the config that Hydra composed; the result is returned, not recorded.

    Picklable, as launchers demand. ``started`` says whether it was called, in this process.
    """

    def __init__(self, base: Path) -> None:
        self._base = base
        self.started = False

    def __call__(self, cfg: DictConfig) -> Any:
        self.started = True
        spec = cfg.get("task")
        function = load_task_function(OmegaConf.to_container(spec) if OmegaConf.is_config(spec) else spec, self._base)
        job = current_job()
        streams = Streams(root_seed=job.root_seed, bit_generator=job.bit_generator or BitGenerator.PCG64)
        running = RunningTask(
            id=job.number,
            attempt=1,
            stream=job.number,
            coordinates={},
            _make_directory=lambda: job.directory,
            _streams=streams,
        )
        return function(cfg, lambda: streams.generator(job.number), running)


class RecordedJob:
    """Runs and records one task of a run, wherever a launcher of somebody else put it.

    Picklable, as launchers demand. An application's function goes with it, so that what configs hold of the
    application's own types is of the same ones.
    """

    def __init__(self, run: Path, function: Callable[..., Any] | None = None) -> None:
        self._run = run
        self._function = function

    def __call__(self, cfg: DictConfig) -> None:
        _worker(self._run, self._function).run_composed(current_job().number, cfg)


_workers: dict[Path, Worker] = {}


def _worker(path: Path, function: Callable[..., Any] | None) -> Worker:
    """The worker of this process for a run; ends with the process."""
    if path not in _workers:
        run = RunDirectory(path)
        worker = _workers[path] = Worker(run, read_manifest(run), function=function)
        atexit.register(worker.close)
    return _workers[path]
