"""Code that is not what a run was made with: told, refused, and recorded if it is mixed on purpose."""

import json
from pathlib import Path

import pytest
import xarray as xr

from tests.command_line import Run, runner

ONE_WORKER = "hydra.launcher.throttle=1"

FLAKY = """
from pathlib import Path


def flaky(cfg, rng):
    x = rng.random()
    if cfg.seed % 2 and not Path("mended").exists():
        raise ValueError("no")
    return {"x": x}
"""


@pytest.fixture
def half(run: Run, study: Path) -> Path:
    """A run of which half the tasks failed for lack of a file; it is there now."""
    (study / "flaky.py").write_text(FLAKY)
    run("-m", "task=flaky.flaky", "seed=range(4)", "hydra.sweep.dir=half", code=1)
    (study / "mended").touch()
    return study / "half"


def test_a_resumption_with_other_code_is_refused_and_changes_nothing(run: Run, study: Path, half: Path) -> None:
    (study / "flaky.py").write_text(FLAKY.replace('{"x": x}', '{"x": 2 * x}'))
    before = {path: path.stat().st_mtime_ns for path in half.rglob("*")}
    refused = run("resume", "half", code=2).stderr
    assert "flaky.py has changed, and in it the task function flaky.flaky" in refused
    assert "--allow-drift" in refused
    assert {path: path.stat().st_mtime_ns for path in half.rglob("*")} == before


def test_a_comment_is_no_drift(run: Run, study: Path, half: Path) -> None:
    (study / "flaky.py").write_text(f"# Nothing but a comment.\n{FLAKY}")
    run("resume", "half")
    run("collect", "half")
    with xr.open_dataset(study / "results.nc") as dataset:
        assert "code_digest" not in dataset.variables
    assert len(list((half / "code").glob("*.json"))) == 1


def test_mixed_results_say_what_each_is_from(run: Run, study: Path, half: Path) -> None:
    (study / "flaky.py").write_text(FLAKY.replace('{"x": x}', '{"x": 2 * x}'))
    assert "flaky.py has changed" in run("resume", "half", "--allow-drift").stderr
    run("collect", "half")
    with xr.open_dataset(study / "results.nc") as dataset:
        first, second, *rest = dataset.code_digest.values.tolist()
        assert first != second
        assert rest == [first, second]
    for digest in (first, second):
        assert json.loads((half / "code" / f"{digest}.json").read_text())["functions"]["flaky.flaky"][0] == "flaky.py"
    assert "nothing to start" in run("resume", "half").stderr


def test_a_package_of_another_version_is_drift(run: Run, half: Path) -> None:
    (kept,) = (half / "code").glob("*.json")
    data = json.loads(kept.read_text())
    data["packages"]["numpy"] = "1.0.0"
    kept.write_text(json.dumps(data))
    assert "numpy 1.0.0 -> " in run("resume", "half", code=2).stderr
    assert "numpy 1.0.0 -> " in run("replay", "half", "0", code=2).stderr
    assert "numpy 1.0.0 -> " in run("verify", "half", code=2).stderr
    assert "numpy 1.0.0 -> " in run("extend", "half", "seed=9", code=2).stderr


def test_code_that_changes_under_a_running_sweep_is_noticed(run: Run, study: Path) -> None:
    """As when a job waits in a queue while its study is edited."""
    (study / "edit.py").write_text(
        "from pathlib import Path\n\n\ndef edit(cfg, rng):\n    path = Path('edit.py')\n"
        "    path.write_text(path.read_text() + 'x = 1\\n')\n    return cfg.seed\n"
    )
    run("-m", "task=edit.edit", "seed=range(2)", "hydra.launcher.throttle=1", "hydra.sweep.dir=one")
    run("collect", "one")
    with xr.open_dataset(study / "results.nc") as dataset:
        assert "code_digest" not in dataset.variables  # one worker, which had imported it before
    assert "edit.py has changed" in run("verify", "one", code=2).stderr


