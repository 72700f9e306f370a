"""Retries, timeouts, a limit to failures, and global random generators: through the command line, with real kills."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sweeprun.design.streams import Streams
from sweeprun.store.directory import RunDirectory
from sweeprun.store.shards import read_shards
from sweeprun.worker.global_generators import GlobalSeeds
from tests.command_line import Run, runner
from tests.forked_workers import FRESH_WORKERS

STUDY = '''
import os
import random
import signal
import time
from pathlib import Path

import numpy as np


def fails(cfg, rng, task):
    """Seed n fails n times."""
    x = rng.random()
    if task.attempt <= cfg.seed:
        raise FileNotFoundError("not yet")
    return {"x": x, "attempt": task.attempt}


def dies(cfg, rng, task):
    x = rng.random()
    if task.attempt <= cfg.seed:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"x": x, "attempt": task.attempt}


def mixed(cfg, rng, task):
    """Fails, then dies, then succeeds."""
    x = rng.random()
    if task.attempt == 1:
        raise ValueError("first")
    if task.attempt == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"x": x, "attempt": task.attempt}


def slow(cfg, rng, task):
    try:
        match cfg.kind:
            case "sleep" if task.attempt == 1:
                time.sleep(100)
            case "swallow" if task.attempt == 1:
                while True:
                    try:
                        time.sleep(100)
                    except BaseException:
                        pass
            case "stop" if task.attempt == 1:
                os.kill(os.getpid(), signal.SIGSTOP)
    finally:
        Path(f"finally-{cfg.kind}").touch()
    return {"x": rng.random(), "attempt": task.attempt}


def own_alarm(cfg):
    seen = []
    signal.signal(signal.SIGALRM, lambda *_: seen.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    signal.pause()
    return {"seen": len(seen)}


def bad(cfg):
    raise ValueError("bad")


def bad_at_first(cfg):
    if not Path("mended").exists():
        raise ValueError("bad")
    return {"x": cfg.seed}


def globals_(cfg, rng):
    return {"own": rng.random(), "numpy": np.random.random(), "python": random.random()}


def late(cfg, rng):
    return {"x": random.random() if cfg.seed == 30 else rng.random()}


at_top = np.random.default_rng(0)


def from_the_top(cfg):
    return at_top.random()


def one_each(cfg):
    os.kill(os.getpid(), signal.SIGKILL) if cfg.seed == 1 else None
    return at_top.random()


def own_generator(cfg):
    return np.random.default_rng(cfg.seed).random()


def anew(cfg):
    global at_top
    at_top = np.random.default_rng(cfg.seed)
    return at_top.random()
'''


@pytest.fixture(autouse=True)
def policy(study: Path) -> Path:
    (study / "policy.py").write_text(STUDY)
    return study


def sweep(run: Run, name: str, *words: str, code: int = 0) -> str:
    return run("-m", f"task=policy.{name}", "hydra.sweep.dir=one", *words, code=code).stderr


def collected(run: Run, study: Path) -> xr.Dataset:
    run("collect", "one")
    with xr.open_dataset(study / "results.nc") as dataset:
        return dataset.load()


def attempts(study: Path, task_id: int) -> list[int]:
    shards = read_shards(RunDirectory(study / "one").shards)
    return sorted(record.attempt for shard in shards for record in shard.records() if record.task_id == task_id)


@pytest.mark.parametrize("name", ["fails", "dies"])
def test_a_retried_task_gets_the_same_numbers(run: Run, study: Path, name: str) -> None:
    told = sweep(run, name, "seed=range(4)", "hydra.sweeper.retries=2", code=1)
    assert "3 succeeded, 1" in told
    dataset = collected(run, study)
    assert dataset.attempt.values[:3].tolist() == [1, 2, 3]
    assert dataset.x.values[:3].tolist() == [np.random.default_rng(i).random() for i in range(3)]
    assert attempts(study, 2) == ([1, 2, 3] if name == "fails" else [3])
    assert attempts(study, 3) == ([1, 2, 3] if name == "fails" else [])
    assert json.loads(run("status", "one", "--json").stdout)["not_queued"] == "3"


def test_failures_and_deaths_count_together(run: Run) -> None:
    told = sweep(run, "mixed", "seed=range(2)", "hydra.sweeper.retries=1", code=1)
    assert "2 tasks: 2 failed" in told
    assert "2 succeeded" in run("resume", "one", "hydra.sweeper.retries=2").stderr


def test_only_what_is_asked_for_is_retried(run: Run) -> None:
    words = ("seed=0,1", "hydra.sweeper.retries=1")
    assert "1 failed" in sweep(run, "fails", *words, "hydra.sweeper.retry_on=[LOST,timeout,ValueError]", code=1)
    for number, name in enumerate(("FileNotFoundError", "OSError", "builtins.OSError")):
        at = f"hydra.sweep.dir=more-{number}"
        run("-m", "task=policy.fails", *words, f"hydra.sweeper.retry_on=[{name}]", at)
    run("-m", "task=policy.dies", *words, "hydra.sweeper.retry_on=[OSError]", "hydra.sweep.dir=died", code=1)
    run("-m", "task=policy.dies", *words, "hydra.sweeper.retry_on=[LOST]", "hydra.sweep.dir=lives")


def test_a_task_that_takes_too_long_fails(run: Run, study: Path) -> None:
    told = sweep(run, "slow", "kind=sleep,fine", "hydra.sweeper.timeout=2", code=1)
    assert "1 succeeded, 1 failed" in told
    assert (study / "finally-sleep").exists()
    (group,) = json.loads(run("status", "one", "--json").stdout)["failures"]
    assert (group["kind"], group["message"]) == ("timeout", "it took longer than 2 s (timeout)")


@pytest.mark.parametrize("kind", ["swallow", "stop"])
def test_a_worker_that_does_not_heed_its_limit_is_killed(run: Run, kind: str) -> None:
    sweep(run, "slow", f"kind={kind},fine", "hydra.sweeper.timeout=2", code=1)
    (group,) = json.loads(run("status", "one", "--json").stdout)["failures"]
    assert group["kind"].startswith("lost: timeout")
    shown = json.loads(run("show", "one", "0", "--json").stdout)
    assert shown["lost"].startswith("timeout")
    assert shown["worker"].startswith("0.")
    assert "sweeprun resume one" in shown["see"]
    assert "2 succeeded" in run("resume", "one").stderr


def test_what_took_too_long_can_be_retried(run: Run, study: Path) -> None:
    words = ("hydra.sweeper.timeout=2", "hydra.sweeper.retries=1", "hydra.sweeper.retry_on=[timeout]")
    assert "3 succeeded" in sweep(run, "slow", "kind=sleep,stop,fine", *words)
    dataset = collected(run, study)
    assert dataset.attempt.values.tolist() == [2, 2, 1]
    assert dataset.x.values.tolist() == [np.random.default_rng(i).random() for i in range(3)]


def test_a_task_may_use_alarms_itself(run: Run, study: Path) -> None:
    sweep(run, "own_alarm", "seed=range(3)")
    assert collected(run, study).seen.values.tolist() == [1, 1, 1]


def test_too_many_failures_stop_the_run(run: Run, study: Path) -> None:
    told = sweep(run, "bad_at_first", "seed=range(200)", "hydra.sweeper.max_failures=3", code=1)
    assert "(hydra.sweeper.max_failures=3)" in told
    status = json.loads(run("status", "one", "--json").stdout)
    assert 3 <= status["states"]["failed"] < 100
    assert status["states"]["pending"] + status["states"]["failed"] == 200
    assert "go on with: sweeprun resume one" in status["warnings"][0]
    (study / "mended").touch()
    assert "200 succeeded" in run("resume", "one").stderr
    assert json.loads(run("status", "one", "--json").stdout)["warnings"] == []


def test_lost_tasks_are_failures_too(run: Run) -> None:
    told = sweep(run, "dies", "seed=range(5,50)", "hydra.sweeper.max_failures=2", "hydra.launcher.throttle=1", code=1)
    assert "2 lost" in told
    assert "stopped after 2 failures" in told


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("retries=-1", "hydra.sweeper.retries is -1"),
        ("timeout=0", "hydra.sweeper.timeout is 0.0"),
        ("timeout=inf", "hydra.sweeper.timeout is inf"),
        ("max_failures=0", "hydra.sweeper.max_failures is 0"),
        ("retry_on=[lost]", "has 'lost'; write LOST"),
        ("retry_on=[a-b]", "has 'a-b'"),
        ("retries=two", "two"),
    ],
)
def test_wrong_policies_are_refused(run: Run, study: Path, word: str, message: str) -> None:
    assert message in sweep(run, "bad", "seed=1,2", f"hydra.sweeper.{word}", code=2)
    assert not (study / "one").exists()
    run("-m", "seed=1,2", "hydra.sweep.dir=two")
    run("-m", "task=policy.bad", "seed=1,2", "hydra.sweep.dir=three", code=1)
    assert message in run("resume", "three", f"hydra.sweeper.{word}", code=2).stderr


def test_what_tasks_draw_is_not_changed_later(run: Run) -> None:
    sweep(run, "bad", "seed=1,2", code=1)
    assert "would change what tasks draw" in run("resume", "one", "hydra.sweeper.seed_globals=true", code=2).stderr


def test_a_foreign_launcher_can_time_nothing(run: Run) -> None:
    told = sweep(run, "bad", "seed=1,2", "hydra/launcher=basic", "hydra.sweeper.timeout=3", code=2)
    assert "hydra/launcher=basic runs the tasks itself" in told


def test_global_randomness_is_told_once_by_name(run: Run) -> None:
    told = sweep(run, "globals_", "seed=range(20)")
    (line,) = (line for line in told.splitlines() if "draws from" in line)
    assert line.startswith("policy.globals_ draws from random and numpy.random (seen in task")
    assert line in run("status", "one").stdout
    assert line in run("collect", "one").stderr


@pytest.mark.parametrize("seeded", ["false", "true"])
def test_a_generator_at_the_top_of_the_module_is_told_by_name(run: Run, seeded: str) -> None:
    told = sweep(run, "from_the_top", "seed=range(20)", f"hydra.sweeper.seed_globals={seeded}")
    (line,) = (line for line in told.splitlines() if "draws from" in line)
    assert line.startswith("policy.from_the_top draws from policy.at_top (seen in task ")
    assert ", of which every worker has a copy, so tasks of different workers draw the same numbers; draw from" in line
    assert "seed_globals" not in line  # which would not mend it
    for words in (["status", "one"], ["collect", "one"], ["stats", "one", "--over", "seed"], ["wait", "one"]):
        done = run(*words)
        assert line in done.stdout + done.stderr, words


def test_workers_do_draw_the_same_numbers_from_their_copies(run: Run, study: Path) -> None:
    words = ("seed=range(3)", "hydra.launcher.throttle=1")
    assert "policy.one_each draws from policy.at_top" in sweep(run, "one_each", *words, code=1)
    values = collected(run, study).result.values
    assert values[0] == values[2] == np.random.default_rng(0).random()


@pytest.mark.parametrize("function", ["own_generator", "anew"])
def test_a_generator_that_a_task_makes_itself_is_its_own(run: Run, function: str) -> None:
    assert "draws from" not in sweep(run, function, "seed=range(20)")


def test_a_generator_of_a_script_is_told_by_name_in_python(study: Path) -> None:
    (study / "script.py").write_text(
        "import numpy as np\nimport sweeprun\n\nrng = np.random.default_rng(0)\n\n\n"
        "def scaled(x):\n    return x * rng.normal()\n\n\ndef draw(x):\n    return scaled(x)\n\n\n"
        "print(sweeprun.sweep(draw, {'x': range(20)}, throttle=2).wait())\n"
    )
    assert "draw draws from rng (seen in task " in runner(study, "script.py")().stdout


def test_a_function_that_draws_seldom_is_found(run: Run) -> None:
    assert "policy.late draws from random (seen in task" in sweep(run, "late", "seed=range(60)")


def test_seeded_globals_are_reproducible_and_leave_the_stream_alone(run: Run, study: Path) -> None:
    told = sweep(run, "globals_", "seed=range(6)", "hydra.sweeper.seed_globals=true", "hydra.sweeper.root_seed=3")
    assert "draws from" not in told
    dataset = collected(run, study)
    streams = Streams(root_seed=3)
    assert dataset.own.values.tolist() == [streams.generator(i).random() for i in range(6)]
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    seeds = GlobalSeeds(streams)
    for i in range(6):
        seeds.seed(i)
        assert dataset.numpy.values[i] == np.random.random()  # noqa: NPY002
        assert dataset.python.values[i] == random.random()
    seeds.close()
    random.setstate(before[0])
    np.random.set_state(before[1])  # noqa: NPY002
    assert len(set(dataset.numpy.values.tolist() + dataset.python.values.tolist() + dataset.own.values.tolist())) == 18
    assert run("verify", "one").stdout == "6/6 equal to the bit\n"


def test_the_import_of_a_task_function_takes_no_time_of_a_task(run: Run, study: Path) -> None:
    (study / "heavy.py").write_text("import time\ntime.sleep(6.5)\n\ndef light(cfg):\n    return 1\n")
    run("-m", "task=heavy.light", "seed=1,2", "hydra.launcher.throttle=1", "hydra.sweeper.timeout=1")


def test_a_task_with_alarms_of_its_own_takes_none_from_the_next(run: Run, study: Path) -> None:
    (study / "alarms.py").write_text(
        "import signal, time\n\ndef alarms(cfg):\n    if cfg.seed:\n        time.sleep(100)\n"
        "    signal.signal(signal.SIGALRM, signal.SIG_IGN)\n    return 1\n"
    )
    words = ("seed=0,1", "hydra.launcher.throttle=1", "hydra.sweeper.timeout=1", "hydra.sweep.dir=one")
    run("-m", "task=alarms.alarms", *words, code=1)
    (group,) = json.loads(run("status", "one", "--json").stdout)["failures"]
    assert group["kind"] == "timeout"


def test_workers_that_only_start_are_not_hurt_by_a_stop(run: Run) -> None:
    words = ("seed=range(2000)", "hydra.sweeper.max_failures=1", "hydra.launcher.throttle=8")
    told = sweep(run, "bad", *words, code=1)
    assert "(hydra.sweeper.max_failures=1)" in told
    status = json.loads(run("status", "one", "--json").stdout)
    assert status["states"]["lost"] == 0
    assert status["states"]["failed"] <= 8


def test_one_worker_stops_at_the_very_failure(run: Run) -> None:
    words = ("seed=range(2000)", "hydra.sweeper.max_failures=150", "hydra.launcher.throttle=1")
    sweep(run, "bad", *words, code=1)
    assert json.loads(run("status", "one", "--json").stdout)["states"]["failed"] == 150


def test_a_policy_is_checked_even_if_nothing_is_to_start(run: Run) -> None:
    run("-m", "task=policy.own_alarm", "seed=1,2", "hydra.sweep.dir=one")
    assert "retries is -1" in run("resume", "one", "hydra.sweeper.retries=-1", code=2).stderr


def test_what_a_killed_worker_had_started_ends_with_it(run: Run, study: Path) -> None:
    """A child that would write later, and that keeps the worker's answers open, too."""
    (study / "parent.py").write_text(
        "import os, signal, subprocess, sys, time\nfrom pathlib import Path\n\n\ndef start(cfg, rng, task):\n"
        "    x = rng.random()\n    if task.attempt == 1:\n        if os.fork() == 0:\n            time.sleep(60)\n"
        "            os._exit(0)\n        child = subprocess.Popen(['sleep', '60'])\n"
        "        Path(f'child-{task.id}').write_text(str(child.pid))\n        os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return {'x': x}\n"
    )
    run("-m", "task=parent.start", "seed=1,2", "hydra.sweeper.retries=1", "hydra.sweep.dir=one")
    for task_id in range(2):
        stat = Path("/proc") / (study / f"child-{task_id}").read_text() / "stat"
        assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"
    assert collected(run, study).x.values.tolist() == [np.random.default_rng(i).random() for i in range(2)]


