"""The launcher of docs/extending/launcher.md, installed as pip does it, with a server on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import Kind, read_blocks
from tests.installed_launcher import install_launcher, use_launcher
from tests.slurm.conftest import cannot_be_tested
from tests.ssh_server import has_server, ssh_server

_PAGE = Path(__file__).parents[1] / "docs" / "extending" / "launcher.md"


def install(folder: Path) -> Path:
    """Make a folder for ``sys.path`` in which the launcher ``ssh`` is installed."""
    (module,) = [block for block in read_blocks(_PAGE) if block.kind is Kind.FILE and block.note == "ssh_launcher.py"]
    install_launcher(folder, "sshrun", "ssh", "ssh_launcher:SshLauncher")
    (folder / "ssh_launcher.py").write_text(module.text)
    return folder


@pytest.fixture
def ssh_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The launcher ``ssh``, installed for this process and for those that it starts."""
    site = install(tmp_path / "site")
    use_launcher(site, "ssh_launcher", monkeypatch)
    return site


@pytest.fixture(scope="session")
def ssh_config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The config of a client to whom every machine is this one."""
    if not has_server():
        cannot_be_tested("needs sshd (Debian's openssh-server)")
    with ssh_server(tmp_path_factory.mktemp("ssh") / "server") as config:
        yield config
