"""A launcher of another package, installed in a folder as pip does it."""

import importlib
import os
import sys
from pathlib import Path

import pytest


def install_launcher(folder: Path, package: str, name: str, place: str) -> None:
    """Write the metadata of a package.

    Parameters
    ----------
    folder
        A folder for ``sys.path``.
    package
        The name of the package.
    name, place
        The launcher, and its ``module:Class``.
    """
    metadata = folder / f"{package}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[sweeprun.launchers]\n{name} = {place}\n")


def use_launcher(folder: Path, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process, and those that it starts, find what is installed in a folder, and import its module anew."""
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(folder)])))
    for name in [name for name in sys.modules if name.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    importlib.invalidate_caches()
