"""The cost of a task that does nothing, on Slurm."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from measuring import ROUNDS, peer_python, table, timed

SLURM_TASKS = 1000
SLURM_AT_ONCE = 8
PEER_SECONDS = 120
SUBMITIT = ("hydra-submitit-launcher==1.2.0", "submitit==1.5.4")

SUBMITIT_APP = """
import hydra

@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    assert cfg.lr >= 0
    return 1.0

main()
"""


def slurm(study: Path) -> None:
    """The cost of a no-op task on a real Slurm, from the command to the end of the last job, beside the peer's."""
    scripts = Path(__file__).parents[1]
    cluster = study / "cluster"
    up = [scripts / "slurm-up", "--dir", cluster]
    conf = subprocess.run(up, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    os.environ["SLURM_CONF"] = conf
    try:
        _slurm(study)
    finally:
        subprocess.run([scripts / "slurm-down", "--dir", cluster, "--purge"], check=True)


def _slurm(study: Path) -> None:
    python = sys.executable
    sweep = [python, "-m", "sweeprun", "-m", "lr=range(10)", f"seed=range({SLURM_TASKS // 10})", "hydra/launcher=slurm"]
    sweep += [f"hydra.launcher.throttle={SLURM_AT_ONCE}"]
    true = ["sbatch", f"--array=0-{SLURM_TASKS - 1}%{SLURM_AT_ONCE}", "--output=/dev/null", "--wrap=/bin/true"]
    packed = f"hydra.launcher.tasks_per_job={SLURM_TASKS // SLURM_AT_ONCE}"
    ways = {
        "floor: /bin/true, one per element": true,
        "sweeprun, one per element": [*sweep, "hydra.launcher.tasks_per_job=1"],
        "sweeprun, packed": [*sweep, packed],
    }
    each = {}
    for name, command in ways.items():
        each[name] = until_queue_is_empty(command, study) / SLURM_TASKS
        print(f"{name}: {1e3 * each[name]:.2f} ms a task", flush=True)
    (study / "submitit_app.py").write_text(SUBMITIT_APP)
    peer = "hydra-submitit-launcher"
    done, seconds = submitit_tasks(peer_python(study, *SUBMITIT), study)
    each[peer] = seconds / done
    packed_each = each["sweeprun, packed"]
    rows = [
        (name, str(done if name == peer else SLURM_TASKS), f"{1e3 * value:.2f} ms", f"{value / packed_each:.3g}")
        for name, value in each.items()
    ]
    table(("no-op tasks on Slurm", "tasks", "per task", "ratio"), rows, rounds=1)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    code = "import numpy, omegaconf"
    imports = statistics.median(timed([python, "-c", code], study, environment) for _ in range(5 * ROUNDS))
    more = each["sweeprun, one per element"] - each["floor: /bin/true, one per element"]
    print(f"one per element: {1e3 * more:.1f} ms more than /bin/true, where imports take {1e3 * imports:.1f} ms")


def until_queue_is_empty(command: list[str], study: Path) -> float:
    """Seconds from the start of a command that submits to the end of all jobs."""
    began = time.perf_counter()
    subprocess.run(command, cwd=study, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while subprocess.run(["squeue", "-h"], check=True, stdout=subprocess.PIPE).stdout:
        time.sleep(0.05)
    return time.perf_counter() - began


def submitit_tasks(python: Path, study: Path) -> tuple[int, float]:
    """How many tasks hydra-submitit-launcher does in two minutes, and in how many seconds."""
    options = [f"hydra.launcher.array_parallelism={SLURM_AT_ONCE}", "hydra.launcher.timeout_min=5"]
    options += ["hydra/launcher=submitit_slurm", "hydra.sweep.dir=submitit"]
    command = [python, "submitit_app.py", "-m", "lr=range(10)", f"seed=range({SLURM_TASKS // 10})", *options]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=study, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(PEER_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
    seconds = time.perf_counter() - began
    done = len(list(study.glob("submitit/.submitit/*/*_result.pkl")))
    subprocess.run(["scancel", "--user", str(os.getuid())], check=True)
    return done, seconds
