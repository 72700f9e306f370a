"""The installed packages, without importing any."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_REQUIRED = re.compile(rb"^Requires-Dist:\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?P<rest>[^\n]*)", re.MULTILINE)
_EXTRA = re.compile(rb"\bextra\s*==")
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


def with_requirements(packages: Iterable[str]) -> set[str]:
    """Packages with all installed ones that they say they require, and these in turn; not what extras of them require.

    References
    ----------
    Python Packaging User Guide, "Core metadata specifications": ``Requires-Dist``.
    """
    places = {package: directory for package, _, directory in reversed(list(_distributions()))}
    found: set[str] = set()
    waiting = list(packages)
    while waiting:
        package = waiting.pop()
        if package not in found:
            found.add(package)
            waiting += [name for name in _required_by(places.get(package)) if name in places]
    return found


def _required_by(directory: Path | None) -> Iterator[str]:
    """The normalised names of what a package requires, by its metadata."""
    if directory is None:
        return
    with suppress(OSError):
        header = (directory / "METADATA").read_bytes().partition(b"\n\n")[0]
        for match in _REQUIRED.finditer(header):
            if not _EXTRA.search(match["rest"]):
                yield _normalised(match["name"].decode())


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _distributions() -> Iterator[tuple[str, str, Path]]:
    """``(package, version, directory of its metadata)`` along ``sys.path``."""
    for place in dict.fromkeys(sys.path):
        with suppress(OSError):
            for entry in os.scandir(place or "."):
                if match := _DISTRIBUTION.fullmatch(entry.name):
                    yield _normalised(match["name"]), match["version"], Path(entry.path)
