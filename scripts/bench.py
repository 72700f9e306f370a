"""Benchmarks: whole commands, side by side in one run, as time per task and as ratios. Not tests: nothing fails.

Each benchmark runs its commands in turn, several times over, and prints medians, since machines drift.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

if TYPE_CHECKING:
    from sweeprun.store.records import Record

WORKERS = 2
ROUNDS = 3

CONFIG = """
task: noop.noop
lr: 0.1
seed: 0
epochs: 10
batch: 32
model: {width: 3, layers: [1, 2, 3], name: mlp}
"""

NOOP = '''
import resource

def noop(cfg, rng):
    """Do nothing but read the config; say how large this process has ever been, in kB."""
    assert cfg.lr >= 0
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}
'''

HYDRA_APP = """
import hydra

@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(cfg):
    assert cfg.lr >= 0

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


def main() -> None:
    """Run one benchmark."""
    benchmarks: dict[str, Callable[[Path], None]] = {
        "durability": durability,
        "overhead": overhead,
        "plan": plan,
        "slurm": slurm,
    }
    parser = ArgumentParser(prog="scripts/bench", description="Measure sweeprun beside its peers and the floor.")
    parser.add_argument("name", choices=sorted(benchmarks), help="which benchmark")
    name = parser.parse_args().name
    with tempfile.TemporaryDirectory(prefix="sweeprun-bench-") as scratch:
        study = Path(scratch)
        (study / "conf").mkdir()
        (study / "conf" / "config.yaml").write_text(CONFIG)
        for file, content in (("noop.py", NOOP), ("hydra_app.py", HYDRA_APP), ("pool.py", POOL)):
            (study / file).write_text(content)
        benchmarks[name](study)


