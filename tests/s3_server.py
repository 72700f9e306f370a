"""An S3 server on this machine alone, moto's, for the tests of object stores."""

import fcntl
import itertools
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_LOCK = Path(__file__).with_name("s3_server.lock")
_ENVIRONMENT = _ROOT / ".venv-s3"
_START_SECONDS = 60
_numbers = itertools.count()


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server on a free port, which ends with the tests."""
    try:
        _install()
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no S3 server: it can't be installed ({error})")
    log = tmp_path_factory.mktemp("s3") / "server.log"
    command = [_ENVIRONMENT / "bin" / "python", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with log.open("wb") as file:
        server = subprocess.Popen(command, stdout=file, stderr=file, cwd=log.parent)
    try:
        yield _address(log, server)
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty bucket, in an environment as people have it who use one."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    name = f"bucket-{next(_numbers)}"
    urllib.request.urlopen(urllib.request.Request(f"{s3_server}/{name}", method="PUT")).close()
    return f"s3://{name}"


def _install() -> None:
    """Make the environment, unless it is there; of several tests at once, one does."""
    stamp = _ENVIRONMENT / "installed.lock"
    with (_ROOT / ".venv-s3.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.is_file() and stamp.read_text() == _LOCK.read_text():
            return
        subprocess.run([sys.executable, "-m", "venv", "--clear", _ENVIRONMENT], check=True)
        python = _ENVIRONMENT / "bin" / "python"
        install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
        environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
        subprocess.run([*install, "--require-hashes", "--no-deps", "-r", _LOCK], check=True, env=environment)
        stamp.write_text(_LOCK.read_text())


def _address(log: Path, server: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        if found := re.search(r"Running on (http://127\.0\.0\.1:\d+)", log.read_text()):
            return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"the S3 server didn't start: {log.read_text()}")