def test_failures_of_others_do_not_ask_a_task_to_stop(run: Run, study: Path) -> None:
    (study / "two.py").write_text(
        "import time\nfrom pathlib import Path\n\n\ndef two(cfg, task):\n    if cfg.seed:\n"
        "        while not Path('running').exists():\n            time.sleep(0.01)\n        raise ValueError('bad')\n"
        "    Path('running').touch()\n    time.sleep(1)\n    return {'asked': task.stop_requested}\n"
    )
    run("-m", "task=two.two", "seed=range(9)", "hydra.sweeper.max_failures=1", "hydra.sweep.dir=one", code=1)
    assert not collected(run, study).asked.values[0]


STOPPING = """\
import atexit, os, signal
from pathlib import Path

def stop_once():
    try:
        Path("stopped").touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGSTOP)

if b"worker" in Path("/proc/self/cmdline").read_bytes().split(bytes(1)):
    WHEN
"""


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="whether a process is stopped is seen in /proc")
@pytest.mark.parametrize("when", ["stop_once()", "atexit.register(stop_once)"], ids=["before it begins", "at its end"])
def test_a_worker_that_is_stopped_outside_of_tasks_is_given_up(
    run: Run, study: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Nobody goes on after it is stopped; without the limit, the sweep would wait for ever."""
    (study / "early").mkdir()
    (study / "early" / "sitecustomize.py").write_text(STOPPING.replace("WHEN", when))
    monkeypatch.setenv("PYTHONPATH", str(study / "early"))
    monkeypatch.setenv(FRESH_WORKERS, "1")
    run("-m", "seed=range(4)", "hydra.sweeper.timeout=0.5", "hydra.launcher.throttle=2")
    assert (study / "stopped").exists()
