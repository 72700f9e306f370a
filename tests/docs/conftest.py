"""A directory for each page, and the cluster of tests/slurm for those that submit jobs."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.slurm.conftest import cluster, no_job_outlives_its_test

__all__ = ["cluster", "no_job_outlives_its_test"]

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted(path for path in ROOT.glob("docs/**/*.md") if "/_" not in path.as_posix())]
"""All that somebody wrote; what begins with an underscore is made."""

_DROPPED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "PYTEST", "COV", "HYDRA", "SLURM_", "COLUMNS")


def environment() -> dict[str, str]:
    """The user's, with the commands of this environment first on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_DROPPED)}
    return kept | {"PATH": f"{sys.prefix}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "MPLBACKEND": "agg"}


def make_clone(folder: Path) -> None:
    """What pages about the shipped studies need of a clone."""
    for name in ("conf", "experiments"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    script = folder / "scripts" / "sweeprun"
    script.parent.mkdir()
    script.write_text('#!/bin/sh\nexec sweeprun "$@"\n')
    script.chmod(0o755)
    (folder / ".venv").symlink_to(sys.prefix)


@pytest.fixture
def page_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "a study"
    folder.mkdir()
    return folder
