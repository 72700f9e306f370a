"""Submitting to a real Slurm; what is asserted is what Slurm itself reports."""

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from tests.slurm.cluster import wait_until
from tests.slurm.sweeps import Sweep


def test_it_submits_one_throttled_array_and_returns(sweep: Sweep) -> None:
    done = sweep.run("-m", "lr=0.1,0.01", "seed=range(4)", "task=study.hold", "hydra/launcher=slurm")
    found = re.search(r"job (\d+): 8 tasks as array 0-7%10", done.stderr)
    assert found is not None, done.stderr
    wait_until(lambda: len(sweep.cluster.elements(found[1])) == 8, what="Slurm lists 8 elements")
    sweep.open()
    sweep.run("wait")
    wait_until(lambda: set(sweep.cluster.elements(found[1]).values()) == {"COMPLETED"}, what="its elements end")


def test_the_throttle_is_honoured_and_can_be_changed_live(sweep: Sweep) -> None:
    job = sweep.submit("seed=range(12)", "task=study.brief", "hydra.launcher.throttle=2")
    seen: set[int] = set()

    def ended() -> bool:
        states = list(sweep.cluster.elements(job).values())
        seen.add(states.count("RUNNING"))
        return len(states) == 12 and set(states) == {"COMPLETED"}

    wait_until(ended, what="the array ends")
    assert max(seen) == 2
    job = sweep.submit("seed=range(6)", "task=study.hold", "hydra.launcher.throttle=1", at="runs/two")

    def running() -> int:
        return list(sweep.cluster.elements(job).values()).count("RUNNING")

    wait_until(lambda: running() == 1, what="one element runs")
    assert "at most 3 elements" in sweep.run("throttle", "3", "runs/two").stderr
    assert sweep.cluster.field(job, "ArrayTaskThrottle") == "3"
    wait_until(lambda: running() == 3, what="three elements run")
    sweep.open()
    sweep.run("wait", "runs/two")


def test_more_tasks_than_the_largest_array_are_packed(small_sweep: Sweep) -> None:
    job = small_sweep.submit("seed=range(100)")
    small_sweep.run("wait", "runs/one")
    assert set(small_sweep.cluster.elements(job)) == set(range(10))
    assert small_sweep.collect().x.shape == (100,)
    refused = small_sweep.run("-m", "seed=range(100)", "hydra/launcher=slurm", "hydra.launcher.tasks_per_job=5", code=2)
    assert "at most 11; leave it out, or choose at least 10" in refused.stderr
    assert len(list(small_sweep.folder.glob("multirun/*/*"))) == 0


def test_a_whole_node_runs_workers_side_by_side(sweep: Sweep) -> None:
    job = sweep.submit(
        "seed=range(4)", "task=study.see", "hydra.launcher.workers_per_job=4", "hydra.launcher.cpus_per_task=2"
    )
    wait_until(lambda: sweep.cluster.elements(job) == {0: "RUNNING"}, what="the one element runs")
    assert sweep.cluster.field(job, "NumCPUs") == "8"
    sweep.run("wait", "runs/one")
    dataset = sweep.collect()
    assert len(set(dataset.pid.values.tolist())) == 4
    assert float(dataset.began.max() - dataset.began.min()) < 3.0  # each takes 1 s: one after the other, it would be 3
    assert set(dataset.OMP_NUM_THREADS.values.tolist()) == {"2"}


def test_tasks_that_need_other_resources_get_arrays_of_their_own(sweep: Sweep) -> None:
    sweep.submit(
        "size=small,large",
        "seed=range(3)",
        "task=study.see",
        "hydra.launcher.sbatch.mem='${memory.${size}}'",
        "hydra.launcher.throttle=3",
    )
    first, second = sweep.job_ids()
    assert sweep.cluster.field(first, "MinMemoryNode") == "100M"
    assert sweep.cluster.field(second, "MinMemoryNode") == "300M"
    assert sweep.cluster.field(first, "ArrayTaskThrottle") == "2"
    assert sweep.cluster.field(second, "ArrayTaskThrottle") == "1"
    sweep.run("wait", "runs/one")
    memory = sweep.collect().SLURM_MEM_PER_NODE
    assert memory.sel(size="small").values.tolist() == ["100"] * 3
    assert memory.sel(size="large").values.tolist() == ["300"] * 3


def test_more_kinds_of_tasks_than_may_run_at_once_follow_each_other(sweep: Sweep) -> None:
    sweep.submit("lr=100,200,300", "seed=1,2", "hydra.launcher.sbatch.mem='${lr}'", "hydra.launcher.throttle=2")
    first, second, third = sweep.job_ids()
    assert {sweep.cluster.field(job, "ArrayTaskThrottle") for job in (first, second, third)} == {"1"}
    assert sweep.cluster.field(third, "Dependency").startswith((f"afterany:{first}_", "(null)"))
    sweep.run("wait", "runs/one")
    assert sweep.status()["states"]["succeeded"] == 6


