"""Runs and files of other users: nothing of them takes effect, through any door, unless the user trusts them."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sweeprun.cli.main import main
from sweeprun.errors import UsageError
from sweeprun.notebook.run import open_run
from sweeprun.store import trust
from sweeprun.store.directory import RunDirectory
from sweeprun.store.processes import Process
from tests.cli.sleepers import sleeping
from tests.hostile.conftest import Look
from tests.hostile.test_hostile_runs import Payload
from tests.results.runs import count_axis, make_run, success, write_shard
from tests.runs.submitting import submit

NOBODY = 65534

GiveAway = Callable[[Path], None]


@pytest.fixture
def give_away(monkeypatch: pytest.MonkeyPatch) -> GiveAway:
    """Makes another user the owner of a directory and all that is in it: really, if this is root's test."""
    monkeypatch.delenv("SUDO_UID", raising=False)

    def really(path: Path) -> None:
        for each in (path, *path.rglob("*")):
            os.chown(each, NOBODY, NOBODY, follow_symlinks=False)

    def in_name(path: Path) -> None:
        real = trust.owner_of
        monkeypatch.setattr(trust, "owner_of", lambda own: NOBODY if own.is_relative_to(path) else real(own))

    return really if os.geteuid() == 0 else in_name


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    return tmp_path / "pwned"


@pytest.fixture
def hostile(tmp_path: Path, canary: Path, give_away: GiveAway, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """A stranger's run, whose pickles make a directory when they are read."""
    monkeypatch.chdir(tmp_path)
    run = make_run(tmp_path / "multirun" / "a run", count_axis("seed", 3))
    write_shard(run, "0.a", [success(task_id, {"x": 1.5}) for task_id in range(2)])
    submit(run, tasks="0-2")
    run.frozen_configs.write_bytes(pickle.dumps(Payload(canary)))
    give_away(run.path)
    return run


@pytest.mark.parametrize(
    "words",
    [
        ["resume"],
        ["resume", "{}"],
        ["extend", "seed=range(9)"],
        ["extend", "--until", "sem(x)<0.1", "--over", "seed"],
        ["verify"],
        ["replay", "1"],
        ["replay", "{}", "seed=1"],
        ["worker", "{}", "0"],
        ["cancel"],
        ["throttle", "2"],
    ],
    ids=" ".join,
)
def test_what_would_take_effect_is_refused(
    hostile: RunDirectory, canary: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main([word.format(hostile.path) for word in words]) == 2
    told = capsys.readouterr().err
    assert f"{str(hostile.path)!r} belongs to " in told
    assert "--trust" in told
    assert told.count("\n") == 1
    assert not canary.exists()


@pytest.mark.parametrize(
    "call",
    [
        lambda run: run.resume(),
        lambda run: run.extend(seed=range(9)),
        lambda run: run.extend(trust=[1]),
        lambda run: run.replay(1),
        lambda run: run.replay(seed=1),
        lambda run: run.replay(trust=1),
        lambda run: run.cancel(),
    ],
)
def test_the_same_from_python_in_its_words(hostile: RunDirectory, canary: Path, call: Callable[[Any], Any]) -> None:
    with pytest.raises(UsageError, match=r"a run' belongs to .*, add trust=True"):
        call(open_run(hostile.path))
    assert not canary.exists()


def test_looking_at_a_colleague_s_run_needs_no_trust(hostile: RunDirectory, canary: Path, look: Look) -> None:
    said = look(hostile)
    assert {name for name, (code, text) in said.items() if "--trust" in text} == set()
    assert not canary.exists()


def test_one_file_of_a_stranger_s_is_enough(
    tmp_path: Path, give_away: GiveAway, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "mine", count_axis("seed", 3))
    submit(run, tasks="0-2")
    give_away(run.submission(0))
    assert main(["resume", str(run.path)]) == 2
    assert f"{str(run.submission(0))!r} belongs to " in capsys.readouterr().err


def test_a_process_that_a_trusted_run_merely_names_is_left_alone(
    tmp_path: Path, give_away: GiveAway, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "theirs", count_axis("seed", 3))
    with sleeping() as process:
        submit(run, tasks="0-2", submitter=Process.of(process.pid))
        give_away(run.path)
        assert main(["cancel", str(run.path), "--trust"]) == 2
        assert "holds no lock in it" in capsys.readouterr().err
        assert process.poll() is None
