"""``sweeprun report``, through the command line."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command_line import Run, environment


@pytest.fixture
def swept(study: Path, run: Run) -> Path:
    run("-m", "task=study.draw", "lr=0.1,0.2", "seed=range(3)", "hydra.sweep.dir=swept")
    return study


def test_a_page_is_written_and_replaced_if_it_is_ours(swept: Path, run: Run) -> None:
    told = run("report", "swept")
    assert told.stderr == "written to report.html\n"
    first = (swept / "report.html").read_text()
    assert "study.draw" in first
    told = run("report", "swept", "--json")
    assert json.loads(told.stdout)["bytes"] == (swept / "report.html").stat().st_size
    (swept / "report.html").write_text("my own")
    assert "was not made by sweeprun" in run("report", "swept", code=2).stderr
    assert (swept / "report.html").read_text() == "my own"
    run("report", "swept", "-o", "report.html")
    assert (swept / "report.html").read_text().startswith("<!doctype html>")


@pytest.mark.usefixtures("swept")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "report.pdf"], "must end in .html"),
        (["-o", "no/where.html"], "there is no directory"),
        (["--serve", "-o", "x.html"], "--serve writes no file"),
        (["--port", "8000"], "add --serve"),
        (["--serve", "--port", "70000"], "no port"),
        (["--serve", "--port", "http"], "no port"),
    ],
)
def test_wrong_words_are_told(run: Run, words: list[str], message: str) -> None:
    told = run("report", "swept", *words, code=2)
    assert message in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.usefixtures("swept")
def test_a_port_in_use_is_told(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = run("report", "swept", "--serve", "--port", str(port), code=2)
    assert told.stderr == (f"sweeprun: port {port} is in use; choose another (--port), or any that is free: --port 0\n")


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, str, "subprocess.Popen[str]"]]:
    """A server of the run, its port and token."""
    command = [sys.executable, "-m", "sweeprun", "report", "swept", "--serve", "--port", "0"]
    process = subprocess.Popen(command, cwd=folder, env=environment(), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        found = re.search(r" http://127\.0\.0\.1:(\d+)/\?token=([0-9a-f]{48}) ", process.stderr.readline())
        assert found is not None
        yield int(found[1]), found[2], process
    finally:
        process.kill()
        process.communicate()


def asked(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_a_server_answers_with_its_own_page_only(swept: Path) -> None:
    with served(swept) as (port, token, process):
        page = asked(port, f"/?token={token}")
        assert page.status == 200
        assert "connect-src" in page.body  # type: ignore[attr-defined]
        content = asked(port, f"/content?token={token}")
        assert 'id="data"' in content.body  # type: ignore[attr-defined]
        assert asked(port, f"/content?token={token}", **{"If-None-Match": content.headers["ETag"]}).status == 304
        assert asked(port, f"/?token={token}", Host=f"localhost:{port}").status == 200
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", ""):
            assert asked(port, f"/?token={token}", Host=host).status == 421
        for path in ("/../../etc/passwd", "/manifest.json", "/content/"):
            assert asked(port, f"{path}?token={token}").status == 404
        for path in ("/", "/content", "/?token=", f"/?token={token[:-1]}"):
            assert asked(port, path).status == 403
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
