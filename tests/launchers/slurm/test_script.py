"""The lines of a script that are Slurm's."""

import subprocess
from pathlib import Path

import pytest

from sweeprun.launchers.slurm.script import log_lines


def test_the_log_is_a_relative_path() -> None:
    assert log_lines(Path("/runs/it's one"), "logs/0.%a.log") == (
        ["#SBATCH --output=logs/0.%a.log", "#SBATCH --open-mode=append"],
        [],
    )


@pytest.mark.parametrize("run", ["/a%b", "/a\\b", "/a%%\n'x'"])
def test_where_slurm_would_expand_the_path_the_script_redirects_itself(run: str, tmp_path: Path) -> None:
    directives, lines = log_lines(Path(f"{tmp_path}{run}"), "logs/0.%a.log")
    assert "/dev/null" in directives[0]
    (tmp_path / run.lstrip("/") / "logs").mkdir(parents=True)
    script = "\n".join([*lines, "echo hello"])
    subprocess.run(["bash", "-c", script], env={"SLURM_ARRAY_TASK_ID": "7"}, check=True)
    assert (tmp_path / run.lstrip("/") / "logs" / "0.7.log").read_text() == "hello\n"
