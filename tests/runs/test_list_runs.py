"""The runs below a directory, a line each; tests/cli/test_list.py has what is printed of them."""

from pathlib import Path

import pytest

from sweeprun.runs.list_runs import list_runs
from tests.results.runs import count_axis, failure, make_run, success, write_shard


def test_each_says_what_it_is_or_why_it_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    good = make_run(tmp_path / "größter Lauf", count_axis("seed", 3))
    write_shard(good, "w", [success(0, 1), failure(2)])
    make_run(tmp_path / "bad", count_axis("seed", 1)).manifest.write_text("{")
    listed = {run.shown: run for run in list_runs(tmp_path)}
    assert str(listed["größter Lauf"]) == "größter Lauf  1 pending, 1 succeeded, 1 failed  sweeprun"
    assert listed["größter Lauf"].to_dict()["command"] == ["sweeprun"]
    assert "manifest.json" in listed["bad"].error
    assert set(listed["bad"].to_dict()) == {"run", "shown", "error"}
    assert list_runs(tmp_path / "nowhere") == ()
