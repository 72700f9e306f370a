"""What Hydra is told of the jobs that ran: read from their records, and only what somebody asks for."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, overload

from hydra.core.utils import JobReturn, JobStatus
from hydra.errors import CompactHydraException
from omegaconf import DictConfig, OmegaConf, open_dict

from sweeprun.config.frozen import ConfigDeriver, read_configs
from sweeprun.design.tasks import Task
from sweeprun.errors import TaskFailedError
from sweeprun.results.comparing import arrays_of
from sweeprun.runs.observe import observe
from sweeprun.store.directory import RunDirectory
from sweeprun.store.records import Record
from sweeprun.store.result_variables import RESULT_NAME
from sweeprun.store.snapshot import Snapshot


class Returns(Sequence[JobReturn]):
    """The returns of some tasks of a run, as Hydra's sweepers expect them.

    Parameters
    ----------
    run, tasks
        The run, and the ids of the tasks.
    ended
        Whether they have ended; of tasks that still wait or run, nothing is told but what they are.
    """

    def __init__(self, run: RunDirectory, tasks: Sequence[int], *, ended: bool) -> None:
        self._run = run
        self._tasks = tasks
        self._ended = ended

    def __len__(self) -> int:
        return len(self._tasks)

    @overload
    def __getitem__(self, index: int) -> JobReturn: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[JobReturn]: ...

    def __getitem__(self, index: int | slice) -> JobReturn | Sequence[JobReturn]:
        if isinstance(index, slice):
            return Returns(self._run, self._tasks[index], ended=self._ended)
        task = self._snapshot.manifest.table.task(self._tasks[index])
        if not self._ended:
            return _Return(self._snapshot, self._deriver, task, JobStatus.UNKNOWN, None)
        record = self._snapshot.record(task.task_id)
        if record is None:
            return _Return(self._snapshot, self._deriver, task, JobStatus.FAILED, _lost(self._snapshot, task))
        failure = record.failure()
        if failure is not None:
            error = JobFailed(
                f"{failure.traceback.rstrip()}\ntask {task.task_id} failed: {failure.type}: {failure.message}".lstrip()
            )
            return _Return(self._snapshot, self._deriver, task, JobStatus.FAILED, error)
        return _Return(self._snapshot, self._deriver, task, JobStatus.COMPLETED, returned_value(record))

    @cached_property
    def _snapshot(self) -> Snapshot:
        return observe(self._run)

    @cached_property
    def _deriver(self) -> ConfigDeriver:
        return ConfigDeriver(self._snapshot.manifest, read_configs(self._run))


class JobFailed(TaskFailedError, CompactHydraException):  # noqa: N818  # the error is its base
    """A task failed: what Hydra shows without a traceback of its own, as the message has the task's."""


class _Return(JobReturn):
    """One of them. The configs are derived when somebody reads them."""

    def __init__(self, snapshot: Snapshot, deriver: ConfigDeriver, task: Task, status: JobStatus, value: Any) -> None:
        self._snapshot = snapshot
        self._deriver = deriver
        self._task = task
        self.status = status
        self._return_value = value

    @property  # type: ignore[misc]  # JobReturn's is read-only, too
    def return_value(self) -> Any:
        """What the task returned; None of one that has not ended, whose sweeper doesn't wait for it."""
        return None if self.status is JobStatus.UNKNOWN else super().return_value

    @cached_property
    def cfg(self) -> DictConfig:  # type: ignore[override]
        return self._deriver.derive(self._task)

    @cached_property
    def hydra_cfg(self) -> DictConfig:  # type: ignore[override]
        config = self._deriver.derive_full(self._task)
        run = self._snapshot.run.path
        directory = str(run / str(OmegaConf.select(config, "hydra.sweep.subdir")))
        with open_dict(config):
            config.hydra.sweep.dir = str(run)
            config.hydra.runtime.output_dir = directory
        return config

    @property
    def overrides(self) -> Sequence[str]:  # type: ignore[override]
        overrides: list[str] = OmegaConf.to_container(self.hydra_cfg.hydra.overrides.task)  # type: ignore[assignment]
        return overrides

    @property
    def working_dir(self) -> str:  # type: ignore[override]
        job = self._snapshot.manifest.job
        return str(self.hydra_cfg.hydra.runtime.output_dir if job.chdir else job.cwd)

    @property
    def task_name(self) -> str:  # type: ignore[override]
        return str(self.hydra_cfg.hydra.job.name)


def returned_value(record: Record) -> Any:
    """What a task returned, as far as its record knows: a number or text, an array, or these by their names."""
    arrays = {name: array if array.ndim else array.item() for name, array in arrays_of(record).items()}
    if not arrays:
        return None
    return arrays[RESULT_NAME] if list(arrays) == [RESULT_NAME] else arrays


def _lost(snapshot: Snapshot, task: Task) -> JobFailed:
    return JobFailed(
        f"task {task.task_id} has no record: its worker was lost, or it never started; "
        f"see `sweeprun status {snapshot.run.shown()}`, and go on with `sweeprun resume {snapshot.run.shown()}`"
    )
