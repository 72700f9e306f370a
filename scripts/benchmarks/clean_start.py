"""What it costs that a task starts clean: putting back what it set, or a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from measuring import medians, table

_PUT_BACK = """
import json, timeit

import hydra.main
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.core.utils import JobRuntime

from sweeprun.worker.hydra_globals import HydraGlobals
from sweeprun.worker.main_script import command_line

for singleton in (ConfigStore, GlobalHydra, HydraConfig, JobRuntime, Plugins):
    singleton.instance()
put_back = HydraGlobals()

def task():
    with command_line(["train.py", "lr=1"]), put_back:
        pass

print(json.dumps(min(timeit.repeat(task, number=100, repeat=300)) / 100))
"""

_FORKS = """
import json, os, time

import omegaconf, pyarrow.ipc
import sweeprun.worker.fresh_processes

seconds = []
for _ in range(300):
    began = time.perf_counter()
    if not (pid := os.fork()):
        os._exit(0)
    os.waitpid(pid, 0)
    seconds.append(time.perf_counter() - began)
print(json.dumps(sorted(seconds)[len(seconds) // 2]))
"""


def clean_start(study: Path) -> None:
    """The cost of a clean start of tasks that do nothing, and of a process that does nothing, as the floor."""
    tasks = 100
    sweep = [sys.executable, "-m", "sweeprun", "-m", f"seed=range({tasks})", "hydra.launcher.throttle=1"]
    seconds = medians({how: [*sweep, f"hydra.launcher.fresh_process={how}"] for how in ("true", "false")}, study)
    process = (seconds["true"] - seconds["false"]) / tasks
    rows = [
        ("putting back what a task set (least of 300 times)", _printed(_PUT_BACK, study)),
        ("a process for each task, besides what a worker costs", process),
        ("floor: a fork of a worker that ends at once", _printed(_FORKS, study)),
    ]
    table(("no-op tasks", "per task"), [(name, f"{1e3 * each:.3f} ms") for name, each in rows])


def _printed(code: str, study: Path) -> float:
    """The number that some code prints in a process of its own."""
    done = subprocess.run([sys.executable, "-c", code], cwd=study, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout))
