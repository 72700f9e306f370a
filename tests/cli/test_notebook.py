"""Runs that were really run, looked at as in a notebook."""

from pathlib import Path

import numpy as np
import pytest

import sweeprun
from sweeprun.store.finding import newest_run
from tests.cli.test_following import two_running, wait_until
from tests.command_line import Run


def test_a_run_with_failures_and_losses(run: Run, study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("-m", "task=study.misbehave", "kind=fine,raise,kill", "seed=range(2)", code=1)
    monkeypatch.chdir(study)
    opened = sweeprun.open_run()
    assert {state: count for state, count in opened.counts.items() if count} == {"succeeded": 2, "failed": 2, "lost": 2}
    assert opened["x"].sel(kind="fine", seed=1) == np.random.default_rng(1).random()
    assert opened.dataset.mc.statistics(over="seed")["x"].sel(kind="fine", statistic="mean") > 0
    table = opened.failures.to_dataframe()
    assert table["error"].tolist() == ["ValueError"] * 2 + ["lost: signal SIGKILL"] * 2
    assert table["kind"].tolist() == ["raise", "raise", "kill", "kill"]
    assert "study.misbehave" in repr(opened)


def test_a_run_that_goes_on(study: Path) -> None:
    with two_running(study, seeds=5) as started:
        opened = sweeprun.open_run(newest_run(study / "multirun").path)
        wait_until(lambda: opened.refresh().counts["succeeded"] == 2)
        assert opened.states.values.tolist() == ["succeeded"] * 2 + ["running"] * 2 + ["pending"]
        before = opened.dataset
        (study / "never").touch()
        started.wait()
    assert opened.refresh().complete
    assert opened["result"].values.tolist() == [0, 1, 2, 3, 4]
    assert np.isnan(before["result"][2])
