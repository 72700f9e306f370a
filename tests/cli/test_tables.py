"""Tables through the command line."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from tests.command_line import Run

STUDY = """
import numpy as np


def simulate(cfg, rng):
    if cfg.seed == 1:
        raise ValueError("no")
    return {"x": rng.random(), "n": cfg.seed, "curve": np.arange(3.0), "image": np.zeros((20, 20))}
"""


def test_a_sweep_becomes_a_table(run: Run, study: Path) -> None:
    (study / "simulation.py").write_text(STUDY)
    run("-m", "task=simulation.simulate", "lr=0.1,0.01", "seed=range(3)", code=1)
    told = run("collect", "-o", "x.csv").stderr
    assert "left out: image (20 x 20 values a task); .parquet has lists" in told
    assert json.loads(run("collect", "-o", "x.parquet", "--json").stdout)["left_out"] == []
    csv, parquet = pd.read_csv(study / "x.csv", engine="pyarrow"), pd.read_parquet(study / "x.parquet")
    for frame in (csv, parquet):
        assert frame.columns[:6].tolist() == ["task_id", "state", "seconds", "lr", "seed", "x"]
        assert frame["state"].tolist() == ["succeeded", "failed", "succeeded"] * 2
        assert frame["lr"].tolist() == [0.1] * 3 + [0.01] * 3
        expected = [np.nan if i % 3 == 1 else np.random.default_rng(i).random() for i in range(6)]
        np.testing.assert_array_equal(frame["x"], expected)
    assert csv["curve[2]"].dropna().tolist() == [2.0] * 4
    assert parquet["image"][0].shape == (20,)
    assert parquet.attrs["overrides"].endswith("lr=0.1,0.01 'seed=range(0,3,1)'")
