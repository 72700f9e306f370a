"""Code that is not what a run was made with: told, refused, and recorded if it is mixed on purpose."""

import json
from pathlib import Path

import pytest
import xarray as xr

from tests.cli.conftest import Run

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
