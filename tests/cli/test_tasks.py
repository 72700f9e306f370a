"""What a task function may look like."""

import sys
from pathlib import Path

import pytest
import xarray as xr

from sweeprun.design.streams import Streams
from sweeprun.store.finding import newest_run
from tests.command_line import Run


def collected(run: Run, study: Path) -> xr.Dataset:
    run("collect")
    with xr.open_dataset(study / "results.nc") as dataset:
        return dataset.load()


def test_a_function_in_a_file(run: Run, study: Path) -> None:
    (study / "deep" / "er").mkdir(parents=True)
    (study / "deep" / "er" / "helper.py").write_text("VALUE = 42\n")
    (study / "deep" / "er" / "mine.py").write_text(
        "from helper import VALUE\n\ndef go(cfg): return VALUE + cfg.seed\n\n"
        "class Group:\n    @staticmethod\n    def go(cfg): return -cfg.seed\n"
    )
    run("-m", "task=deep/er/mine.py:go", "seed=0,1")
    assert collected(run, study).result.values.tolist() == [42, 43]
    assert run("task=deep/er/mine.py:go").stdout == "42\n"
    assert run("task=deep/er/mine.py:Group.go", "seed=3").stdout == "-3\n"


def test_a_mapping_with_target(run: Run, study: Path) -> None:
    (study / "conf" / "config.yaml").write_text("n: 3\ntask:\n  _target_: study.plain\n  a: ${n}\n  b: 2\n")
    run("-m", "n=1,2", "task.b=10,20")
    dataset = collected(run, study)
    assert dataset.result.dims == ("n", "task.b")
    assert dataset.result.values.tolist() == [[10, 20], [20, 40]]
    assert run().stdout == "6.0\n"


def test_a_hydra_main_function(run: Run, study: Path) -> None:
    (study / "app.py").write_text(
        "import hydra\nfrom hydra.core.hydra_config import HydraConfig\n\n"
        "@hydra.main(version_base='1.3', config_path='conf', config_name='config')\n"
        "def main(anything):\n    return {'num': HydraConfig.get().job.num, 'seen': anything.seed}\n"
    )
    run("-m", "task=app.main", "seed=5,6")
    dataset = collected(run, study)
    assert dataset.num.values.tolist() == [0, 1]
    assert dataset.seen.values.tolist() == [5, 6]
    assert "'seen'" not in run("task=app.main", code=1).stdout  # a single run has no job number, as in Hydra


def test_hydras_own_config_of_the_job(run: Run, study: Path) -> None:
    run("-m", "task=study.hydra_config", "seed=7,8", "lr=3")
    dataset = collected(run, study)
    assert dataset.num.values.tolist() == [0, 1]
    assert dataset.overrides.values.tolist() == [
        "lr=3,seed=7,task=study.hydra_config",
        "lr=3,seed=8,task=study.hydra_config",
    ]
    path = newest_run(study / "multirun").path
    assert dataset.output.values.tolist() == [str(path / "0"), str(path / "1")]
    assert (path / "1" / ".hydra" / "overrides.yaml").read_text() == "- task=study.hydra_config\n- seed=8\n- lr=3\n"


@pytest.mark.parametrize("subdir", ["${hydra:job.num}", "n-${hydra:job.override_dirname}", "${lr}"])
def test_directories_may_be_named_by_hydras_config(run: Run, study: Path, subdir: str) -> None:
    run("-m", "task=study.context", "lr=1,2", "hydra.job.chdir=true", f'hydra.sweep.subdir="{subdir}"')
    path = newest_run(study / "multirun").path
    names = {"${lr}": "{lr}", "${hydra:job.num}": "{i}"}.get(subdir, "n-lr={lr},task=study.context")
    expected = [str(path / names.format(lr=lr, i=i)) for i, lr in enumerate((1, 2))]
    assert collected(run, study).cwd.values.tolist() == expected


def test_what_a_task_may_know_of_itself(run: Run, study: Path) -> None:
    run("-m", "task=study.context", "lr=0.5,1", "seed=1,2", "hydra.job.chdir=true", "hydra.sweep.subdir=s${seed}-${lr}")
    dataset = collected(run, study)
    assert dataset.id.values.tolist() == dataset.stream.values.tolist() == [[0, 1], [2, 3]]
    assert "result_lr" not in dataset.variables  # it is what the axis says
    assert set(dataset.attempt.values.reshape(-1)) == {1}
    path = newest_run(study / "multirun").path
    assert dataset.cwd.values.tolist() == [[str(path / f"s{seed}-{lr}") for seed in (1, 2)] for lr in ("0.5", "1")]


COMMANDS = {
    "output": 'echo working; echo "{\\"x\\": $1, \\"seed\\": $2}"',
    "number": "echo $1",
    "json": 'echo "{\\"x\\": $1, \\"seed\\": $SWEEPRUN_SEED}" > result.json; cp "$SWEEPRUN_CONFIG" copy.yaml',
}


