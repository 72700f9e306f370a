"""Designs beyond grids on a real cluster, and members that are added until a target holds."""

import json

import numpy as np

from tests.slurm.sweeps import Sweep


def test_zipped_resources_and_points_left_out(sweep: Sweep) -> None:
    sweep.submit(
        *("zip(size=choice(small,large,small),lr=choice(1,2,3))", "seed=range(4)"),
        *('hydra.launcher.sbatch.mem="${memory.${size}}"', "--exclude", "seed == 3 and size == 'large'"),
        *("--only", "lr < 3 or seed < 2", "task=study.see"),
    )
    sweep.run("wait", "runs/one")
    assert sweep.status()["states"] == {
        **dict.fromkeys(("pending", "running", "failed", "lost"), 0),
        "succeeded": 9,
        "excluded": 3,
    }
    dataset = sweep.collect()
    assert dict(dataset.sizes) == {"sample": 3, "seed": 4}
    left_out = [[False] * 4, [False, False, False, True], [False, False, True, True]]
    assert (dataset.state.values == "excluded").tolist() == left_out
    memory = [["100"] * 4, ["300"] * 3 + [""], ["100"] * 2 + [""] * 2]
    assert dataset.SLURM_MEM_PER_NODE.values.tolist() == memory
    assert sweep.run("resume", "runs/one").stderr.startswith("nothing to start")


def test_members_are_added_until_a_target_holds(sweep: Sweep) -> None:
    sweep.submit("lr=1,2", "hydra.sweeper.members=4", "hydra.launcher.tasks_per_job=4")
    sweep.run("wait", "runs/one")
    told = sweep.run("extend", "runs/one", "--until", "sem(x)<0.08", "hydra.launcher.tasks_per_job=8").stderr
    assert "holds at every point (2)" in told
    dataset = sweep.collect()
    members = dataset.sizes["member"]
    assert members > 4
    assert sorted(dataset.x.values.reshape(-1)) == sorted(np.random.default_rng(i).random() for i in range(2 * members))
    looks = json.loads(sweep.run("show", "runs/one", "--json").stdout)["looks"]
    assert len(looks) >= 2
