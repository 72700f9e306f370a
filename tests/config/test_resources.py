"""Options of the launcher that depend on the task: the fewest groups, and the right tasks in each."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf

from sweeprun.config.application import ConfigSource, open_application
from sweeprun.config.composing import compose_for_sweep
from sweeprun.config.own_resolvers import register_resolver
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import ConfigError, UsageError
from sweeprun.launchers.slurm.launcher import SlurmLauncher
from sweeprun.runs.prepare import prepare_sweep

CONFIG = """
defaults:
  - model: small
  - _self_
task: study.f
a: 0
b: x
c: 0
memory: {x: 100, y: 200, z: 300}
indirect: ${memory.${b}}
nested: {here: "${a}"}
"""
GROUPS = {
    "small": "width: 1\n",
    "large": "# @package _global_\nmodel: {width: 9}\nhydra: {launcher: {sbatch: {gres: 'gpu:1'}}}\n",
}


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "conf" / "model").mkdir(parents=True)
    (tmp_path / "conf" / "config.yaml").write_text(CONFIG)
    for name, text in GROUPS.items():
        (tmp_path / "conf" / "model" / f"{name}.yaml").write_text(text)
    (tmp_path / "study.py").write_text("def f(cfg):\n    return 0\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def groups(*words: str) -> list[tuple[dict[str, object], str]]:
    """The options of the groups, and their tasks."""
    with open_application(ConfigSource(path="conf")) as application:
        overrides = ["task=study.py:f", *words, "hydra/launcher=slurm", "hydra.launcher.tasks_per_job=100"]
        prepared = prepare_sweep(application, compose_for_sweep(application, overrides))
    found = []
    for group in prepared.groups:
        assert isinstance(group.launcher, SlurmLauncher)
        found.append((dict(group.launcher.sbatch), str(group.tasks)))
    return found


AXES = ("a=0,1", "b=x,y,z", "c=0,1")


def test_options_that_depend_on_nothing_make_one_group() -> None:
    assert groups(*AXES, "hydra.launcher.sbatch.time=5") == [({"time": 5}, "0-11")]
    assert groups(*AXES) == [({}, "0-11")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${a}", [(0, "0-5"), (1, "6-11")]),
        ("${c}", [(0, "0-10:2"), (1, "1-11:2")]),
        ("${memory.${b}}", [(100, "0-1,6-7"), (200, "2-3,8-9"), (300, "4-5,10-11")]),
        ("${indirect}", [(100, "0-1,6-7"), (200, "2-3,8-9"), (300, "4-5,10-11")]),
        ("${nested.here}", [(0, "0-5"), (1, "6-11")]),
        ("${hydra:job.num}", [(i, str(i)) for i in range(12)]),
    ],
)
def test_tasks_are_grouped_by_the_keys_that_options_refer_to(value: str, expected: list[tuple[int, str]]) -> None:
    found = groups(*AXES, f"hydra.launcher.sbatch.mem='{value}'")
    assert found == [({"mem": number}, tasks) for number, tasks in expected]


def test_an_option_of_a_config_group_may_bring_its_own() -> None:
    assert groups("model=small,large", "a=0,1") == [({}, "0-1"), ({"gres": "gpu:1"}, "2-3")]


def test_a_resolver_that_may_read_anything_is_asked_for_every_task() -> None:
    register_resolver("root_b", lambda _root_: _root_.b)
    try:
        found = groups(*AXES, "hydra.launcher.sbatch.mem='${root_b:}'")
    finally:
        OmegaConf.clear_resolver("root_b")
    assert found == [({"mem": "x"}, "0-1,6-7"), ({"mem": "y"}, "2-3,8-9"), ({"mem": "z"}, "4-5,10-11")]


@given(st.sets(st.sampled_from("abc")))
def test_every_task_is_in_the_group_that_its_own_config_names(keys: set[str]) -> None:
    text = "x" + "-".join(f"${{{key}}}" for key in sorted(keys))
    found = groups(*AXES, f"hydra.launcher.sbatch.mem='{text}'")
    combinations = list(itertools.product(range(2), "xyz", range(2)))
    for options, tasks in found:
        for task_id in TaskIds.parse(tasks):
            values = dict(zip("abc", combinations[task_id], strict=True))
            assert options == {"mem": "x" + "-".join(str(values[key]) for key in sorted(keys))}
    assert sum(len(TaskIds.parse(tasks)) for _, tasks in found) == 12
    assert len(found) == len({str(options) for options, _ in found})


def test_what_cannot_be_resolved_is_told() -> None:
    with pytest.raises(ConfigError, match=r"hydra\.launcher\.sbatch can't be resolved"):
        groups(*AXES, "hydra.launcher.sbatch.mem='${nowhere}'")


def launchers(*words: str) -> list[tuple[dict[str, object], str]]:
    """The launchers of the groups, and their tasks."""
    with open_application(ConfigSource(path="conf")) as application:
        prepared = prepare_sweep(application, compose_for_sweep(application, ["task=study.py:f", *words]))
    return [(group.launcher.to_dict(), str(group.tasks)) for group in prepared.groups]


def test_any_option_of_any_launcher_may_follow_a_swept_key() -> None:
    found = launchers("a=1,2", "c=0,1", "hydra.launcher.cpus_per_task=${a}", "hydra.launcher.tasks_per_job=3")
    assert [(own["cpus_per_task"], own["tasks_per_job"], tasks) for own, tasks in found] == [
        (1, 3, "0-1"),
        (2, 3, "2-3"),
    ]


@pytest.mark.parametrize("key", ["hydra:job.num", "hydra.job.num", "hydra:job.override_dirname", "hydra.job.id"])
def test_what_differs_between_any_two_tasks_does_so_in_options(key: str) -> None:
    found = groups("a=0,1", "c=0,1", f"hydra.launcher.sbatch.comment=x${{{key}}}")
    assert [tasks for _, tasks in found] == ["0", "1", "2", "3"]
    assert len({str(options["comment"]) for options, _ in found}) == 4


@pytest.mark.parametrize("written", ["${TMPDIR:-/tmp}", "${PATH%%:*}"])
def test_what_is_escaped_is_for_bash_and_parts_no_tasks(written: str) -> None:
    word = f"hydra.launcher.setup=['export T=\\{written}']"
    ((own, tasks),) = launchers("a=0,1", "hydra/launcher=slurm", word)
    assert (own["setup"], tasks) == ([f"export T={written}"], "0-1")


@pytest.mark.parametrize("key", ["hydra:job.name", "hydra:runtime.version"])
def test_what_hydra_says_of_all_tasks_parts_none(key: str) -> None:
    assert [tasks for _, tasks in groups("a=0,1", f"hydra.launcher.sbatch.comment=x${{{key}}}")] == ["0-1"]


@pytest.mark.parametrize("word", ["hydra.launcher.throttle=${a}", "model=small,large"])
def test_what_all_tasks_share_may_not_differ(word: str, study: Path) -> None:
    path = study / "conf" / "model" / "large.yaml"
    path.write_text(path.read_text().replace("sbatch: {gres: 'gpu:1'}", "throttle: 3"))
    with pytest.raises(UsageError, match=r"throttle is (1|None) for some tasks and [23] for others"):
        launchers("a=1,2", word)


def test_options_that_are_resolved_for_tasks_have_their_types() -> None:
    with pytest.raises(UsageError, match="'x' of type 'str' could not be converted to Integer"):
        launchers("b=x,y", "hydra.launcher.cpus_per_task=${b}")
