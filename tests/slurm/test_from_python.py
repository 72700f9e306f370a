"""Sweeps from Python on a real cluster: submitted at once, followed, extended and replayed."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sweeprun
from tests.slurm.cluster import Cluster


def test_a_function_of_a_notebook_runs_as_an_array(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a 'study' ü"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name, value in cluster.environment().items():
        monkeypatch.setenv(name, value)

    def draw(day: dt.date, rng: np.random.Generator) -> dict[str, Any]:
        return {"x": rng.random(), "day_seen": str(day)}

    days = [dt.date(2024, 1, 1), dt.date(2024, 1, 2)]
    run = sweeprun.sweep(draw, {"day": days}, members=2, launcher={"name": "slurm", "sbatch": {"time": 5}}, throttle=2)
    run.wait(timeout=120)
    assert run["x"].values.reshape(-1).tolist() == [np.random.default_rng(task).random() for task in range(4)]
    assert run["day_seen"].values[1].tolist() == ["2024-01-02"] * 2
    run.extend(members=3).wait(timeout=120)
    assert run.complete
    assert run.replay(day=days[1], member=2).equal