@pytest.mark.parametrize("kind", sorted(COMMANDS))
def test_any_executable(run: Run, study: Path, kind: str) -> None:
    script = study / "simulate"
    script.write_text(f"#!/bin/sh\n{COMMANDS[kind]}\n")
    script.chmod(0o755)
    (study / "conf" / "config.yaml").write_text(
        "lr: 0.5\ntask:\n  _target_: sweeprun.command\n  command: [./simulate, '${lr}', '{seed}']\n"
    )
    run("-m", "lr=0.5,2")
    dataset = collected(run, study)
    assert set(dataset.state.values) == {"succeeded"}
    path = newest_run(study / "multirun").path
    assert (path / "1" / "config.yaml").read_text().startswith("lr: 2\n")
    if kind in ("output", "json"):
        assert dataset.x.values.tolist() == [0.5, 2]
        assert dataset.seed.values.tolist() == [Streams().seed(i) for i in range(2)]
    if kind == "number":
        assert dataset.result.values.tolist() == [0.5, 2]
    if kind == "json":
        assert (path / "1" / "copy.yaml").read_text() == (path / "1" / "config.yaml").read_text()


def test_an_executable_whose_results_are_files_alone(run: Run, study: Path) -> None:
    (study / "conf" / "config.yaml").write_text("lr: 0.5\ntask: {_target_: sweeprun.command, command: 'touch made'}\n")
    run("-m", "lr=0.5,2")
    path = newest_run(study / "multirun").path
    assert (path / "1" / "made").exists()
    assert "(2 succeeded), so 'results.nc' is not written" in run("collect", code=1).stderr
    assert not (study / "results.nc").exists()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo out; echo first >&2; echo second >&2; exit 4", "ended with exit code 4\n  first\n  second"),
        ("kill -9 $$", "ended with signal 9"),
        ("echo not a result", "standard output is no result: its last line is 'not a result'"),
        ("echo '{' > result.json", "'result.json' is not valid JSON"),
    ],
)
def test_an_executable_that_fails(run: Run, study: Path, script: str, message: str) -> None:
    (study / "simulate").write_text(f"#!/bin/sh\n{script}\n")
    (study / "simulate").chmod(0o755)
    (study / "conf" / "config.yaml").write_text("lr: 0\ntask:\n  _target_: sweeprun.command\n  command: ./simulate\n")
    run("-m", "lr=1,2", code=1)
    assert message in run("show", "1").stdout


def test_an_executable_that_is_not_there(run: Run, study: Path) -> None:
    (study / "conf" / "config.yaml").write_text("lr: 0\ntask:\n  _target_: sweeprun.command\n  command: ./nothing\n")
    run("-m", "lr=1", code=1)
    assert "could not be started: No such file" in run("show", "0").stdout


def test_an_executable_that_writes_netcdf(run: Run, study: Path) -> None:
    (study / "write.py").write_text(
        "import sys\nimport xarray as xr\n"
        "xr.Dataset({'y': ('t', [float(sys.argv[1]), 1.0])}, {'t': [3, 4]}).to_netcdf('out.nc')\n"
    )
    (study / "conf" / "config.yaml").write_text(
        "lr: 0\ntask:\n  _target_: sweeprun.command\n  result: out.nc\n"
        f"  command: [{sys.executable}, '${{hydra:runtime.cwd}}/write.py', '${{lr}}']\n"
    )
    run("-m", "lr=1,2")
    dataset = collected(run, study)
    assert dataset.y.values.tolist() == [[1, 1], [2, 1]]
    assert dataset.t.values.tolist() == [3, 4]


TYPED = """
from dataclasses import dataclass, field
from enum import Enum
from hydra.core.config_store import ConfigStore

class Color(Enum):
    RED = 1
    GREEN = 2

@dataclass
class Optimizer:
    rate: float = 0.1
    color: Color = Color.RED

@dataclass
class Config:
    task: str = "???"
    n: int = 3
    optimizer: Optimizer = field(default_factory=Optimizer)

ConfigStore.instance().store(name="schema", node=Config)

def go(cfg):
    return {"rate": cfg.optimizer.rate, "is_red": cfg.optimizer.color is Color.RED}
"""


def test_structured_configs_of_the_tasks_module(run: Run, study: Path) -> None:
    (study / "typed.py").write_text(TYPED)
    (study / "conf" / "config.yaml").write_text("defaults: [schema, _self_]\ntask: typed.go\n")
    run("-m", "optimizer.rate=1,2", "optimizer.color=GREEN,1")
    dataset = collected(run, study)
    assert dataset["optimizer.rate"].dtype == float
    assert dataset["optimizer.color"].values.tolist() == ["GREEN", "RED"]
    assert dataset.is_red.values.tolist() == [[False, True], [False, True]]
    for bad in ("optimizer.rate=1,x", "optimizer.color=RED,BLUE", "n=1,2.5", "n=range(0,1,0.5)"):
        done = run("-m", bad, code=2)
        assert "does not fit the config" in done.stderr
    assert "schema" not in run("--cfg", "job").stderr
