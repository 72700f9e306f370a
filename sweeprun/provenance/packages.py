"""The installed packages, without importing any."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_DISTRIBUTION = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-.*)?\.(?:dist|egg)-info")


def installed_packages() -> dict[str, str]:
    """The versions of all packages on ``sys.path``, by normalised name.

    References
    ----------
    Python Packaging User Guide, "Recording installed projects": ``{name}-{version}.dist-info``; PEP 503: names.
    """
    found = {package: version for package, version, _ in reversed(list(_distributions()))}  # the first one is imported
    return dict(sorted(found.items()))


def packages_of(modules: Iterable[str]) -> set[str]:
    """The packages that top-level modules belong to; those that belong to none are passed over."""
    wanted = set(modules)
    found: set[str] = set()
    rest: list[tuple[str, Path]] = []
    for package, _, directory in _distributions():
        try:
            provided = set((directory / "top_level.txt").read_text(encoding="utf-8", errors="replace").split())
        except OSError:
            provided = {package.replace("-", "_")}
            rest.append((package, directory / "RECORD"))
        if wanted & provided:
            found.add(package)
            wanted -= provided
    for package, record in rest:  # whose module has another name, as of scikit-learn
        if wanted and package not in found:
            with suppress(OSError):
                listed = record.read_text(encoding="utf-8", errors="replace")
                if hits := {name for name in wanted if re.search(rf"^{re.escape(name)}[/.]", listed, re.MULTILINE)}:
                    found.add(package)
                    wanted -= hits
    return found


def _distributions() -> Iterator[tuple[str, str, Path]]:
    """``(package, version, directory of its metadata)`` along ``sys.path``."""
    for place in dict.fromkeys(sys.path):
        with suppress(OSError):
            for entry in os.scandir(place or "."):
                if match := _DISTRIBUTION.fullmatch(entry.name):
                    package = re.sub(r"[-_.]+", "-", match["name"]).lower()
                    yield package, match["version"], Path(entry.path)
