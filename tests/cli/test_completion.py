"""Completion in real shells: words and TABs are typed, and the shell says what words it has then."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweeprun.cli.complete.syntax import SHELLS
from tests.cli.typing_shell import TypingShell
from tests.command_line import environment

_CONFIG = """\
defaults:
  - db: mysql
  - _self_
task: study.draw
lr: 0.1
name: hello world
place: größe
url: a:b
opti: {momentum: 0.9, lr: 0.001}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with groups and difficult values; and two runs, by their manifests' names only."""
    folder = tmp_path_factory.mktemp("shells") / "my 'study' ü"
    (folder / "conf" / "db").mkdir(parents=True)
    (folder / "conf" / "config.yaml").write_text(_CONFIG)
    for option in ("mysql", "postgres"):
        (folder / "conf" / "db" / f"{option}.yaml").write_text("port: 1\n")
    for run in ("2026/10-11-12", "it's ü $x"):
        (folder / "multirun" / run).mkdir(parents=True)
        (folder / "multirun" / run / "manifest.json").write_text("{}")
    (folder / "data file.nc").touch()
    return folder


@pytest.fixture(scope="module", params=SHELLS)
def shell(
    request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TypingShell]:
    shell = TypingShell(request.param, folder, tmp_path_factory.mktemp("home"))
    yield shell
    shell.close()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("coll\t", ["collect"]),
        ("stats --inter\tw\t", ["stats", "--interval", "wilson"]),
        ("stats --interval=w\t", ["stats", "--interval=wilson"]),
        ("show multirun/20\t", ["show", "multirun/2026/10-11-12"]),
        ("show multirun/it\t", ["show", "multirun/it's ü $x"]),
        ('show "multirun/it\t', ["show", "multirun/it's ü $x"]),
        ("show 'multirun/it\t", ["show", "multirun/it's ü $x"]),
        ("-m db=po\t", ["-m", "db=postgres"]),
        ("-m 'db=po\t", ["-m", "db=postgres"]),
        ("-m db=mysql,po\t", ["-m", "db=mysql,postgres"]),
        ("-m opti\tm\t", ["-m", "opti.momentum="]),
        ("place=ööö -m opti.mo\t", ["place=ööö", "-m", "opti.momentum="]),
        ("-m hydra/laun\tsl\t", ["-m", "hydra/launcher=slurm"]),
        ("plan -m hydra.sweeper.memb\t", ["plan", "-m", "hydra.sweeper.members="]),
        ("name=\t", ["name=hello world"]),
        ("name=hello\\ w\t", ["name=hello world"]),
        ('"name=hel\t', ["name=hello world"]),
        ("place=\t", ["place='größe'"]),
        ("url=\t", ["url='a:b'"]),
        ("collect -o da\t", ["collect", "-o", "data file.nc"]),
        ("lr=./da\t", ["lr=./data file.nc"]),
        ("nosuch=\t", ["nosuch="]),
    ],
)
def test_words_are_completed(shell: TypingShell, typed: str, expected: list[str]) -> None:
    assert shell.completed(f"sweeprun {typed}") == ["sweeprun", *expected]


def test_what_is_possible_is_listed(shell: TypingShell) -> None:
    shown = shell.listed("sweeprun -m db=")
    assert "mysql" in shown
    assert "postgres" in shown


def test_an_environments_own_sweeprun_is_asked(shell: TypingShell, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    own = tmp_path / "bin" / "sweeprun"
    own.symlink_to(Path(sys.executable).parent / "sweeprun")
    assert shell.completed(f"{own} coll\t") == [str(own), "collect"]


@pytest.mark.parametrize("shell_name", SHELLS)
def test_the_scripts_are_of_their_shells(shell_name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sweeprun", "completion", shell_name]
    script = subprocess.check_output(command, env=environment(), text=True)
    assert "completion --query" in script
    if shutil.which(shell_name) is not None:
        (tmp_path / "script").write_text(script)
        subprocess.run([shell_name, "-n", str(tmp_path / "script")], check=True)


def test_another_shell_is_told_which_there_are() -> None:
    command = [sys.executable, "-m", "sweeprun", "completion", "tcsh"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "there is no completion for 'tcsh', but for bash, zsh, fish" in done.stderr
