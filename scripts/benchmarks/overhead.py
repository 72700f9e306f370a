"""The cost of a task that does nothing."""

import resource
import sys
from pathlib import Path

from measuring import WORKERS, medians, table

HYDRA_APP = """
import resource

import hydra

@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    assert cfg.lr >= 0
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}

if __name__ == "__main__":
    main()
"""

POOL = """
import multiprocessing, sys

def noop(i):
    return 1.0

if __name__ == "__main__":
    tasks, workers = map(int, sys.argv[1:])
    with multiprocessing.Pool(workers) as pool:
        results = pool.map(noop, range(tasks))
"""


def overhead(study: Path) -> None:
    """The cost of a task that does nothing: config, stream and record for each, whole command, start-up included."""
    tasks, hydra_tasks = 10_000, 50
    python = sys.executable
    sweep = ["-m", "lr=range(0,1,0.01)", "seed=range(100)", f"hydra.launcher.throttle={WORKERS}"]
    commands = {
        f"sweeprun, {WORKERS} workers": (tasks, [python, "-m", "sweeprun", *sweep]),
        "a Hydra application, Hydra's basic launcher, 1 process": (
            hydra_tasks,
            [python, "hydra_app.py", "-m", "lr=range(0,1,0.1)", "seed=range(5)"],
        ),
        f"that application, sweeprun's launcher, {WORKERS} workers": (
            hydra_tasks,
            [python, "hydra_app.py", "-m", "lr=range(0,1,0.1)", "seed=range(5)", "hydra/launcher=sweeprun_local"],
        ),
        f"that application, sweeprun's launcher and sweeper, {WORKERS} workers": (
            tasks,
            [python, "hydra_app.py", *sweep, "hydra/launcher=sweeprun_local", "hydra/sweeper=sweeprun"],
        ),
        f"floor: multiprocessing.Pool, {WORKERS} workers": (tasks, [python, "pool.py", str(tasks), str(WORKERS)]),
    }
    for file, content in (("hydra_app.py", HYDRA_APP), ("pool.py", POOL)):
        (study / file).write_text(content)
    seconds = medians({name: command for name, (_, command) in commands.items()}, study)
    ours = seconds[f"sweeprun, {WORKERS} workers"] / tasks
    rows = []
    for name, (count, _) in commands.items():
        each = seconds[name] / count
        rows.append((name, str(count), f"{seconds[name]:.2f} s", f"{1e3 * each:.3f} ms", f"{each / ours:.3g}"))
    table(("no-op tasks", "tasks", "whole command", "per task", "ratio"), rows)
    print(f"largest worker: {max(recorded_peaks(study)) / 1024:.0f} MB")
    print(f"largest process of any: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


def recorded_peaks(study: Path) -> list[int]:
    """The peak memory that every task of the newest run recorded, in kB."""
    from sweeprun.store.finding import newest_run
    from sweeprun.store.payloads import Layout, decode_result
    from sweeprun.store.shards import read_shards

    peaks = []
    for shard in read_shards(newest_run(study / "multirun").shards):
        for record in shard.records():
            (value,) = decode_result(Layout.from_json(record.layout), record.payload)
            peaks.append(int(value))
    return peaks
