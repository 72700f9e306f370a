"""Tasks that close descriptors, use them again, or change the umask: nothing is lost, and no file of theirs changed."""

from pathlib import Path

import pytest

from tests.command_line import Run

TASKS = """
import os, sys

def mine(cfg, number):
    descriptor = os.open(f"mine/{cfg.seed}-{number}", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    os.write(descriptor, b"mine")
    return descriptor

def closes_low(cfg):
    os.closerange(3, 256)
    for number in range(8):
        mine(cfg, number)
    return cfg.seed

def closes_all(cfg):
    os.closerange(3, 5000)
    for number in range(60):
        mine(cfg, number)
    return cfg.seed

def takes_all(cfg):
    descriptor = mine(cfg, 0)
    for number in range(3, 1100):
        os.dup2(descriptor, number)
    return cfg.seed

def closes_errors(cfg):
    print("printed", cfg.seed)
    os.close(2)
    if cfg.seed % 2:
        mine(cfg, 0)
    return cfg.seed

def closes_standard(cfg):
    print("printed", cfg.seed)
    (os.closerange, lambda *_: (sys.stdout.close(), sys.stderr.close()))[cfg.seed % 2](0, 3)
    return cfg.seed

def opens_to_all(cfg, task):
    os.umask(0 if cfg.seed % 2 else 0o777)
    open(f"mine/{cfg.seed}", "w").close()
    if cfg.seed == 5:
        raise ValueError("fünf")
    return {"x": cfg.seed, "made": (task.directory / "here").write_text("x")} if cfg.seed < 2 else cfg.seed
"""


@pytest.fixture(autouse=True)
def careless(study: Path) -> None:
    (study / "careless.py").write_text(TASKS)
    (study / "mine").mkdir()


@pytest.mark.parametrize("task", ["closes_low", "closes_all", "takes_all", "closes_errors", "closes_standard"])
def test_whatever_tasks_close_all_is_recorded_and_their_files_are_theirs(run: Run, study: Path, task: str) -> None:
    told = run("-m", f"task=careless.{task}", "seed=range(4)", "hydra.launcher.throttle=1").stderr
    assert "4 succeeded" in told
    replaced = "a worker gave up, and is replaced: sweeprun: " in told
    assert replaced == (task in ("closes_all", "takes_all")), told
    assert "no longer" not in told
    for path in (study / "mine").iterdir():
        assert path.read_bytes() == b"mine", path
    assert run("collect", "-o", "x.csv").returncode == 0
    values = [line.split(",")[-1] for line in (study / "x.csv").read_text().splitlines()[1:]]
    assert len(values) == 4


def test_what_tasks_print_is_found_although_they_close_it(run: Run) -> None:
    for task in ("closes_errors", "closes_standard"):
        run("-m", f"task=careless.{task}", "seed=range(4)", "hydra.launcher.throttle=1")
        for seed in range(4):
            assert f"printed {seed}\n" in run("logs", str(seed)).stdout


def test_the_umask_of_tasks_is_for_their_own_files(run: Run, study: Path) -> None:
    run("-m", "task=careless.opens_to_all", "seed=range(6)", "hydra.sweeper.max_failures=5", code=1)
    (directory,) = (study / "multirun").glob("*/*")
    made = [path for path in directory.rglob("*") if path.name != "here"]
    assert {"1.failures", "0", "1"} <= {path.name for path in made}
    assert [path for path in made if path.suffix == ".arrow"]
    by_kind = {is_dir: {path.stat().st_mode & 0o777 for path in made if path.is_dir() == is_dir} for is_dir in (0, 1)}
    assert [len(modes) for modes in by_kind.values()] == [1, 1], by_kind
    assert by_kind[0] == {(directory / "manifest.json").stat().st_mode & 0o777}
    assert {path.stat().st_mode & 0o777 for path in (study / "mine").iterdir()} == {0, 0o666}
