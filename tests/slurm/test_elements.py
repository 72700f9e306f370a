"""Elements that are killed, warned, preempted, requeued or doubled, on a real cluster: nothing is lost or run twice."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from sweeprun.store.directory import RunDirectory
from sweeprun.store.shards import read_shards
from sweeprun.store.workers import read_beats
from tests.slurm.cluster import is_alive, wait_until
from tests.slurm.sweeps import Sweep


def records(run: RunDirectory) -> list[tuple[int, int]]:
    """``(task, attempt)`` of every record, those of tasks that ran twice among them."""
    return sorted((record.task_id, record.attempt) for shard in read_shards(run.shards) for record in shard.records())


def expected(count: int) -> list[float]:
    return [np.random.default_rng(i).random() for i in range(count)]


def step_process(job: str) -> int:
    """The ``slurmstepd`` of a job's batch script."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if words.startswith(f"slurmstepd: [{job}.batch]"):
            return int(path.parent.name)
    raise AssertionError(f"no step of job {job} runs")


def test_a_killed_worker_costs_its_task_and_the_element_goes_on(sweep: Sweep) -> None:
    job = sweep.submit("seed=range(3)", "task=study.hold_last", "hydra.launcher.tasks_per_job=3")
    wait_until((sweep.folder / "waiting-2").exists, what="the last task runs")
    (beat,) = [beat for beat in read_beats(sweep.directory()) if beat.task_id == 2]
    os.kill(beat.process.pid, signal.SIGKILL)
    sweep.run("wait", "runs/one", code=1)
    assert sweep.cluster.elements(job) == {0: "FAILED"}
    (group,) = sweep.status()["failures"]
    assert (group["kind"], group["task_ids"]) == ("lost: signal SIGKILL", [2])
    sweep.run("resume", "runs/one")
    sweep.run("wait", "runs/one")
    assert records(sweep.directory()) == [(0, 1), (1, 1), (2, 2)]
    assert sweep.collect().x.values.tolist() == expected(3)


def test_an_element_fails_only_after_all_its_tasks_ran(sweep: Sweep) -> None:
    (sweep.folder / "other.py").write_text(
        "def odd(cfg):\n    if cfg.seed == 1:\n        raise ValueError('odd')\n    return cfg.seed\n"
    )
    job = sweep.submit("seed=range(6)", "task=other.odd", "hydra.launcher.tasks_per_job=3")
    sweep.run("wait", "runs/one", code=1)
    assert sweep.cluster.elements(job) == {0: "FAILED", 1: "COMPLETED"}
    assert sweep.status()["states"]["succeeded"] == 5


def test_a_killed_element_loses_nothing_that_was_recorded(sweep: Sweep) -> None:
    """`slurmstepd` is killed, and with it all that Slurm knows of the element."""
    job = sweep.submit("seed=range(3)", "task=study.hold_last", "hydra.launcher.tasks_per_job=3")
    wait_until((sweep.folder / "waiting-2").exists, what="the last task runs")
    (beat,) = [beat for beat in read_beats(sweep.directory()) if beat.task_id == 2]
    os.kill(step_process(job), signal.SIGKILL)
    os.kill(beat.process.pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(beat.process.pid), what="the worker dies")
    sweep.run("cancel", "runs/one")
    sweep.run("wait", "runs/one", code=1)
    assert sweep.status()["not_queued"] == "2"
    sweep.run("resume", "runs/one")
    sweep.run("wait", "runs/one")
    assert [task_id for task_id, _ in records(sweep.directory())] == [0, 1, 2]
    assert sweep.collect().x.values.tolist() == expected(3)


