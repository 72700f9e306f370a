"""The launcher for Slurm."""

from dataclasses import dataclass

from sweeprun.launchers.arrays.launcher import ArrayLauncher
from sweeprun.launchers.slurm.launcher_options import SlurmOptions
from sweeprun.launchers.slurm.scheduler import SlurmScheduler


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmLauncher(ArrayLauncher, SlurmOptions):
    """Submits job arrays to Slurm."""

    name = "slurm"

    def scheduler(self) -> SlurmScheduler:
        return SlurmScheduler(sbatch=self.sbatch, collect_sbatch=self.collect_sbatch)
