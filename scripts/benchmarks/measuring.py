"""What all benchmarks do: time whole commands, measure their memory, print a table."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

WORKERS = 2
ROUNDS = 3


def medians(commands: Mapping[str, Sequence[str]], study: Path, outputs: Sequence[str] = ()) -> dict[str, float]:
    """Wall seconds of whole commands, by name: the medians of some rounds in which they take turns.

    Stores named as outputs are removed before each round: a store that is there may be brought up to date instead.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for output in outputs:
            shutil.rmtree(study / output, ignore_errors=True)
        for name, command in commands.items():
            seconds[name].append(timed(command, study))
    return {name: statistics.median(times) for name, times in seconds.items()}


def timed(command: Sequence[str], study: Path, environment: dict[str, str] | None = None) -> float:
    """Wall seconds of a whole command."""
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run(command, cwd=study, check=True, stdout=quiet, stderr=quiet, env=environment)
    return time.perf_counter() - began


def peak(command: Sequence[str], study: Path) -> float:
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


def peer_python(study: Path, *packages: str) -> Path:
    """An interpreter that has a peer's packages, and not ours: two plugins of Hydra's would be loaded together."""
    environment = study / "peer"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    lock = (Path(__file__).parents[2] / "requirements.lock").read_text().splitlines()
    versions = [line.removesuffix("\\") for line in lock if not line.startswith((" ", "#"))]
    constraints = study / "peer.txt"  # without hashes: pip would ask for those of the peer, too
    constraints.write_text("\n".join(versions))
    install = [environment / "bin" / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*install, "-c", constraints, *packages], check=True)
    return environment / "bin" / "python"


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
