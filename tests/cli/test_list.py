"""``sweeprun list``: the runs, newest first."""

import json
import os
from pathlib import Path

import pytest

from sweeprun.cli.main import main
from tests.results.runs import count_axis, failure, make_run, success, write_shard


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a directory with two runs, of which the one with the later name is the older."""
    monkeypatch.chdir(tmp_path)
    old = make_run(tmp_path / "multirun" / "2026-05-04" / "z", count_axis("seed", 3))
    write_shard(old, "w", [success(0, 1), success(1, 1), failure(2)])
    os.utime(old.manifest, (1, 1))
    new = make_run(tmp_path / "multirun" / "größter Lauf", count_axis("seed", 2))
    os.utime(new.manifest, (2, 2))


def test_the_newest_is_first_with_its_tasks_by_state(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "multirun/größter Lauf  2 pending  sweeprun"
    assert second == "multirun/2026-05-04/z  2 succeeded, 1 failed  sweeprun"


def test_json_has_full_paths_and_all_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert first["run"] == str(Path("multirun/größter Lauf").resolve())
    assert first["created"] == "2026-05-04T10:11:12+00:00"
    assert second["states"] == {
        "pending": 0, "running": 0, "succeeded": 2, "failed": 1, "lost": 0, "excluded": 0
    }  # fmt: skip


def test_a_run_that_cannot_be_read_hides_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    Path("multirun/2026-05-04/z/manifest.json").write_text("{}")
    assert main(["list"]) == 0
    told = capsys.readouterr().out
    assert "manifest.json" in told
    assert "größter Lauf  2 pending" in told
    assert main(["list", "--json"]) == 0
    broken = next(run for run in json.loads(capsys.readouterr().out) if "error" in run)
    assert broken["shown"] == "multirun/2026-05-04/z"


def test_commands_that_take_the_newest_run_pass_over_it_and_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    broken = Path("multirun/broken/manifest.json")
    broken.parent.mkdir()
    broken.symlink_to(broken.name)
    assert main(["list"]) == 0
    assert "broken/manifest.json leads out of its run" in capsys.readouterr().out
    for words in (["status"], ["show"], ["collect", "-o", "out.csv"], ["logs", "0"], ["wait"]):
        main(words)
        told = capsys.readouterr().err
        assert "sweeprun: taking 'multirun/größter Lauf', as a newer run can't be read: " in told, words
    assert main(["status", "multirun/broken"]) == 2
    assert "leads out of its run" in capsys.readouterr().err


def test_a_command_line_gives_the_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    manifest = Path("multirun/größter Lauf/manifest.json")
    data = json.loads(manifest.read_text())
    data["provenance"]["command"] = ["sweeprun", "x=\x1b[2J"]
    manifest.write_text(json.dumps(data))
    assert main(["list"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_newlines_forge_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    manifest = Path("multirun/größter Lauf/manifest.json")
    data = json.loads(manifest.read_text())
    data["provenance"]["command"] = ["sweeprun", "x=\nmultirun/other  9 succeeded  sweeprun"]
    manifest.write_text(json.dumps(data))
    make_run(Path("multirun").resolve() / "a\nmultirun-b  9 succeeded", count_axis("seed", 1))
    bad = Path("multirun/c/manifest.json")
    bad.parent.mkdir()
    bad.write_text('{"format": "a\\nb"}')
    assert main(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_another_directory_is_searched_and_may_hold_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "multirun/2026-05-04"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["list", "no where"]) == 0
    assert capsys.readouterr().out == "no runs below no where\n"
    assert main(["list", "no where", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
