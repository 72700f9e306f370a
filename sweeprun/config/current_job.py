"""What Hydra knows of the job that it is running in this process."""

from dataclasses import dataclass
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import OmegaConf

from sweeprun.design.streams import BitGenerator


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentJob:
    """The job that Hydra is running.

    Attributes
    ----------
    number
        Its number in a sweep; 0 for a single run.
    directory
        Its output directory.
    root_seed, bit_generator
        Of the sweeper's options, where the sweeper is ours.
    """

    number: int
    directory: Path
    root_seed: int | None
    bit_generator: BitGenerator | None


def current_job() -> CurrentJob:
    """The job that Hydra is running in this process."""
    hydra = HydraConfig.get()
    number = None if OmegaConf.is_missing(hydra.job, "num") else hydra.job.num
    return CurrentJob(
        number=number or 0,
        directory=Path(hydra.runtime.output_dir),
        root_seed=OmegaConf.select(hydra, "sweeper.root_seed"),  # type: ignore[arg-type]
        bit_generator=OmegaConf.select(hydra, "sweeper.bit_generator"),  # type: ignore[arg-type]
    )