def test_what_comes_from_the_environment_is_not_written_down(
    run: Run, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (study / "secretive.py").write_text("import os\n\n\ndef use(cfg):\n    return len(os.environ['TOKEN'])\n")
    words = ("-m", "task=secretive.use", "seed=range(2)", "+hydra.job.env_set.TOKEN='${oc.env:MY_SECRET}'")
    assert "environment variable MY_SECRET, which is not set" in run(*words, code=2).stderr
    assert not (study / "multirun").exists()
    monkeypatch.setenv("MY_SECRET", "hunter2hunter2")
    run(*words, "hydra.sweep.dir=one")
    run("collect", "one")
    for path in [*(study / "one").rglob("*"), study / "results.nc"]:
        assert not path.is_file() or b"hunter2" not in path.read_bytes(), path
    (value,) = json.loads(run("show", "one", "0", "--json").stdout)["result"].values()
    assert value == len("hunter2hunter2")


EDITS_ITSELF = """
import os
from pathlib import Path


def grow(cfg):
    if cfg.seed == 1:
        path = Path("grow.py")
        path.write_text(path.read_text().replace("cfg.seed == 1", "False").replace("* 1", "* 1000"))
        os._exit(9)
    return {"y": cfg.seed * 1}
"""

MIXED = (
    "4 of 6 tasks ran with other code than was submitted: grow.py has changed, and in it the task function grow.grow"
)


@pytest.fixture
def mixed(run: Run, study: Path) -> str:
    """A run whose code is edited as it goes on, before its worker is replaced; what was told at its end."""
    (study / "grow.py").write_text(EDITS_ITSELF)
    return run("-m", "task=grow.grow", "seed=range(6)", "hydra.sweep.dir=one", ONE_WORKER, code=1).stderr


def test_other_code_in_a_replaced_worker_is_told_wherever_somebody_looks(run: Run, study: Path, mixed: str) -> None:
    (line,) = (line for line in mixed.splitlines() if MIXED in line)
    assert "; the first on worker 0." in line
    assert "code_digest in the Dataset tells them apart" in line
    assert line in run("status", "one").stdout
    assert json.loads(run("status", "one", "--json").stdout)["warnings"] == [line]
    for words in (["collect", "one"], ["stats", "one", "--over", "seed"], ["stats", "one", "--target", "sem(y)<1"]):
        assert line in run(*words, code=int("--target" in words)).stderr, words
    assert line in run("wait", "one", code=1).stderr
    with xr.open_dataset(study / "results.nc") as dataset:
        assert dataset.y.values[[0, 2, 3, 4, 5]].tolist() == [0, 2000, 3000, 4000, 5000]
        assert len(set(dataset.code_digest.values[[0, 2, 3, 4, 5]])) == 2


@pytest.mark.usefixtures("mixed")
def test_who_goes_on_with_other_code_on_purpose_has_no_more_of_it(run: Run) -> None:
    assert MIXED in run("resume", "one", "--allow-drift").stderr.split("6 succeeded")[1]  # the same, without task 1
    assert json.loads(run("show", "one", "1", "--json").stdout)["result"] == {"y": 1000}


def test_code_that_was_edited_before_an_element_started_is_told(run: Run, study: Path) -> None:
    """As of an array on Slurm: each element imports the code when its time comes."""
    (study / "flaky.py").write_text(FLAKY)
    words = ("seed=range(4)", "hydra.sweeper.max_failures=1", "hydra.sweep.dir=half", ONE_WORKER)
    run("-m", "task=flaky.flaky", *words, code=1)
    assert "other code" not in run("status", "half").stdout
    (study / "flaky.py").write_text(FLAKY.replace("cfg.seed % 2", "False"))
    run("worker", "half", "2-3")
    assert "2 of 4 tasks ran with other code than was submitted: flaky.py has changed" in run("status", "half").stdout


def test_a_comment_that_is_added_meanwhile_is_not_told(run: Run, study: Path) -> None:
    edit = 'path.read_text() + "# nothing but a comment"'
    lines = EDITS_ITSELF.split("\n")
    text = "\n".join(f"        path.write_text({edit})" if "write" in line else line for line in lines)
    (study / "grow.py").write_text(text)
    told = run("-m", "task=grow.grow", "seed=range(6)", "hydra.sweep.dir=one", ONE_WORKER, code=1).stderr
    assert "5 succeeded" in told
    assert (study / "grow.py").read_text() != text
    assert "other code" not in told


def test_other_code_is_told_in_python(study: Path) -> None:
    (study / "grow.py").write_text(EDITS_ITSELF.replace("cfg.", "").replace("(cfg)", "(seed)"))
    (study / "script.py").write_text(
        "import sweeprun\nfrom grow import grow\n\n"
        "run = sweeprun.sweep(grow, {'seed': range(6)}, throttle=1, directory='one').wait()\n"
        "print(run)\nprint(run['y'].values.tolist())\n"
    )
    told = runner(study, "script.py")().stdout
    assert MIXED in told
    assert "2000.0, 3000.0, 4000.0, 5000.0]" in told