def test_a_dependent_job_collects(sweep: Sweep) -> None:
    sweep.run("-m", "seed=range(3)", "hydra/launcher=slurm", "hydra.sweep.dir=runs/one", "--after-collect")
    output = sweep.directory().path / "results.nc"
    wait_until(output.exists, what="the dependent job collects")
    script = (sweep.directory().submissions / "0.collect.sh").read_text()
    assert "sweeprun collect" in script
    own = sweep.collect()
    import xarray as xr

    with xr.open_dataset(output) as dataset:
        assert dataset.load().drop_vars("seconds").drop_attrs().identical(own)


def test_submitting_from_inside_a_job_leaks_nothing_into_the_new_one(sweep: Sweep) -> None:
    script = sweep.folder / "outer.sh"
    words = "-m 'seed=range(2)' task=study.see hydra/launcher=slurm hydra.sweep.dir=runs/one"
    script.write_text(
        f"#!/bin/bash\nexport MINE=kept\n{shlex.quote(sys.executable)} -m sweeprun {words} && touch submitted\n"
    )
    sweep.cluster.command(
        *("sbatch", "--array=7", "--cpus-per-task=4", "--mem=2000", f"--chdir={sweep.folder}"),
        *(f"--output={sweep.folder}/outer.log", str(script)),
    )
    wait_until((sweep.folder / "submitted").exists, what="the outer job submits")
    (job,) = sweep.job_ids()
    sweep.run("wait", "runs/one")
    dataset = sweep.collect()
    assert set(dataset.SLURM_ARRAY_JOB_ID.values.tolist()) == {job}
    assert set(dataset.SLURM_CPUS_PER_TASK.values.tolist()) == {"1"}
    assert set(dataset.MINE.values.tolist()) == {"kept"}


HOSTILE = "a 'b' \"c\" $(touch pwned) `touch pwned` ; touch pwned\n&& touch pwned #\\ %a ü"


def test_no_value_can_run_anything(sweep: Sweep) -> None:
    value = HOSTILE.replace("'", "\\'")
    sweep.submit(
        f"name='{value}'",
        "seed=1,2",
        "task=study.see",
        f"+hydra.job.env_set.MINE='{value}'",
        "hydra.launcher.sbatch.comment='it is \"mine\" $(touch pwned)'",
        "hydra.launcher.sbatch.job-name='a \"job\" $(touch pwned)'",
    )
    sweep.run("wait", "runs/one")
    dataset = sweep.collect()
    assert set(dataset.name.values.tolist()) == {HOSTILE}
    assert set(dataset.MINE.values.tolist()) == {HOSTILE}
    assert not list(sweep.folder.rglob("pwned"))


def test_a_script_submitted_again_by_hand_runs_nothing_twice(sweep: Sweep) -> None:
    job = sweep.submit("seed=range(3)", "task=study.hold")
    sweep.open()
    sweep.run("wait", "runs/one")
    again = sweep.cluster.command("sbatch", "--parsable", "submissions/0.sh", cwd=sweep.directory().path).strip()
    wait_until(lambda: set(sweep.cluster.elements(again).values()) == {"COMPLETED"}, what="it ends")
    assert again != job
    assert sorted(sweep.started()) == [0, 1, 2]


def nothing_was_made(sweep: Sweep) -> bool:
    return not (sweep.folder / "runs").exists() and not (sweep.folder / "multirun").exists()


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("hydra.launcher.sbatch.partition=nowhere", "nowhere"),
        ("hydra.launcher.sbatch.mem=900G", "no node|not available|Memory|memory"),
        ("hydra.launcher.cpus_per_task=5000", "no node|not available"),
        ("hydra.launcher.sbatch.array=0-3", "throttle"),
        ("hydra.launcher.sbatch.partitoin=main", "partition"),
        ("hydra.launcher.time=3", "sbatch.time"),
        ("hydra.launcher.tasks_per_node=4", "tasks_per_node"),
        ("hydra.launcher.throttle=0", "at least 1"),
    ],
)
def test_what_slurm_would_never_run_is_told_at_submission(sweep: Sweep, option: str, told: str) -> None:
    refused = sweep.run("-m", "seed=1,2", "hydra/launcher=slurm", option, code=2)
    assert re.search(told, refused.stderr), refused.stderr
    assert "Traceback" not in refused.stderr
    assert nothing_was_made(sweep)


