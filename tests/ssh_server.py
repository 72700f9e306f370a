"""An ssh server of one user on this machine, with keys of its own, on a port that was free; and the client's config."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SECONDS = 30.0

_SERVER = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
SetEnv TMPDIR={folder}
"""

_CLIENT = """
Host *
    HostName 127.0.0.1
    Port {port}
    IdentityFile {folder}/user
    IdentitiesOnly yes
    UserKnownHostsFile {folder}/known
    GlobalKnownHostsFile none
    StrictHostKeyChecking yes
    HostKeyAlias here
    BatchMode yes
    LogLevel ERROR
"""


def has_server() -> bool:
    """Whether there is one on this machine, and what else it takes."""
    return all(shutil.which(name, path=_PATH) for name in ("sshd", "ssh", "ssh-keygen"))


_PATH = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])


@contextmanager
def ssh_server(folder: Path) -> Iterator[Path]:
    """The config of a client, to which every name of a machine is this one: ``ssh -F CONFIG NAME``.

    Raises
    ------
    RuntimeError
        If the server doesn't start.
    """
    folder.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "known").write_text("here " + (folder / "host.pub").read_text())
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # a server of root's asks for it
    port, server = _start(folder)
    try:
        config = folder / "config"
        config.write_text(_CLIENT.format(folder=folder, port=port))
        yield config
    finally:
        server.terminate()
        server.wait(_SECONDS)


def _start(folder: Path) -> tuple[int, "subprocess.Popen[bytes]"]:
    """A server that listens, and its port."""
    log = folder / "log"
    for _ in range(5):  # somebody else may take the port
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (folder / "server").write_text(_SERVER.format(folder=folder, port=port))
        words = [shutil.which("sshd", path=_PATH) or "sshd", "-D", "-f", str(folder / "server"), "-E", str(log)]
        server = subprocess.Popen(words)
        deadline = time.monotonic() + _SECONDS
        while server.poll() is None and time.monotonic() < deadline:
            if log.exists() and "Server listening" in log.read_text():
                return port, server
            time.sleep(0.01)
        server.kill()
        server.wait()
    raise RuntimeError(log.read_text())
