"""``sweeprun resume``: what has no result runs again, and nothing else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sweeprun import open_run
from sweeprun.cli.main import main
from sweeprun.cpus import usable_cpus
from sweeprun.design.arrays import Array
from sweeprun.design.task_ids import TaskIds
from sweeprun.store.directory import RunDirectory
from sweeprun.store.finding import newest_run
from sweeprun.store.processes import Process
from sweeprun.store.submissions import Submission, write_submission
from tests.command_line import Run, environment
from tests.results.runs import count_axis, make_run, success, write_shard

NETS = """
import os
from pathlib import Path


def train(cfg):
    if cfg.seed == 3 and not Path("mended").exists():
        raise ValueError("diverged")
    return {"threads": int(os.environ["OMP_NUM_THREADS"])}
"""


def test_resume_runs_what_failed_and_nothing_else(run: Run, study: Path) -> None:
    run("-m", "task=study.misbehave", "kind=fine,raise", "seed=range(3)", code=1)
    assert json.loads(run("status", "--json").stdout)["not_queued"] == "3-5"
    source = (study / "study.py").read_text()
    (study / "study.py").write_text(source.replace('raise ValueError(f"bad value {cfg.seed}")', "pass"))
    done = run("resume", "--allow-drift", "hydra.launcher.throttle=1")
    assert "3 tasks on 1 worker" in done.stderr
    assert "6 succeeded" in done.stderr
    shown = json.loads(run("show", "4", "--json").stdout)
    assert (shown["state"], shown["attempt"]) == ("succeeded", 2)
    assert json.loads(run("show", "--json").stdout)["submissions"]["1"] == "tasks 3-5 as array 0-2%1"
    assert "nothing to start: 6 succeeded" in run("resume").stderr


def test_who_runs_alone_later_has_as_many_threads_as_the_others_had(run: Run, study: Path) -> None:
    (study / "nets.py").write_text(NETS)
    run("-m", "task=nets.train", "seed=range(4)", "hydra.launcher.throttle=2", code=1)
    (study / "mended").touch()
    run("resume")
    run("extend", "seed=range(5)", "hydra.launcher.throttle=1")
    share = max(1, usable_cpus() // 2)
    assert open_run(newest_run(study / "multirun").path)["threads"].values.tolist() == [share] * 5


def test_workers_work_where_the_run_was_started(run: Run, study: Path, tmp_path: Path) -> None:
    run("-m", "task=study.context", "lr=1,2", "hydra.launcher.throttle=1")
    for shard in newest_run(study / "multirun").shards.iterdir():
        shard.unlink()
    command = [sys.executable, "-m", "sweeprun", "resume", str(newest_run(study / "multirun").path)]
    subprocess.run(command, cwd=tmp_path, env=environment(), check=True, capture_output=True, timeout=60)
    assert json.loads(run("show", "1", "--json").stdout)["result"]["cwd"] == str(study)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("lr=3",), "would change what is run"),
        (("hydra.launcher.partition=x",), "local has no option 'partition'"),
        (("hydra/launcher=nobodys",), "there is no launcher 'nobodys'"),
        (("nowhere",), "'nowhere' does not exist"),
        (("a", "b"), "one run directory at a time"),
    ],
)
def test_what_cannot_be_resumed_is_told(run: Run, study: Path, words: tuple[str, ...], message: str) -> None:
    run("-m", "task=study.misbehave", "kind=raise", "seed=range(2)", code=1)
    assert message in run("resume", *words, code=2).stderr
    assert len(list(newest_run(study / "multirun").submissions.glob("*.json"))) == 1


def test_a_run_of_hydras_own_launcher_goes_on_with_ours(run: Run) -> None:
    run("-m", "seed=range(2)", "hydra/launcher=basic")
    run("-m", "task=study.misbehave", "kind=object", "seed=range(2)", "hydra/launcher=basic", code=1)
    assert "hydra/launcher=basic, which can't resume" in run("resume", code=2).stderr
    assert "2 tasks on" in run("resume", "hydra/launcher=local", code=1).stderr


def test_a_run_of_another_host_is_resumed_if_told_to(run: Run, study: Path) -> None:
    (study / "mending.py").write_text(
        "from pathlib import Path\n\n\ndef bad_at_first(cfg):\n"
        "    if not Path('mended').exists():\n        raise ValueError('bad')\n    return {'x': cfg.seed}\n"
    )
    run("-m", "task=mending.bad_at_first", "seed=range(3)", "hydra.sweep.dir=one", code=1)
    (study / "mended").touch()
    path = study / "one" / "submissions" / "0.json"
    data = json.loads(path.read_text())
    data["submitter"]["host"] = "elsewhere"
    path.write_text(json.dumps(data))
    assert "on elsewhere started it" in run("status", "one").stdout
    assert "--assume-ended" in run("resume", "one", code=1).stderr
    assert "3 succeeded" in run("resume", "one", "--assume-ended", "hydra.launcher.throttle=1").stderr


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    monkeypatch.chdir(tmp_path)
    return make_run(tmp_path / "multirun" / "größter Lauf", count_axis("seed", 2))


def test_of_a_complete_run_nothing_is_started(directory: RunDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    write_shard(directory, "w", [success(i, i) for i in range(2)])
    for words in ([], [str(directory.path)], ["hydra.launcher.throttle=3", "--assume-ended"]):
        assert main(["resume", *words]) == 0
        assert capsys.readouterr() == ("", "nothing to start: 2 succeeded\n")
    assert list(directory.submissions.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["lr=3"], "would change what is run"),
        (["hydra.launcher.trottle=1"], "local has no option 'trottle'"),
        (["hydra.sweeper.retries=-1"], "hydra.sweeper.retries is -1"),
        (["hydra.launcher.throttle=0"], "throttle is 0"),
        (["one", "two"], "one run directory at a time, not 2: one two"),
        (["no where"], "'no where' does not exist"),
    ],
)
def test_what_is_wrong_is_refused_even_if_nothing_is_to_start(
    directory: RunDirectory, words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_shard(directory, "w", [success(i, i) for i in range(2)])
    assert main(["resume", *words]) == 2
    assert message in capsys.readouterr().err


def test_what_another_host_may_still_run_is_not_started_again(
    directory: RunDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = Process(host="elsewhere", pid=4711, born=1)
    array = Array(tasks=TaskIds.first(2))
    write_submission(directory, Submission(number=0, array=array, launcher={"name": "local"}, submitter=elsewhere))
    assert main(["resume"]) == 1
    told = capsys.readouterr().err
    assert "so nothing was started: process 4711 on elsewhere started it" in told
    assert "sweeprun resume 'multirun/größter Lauf' --assume-ended" in told
    assert len(list(directory.submissions.glob("*.json"))) == 1


def test_an_unknown_option_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["resume", "--alow-drift"])
    assert ended.value.code == 2
    assert "--alow-drift" in capsys.readouterr().err


RETURNS = """
class Model:
    pass


