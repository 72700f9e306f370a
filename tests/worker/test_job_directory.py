"""What Hydra's jobs leave in their directories."""

from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig, OmegaConf

from sweeprun.worker.job_directory import write_job_configs


def config(output_subdir: str | None = ".hydra", **values: Any) -> DictConfig:
    hydra = {"output_subdir": output_subdir, "runtime": {"cwd": "/study"}, "overrides": {"task": ["lr=0.1", "+s=ü"]}}
    return OmegaConf.create({**values, "hydra": hydra})


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    directory = tmp_path / "a rün" / "3"
    directory.mkdir(parents=True)
    return directory


def test_the_configs_and_overrides_are_there_as_hydra_leaves_them(directory: Path) -> None:
    write_job_configs(directory, config(lr=0.1, name="größe", double="${lr}"))
    assert sorted(path.name for path in (directory / ".hydra").iterdir()) == [
        "config.yaml",
        "hydra.yaml",
        "overrides.yaml",
    ]
    assert OmegaConf.to_container(OmegaConf.load(directory / ".hydra" / "config.yaml")) == {
        "lr": 0.1,
        "name": "größe",
        "double": "${lr}",  # not resolved
    }
    assert OmegaConf.load(directory / ".hydra" / "overrides.yaml") == ["lr=0.1", "+s=ü"]
    hydra = OmegaConf.load(directory / ".hydra" / "hydra.yaml")
    assert list(hydra) == ["hydra"]
    assert hydra.hydra.runtime == {"cwd": "/study", "output_dir": str(directory)}


def test_the_output_directory_is_noted_in_a_node_that_takes_no_new_keys(directory: Path) -> None:
    closed = config(lr=1)
    OmegaConf.set_struct(closed, True)
    write_job_configs(directory, closed)
    assert OmegaConf.load(directory / ".hydra" / "hydra.yaml").hydra.runtime.output_dir == str(directory)
    assert OmegaConf.load(directory / ".hydra" / "config.yaml") == {"lr": 1}


def test_those_of_an_earlier_run_are_replaced(directory: Path) -> None:
    write_job_configs(directory, config(lr=1, long="x" * 1000))
    write_job_configs(directory, config(lr=2))
    assert (directory / ".hydra" / "config.yaml").read_text() == "lr: 2\n"


def test_another_name_of_the_folder_is_taken(directory: Path) -> None:
    write_job_configs(directory, config("einstellungen ü", lr=1))
    assert [path.name for path in directory.iterdir()] == ["einstellungen ü"]


def test_the_folder_may_be_below_another(directory: Path) -> None:
    write_job_configs(directory, config("kept/hydra", lr=1))
    assert (directory / "kept" / "hydra" / "config.yaml").read_text() == "lr: 1\n"


def test_without_a_folder_nothing_is_written(directory: Path) -> None:
    write_job_configs(directory, config(None, lr=1))
    assert list(directory.iterdir()) == []
