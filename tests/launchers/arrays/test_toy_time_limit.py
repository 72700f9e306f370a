"""Elements whose time is up, where the scheduler says neither when that is nor can be asked to queue them again."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sweeprun.results.collect import collect_run
from sweeprun.store.directory import RunDirectory
from tests.launchers.arrays.toys import toy

__all__ = ["toy"]

STUDY = '''
import time

import sweeprun


def slow(cfg, rng, task):
    """Stay until the job is restarted, in the first attempt at a task; one that never looks, and one that does."""
    if task.attempt == 1 and cfg.seed in (0, 2):
        while cfg.seed == 0 or not task.stop_requested:
            time.sleep(0.01)
        raise sweeprun.Unfinished
    return {"x": rng.random(), "attempt": task.attempt}
'''


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("packed", [False, True])
def test_they_are_started_again_by_their_exit_code(tmp_path: Path, packed: bool) -> None:
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "config.yaml").write_text("task: study.slow\nseed: 0\n")
    (tmp_path / "study.py").write_text(STUDY)
    words = ["-m", "seed=range(3)", "hydra/launcher=toy", "hydra.launcher.toy={limit: 8}", "hydra.sweep.dir=run"]
    words += ["hydra.launcher.warning_seconds=4", *(["hydra.launcher.tasks_per_job=3"] if packed else [])]
    sweeprun(tmp_path, *words)
    sweeprun(tmp_path, "wait", "run")
    dataset = collect_run(RunDirectory(tmp_path / "run")).dataset
    least = [2, 2, 2] if packed else [2, 1, 2]  # in one element, 0 is in the way; a busy machine needs further starts
    assert (dataset.attempt.values >= least).all()
    assert dataset.x.values.tolist() == [np.random.default_rng(i).random() for i in range(3)]


def sweeprun(folder: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sweeprun", *words], cwd=folder, capture_output=True, text=True, timeout=180, check=False
    )
    logs = "".join(path.read_text() for path in folder.glob("run/logs/*"))
    assert done.returncode == 0, done.stdout + done.stderr + logs
