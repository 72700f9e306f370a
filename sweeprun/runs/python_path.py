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
    packages = [Path(place).resolve() for place in _package_directories()]
    known = {Path(place).resolve() for place in _further_directories()}
    own = [Path(place).resolve() for place in sys.path if place and Path(place).is_dir()]
    needed = [place for place in own if place not in known and not any(map(place.is_relative_to, packages))]
    return tuple(dict.fromkeys([str(Path.cwd()), *map(str, needed)]))


def _package_directories() -> Iterator[str]:
    """Where the standard library and packages are, with all that is below."""
    yield from (sysconfig.get_path(name) for name in ("stdlib", "platstdlib"))
    yield from site.getsitepackages()
    if site.ENABLE_USER_SITE:
        yield site.getusersitepackages()


def _further_directories() -> Iterator[str]:
    """What ``.pth`` files of packages name, as of editable ones, and where the command ``sweeprun`` is.

    References
    ----------
    Python documentation, "site": lines of ``.pth`` files are added to ``sys.path`` unless they import.
    """
    yield sysconfig.get_path("scripts")
    for place in _package_directories():
        for listed in Path(place).glob("*.pth"):
            with suppress(OSError, ValueError):
                lines = map(str.rstrip, listed.read_text(encoding="utf-8").splitlines())
                paths = (line for line in lines if line and not line.startswith(("import ", "import\t", "#")))
                yield from (str(Path(place, path)) for path in paths)
