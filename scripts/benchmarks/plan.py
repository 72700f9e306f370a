"""The cost of planning a large sweep."""

import sys
from pathlib import Path

from measuring import medians, peak, table


def plan(study: Path) -> None:
    """The time and memory of planning 1,000,000 tasks, beside importing Hydra."""
    python = sys.executable
    sweeprun = [python, "-m", "sweeprun"]
    commands = {
        "sweeprun plan, 1,000,000 tasks": [*sweeprun, "plan", "-m", "lr=range(1000)", "seed=range(1000)"],
        "sweeprun plan, 4 tasks": [*sweeprun, "plan", "-m", "lr=range(2)", "seed=range(2)"],
        "sweeprun --help": [*sweeprun, "--help"],
        "floor: python -c 'import hydra'": [python, "-c", "import hydra"],
        "floor: python -c pass": [python, "-c", "pass"],
    }
    rows = [
        (name, f"{seconds:.3f} s", f"{peak(commands[name], study):.0f} MB")
        for name, seconds in medians(commands, study).items()
    ]
    table(("command", "median", "peak memory"), rows)
