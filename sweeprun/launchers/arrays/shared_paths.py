"""Whether the nodes of a cluster may see a directory."""

from contextlib import suppress
from pathlib import Path
from socket import gethostname
from tempfile import gettempdir

from sweeprun.launchers.arrays.scheduler import Scheduler

_LOCAL_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs", "devtmpfs", "squashfs"})


def why_not_shared(path: Path, scheduler: Scheduler) -> str:
    """Why the nodes may not see a directory; empty if nothing speaks against it, or this host is the only node."""
    kind = _file_system(path)
    if kind not in _LOCAL_FILE_SYSTEMS and Path(gettempdir()).resolve() not in path.resolve().parents:
        return ""
    here = gethostname().partition(".")[0]
    if {host.partition(".")[0] for host in scheduler.hosts()} <= {here}:
        return ""
    return f"{str(path)!r} is on a file system of {here} alone ({kind or 'temporary files'})"


def _file_system(path: Path) -> str:
    """The type of the file system that a path is on; empty where that can't be told."""
    best, kind = -1, ""
    with suppress(OSError, IndexError):
        for line in Path("/proc/self/mounts").read_text(errors="replace").splitlines():
            mount, found = line.split(" ")[1:3]
            place = Path(mount.encode().decode("unicode_escape", errors="replace"))
            if (place == path or place in path.resolve().parents) and len(place.parts) >= best:
                best, kind = len(place.parts), found
    return kind