def test_no_slurm_here(sweep: Sweep, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    refused = sweep.run("-m", "seed=1,2", "hydra/launcher=slurm", code=2, PATH=str(tmp_path / "bin"))
    assert "sbatch" in refused.stderr
    assert "hydra/launcher=local" in refused.stderr
    assert nothing_was_made(sweep)


def fake_sbatch(sweep: Sweep, folder: Path, script: str) -> str:
    """A ``PATH`` on which ``sbatch`` is a script, which knows the real one as ``$REAL``."""
    fake = folder / "bin" / "sbatch"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/bash\nREAL={shutil.which('sbatch')}\n{script}")
    fake.chmod(0o755)
    return f"{fake.parent}:{sweep.cluster.environment()['PATH']}"


def test_a_controller_that_nobody_reaches_leaves_a_run_that_can_be_resumed(sweep: Sweep, tmp_path: Path) -> None:
    """It answers when the job is judged, and is gone when it is submitted."""
    path = fake_sbatch(
        sweep,
        tmp_path,
        'case "$*" in *--test-only*) exec "$REAL" "$@";; esac\n'
        f'[ -e {tmp_path}/back ] && exec "$REAL" "$@"\n'
        "echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)' >&2\n"
        f"touch {tmp_path}/back; exit 1\n",
    )
    done = sweep.run("-m", "seed=1,2", "hydra/launcher=slurm", "hydra.sweep.dir=runs/one", PATH=path)
    assert "trying again in" in done.stderr
    sweep.run("wait", "runs/one")
    assert sweep.status()["states"]["succeeded"] == 2


def test_a_half_made_submission_can_be_resumed(sweep: Sweep, tmp_path: Path) -> None:
    path = fake_sbatch(
        sweep,
        tmp_path,
        'case "$*" in *--test-only*) exec "$REAL" "$@";; *submissions/1.sh*) ;; *) exec "$REAL" "$@";; esac\n'
        "echo 'sbatch: error: Batch job submission failed: Invalid account or account/partition combination' >&2\n"
        "exit 1\n",
    )
    words = ("size=small,large", "seed=1,2", "hydra.launcher.sbatch.mem='${memory.${size}}'", "hydra/launcher=slurm")
    refused = sweep.run("-m", *words, "hydra.sweep.dir=runs/one", code=1, PATH=path)
    assert "1 of 2 arrays are queued" in refused.stderr
    assert "sweeprun resume" in refused.stderr
    sweep.run("wait", "runs/one", code=1)
    assert sweep.status()["not_queued"] == "2-3"
    sweep.run("resume", "runs/one")
    sweep.run("wait", "runs/one")
    assert sweep.status()["states"]["succeeded"] == 4


def test_a_submission_that_broke_off_after_slurm_took_it_is_not_made_twice(sweep: Sweep, tmp_path: Path) -> None:
    path = fake_sbatch(
        sweep,
        tmp_path,
        'case "$*" in *--test-only*) exec "$REAL" "$@";; esac\n'
        f'"$REAL" "$@" >/dev/null && echo once >>{tmp_path}/calls\n'
        "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2\n"
        "exit 1\n",
    )
    sweep.run("-m", "seed=1,2", "task=study.hold", "hydra/launcher=slurm", "hydra.sweep.dir=runs/one", PATH=path)
    assert (tmp_path / "calls").read_text() == "once\n"
    sweep.open()
    sweep.run("wait", "runs/one")
    assert sorted(sweep.started()) == [0, 1]


def test_a_job_whose_nodes_are_not_in_use_waits_for_them(sweep: Sweep, spare_node: str) -> None:
    sweep.cluster.node_drain(spare_node)
    try:
        done = sweep.run(
            *("-m", "seed=1,2", "hydra/launcher=slurm", "hydra.sweep.dir=runs/one"),
            "hydra.launcher.sbatch.partition=spare",
        )
    finally:
        sweep.cluster.node_up(spare_node)
    assert f"it will wait for one of: {spare_node}" in done.stderr
    sweep.run("wait", "runs/one")


def test_the_throttle_changes_also_when_elements_have_ended(sweep: Sweep) -> None:
    job = sweep.submit("seed=range(9)", "task=study.brief", "hydra.launcher.throttle=1")
    wait_until(lambda: "COMPLETED" in sweep.cluster.elements(job).values(), what="an element ends")
    sweep.run("throttle", "4", "runs/one")
    sweep.run("wait", "runs/one")


def test_a_lost_answer_is_looked_up_until_that_succeeds(sweep: Sweep, tmp_path: Path) -> None:
    """Slurm takes the array, its answer is lost, and so is that of the first look into the queue."""
    path = fake_sbatch(
        sweep,
        tmp_path,
        'case "$*" in *--test-only*) exec "$REAL" "$@";; esac\n'
        f'"$REAL" "$@" >/dev/null && echo once >>{tmp_path}/calls\n'
        "echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller' >&2\n"
        "exit 1\n",
    )
    squeue = tmp_path / "bin" / "squeue"
    squeue.write_text(
        f'#!/bin/bash\n[ -e {tmp_path}/asked ] && exec {shutil.which("squeue")} "$@"\ntouch {tmp_path}/asked\n'
        "echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2\nexit 1\n"
    )
    squeue.chmod(0o755)
    sweep.run("-m", "seed=1,2", "hydra/launcher=slurm", "hydra.sweep.dir=runs/one", PATH=path)
    assert (tmp_path / "calls").read_text() == "once\n"
    sweep.run("wait", "runs/one")