def test_one_cancelled_element_is_resumed(sweep: Sweep) -> None:
    job = sweep.submit("seed=range(4)", "task=study.hold", "hydra.launcher.throttle=2")
    wait_until(lambda: len(sweep.started()) == 2, what="two elements run")
    sweep.cluster.command("scancel", f"{job}_1", f"{job}_3")  # one that runs, one that waits
    wait_until(
        lambda: sweep.cluster.elements(job)[1] == "CANCELLED" and 3 not in sweep.cluster.elements(job),
        what="the one is cancelled, and the other is forgotten, as it never was a job",
    )
    sweep.open()
    sweep.run("wait", "runs/one", code=1)
    told = sweep.status()
    assert told["states"]["succeeded"] == 2
    assert told["not_queued"] == "1,3"
    assert "CANCELLED" in told["ended"]
    again = sweep.run("resume", "runs/one").stderr
    assert "2 tasks as array 0-1%2" in again
    sweep.run("wait", "runs/one")
    assert [task_id for task_id, _ in records(sweep.directory())] == [0, 1, 2, 3]


def test_some_tasks_are_cancelled_if_they_have_elements_of_their_own(sweep: Sweep) -> None:
    job = sweep.submit(
        "seed=range(6)", "task=study.hold", "hydra.launcher.tasks_per_job=2", "hydra.launcher.throttle=1"
    )
    wait_until(lambda: 0 in sweep.started(), what="the first element runs")
    refused = sweep.run("cancel", "runs/one", "--tasks", "2,4-5", code=2).stderr
    assert "run the tasks 3 as well" in refused
    sweep.run("cancel", "runs/one", "--tasks", "2-5")
    wait_until(lambda: sorted(sweep.cluster.elements(job)) in ([0], [0, 1, 2]), what="two are cancelled")
    sweep.open()
    sweep.run("wait", "runs/one", code=1)
    assert sweep.status()["not_queued"] == "2-5"
    assert "nothing waits" in sweep.run("cancel", "runs/one").stderr


def test_a_copy_of_a_run_stops_and_slows_no_job_of_the_first(sweep: Sweep) -> None:
    job = sweep.submit("seed=range(2)", "task=study.hold", "hydra.launcher.throttle=1")
    wait_until(lambda: 0 in sweep.started(), what="the first element runs")
    shutil.copytree(sweep.folder / "runs" / "one", sweep.folder / "runs" / "copy")
    refused = sweep.run("cancel", "runs/copy", code=2).stderr
    assert f"names job {job}, which was submitted in {str(sweep.folder / 'runs' / 'one')!r}, another run" in refused
    refused = sweep.run("throttle", "2", "runs/copy", code=2).stderr
    assert "and was not changed; if it should be: scontrol update" in refused
    sweep.open()
    sweep.run("wait", "runs/one")
    wait_until(lambda: sweep.cluster.elements(job) == {0: "COMPLETED", 1: "COMPLETED"}, what="both elements end")


def test_a_node_that_fails_and_comes_back_costs_nothing(sweep: Sweep, spare_node: str) -> None:
    job = sweep.submit(
        *("seed=range(3)", "task=study.hold_last", "hydra.launcher.tasks_per_job=3"),
        "hydra.launcher.sbatch.partition=spare",
    )
    wait_until((sweep.folder / "waiting-2").exists, what="the last task runs")
    sweep.cluster.node_down(spare_node)
    wait_until(lambda: sweep.cluster.elements(job)[0] == "PENDING", what="the element is queued again")
    sweep.cluster.node_up(spare_node)
    sweep.run("wait", "runs/one")
    assert records(sweep.directory()) == [(0, 1), (1, 1), (2, 2)]
    assert sweep.started() == [0, 1, 2, 2]
    assert sweep.collect().x.values.tolist() == expected(3)


def test_a_preempted_element_goes_on_later(sweep: Sweep, spare_node: str) -> None:
    job = sweep.submit(
        *("seed=range(3)", "task=study.hold_last", "hydra.launcher.tasks_per_job=3"),
        "hydra.launcher.sbatch.partition=spare",
    )
    wait_until((sweep.folder / "waiting-2").exists, what="the last task runs")
    urgent = ("--partition=urgent", f"--nodelist={spare_node}", "--exclusive", "--output=/dev/null", "--wrap=sleep 1")
    sweep.cluster.command("sbatch", *urgent)
    wait_until(lambda: sweep.cluster.elements(job)[0] == "PENDING", what="the element is preempted")
    sweep.run("wait", "runs/one")
    assert records(sweep.directory()) == [(0, 1), (1, 1), (2, 2)]


