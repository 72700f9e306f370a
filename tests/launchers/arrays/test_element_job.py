"""Whose job a process runs in, by the launcher that its submission names."""

import subprocess
import sys

import pytest

from sweeprun.errors import UsageError
from sweeprun.launchers.arrays.element_job import element_job
from sweeprun.launchers.slurm.job import SlurmJob
from tests.launchers.arrays.toys import toy

__all__ = ["toy"]

ENVIRON = {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3", "TOY_JOB": "8", "TOY_STARTS": "2"}


@pytest.mark.usefixtures("toy")
def test_the_launcher_says_which_class_reads_the_environment() -> None:
    assert element_job("slurm", ENVIRON) == SlurmJob(job_id="7", index=3, restarts=0)
    found = element_job("toy", ENVIRON)
    assert (type(found).__name__, found.job_id, found.index, found.restarts) == ("ToyJob", "8", 0, 1)


@pytest.mark.parametrize("name", ["local", "nobody's"])
def test_a_launcher_without_arrays_has_no_elements(name: str) -> None:
    with pytest.raises(UsageError, match=f"launcher {name!r} submits no arrays"):
        element_job(name, ENVIRON)


def test_an_element_of_ours_imports_little() -> None:
    script = (
        "import sys\nfrom sweeprun.launchers.arrays.element import ElementRun\n"
        "from sweeprun.launchers.arrays.element_job import element_job\n"
        f"element_job('slurm', {ENVIRON!r})\n"
        "print(*sorted(name for name in sys.modules if name.startswith('sweeprun.launchers.')))\n"
        "print(*{'numpy', 'difflib', 'importlib.metadata'} & sys.modules.keys())\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    names = [name.removeprefix("sweeprun.launchers.") for name in done.stdout.splitlines()[0].split()]
    assert names == [
        *("arrays", "arrays.commands", "arrays.element", "arrays.element_job", "arrays.time_limit"),
        *("registry", "slurm", "slurm.commands", "slurm.job"),
    ]
    assert done.stdout.splitlines()[1] == ""
