"""A job of Slurm from inside: what its environment says, and what is asked of Slurm at the time limit."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from sweeprun.errors import UsageError
from sweeprun.launchers.arrays.element_job import BY_HAND, ElementJob
from sweeprun.launchers.slurm.commands import run_command


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmJob(ElementJob):
    """An element of a job array of Slurm."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        try:
            return cls(
                job_id=environ["SLURM_ARRAY_JOB_ID"],
                index=int(environ["SLURM_ARRAY_TASK_ID"]),
                restarts=int(environ.get("SLURM_RESTART_COUNT") or 0),
            )
        except (KeyError, ValueError) as error:
            raise UsageError(
                f"`sweeprun element` runs in an element of a Slurm array, and this is none; {BY_HAND}"
            ) from error

    def end(self) -> float | None:
        text = run_command(
            ["squeue", "-h", "-j", self._element_id, "-o", "%e"], environ={**os.environ, "SLURM_TIME_FORMAT": "%s"}
        )
        with suppress(ValueError):
            return float(text)
        return None

    def requeue(self) -> None:
        """Put it back into the queue: of a job that has timed out, Slurm would no longer take it."""
        run_command(["scontrol", "requeue", self._element_id])

    def cancel_queued(self) -> None:
        run_command(["scancel", "--state=PENDING", self.job_id])

    @property
    def _element_id(self) -> str:
        """The element as ``ARRAY_INDEX``: the last one to start has the array's own job id."""
        return f"{self.job_id}_{self.index}"
