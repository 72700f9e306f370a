"""``sys.argv`` and ``__main__`` of a task are its application's: siblings can be started by them."""

from pathlib import Path

import xarray as xr

from tests.command_line import Run, runner, sweeprun_runner

LOCAL = "hydra/launcher=sweeprun_local"

TRAINS_IN_TWO_PROCESSES = """
import os
import subprocess
import sys
from pathlib import Path

import __main__
import hydra
from hydra.core.hydra_config import HydraConfig

seen_at_import = list(sys.argv)


def start_sibling(directory):
    command = [sys.executable]
    command += [os.path.abspath(sys.argv[0])] if __main__.__spec__ is None else ["-m", __main__.__spec__.name]
    command += [*sys.argv[1:]] if os.environ.get("BY_WORDS") else ["-cp", f"{directory}/.hydra", "-cn", "config.yaml"]
    command += [f"hydra.run.dir='{directory}'", "hydra.output_subdir=.rank1"]
    return subprocess.Popen(command, env={**os.environ, "RANK": "1"})


@hydra.main(version_base="1.3", config_path=None, config_name=None)
def main(cfg):
    directory = Path(HydraConfig.get().runtime.output_dir)
    if os.environ.get("RANK") == "1":
        (directory / "rank1").write_text(str(2 * cfg.lr))
        return None
    sibling = start_sibling(directory)
    assert sibling.wait() == 0
    sys.argv.append("of the first task")
    return {
        "sibling": float((directory / "rank1").read_text()),
        "argv": " ".join([Path(seen_at_import[0]).name, *sys.argv[1:]]),
        "is_main": sys.modules["__main__"].main is main and __main__ is sys.modules["__main__"],
        "file": Path(__main__.__file__).name,
    }


if __name__ == "__main__":
    main()
"""


def collected(folder: Path, sweeprun: Run) -> xr.Dataset:
    sweeprun("collect", "-o", "collected.nc")
    return xr.load_dataset(folder / "collected.nc")


def check(dataset: xr.Dataset, words: str) -> None:
    assert dataset.sibling.values.tolist() == [2, 4]
    assert dataset.argv.values.tolist() == [f"ddp.py{words} +lr={lr} of the first task" for lr in (1, 2)]
    assert dataset.is_main.all()
    assert set(dataset.file.values) == {"ddp.py"}


def test_a_task_starts_its_siblings_by_its_command_line(tmp_path: Path) -> None:
    (tmp_path / "ddp.py").write_text(TRAINS_IN_TWO_PROCESSES)
    runner(tmp_path, "ddp.py")("-m", "+lr=1,2", LOCAL, "hydra.job_logging.root.level=ERROR")
    check(collected(tmp_path, sweeprun_runner(tmp_path)), f" {LOCAL} hydra.job_logging.root.level=ERROR")


def test_siblings_of_a_module_get_the_words_of_the_task(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "ddp.py").write_text(TRAINS_IN_TWO_PROCESSES)
    run = runner(tmp_path, "-m", "package.ddp")
    run("-m", "+lr=1,2", LOCAL, "+hydra.job.env_set.BY_WORDS='1'")
    check(collected(tmp_path, sweeprun_runner(tmp_path)), f" {LOCAL} +hydra.job.env_set.BY_WORDS='1'")
