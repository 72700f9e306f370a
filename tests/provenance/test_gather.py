"""Where a run came from."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from sweeprun import __version__
from sweeprun.provenance.code import Code
from sweeprun.provenance.gather import keep_provenance, short_form
from tests.results.runs import axis, make_run


def test_it_is_strict_json_and_says_what_it_was_made_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_PASSWORD", "hunter2hunter2")
    run = make_run(tmp_path / "run", axis("a", [1]))
    command = ["sweeprun", "-m", "x='ünï\n'"]
    code = Code(base=str(tmp_path))
    found = keep_provenance(run, command, code)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["command"] == command
    assert found["versions"]["sweeprun"] == __version__
    assert found["packages"]["numpy"] == found["versions"]["numpy"] == np.__version__
    assert found["blas"]["name"]
    assert found["pid"] == os.getpid()
    assert found["code"] == code.digest
    assert run.code(code.digest).exists()
    assert "hunter2" not in json.dumps(found)


def test_a_patch_is_kept_where_git_has_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sweeprun.provenance.git import GitState

    run = make_run(tmp_path / "run", axis("a", [1]))
    states = iter(
        [
            GitState(commit="c", patch=b"diff", changed=True, left_out=("x: why",)),
            GitState(commit="c"),
            "git failed",
            None,
        ]
    )
    monkeypatch.setattr("sweeprun.provenance.gather.read_git", lambda _: next(states))
    found = [keep_provenance(run, [], None)["git"] for _ in range(4)]
    assert (run.path / found[0].pop("patch")).read_bytes() == b"diff"
    (patch,) = run.codes.glob("*.patch")
    assert patch.stat().st_mode & 0o777 == 0o600, "a source may hold a password that nobody thought of"
    assert found == [
        {"commit": "c", "changed": True, "left_out": ["x: why"]},
        {"commit": "c", "changed": False, "left_out": []},
        {"commit": None, "changed": None, "problem": "git failed"},
        None,
    ]


def test_the_short_form_is_shorter(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", axis("a", [1]))
    short = short_form(keep_provenance(run, ["sweeprun"], None))
    assert "packages" not in short
    assert short["versions"]["numpy"] == np.__version__
