"""The directories that workers need on ``sys.path``."""

import sys
import sysconfig
from pathlib import Path


def python_path() -> tuple[str, ...]:
    """The working directory, and those on ``sys.path`` that no interpreter has by itself."""
    installed = [Path(place).resolve() for place in sysconfig.get_paths().values()]
    own = [place for place in sys.path if place and Path(place).is_dir()]
    own = [place for place in own if not any(Path(place).resolve().is_relative_to(one) for one in installed)]
    return tuple(dict.fromkeys([str(Path.cwd()), *(str(Path(place).resolve()) for place in own)]))
