"""The options of the launcher for Slurm, and what it can do. Quick to import: every Hydra application does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sweeprun.launchers.arrays.launcher_options import SAME_FOR_ALL_TASKS, ArrayOptions
from sweeprun.launchers.capabilities import Capabilities, Translated


def _hint(name: str) -> str | None:
    from sweeprun.launchers.slurm.options import submitit_hint  # only once somebody has asked for a wrong one

    return submitit_hint(name)


def _translate(options: Mapping[str, Any], defaults: Mapping[str, Any]) -> Translated:
    from sweeprun.launchers.slurm.submitit import from_submitit

    return from_submitit(options, defaults)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmOptions(ArrayOptions):
    """``hydra.launcher`` for one throttled job array of Slurm: what all arrays have, and options of ``sbatch``.

    Attributes
    ----------
    sbatch
        Options of ``sbatch`` by their long names: ``{partition: short, time: '4:00:00', mem-per-cpu: 2G}``. They may
        refer to swept keys (``mem: ${memory}``): tasks that need different options get arrays of their own.
    collect_sbatch
        Options of ``sbatch`` for the job that collects.
    """

    capabilities: ClassVar = Capabilities(
        launches_all_at_once=True,
        changes_throttle=True,
        cancels_elements=True,
        queues_again=True,
        same_for_all_tasks=SAME_FOR_ALL_TASKS | {"collect_sbatch"},
        submission_text="job {jobs}",
        hint=_hint,
        translate=_translate,
    )

    sbatch: Mapping[str, Any] = field(default_factory=dict)
    collect_sbatch: Mapping[str, Any] = field(default_factory=dict)
