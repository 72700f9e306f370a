"""The options that all launchers for array schedulers have. Quick to import: every Hydra application does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sweeprun.launchers.capabilities import NOT_AN_OPTION

SAME_FOR_ALL_TASKS = frozenset({"throttle", "after_collect"})
"""Those that all tasks of a run share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayOptions:
    """``hydra.launcher`` for one throttled job array of any scheduler.

    Attributes
    ----------
    throttle
        Elements that may run at once: the N of an array ``0-99%N``.
    cpus_per_task
        CPUs, and so threads, of each worker.
    tasks_per_job
        Consecutive tasks of one element; by default 1, or the least that fits the site's limits.
    workers_per_job
        Workers that run side by side in one element, for sites that give out whole nodes.
    fresh_process
        Whether each task of an element has a process of its own, forked before the study is imported.
    setup
        Lines of bash that every job runs first: ``['module load gcc', 'source env/bin/activate']``.
    python
        The interpreter of the workers; by default this one.
    requeues
        How often an element whose time is up may queue itself again; 0 where the site forbids it.
    warning_seconds
        How long before its time limit an element stops starting tasks.
    after_collect
        Whether a dependent job collects into ``results.nc`` in the run directory when everything has ended.
    variables
        Further environment variables of the workers, ``hydra.job.env_set``.
    cwd
        Where workers work; None for the directory of this process.
    """

    throttle: int = 10
    cpus_per_task: int = 1
    tasks_per_job: int | None = None
    workers_per_job: int = 1
    fresh_process: bool = False
    setup: Sequence[str] = ()
    python: str | None = None
    requeues: int = 10
    warning_seconds: int = 120
    after_collect: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = field(default=None, metadata=NOT_AN_OPTION)