def train(cfg):
    return {"loss": cfg.lr * (cfg.seed + 1), "model": Model() if cfg.seed else 1.5}
"""


def test_incomplete_tasks_run_again_and_complete_ones_do_not(run: Run, study: Path) -> None:
    (study / "lacks.py").write_text(RETURNS)
    done = run("-m", "task=lacks.py:train", "lr=0.1", "seed=0,1,2", "hydra.sweep.dir=here")
    assert "3 succeeded (2 incomplete)" in done.stderr
    assert "2 tasks (1, 2) lack 'model', which can't be stored: it is a value of type Model" in done.stderr
    assert "sweeprun resume here --incomplete" in run("status", "here").stdout
    assert "lack 'model'" in run("collect", "here").stderr
    assert "nothing to start" in run("resume", "here").stderr
    assert "3 succeeded (2 incomplete)" in run("resume", "here", "--incomplete").stderr
    (study / "lacks.py").write_text(RETURNS.replace("Model() if cfg.seed else 1.5", "2.5"))
    done = run("resume", "here", "--incomplete", "--allow-drift")
    assert "2 tasks on" in done.stderr
    assert "3 succeeded in" in done.stderr
    assert "be stored" not in run("status", "here").stdout
    assert "nothing to start" in run("resume", "here", "--incomplete").stderr
