"""Resuming and stopping a run; tests/notebook/test_sweeping.py does so with tasks that run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sweeprun
from sweeprun.errors import UsageError
from tests.results.runs import count_axis, make_run, success, write_shard


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sweeprun.Run:
    monkeypatch.chdir(tmp_path)
    directory = make_run(tmp_path / "run", count_axis("seed", 2))
    write_shard(directory, "w", [success(i, {"x": i}) for i in range(2)])
    return sweeprun.open_run("run")


def test_with_nothing_to_do_they_say_so(run: sweeprun.Run, capsys: pytest.CaptureFixture[str]) -> None:
    resumed, cancelled = run.resume(), run.cancel()
    assert (repr(resumed), len(resumed.tasks)) == ("nothing to start: 2 succeeded", 0)
    assert (repr(cancelled), cancelled.stopped) == ("nothing waited or ran", 0)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda run: run.throttle(2), "was not run by a launcher that has a throttle"),
        (lambda run: run.throttle(0), r"at least 1, not 0; `run.cancel\(\)` stops the run"),
        (lambda run: run.throttle("2"), "throttle is '2'; it should be a whole number"),
        (lambda run: run.cancel("7"), "tasks 7: this run has the tasks 0-1"),
        (lambda run: run.cancel(7), "tasks 7: this run has the tasks 0-1"),
        (lambda run: run.cancel([0, 7]), "tasks 0,7: this run has the tasks 0-1"),
        (lambda run: run.cancel("a"), "'a' is no task id"),
    ],
)
def test_what_makes_no_sense_is_refused(run: sweeprun.Run, call: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        call(run)
