"""What a job script says to Slurm: its ``#SBATCH`` lines.

Options are lines of the script, so nothing depends on how ``sbatch`` is called but the working directory, the run
directory: the log's path is relative to it, and so needs no quoting.
"""

from pathlib import Path

from sweeprun.launchers.arrays.script import quote
from sweeprun.launchers.slurm.options import directive

COMMENT = "sweeprun:"
"""What the comment of our jobs begins with; the submission's token follows."""


def log_lines(run: Path, log: str) -> tuple[list[str], list[str]]:
    """How a job's output gets to a log below the run directory: directives, and lines of the script.

    ``log`` may hold ``%a``. Slurm expands ``%`` in the whole path, and stops expanding at a backslash; in such a
    directory the script redirects its output itself.
    """
    if "%" not in str(run) and "\\" not in str(run):
        return [directive("output", log), directive("open-mode", "append")], []
    before, index, after = log.partition("%a")
    word = quote(f"{run}/{before}") + ('"$SLURM_ARRAY_TASK_ID"' if index else "") + after
    return [directive("output", "/dev/null")], [f"exec >>{word} 2>&1"]
