"""The directories that workers need on ``sys.path``."""

import site
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def python_path() -> tuple[str, ...]:
    """The working directory, and those on ``sys.path`` that a fresh interpreter doesn't have by itself.

    It is asked when a run is prepared, so what a script added to ``sys.path`` before counts.
    """
    installed = {Path(place).resolve() for place in _installed()}
    scripts = Path(sysconfig.get_path("scripts")).resolve()  # where the command `sweeprun` is
    own = [Path(place).resolve() for place in sys.path if place and Path(place).is_dir()]
    needed = [place for place in own if place != scripts and installed.isdisjoint({place, *place.parents})]
    return tuple(dict.fromkeys([str(Path.cwd()), *map(str, needed)]))


def _installed() -> Iterator[str]:
    """Where the standard library and packages are, and what their ``.pth`` files name, as of editable packages.

    References
    ----------
    Python documentation, "site": lines of ``.pth`` files are added to ``sys.path`` unless they import.
    """
    yield from (sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
    for place in [*site.getsitepackages(), site.getusersitepackages()]:
        yield place
        for listed in Path(place).glob("*.pth"):
            with suppress(OSError, ValueError):
                lines = listed.read_text(encoding="utf-8").splitlines()
                yield from (
                    str(Path(place, line)) for line in lines if not line.startswith(("import ", "import\t", "#"))
                )
