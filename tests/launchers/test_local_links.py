"""How the local workers of a pool are started."""

import sys
from pathlib import Path

import pytest

from sweeprun.launchers.local_links import LocalLinks, worker_command
from sweeprun.store.workers import Place
from tests.results.runs import count_axis, make_run


def test_the_command_names_the_place() -> None:
    assert worker_command(Path("a run"), Place(submission=2, attempt=3)) == [
        *(sys.executable, "-m", "sweeprun", "worker", "a run", "-", "--trust", "--submission", "2", "--attempt", "3")
    ]
    assert worker_command(Path("r"), Place(index=7))[-2:] == ["--element", "7"]


def test_each_slot_has_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = make_run(tmp_path / "a rün", count_axis("seed", 3))
    script = tmp_path / "played"
    script.write_text('#!/bin/sh\necho "$WORD" >&2\n')
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    link = LocalLinks(run, Place(submission=1, index=5), {"WORD": "here"})(3)
    link.popen.wait()
    link.close()
    assert run.worker_log(1, 5, 3).read_text() == "here\n"
