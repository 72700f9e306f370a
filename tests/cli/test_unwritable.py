"""A disk that takes no more: one line says so, nothing is taken for lost or failed, and later it goes on."""

import json
import resource
import subprocess
import sys
from pathlib import Path

from tests.command_line import Run, environment


def limited(study: Path, size: int, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command whose files can't become larger than so many bytes, its workers' neither."""
    return subprocess.run(
        [sys.executable, "-m", "sweeprun", *words],
        cwd=study,
        env=environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


def enough_to_begin(study: Path) -> int:
    """So large a file that a submission, which says what is installed, can be written, and no long shard."""
    (manifest,) = study.glob("multirun/*/*/manifest.json")
    return manifest.stat().st_size + 2000


LATER = """
def later(cfg):
    open("there").close()
    return cfg.seed
"""


def test_records_that_cannot_be_written_end_the_launch(run: Run, study: Path) -> None:
    run("-m", "task=study.misbehave", "seed=range(300)", "kind=raise", code=1)
    done = limited(study, enough_to_begin(study), "resume", "hydra.launcher.throttle=2")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "can't be recorded: " in done.stderr
    assert "File too large" in done.stderr
    assert json.loads(run("status", "--json").stdout)["states"]["lost"] == 0


def test_a_run_that_could_not_go_on_is_resumed(run: Run, study: Path) -> None:
    (study / "later.py").write_text(LATER)
    run("-m", "task=later.later", "seed=range(2000)", code=1)
    (study / "there").touch()
    done = limited(study, enough_to_begin(study), "resume", "hydra.launcher.throttle=2")
    assert done.returncode == 1, done.stderr
    states = json.loads(run("status", "--json").stdout)["states"]
    assert 0 < states["succeeded"] < 2000
    assert states["lost"] == states["running"] == 0
    assert "2000 succeeded" in run("resume").stderr


def test_what_cannot_be_made_is_told_in_one_line(study: Path) -> None:
    done = limited(study, 100, "-m", "seed=range(2)")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("sweeprun: ")
    assert line.endswith("File too large")
