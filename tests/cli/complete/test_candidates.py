"""What completion proposes, and that it only looks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sweeprun.cli.complete.candidates import FILES, candidates
from sweeprun.cli.complete.syntax import SYNTAX
from sweeprun.cli.completion import answer
from tests.command_line import CONFIG, STUDY, environment


@pytest.fixture(scope="module")
def with_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with two runs."""
    folder = tmp_path_factory.mktemp("runs") / "study ü"
    (folder / "conf" / "hydra" / "launcher").mkdir(parents=True)
    (folder / "conf" / "config.yaml").write_text(CONFIG)
    (folder / "conf" / "hydra" / "launcher" / "cluster.yaml").write_text("defaults: [slurm]\n")
    (folder / "study.py").write_text(STUDY)
    for words in (["seed=5,6", "hydra.sweep.dir=multirun/old"], ["hydra.sweep.dir='multirun/new ü'"]):
        _sweeprun(folder, "-m", "lr=1,2", *words)
    os.utime(folder / "multirun" / "old" / "manifest.json", (0, 0))
    return folder


def _sweeprun(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sweeprun", *words]
    return subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL, check=True
    )


@pytest.fixture
def here(with_runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that study; the working directory."""
    folder = tmp_path / "study ü"
    shutil.copytree(with_runs, folder)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "current", "expected"),
    [
        ([], "co", ["collect", "completion"]),
        ([], "lr", ["lr="]),
        ([], "ele", []),  # job scripts type that
        ([], "--multi", ["--multirun"]),
        (["stats"], "--int", ["--interval"]),
        (["stats", "--interval"], "", list(SYNTAX["stats"].options["--interval"])),
        (["stats", "--interval"], "bo", ["bootstrap"]),
        (["stats"], "--interval=bo", ["--interval=bootstrap"]),
        (["stats", "multirun/old", "--over"], "", ["lr", "seed"]),
        (["stats", "multirun/old", "--over"], "lr,", ["lr,lr", "lr,seed"]),
        (["stats", "--json"], "--j", []),
        (["collect"], "", ["multirun/new ü", "multirun/old"]),
        (["collect"], "multirun/o", ["multirun/old"]),
        (["collect"], "nothing", []),
        (["collect", "multirun/old"], "", []),
        (["show", "multirun/old"], "", ["lr=", "seed="]),
        (["logs", "multirun/old", "lr=1"], "seed=", ["seed=5", "seed=6"]),
        (["extend"], "", ["multirun/new ü", "multirun/old"]),
        (["extend", "multirun/old"], "", ["lr=", "seed=", "hydra."]),
        (["extend", "multirun/old"], "s", ["seed="]),
        (["extend"], "l", ["lr="]),
        (["replay", "multirun/old", "lr=1"], "seed=", ["seed=5", "seed=6"]),
        (["resume", "multirun/old"], "hydra.launcher.th", ["hydra.launcher.throttle="]),
        (["resume", "multirun/old"], "hydra/launcher=", ["hydra/launcher=local", "hydra/launcher=slurm"]),
        (["resume"], "hydra.sweeper.ret", ["hydra.sweeper.retries=", "hydra.sweeper.retry_on="]),
        (["completion"], "", ["bash", "zsh", "fish"]),
        (["-cn"], "", ["config"]),
        (["--cfg"], "j", ["job"]),
        (["-m"], "see", ["seed="]),
        (["-m"], "hydra/launcher=c", ["hydra/launcher=cluster"]),
        (["plan", "-m"], "hydra/launcher=sl", ["hydra/launcher=slurm"]),
        (["plan", "-m"], "--js", ["--json"]),
        (["-m"], "lr=./st", ["lr=./study.py"]),
        (["-m"], "lr=./con", ["lr=./conf/"]),
        (["nonsense"], "lr", ["lr="]),
    ],
)
def test_what_is_proposed(words: list[str], current: str, expected: list[str]) -> None:
    assert list(candidates(words, current)) == expected


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("words", "current"),
    [
        (["collect", "-o"], ""),
        (["collect"], "../x"),
        (["list"], ""),
        (["init"], ""),
        (["-cp"], "c"),
        (["stats", "-o"], ""),
    ],
)
def test_files_are_left_to_the_shell(words: list[str], current: str) -> None:
    assert candidates(words, current) is FILES


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "question",
    [
        ("zsh", "-m", ""),
        ("zsh", "-cn", "nowhere", "-m", ""),
        ("bash", "sweeprun -m l", "l"),
        ("bash",),
        ("zsh",),
        ("nosuch", "extend", "multirun/old", ""),
    ],
)
def test_what_is_broken_proposes_nothing(question: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    Path("conf/config.yaml").write_text("lr: [\n")
    Path("multirun/old/manifest.json").write_text("{}")
    assert answer(*question) == []
    assert capfd.readouterr() == ("", "")


def test_hostile_names_are_not_proposed(here: Path) -> None:
    for name in ("a\x1b]0;x\x07", "b\nc", "d\te"):
        (here / "multirun" / name).mkdir()
        (here / "multirun" / name / "manifest.json").write_text("{}")
    assert list(candidates(["collect"], "")) == ["multirun/new ü", "multirun/old"]


def _everything(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.mark.parametrize(
    "words",
    [["-m", ""], ["-m", "lr="], ["-m", "task="], ["extend", "multirun/old", ""], ["replay", "lr="], ["collect", ""]],
)
def test_completing_executes_nothing_and_writes_nothing(here: Path, words: list[str]) -> None:
    (here / "study.py").write_text("from pathlib import Path\nPath('executed').touch()\n")
    with (here / "conf" / "config.yaml").open("a") as config:
        config.write("hydra: {callbacks: {mine: {_target_: study.Callback}}}\nother: ${study:x}\n")
    before = _everything(here)
    done = _sweeprun(here, "completion", "--query", "zsh", *words)
    assert done.stdout.strip()
    assert done.stderr == ""
    assert _everything(here) == before


@pytest.mark.parametrize(
    "words",
    [[""], ["co"], ["stats", "--"], ["-m", "--"], ["collect", ""], ["resume", ""], ["extend", "multi"], ["-cn", ""]],
)
def test_what_needs_no_hydra_imports_none(here: Path, words: list[str]) -> None:
    code = "import sys; from sweeprun.cli.completion import main; main(sys.argv[1:]); print(*sys.modules)"
    command = [sys.executable, "-c", code, "--query", "zsh", *words]
    told = subprocess.check_output(command, cwd=here, env=environment(), text=True, stdin=subprocess.DEVNULL)
    assert {"hydra", "omegaconf", "numpy", "argparse", "pyarrow"}.isdisjoint(told.splitlines()[-1].split())
