"""Following a run on a real cluster: status, logs, wait, and a Slurm that doesn't answer."""

import re

from tests.slurm.cluster import wait_until
from tests.slurm.sweeps import Sweep


def test_status_tells_what_waits_and_runs_and_where(sweep: Sweep) -> None:
    job = sweep.submit("seed=range(5)", "task=study.hold", "hydra.launcher.throttle=2")
    wait_until(lambda: len(sweep.started()) == 2, what="two tasks run")
    told = sweep.status()
    assert told["states"] == {"pending": 3, "running": 2, "succeeded": 0, "failed": 0, "lost": 0, "excluded": 0}
    (submission,) = told["submissions"]
    assert (submission["jobs"], submission["running"], submission["queued"]) == ([job], 2, 3)
    assert sum(submission["hosts"].values()) == 2
    text = sweep.run("status", "runs/one").stdout
    assert re.search(rf"job {job}, array 0-4%2: 2 running \(n\d.*\), 3 queued \(JobArrayTaskLimit: 3\)", text)
    assert "nothing to start" in sweep.run("resume", "runs/one").stderr
    sweep.open()
    sweep.run("wait", "runs/one")
    assert sweep.run("status", "runs/one", "--watch").stdout.count("5 tasks: 5 succeeded") == 1


def test_a_slurm_that_does_not_answer_is_told_and_nothing_is_resumed(sweep: Sweep) -> None:
    sweep.submit("seed=range(2)", "task=study.hold")
    wait_until(lambda: len(sweep.started()) == 2, what="two tasks run")
    nowhere = sweep.folder / "slurm.conf"
    nowhere.write_text(re.sub(r"SlurmctldPort=\d+", "SlurmctldPort=1", sweep.cluster.conf.read_text()))
    told = sweep.run("status", "runs/one", SLURM_CONF=str(nowhere)).stdout
    assert "what waits and runs is not known" in told
    refused = sweep.run("resume", "runs/one", code=1, SLURM_CONF=str(nowhere)).stderr
    assert "nothing was started" in refused
    sweep.open()
    sweep.run("wait", "runs/one")


def test_logs_of_a_task_that_was_killed_hold_what_it_said(sweep: Sweep) -> None:
    (sweep.folder / "other.py").write_text(
        "import os, signal\n\n\n"
        "def speak(cfg):\n"
        "    print('seed', cfg.seed, 'speaks')\n"
        "    if cfg.seed == 1:\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return 0\n"
    )
    sweep.submit("seed=range(3)", "task=other.speak")
    sweep.run("wait", "runs/one", code=1)
    assert sweep.run("logs", "runs/one", "0").stdout == "seed 0 speaks\n"
    assert "seed 1 speaks" in sweep.run("logs", "runs/one", "1").stdout
    (group,) = sweep.status()["failures"]
    assert group["task_ids"] == [1]
    assert "FAILED" in group["kind"] or "SIGKILL" in group["kind"]


def test_a_script_that_never_gets_to_run_a_task_is_told(sweep: Sweep) -> None:
    sweep.submit("seed=range(2)", "hydra.launcher.setup=['echo the module is missing >&2','exit 3']")
    sweep.run("wait", "runs/one", code=1)
    text = sweep.run("status", "runs/one").stdout
    assert "2 tasks have no result and are in no queue" in text
    assert "FAILED" in text
    assert "the module is missing" in sweep.run("logs", "runs/one", "0").stdout
    sweep.run("resume", "runs/one", "hydra.launcher.setup=[]")
    sweep.run("wait", "runs/one")


def test_nodes_that_do_not_see_the_run_directory_are_told(sweep: Sweep) -> None:
    job = sweep.submit("seed=range(2)", "hydra.launcher.sbatch.hold=true")
    run = sweep.directory().path
    hidden = run.with_name("hidden")
    run.rename(hidden)
    sweep.cluster.command("scontrol", "release", job)
    wait_until(lambda: set(sweep.cluster.elements(job).values()) == {"FAILED"}, what="the elements fail")
    hidden.rename(run)
    text = sweep.run("status", "runs/one").stdout
    assert "elements that ended before their tasks did: FAILED" in text
    assert "can the nodes see and write this directory?" in text
    sweep.run("resume", "runs/one", "hydra.launcher.sbatch.hold=false")
    sweep.run("wait", "runs/one")
    assert "left nothing on disk" not in sweep.run("status", "runs/one").stdout
