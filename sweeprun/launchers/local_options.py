"""The options of the local launcher, and what it can do. Quick to import: every Hydra application does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sweeprun.design.policy import GRACE_SECONDS
from sweeprun.launchers.capabilities import Capabilities, Translated
from sweeprun.wording import launcher

_JOBS = "n_jobs"
"""What joblib's launcher has for the throttle; a negative number is all CPUs."""


def _from_joblib(options: Mapping[str, Any], defaults: Mapping[str, Any]) -> Translated:
    kept = dict(options)
    jobs = kept.pop(_JOBS, None)
    if not isinstance(jobs, int) or jobs < 1:
        return Translated(options=kept)
    if kept.get("throttle") != defaults["throttle"]:
        return Translated(options=kept, became={_JOBS: f"nothing, as {launcher('throttle')} is set"})
    return Translated(options=kept | {"throttle": jobs}, became={_JOBS: str(launcher("throttle").to(jobs))})


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalOptions:
    """``hydra.launcher`` for worker processes of this machine.

    Attributes
    ----------
    throttle
        Workers at once; by default as many as fit on the CPUs that this process may use.
    cpus_per_task
        CPUs, and so threads, of each worker; by default the CPUs divided by the workers.
    tasks_per_job
        Consecutive tasks of one array element; 1 gives each task a process of its own, unless `fresh_process` says no.
    fresh_process
        Whether each task has a process of its own, forked before the study is imported; by default workers run one task
        after the other, and import the study once.
    warning_seconds
        How long tasks that run may go on after Ctrl-C or SIGTERM, to end or to write a checkpoint; 0 stops them at
        once.
    """

    capabilities: ClassVar = Capabilities(
        on_this_machine=True, submission_text="local: process {jobs}", translate=_from_joblib
    )

    throttle: int | None = None
    cpus_per_task: int | None = None
    tasks_per_job: int | None = None
    fresh_process: bool | None = None
    warning_seconds: float = GRACE_SECONDS
