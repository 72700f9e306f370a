"""A folder to sweep in, and a launcher that starts nothing."""

import importlib
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.runs.observers import Listener
from tests.runs.queue_launcher import ENTRY_POINT, NAME
from tests.runs.studies import CONFIGS, STUDY
from tests.worker.surroundings import restored

_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a study, where this process works; afterwards all that runs change in the process is as before."""
    folder = tmp_path / "my 'study' ü"
    folder.mkdir()
    (folder / "study.py").write_text(STUDY)
    for name, text in CONFIGS.items():
        path = folder / "conf" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.delitem(sys.modules, "study", raising=False)  # another test may have left one of this name
    handlers = {number: signal.getsignal(number) for number in _SIGNALS}
    modules = set(sys.modules)
    with restored(folder):
        monkeypatch.syspath_prepend(str(folder))
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
        importlib.invalidate_caches()
        yield folder
    for number, handler in handlers.items():
        signal.signal(number, handler)
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def functions(here: Path) -> ModuleType:
    """The functions of the study."""
    module = importlib.import_module("study")
    assert module.__file__ == str(here / "study.py")
    return module


@pytest.fixture
def observer() -> Listener:
    return Listener()


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a launcher that starts nothing, installed as one of another package."""
    metadata = tmp_path / "site" / "queue_launcher-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: queue-launcher\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINT)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return NAME
