"""Benchmarks: whole commands, side by side in one run, as time per task and as ratios. Not tests: nothing fails.

Each benchmark runs its commands in turn, several times over, and prints medians, since machines drift.
"""

import tempfile
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from clean_start import clean_start
from collect import collect, collect_memory
from durability import durability
from overhead import overhead
from plan import plan
from slurm import slurm

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

BENCHMARKS: dict[str, Callable[[Path], None]] = {
    "clean-start": clean_start,
    "collect": collect,
    "collect-memory": collect_memory,
    "durability": durability,
    "overhead": overhead,
    "plan": plan,
    "slurm": slurm,
}


def main() -> None:
    """Run one benchmark."""
    parser = ArgumentParser(prog="scripts/bench", description="Measure sweeprun beside its peers and the floor.")
    parser.add_argument("name", choices=sorted(BENCHMARKS), help="which benchmark")
    name = parser.parse_args().name
    with tempfile.TemporaryDirectory(prefix="sweeprun-bench-") as scratch:
        study = Path(scratch)
        (study / "conf").mkdir()
        (study / "conf" / "config.yaml").write_text(CONFIG)
        (study / "noop.py").write_text(NOOP)
        BENCHMARKS[name](study)


if __name__ == "__main__":
    main()
