"""Toy, and the launcher for it of the page on schedulers, installed for a test, as pip does it."""

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import Kind, read_blocks
from tests.installed_launcher import install_launcher, use_launcher

_HERE = Path(__file__).parent
_PAGE = _HERE.parents[2] / "docs" / "extending" / "scheduler.md"


def install(folder: Path) -> None:
    """Make ``bin`` and ``site`` in a folder: the program, and the package with the launcher ``toy``."""
    for name in ("bin", "spool", "site/toyrun"):
        (folder / name).mkdir(parents=True)
    program = shlex.quote(str(_HERE / "toy_program.py"))
    (folder / "bin" / "toy").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -SE {program} "$@"\n')
    (folder / "bin" / "toy").chmod(0o755)
    install_launcher(folder / "site", "toyrun", "toy", "toyrun.launcher:ToyLauncher")
    for block in read_blocks(_PAGE):
        if block.kind is Kind.FILE and block.note.startswith("toyrun/"):
            (folder / "site" / block.note).write_text(block.text)


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Toy's folder; whatever still runs when the test ends is cancelled."""
    folder = tmp_path / "töy"
    install(folder)
    monkeypatch.setenv("TOY_SPOOL", str(folder / "spool"))
    monkeypatch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
    use_launcher(folder / "site", "toyrun", monkeypatch)
    yield folder
    for job in (folder / "spool").iterdir():
        for element in job.glob("element-*"):
            (job / f"cancel-{element.name.partition('-')[2]}").touch()
