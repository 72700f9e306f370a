"""A little disk of one's own, which can be filled and made read-only: a tmpfs."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SIZE = 8 << 20


class Disk:
    """A mounted tmpfs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    @contextmanager
    def full(self, spare: int) -> Iterator[None]:
        """Leave only so many bytes of it, in whole pages."""
        with self._ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(4096))
        with self._ballast.open("r+b") as file:
            file.truncate(max(0, self._ballast.stat().st_size - spare))
        try:
            yield
        finally:
            self._ballast.unlink()

    def protect(self, *, on: bool = True) -> bool:
        """Make it read-only, or not; False if that isn't possible now, since somebody writes."""
        command = ["mount", "-o", f"remount,{'ro' if on else 'rw'}", self.path]
        return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


def may_mount(path: Path) -> bool:
    """Whether this process may mount; tried out at a path."""
    try:
        with mounted(path):
            return True
    except (subprocess.CalledProcessError, FileNotFoundError):
        return False


@contextmanager
def mounted(path: Path) -> Iterator[Disk]:
    """A disk, mounted at a path.

    Raises
    ------
    CalledProcessError
        If this process may not mount.
    """
    path.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", path], check=True, capture_output=True, text=True
    )
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", "-l", path], check=True)