def test_two_copies_of_an_element_at_once_are_harmless(sweep: Sweep) -> None:
    """As after the loss of a node whose processes went on: the same job id and index, another restart count."""
    job = sweep.submit("seed=range(3)", "task=study.hold", "hydra.launcher.tasks_per_job=3")
    wait_until(lambda: sweep.started() == [0], what="the first copy runs")
    environment = sweep.cluster.environment() | {
        "SLURM_JOB_ID": job,
        "SLURM_ARRAY_JOB_ID": job,
        "SLURM_ARRAY_TASK_ID": "0",
        "SLURM_RESTART_COUNT": "1",
        "SLURM_CPUS_PER_TASK": "1",
    }
    command = [sys.executable, "-m", "sweeprun", "element", str(sweep.directory().path), "0"]
    with subprocess.Popen(command, env=environment, cwd=sweep.folder, stderr=subprocess.PIPE) as copy:
        wait_until(lambda: sweep.started() == [0, 0], what="the second copy runs")
        sweep.open()
        assert copy.wait(60) == 0
    sweep.run("wait", "runs/one")
    wait_until(lambda: sweep.cluster.elements(job) == {0: "COMPLETED"}, what="the first copy ends")
    assert len(records(sweep.directory())) == 6
    assert sweep.collect().x.values.tolist() == expected(3)


def test_a_job_id_that_was_given_out_again_is_not_ours(sweep: Sweep) -> None:
    sweep.submit("seed=range(2)")
    sweep.run("wait", "runs/one")
    other = sweep.cluster.command(
        *("sbatch", "--parsable", "--array=0-1", "--output=/dev/null", "--wrap=sleep 60")
    ).strip()
    (note,) = sweep.directory().submissions.glob("*.job")
    note.rename(note.with_name(f"0.{other}.job"))
    note.with_name(f"0.{other}.job").write_text(f'{{"job_id": "{other}", "role": "array"}}')
    for shard in sweep.directory().shards.iterdir():
        shard.unlink()
    told = sweep.status()
    assert told["submissions"] == []
    assert told["not_queued"] == "0-1"
    assert "nothing waits" in sweep.run("cancel", "runs/one").stderr
    assert set(sweep.cluster.elements(other).values()) <= {"RUNNING", "PENDING"}
    sweep.cluster.command("scancel", other)


def test_before_its_time_limit_an_element_queues_itself_again(sweep: Sweep) -> None:
    """Four tasks of 18 s in jobs of a minute: the fourth goes on in a second job, and the first three don't."""
    sweep.submit(
        *("name=short", "seed=range(4)", "task=study.limited", "hydra.launcher.tasks_per_job=4"),
        *("hydra.launcher.sbatch.time=1", "hydra.launcher.warning_seconds=10"),
    )
    sweep.run("wait", "runs/one")
    found = records(sweep.directory())
    assert [task_id for task_id, _ in found] == [0, 1, 2, 3]
    assert found[0] == (0, 1)
    assert found[3] == (3, 2)
    assert sweep.collect().x.values.tolist() == expected(4)
    assert len(sweep.started()) in (4, 5)  # the one that was stopped was started twice


def test_a_task_with_checkpoints_goes_on_where_it_was_stopped_and_an_endless_one_is_given_up(sweep: Sweep) -> None:
    limit = ("seed=range(2)", "task=study.limited", "hydra.launcher.sbatch.time=1", "hydra.launcher.warning_seconds=40")
    sweep.submit("name=checkpoint", *limit, at="runs/saves")
    sweep.submit("name=endless", *limit, at="runs/endless")
    sweep.run("wait", "runs/saves")
    dataset = sweep.collect("runs/saves")
    assert dataset.x.values.tolist() == expected(2)
    assert set(dataset.attempt.values.tolist()) <= {1, 2}
    sweep.run("wait", "runs/endless", code=1)
    (group,) = sweep.status("runs/endless")["failures"]
    assert group["count"] == 2
    assert re.search("time limit, 1 min, is too short", group["kind"])
    assert sweep.started().count(0) <= 3
