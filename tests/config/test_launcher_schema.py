"""The schema of a launcher's options, ours and that of another package, and what is said of wrong ones."""

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import pytest
from hydra.types import RunMode
from omegaconf import OmegaConf
from omegaconf.errors import ValidationError

from sweeprun.config.application import Application
from sweeprun.config.launcher_options import checked_options
from sweeprun.config.launcher_schema import _node_class, has_schema, launcher_name, schema_of
from sweeprun.errors import OverrideError, UsageError
from tests.cloud_launcher import cloud  # noqa: F401  # a fixture
from tests.config.applications import opened

FILES = {
    "config": "lr: 0.1\n",
    "hydra/launcher/ours": "defaults: [slurm]\nthrottle: 3\n",
    "hydra/launcher/theirs": "defaults: [cloud]\nmemory: 16\nlabels: {a: b}\n",
    "hydra/launcher/cloud": "defaults: [sweeprun_cloud]\nmemory: 32\n",
    "hydra/launcher/named": "name: cloud\nmemory: 8\n",
    "hydra/launcher/wrong": "defaults: [cloud]\nmemry: 16\n",
    "hydra/launcher/mistyped": "defaults: [cloud]\nmemory: much\n",
}


class Size(Enum):
    SMALL = 1
    LARGE = 2


@dataclass
class Nested:
    depth: int = 1


@dataclass(frozen=True, kw_only=True)
class Options:
    must: int
    size: Size = Size.SMALL
    where: Path = Path("x")
    nested: Nested = field(default_factory=Nested)
    either: int | str = 1
    one_of: Literal["a", "b"] = "a"
    odd: Callable[[], int] | None = None
    counts: Mapping[int, float] = field(default_factory=dict)
    pairs: Sequence[tuple[str, int]] = (("a", 1),)
    unset: str = None  # type: ignore[assignment]


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    with opened(tmp_path, FILES) as application:
        yield application


def launcher_of(application: Application, *words: str) -> Any:
    return application.compose(words, RunMode.MULTIRUN).hydra.launcher


def test_every_kind_of_annotation_has_a_place_in_a_schema() -> None:
    schema = OmegaConf.structured(_node_class("options", Options))
    assert OmegaConf.is_missing(schema, "must")
    assert schema.size is Size.SMALL
    OmegaConf.update(schema, "size", "LARGE")
    schema.counts = {3: 0.5}
    schema.nested.depth = 2
    schema.either, schema.one_of, schema.pairs, schema.unset = "x", "b", [["b", 2]], "text"
    for name, wrong in {"must": "x", "size": "HUGE", "counts": {3: "x"}}.items():
        with pytest.raises(ValidationError):
            OmegaConf.update(schema, name, wrong)


@pytest.mark.usefixtures("cloud")
def test_a_launcher_of_another_package_has_its_defaults_and_types(application: Application) -> None:
    launcher = launcher_of(application, "hydra/launcher=sweeprun_cloud", "hydra.launcher.labels.team=x")
    assert (launcher.memory, launcher.region, list(launcher.zones)) == (4, "eu", [1, 2])
    assert launcher.labels == {"team": "x"}
    assert "variables" not in launcher


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    ("choice", "name", "memory"), [("theirs", "cloud", 16), ("cloud", "cloud", 32), ("named", "cloud", 8)]
)
def test_a_launcher_is_known_by_the_name_in_its_config_and_not_by_the_file(
    application: Application, choice: str, name: str, memory: int
) -> None:
    config = application.compose([f"hydra/launcher={choice}"], RunMode.MULTIRUN)
    assert application.chosen_plugins(config) == ("sweeprun", name)
    assert config.hydra.launcher.memory == memory
    assert application.chosen_plugins(application.compose(["hydra/launcher=ours"], RunMode.MULTIRUN))[1] == "slurm"


@pytest.mark.parametrize(
    ("node", "name"),
    [
        ({"name": "x"}, "x"),
        ({}, "file"),
        ({"_target_": "hydra_plugins.sweeprun_plugin.SlurmLauncher", "name": "x"}, "x"),
        ({"_target_": "hydra_plugins.theirs.Launcher", "name": "${hydra.job.name}"}, "file"),
    ],
)
def test_a_name_of_jobs_of_another_plugin_is_no_launcher(node: dict[str, str], name: str) -> None:
    assert launcher_name(OmegaConf.create(node), "file") == name


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["=theirs", ".memroy=3"],
            "memroy is no option of hydra/launcher=cloud: its options are throttle.*mean .*memory",
        ),
        (
            ["=theirs", ".n_jobs=3"],
            r"n_jobs is no option of hydra/launcher=cloud: did you mean hydra\.launcher\.throttle",
        ),
        (
            ["=theirs", ".sbatch.mem=3"],
            "sbatch is no option of hydra/launcher=cloud: it is one of hydra/launcher=slurm",
        ),
        (["=theirs", ".memory=much"], "'much' .* could not be converted to Integer"),
        (["=wrong"], "memry is no option of hydra/launcher=cloud: .*did you mean hydra.launcher.memory"),
        (["=mistyped"], "'much' .* could not be converted to Integer"),
        (
            ["=named", ".region=us"],
            r"hydra\.launcher\.region isn't in the config.*begin its file with `defaults: \[cloud\]",
        ),
        (["=named", ".regoin=us"], "regoin is no option of hydra/launcher=cloud: .*region"),
        (["=nobody"], "(?s)nobody.*cloud.*local.*slurm"),
    ],
)
def test_wrong_options_are_answered_as_ours_are(application: Application, words: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        launcher_of(application, f"hydra/launcher{words[0]}", *(f"hydra.launcher{word}" for word in words[1:]))


@pytest.mark.usefixtures("cloud")
def test_options_are_checked_when_they_are_resolved() -> None:
    assert checked_options("cloud", {"memory": "8", "labels": {"a": "b"}}) == {"memory": 8, "labels": {"a": "b"}}
    with pytest.raises(OverrideError, match=r"memory.*: Value 'x' .*Integer"):
        checked_options("cloud", {"memory": "x"})
    with pytest.raises(UsageError, match=r"memry'?\]? is no option"):
        checked_options("cloud", {"memry": 1})
    assert checked_options("nobody's", {"anything": 1}) == {"anything": 1}


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("name", ["local", "slurm", "cloud"])
def test_pickles_of_configs_name_no_class_of_a_launcher(name: str) -> None:
    schema = OmegaConf.create({"launcher": schema_of(name)})
    pickled = pickle.dumps(schema)
    for module in (b"launcher_schema", b"cloudrun", b"sweeprun.launchers"):
        assert module not in pickled
    again = pickle.loads(pickled)
    assert again == schema
    assert OmegaConf.get_type(again.launcher) is dict


def test_configs_of_earlier_runs_name_classes_that_are_there() -> None:
    from sweeprun.config import schema

    assert (schema.LocalNode, schema.SlurmNode) == (dict, dict)


def test_a_name_without_a_launcher_has_no_schema() -> None:
    assert not has_schema("nobody's")


def test_schemas_of_ours_import_neither_the_launchers_nor_other_packages() -> None:
    script = (
        "import sys, hydra\nname = 'importlib.metadata'\nof_hydra = name in sys.modules\n"
        "from sweeprun.config.schema import register_options\nregister_options(as_defaults=())\n"
        "assert 'sweeprun.launchers.pool' not in sys.modules and (of_hydra or name not in sys.modules)\n"
        "sys.exit(any(name.startswith('sweeprun.launchers.slurm.') and not name.endswith('launcher_options')\n"
        "             for name in sys.modules))\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
