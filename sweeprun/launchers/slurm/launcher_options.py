"""The options of the launcher for Slurm, and what it can do. Quick to import: every Hydra application does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sweeprun.launchers.capabilities import Capabilities, Translated


def _hint(name: str) -> str | None:
    from sweeprun.launchers.slurm.options import submitit_hint  # only once somebody has asked for a wrong one

    return submitit_hint(name)


def _translate(options: Mapping[str, Any], defaults: Mapping[str, Any]) -> Translated:
    from sweeprun.launchers.slurm.submitit import from_submitit

    return from_submitit(options, defaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmOptions:
    """``hydra.launcher`` for one throttled job array of Slurm.

    Attributes
    ----------
    throttle
        Elements that may run at once: the N of ``--array=0-99%N``.
    cpus_per_task
        CPUs, and so threads, of each worker.
    tasks_per_job
        Consecutive tasks of one element; by default 1, or the least that fits the site's limits.
    workers_per_job
        Workers that run side by side in one element, for sites that give out whole nodes.
    sbatch
        Options of ``sbatch`` by their long names: ``{partition: short, time: '4:00:00', mem-per-cpu: 2G}``. They may
        refer to swept keys (``mem: ${memory}``): tasks that need different options get arrays of their own.
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
    collect_sbatch
        Options of ``sbatch`` for that job.
    """

    capabilities: ClassVar = Capabilities(
        launches_all_at_once=True,
        same_for_all_tasks=frozenset({"throttle", "after_collect", "collect_sbatch"}),
        submission_text="job {jobs}",
        hint=_hint,
        translate=_translate,
    )

    throttle: int = 10
    cpus_per_task: int = 1
    tasks_per_job: int | None = None
    workers_per_job: int = 1
    sbatch: Mapping[str, Any] = field(default_factory=dict)
    setup: Sequence[str] = ()
    python: str | None = None
    requeues: int = 10
    warning_seconds: int = 120
    after_collect: bool = False
    collect_sbatch: Mapping[str, Any] = field(default_factory=dict)