def overhead(study: Path) -> None:
    """The cost of a task that does nothing: config, stream and record for each, whole command, start-up included."""
    tasks, hydra_tasks = 10_000, 50
    python = sys.executable
    sweep = ["-m", "lr=range(0,1,0.01)", "seed=range(100)", f"hydra.launcher.throttle={WORKERS}"]
    commands = {
        f"sweeprun, {WORKERS} workers": (tasks, [python, "-m", "sweeprun", *sweep]),
        "Hydra's basic launcher, 1 process": (
            hydra_tasks,
            [python, "hydra_app.py", "-m", "lr=range(0,1,0.1)", "seed=range(5)"],
        ),
        f"floor: multiprocessing.Pool, {WORKERS} workers": (tasks, [python, "pool.py", str(tasks), str(WORKERS)]),
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, (_, command) in commands.items():
            seconds[name].append(timed(command, study))
    ours = statistics.median(seconds[f"sweeprun, {WORKERS} workers"]) / tasks
    rows = []
    for name, (count, _) in commands.items():
        whole = statistics.median(seconds[name])
        each = whole / count
        rows.append((name, str(count), f"{whole:.2f} s", f"{1e3 * each:.3f} ms", f"{each / ours:.3g}"))
    table(("no-op tasks", "tasks", "whole command", "per task", "ratio"), rows)
    print(f"largest worker: {max(recorded_peaks(study)) / 1024:.0f} MB")
    print(f"largest process of any: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


PAYLOADS = {"a number": (1, 4000), "8 kB": (1000, 1000), "1 MB": (125_000, 60)}
"""Name -> how many float64 a record holds, and how many records there are."""


def durability(study: Path) -> None:
    """The time per record of what keeps it from being lost, beside cheaper and dearer ways, without any task."""
    print(f"records are kept in {study}, on {file_system(study)}")
    rows = []
    for payload, (values, count) in PAYLOADS.items():
        records = [some_record(i, values) for i in range(count)]
        seconds: dict[str, list[float]] = {}
        for turn in range(ROUNDS):
            for name, write in DURABILITIES.items():
                folder = study / f"{payload}-{turn}-{write.__name__}"
                folder.mkdir()
                began = time.perf_counter()
                write(folder, records)
                seconds.setdefault(name, []).append(time.perf_counter() - began)
        for name, times in seconds.items():
            rows.append((payload, name, f"{1e6 * statistics.median(times) / count:.1f} µs"))
    table(("record of", "way", "per record"), rows)


def some_record(task_id: int, values: int) -> "Record":
    """A record with so many numbers."""
    import numpy as np

    from sweeprun.store.payloads import encode_result
    from sweeprun.store.records import Outcome, Record

    layout, payload = encode_result({"x": np.arange(float(values)) if values > 1 else 0.5})
    return Record(
        task_id=task_id,
        attempt=1,
        outcome=Outcome.SUCCEEDED,
        stream=task_id,
        started=0.0,
        seconds=0.0,
        layout=layout,
        payload=payload,
    )


def by_recorder(folder: Path, records: "list[Record]") -> None:
    """As sweeprun does."""
    from sweeprun.store.directory import RunDirectory
    from sweeprun.worker.recorder import Recorder

    run = RunDirectory(folder)
    run.shards.mkdir()
    recorder = Recorder(run, "w")
    for record in records:
        recorder.add(record)
    recorder.close()


def one_by_one(folder: Path, records: "list[Record]") -> None:
    """A flush and an fsync for every record."""
    from sweeprun.store.shard_writer import ShardWriter

    writer = ShardWriter(folder / "w.arrow")
    for record in records:
        writer.append([record])
    writer.close()


def without_fsync(folder: Path, records: "list[Record]") -> None:
    """A flush for every record, and nothing that gets it to the disk."""
    with mock.patch("os.fsync"):
        one_by_one(folder, records)


def at_the_end(folder: Path, records: "list[Record]") -> None:
    """Nothing is written before all is done."""
    from sweeprun.store.shard_writer import ShardWriter

    with mock.patch("os.fsync"):
        writer = ShardWriter(folder / "w.arrow")
        writer.append(records)
        writer.close()


def bare(folder: Path, records: "list[Record]") -> None:
    """The payloads alone, each written and synced."""
    descriptor = os.open(folder / "w", os.O_WRONLY | os.O_CREAT)
    for record in records:
        os.write(descriptor, record.payload)
        os.fsync(descriptor)
    os.close(descriptor)


DURABILITIES = {
    "sweeprun: durable within 0.1 s": by_recorder,
    "every record synced": one_by_one,
    "every record written, none synced": without_fsync,
    "all at the end, not synced": at_the_end,
    "floor of every record synced: write + fsync": bare,
}


def file_system(path: Path) -> str:
    """The type of the file system of a path."""
    command = ["stat", "--file-system", "--format=%T", path]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


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
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            seconds[name].append(timed(command, study))
    rows = [
        (name, f"{statistics.median(times):.3f} s", f"{peak(commands[name], study):.0f} MB")
        for name, times in seconds.items()
    ]
    table(("command", "median", "peak memory"), rows)


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
    scripts = Path(__file__).parent
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
    done, seconds = submitit_tasks(peer_python(study), study)
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


def peer_python(study: Path) -> Path:
    """An interpreter that has the peer: it is a plugin of Hydra's, which would be loaded with us, too."""
    environment = study / "peer"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    lock = Path(__file__).parents[1] / "requirements.lock"
    install = [environment / "bin" / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*install, "-c", lock.name, *SUBMITIT], cwd=lock.parent, check=True)
    return environment / "bin" / "python"


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


def timed(command: list[str], study: Path, environment: dict[str, str] | None = None) -> float:
    """Wall seconds of a whole command."""
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run(command, cwd=study, check=True, stdout=quiet, stderr=quiet, env=environment)
    return time.perf_counter() - began


def peak(command: list[str], study: Path) -> float:
    """Peak resident memory of a command and its descendants, the largest one process, in MB."""
    code = textwrap.dedent(
        """
        import json, resource, subprocess, sys
        subprocess.run(json.loads(sys.argv[1]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
        """
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, json.dumps(command)], cwd=study, check=True, capture_output=True, text=True
    )
    return float(answer.stdout)


def recorded_peaks(study: Path) -> list[int]:
    """The peak memory that every task of the newest run recorded, in kB."""
    from sweeprun.store.directory import newest_run
    from sweeprun.store.payloads import Layout, decode_result
    from sweeprun.store.shards import read_shards

    peaks = []
    for shard in read_shards(newest_run(study / "multirun").shards):
        for record in shard.records():
            (value,) = decode_result(Layout.from_json(record.layout), record.payload)
            peaks.append(int(value))
    return peaks


def table(header: tuple[str, ...], rows: list[tuple[str, ...]], rounds: int = ROUNDS) -> None:
    """Print columns."""
    from rich.console import Console
    from rich.table import Table

    machine = f"{os.cpu_count()} CPUs, Python {sys.version.split()[0]}, median of {rounds}"
    out = Table(title=machine, title_justify="left")
    for i, name in enumerate(header):
        out.add_column(name, justify="left" if not i else "right")
    for row in rows:
        out.add_row(*row)
    Console(width=110).print(out)


if __name__ == "__main__":
    main()
