"""Hydra applications on a real cluster: what they submit depends on nothing of the process that did."""

import subprocess
import sys

import numpy as np
import pytest

from sweeprun.store.shards import read_outcomes
from tests.plugin.conftest import APPLICATION, write_late_application
from tests.plugin.own_types import ZEN
from tests.slurm.sweeps import Sweep

HOLD = """
        case "hold":
            (Path.cwd() / f"running-{cfg.seed}").touch()
            while not (Path.cwd() / "open").exists():
                time.sleep(0.02)
"""
SLURM = "hydra/launcher=sweeprun_slurm"


@pytest.fixture
def app(sweep: Sweep) -> Sweep:
    """The application in the place of the study."""
    conf = sweep.folder / "conf"
    (conf / "config.yaml").write_text("defaults: [schema, db: mysql, _self_]\n")
    (conf / "db").mkdir()
    (conf / "db" / "mysql.yaml").write_text("driver: mysql\n")
    content = APPLICATION.replace("import os\n", "import os\nimport time\n")
    other = '        case "object":'
    (sweep.folder / "train.py").write_text(content.replace(other, HOLD.strip("\n") + "\n" + other))
    return sweep


def train(app: Sweep, *words: str, script: str = "train.py") -> str:
    """Run the application to its end; what it printed."""
    done = subprocess.run(
        [sys.executable, script, "-m", SLURM, "hydra.sweep.dir=runs/one", *words],
        cwd=app.folder,
        env=app.cluster.environment(),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("sweeper", ["basic", "sweeprun"])
def test_an_application_submits_one_throttled_array_and_returns(app: Sweep, sweeper: str) -> None:
    axes = ("opt.lr=1,2", "seed=range(3)")
    told = train(app, f"hydra/sweeper={sweeper}", *axes, "kind=hold", "hydra.launcher.throttle=4")
    assert "array 0-5%4" in told
    assert "sweeprun wait runs/one" in told
    shards = (app.folder / "runs" / "one" / "shards").glob("*.arrow")
    assert not any(map(read_outcomes, shards)), "it did not return at once"
    app.open()
    app.run("wait", "runs/one")
    dataset = app.collect()
    np.testing.assert_array_equal(dataset.loss, [[0, 1, 2], [0, 2, 4]])
    assert set(dataset.tag.values.flat) == {"m7"}, "what the submitting process registered is missing"


def test_optunas_trials_wait_for_their_batches(app: Sweep) -> None:
    optuna = ("hydra/sweeper=optuna", "hydra.sweeper.n_trials=4", "hydra.sweeper.n_jobs=2")
    told = train(app, *optuna, "opt.lr=interval(0,2)", "kind=number")
    dataset = app.collect()
    assert dict(dataset.sizes) == {"job": 4}
    assert f"Best value: {float(dataset.result.min())}" in told
    assert len(app.job_ids()) == 2


def test_what_the_main_part_adds_to_the_path_is_found_on_nodes(sweep: Sweep) -> None:
    write_late_application(sweep.folder)
    train(sweep, "+x=1,2", script="late.py")
    sweep.run("wait", "runs/one")
    assert sweep.collect()["result"].values.tolist() == [2, 4]


def test_types_that_no_import_leads_to_and_a_process_for_each_task(sweep: Sweep) -> None:
    (sweep.folder / "train.py").write_text(ZEN)
    train(sweep, "loss=l2,huber", "lr=1,2", "hydra.launcher.tasks_per_job=2", "hydra.launcher.fresh_process=true")
    sweep.run("wait", "runs/one")
    dataset = sweep.collect()
    np.testing.assert_array_equal(dataset.value, [[1, 2], [3, 6]])
    np.testing.assert_array_equal(dataset.calls, 1)
