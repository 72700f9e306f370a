"""A study for command lines that are run in this process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.worker.surroundings import restored

_MODULE = "study_of_this_process"
_FUNCTION = """\
def draw(cfg, rng):
    return {"x": rng.random()}
"""


@contextmanager
def study_here(folder: Path) -> Iterator[Path]:
    """Work in a fresh study, whose module is forgotten afterwards, and so is what it made of Hydra."""
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "config.yaml").write_text(f"task: {_MODULE}.draw\nlr: 0.1\nseed: 0\n")
    (folder / f"{_MODULE}.py").write_text(_FUNCTION)
    with restored(folder):
        sys.path.insert(0, str(folder))
        try:
            yield folder
        finally:
            sys.modules.pop(_MODULE, None)
