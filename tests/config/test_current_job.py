"""The job that Hydra is running in this process, as our launchers' jobs find it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import open_dict

from sweeprun.config.current_job import CurrentJob, current_job
from sweeprun.design.streams import BitGenerator
from tests.config.applications import opened


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    holder = HydraConfig.instance()
    before = holder.cfg
    yield
    holder.cfg = before


def enter(folder: Path, *words: str, number: int | None = None) -> Path:
    """Make Hydra believe that it runs a job; the job's directory."""
    output = folder / "out ü" / "7"
    with opened(folder, {"config": "lr: 0.1\n"}) as application:
        config = application.compose(words, RunMode.MULTIRUN)
    with open_dict(config.hydra):
        config.hydra.runtime.output_dir = str(output)
        if number is not None:
            config.hydra.job.num = number
    HydraConfig.instance().set_config(config)
    return output


def test_a_job_of_a_sweep_has_a_number_a_root_seed_and_a_bit_generator(tmp_path: Path) -> None:
    output = enter(tmp_path, "hydra.sweeper.root_seed=42", "hydra.sweeper.bit_generator=Philox", number=7)
    expected = CurrentJob(number=7, directory=output, root_seed=42, bit_generator=BitGenerator.Philox)
    assert current_job() == expected


def test_a_single_run_has_the_number_0(tmp_path: Path) -> None:
    output = enter(tmp_path)
    expected = CurrentJob(number=0, directory=output, root_seed=None, bit_generator=BitGenerator.PCG64)
    assert current_job() == expected


def test_the_sweepers_of_others_have_neither(tmp_path: Path) -> None:
    output = enter(tmp_path, "hydra/sweeper=basic", number=3)
    assert current_job() == CurrentJob(number=3, directory=output, root_seed=None, bit_generator=None)


def test_outside_of_hydra_there_is_no_job() -> None:
    HydraConfig.instance().cfg = None
    with pytest.raises(ValueError, match="HydraConfig was not set"):
        current_job()
