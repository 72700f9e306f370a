"""Each task's config equals, in values and types, what Hydra's own ``-m`` gives that job."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from hydra import version
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.plugins.sweeper import Sweeper
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from omegaconf import DictConfig, ListConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from sweeprun.config.application import ConfigSource, open_application
from sweeprun.config.composing import compose_for_sweep, compose_sweep
from sweeprun.config.frozen import ConfigDeriver, HydraNode
from sweeprun.config.hydra_internals import behave_as
from sweeprun.config.schema import register_options
from sweeprun.errors import SweeprunError
from sweeprun.store.job_spec import JobSpec
from sweeprun.store.manifest import Manifest
from tests.config.schemas import Study

ConfigStore.instance().store(name="study_schema", node=Study)

QUIET = ["hydra/job_logging=disabled", "hydra/hydra_logging=disabled", "hydra.output_subdir=null"]


def snapshot(config: Any) -> Any:
    """Everything that a task function can see of a config."""
    if isinstance(config, DictConfig):
        keys = list(config.keys())
        items = [(key, type(key), entry(config, key)) for key in keys]
        return OmegaConf.get_type(config), OmegaConf.is_struct(config), OmegaConf.is_readonly(config), items
    if isinstance(config, ListConfig):
        return [entry(config, i) for i in range(len(config))]
    return type(config), repr(config)


def entry(config: Any, key: Any) -> Any:
    if OmegaConf.is_missing(config, key):
        return "???"
    try:
        return OmegaConf.is_interpolation(config, key), snapshot(config[key])
    except OmegaConfBaseException as error:
        return type(error)


def hydra_jobs(conf: Path, overrides: list[str], out: Path) -> list[Any]:
    """What Hydra's basic sweeper and launcher give the task function, job by job."""
    behave_as("1.3")
    register_options(as_defaults=())
    GlobalHydra.instance().clear()
    seen: list[Any] = []
    hydra = Hydra.create_main_hydra2("sweeprun", create_config_search_path(str(conf)))
    try:
        extra = [*QUIET, f"hydra.sweep.dir={out}", "hydra.mode=MULTIRUN"]
        with patch.object(Sweeper, "validate_batch_is_legal"):  # it composes all jobs, which then are composed again
            hydra.multirun("config", lambda cfg: seen.append(snapshot(cfg)), [*overrides, *extra])
    finally:
        GlobalHydra.instance().clear()
    return seen


def our_tasks(conf: Path, overrides: list[str], out: Path) -> list[Any]:
    """What our workers derive, task by task."""
    with open_application(ConfigSource(path=str(conf))) as application:
        sweep_config = compose_for_sweep(application, [*overrides, *QUIET, f"hydra.sweep.dir={out}"])
        sweep = compose_sweep(application, sweep_config)
    manifest = Manifest(
        table=sweep.table,
        overrides=sweep.overrides,
        composition_axes=sweep.composition_axes,
        launcher={},
        job=JobSpec(),
        python_path=(),
        provenance={},
    )
    manifest = Manifest.from_dict(manifest.to_dict())
    deriver = ConfigDeriver(manifest, [(c.task, c.full) for c in sweep.compositions])
    node = HydraNode(deriver, lambda task: out / str(task.task_id))
    node.register_resolvers()
    seen = []
    for task_id in reversed(range(len(manifest.table))):  # in any order: a task depends on nothing before it
        task = manifest.table.task(task_id)
        node.enter(task)
        seen.append(snapshot(deriver.derive(task)))
    return seen[::-1]


def write_conf(conf: Path, primary: dict[str, Any], *, structured: bool) -> None:
    defaults: list[Any] = (["study_schema"] if structured else []) + [{"db": "mysql"}, {"model/opt": "sgd"}, "_self_"]
    groups = {
        "db/mysql": {"host": "localhost", "port": 3306, "lr_again": "${lr}"},
        "db/pg": {"host": "remote", "timeout": 1.5, "user": {"name": "me", "tags": ["a", "b"]}},
        "model/opt/sgd": {"momentum": 0.9},
        "model/opt/adam": {"betas": [0.9, 0.99], "job": "${hydra:job.num}"},
        "extra/one": {"x": 1},
    }
    for name, content in groups.items():
        path = conf / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content))
    (conf / "config.yaml").write_text(yaml.safe_dump({"defaults": defaults, **primary}))


scalars = st.one_of(
    st.integers(-5, 5),
    st.floats(-2, 2, allow_nan=False).map(lambda x: round(x, 3)),
    st.booleans(),
    st.none(),
    st.sampled_from(
        ["", "text", "two words", "3", "true", "null", "${lr}", "x-${seed}", "${hydra:job.num}", "${oc.env:HOME}"]
    ),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("pqr"), inner, max_size=2),
    max_leaves=5,
)
primaries = st.fixed_dictionaries(
    {"nested": st.just({"a": 1, "b": {"c": 2.5, "d": "${seed}"}}), "things": st.just([1, 2, 3])},
    optional={"free": values, "other": values, "name": st.just("run-${hydra:job.num}-${hydra:job.override_dirname}")},
)

AXES = [
    "lr=0.1,0.01", "lr=choice(1,2.5)", "seed=range(2)", "seed=range(1,3)", "seed=sort(3,1)",
    "nested.a=1,two", "nested.b.c=1,null", "nested={a:5},{b:{c:7}}", "things=[1],[2,3]", "things=[],[${seed}]",
    "db=mysql,pg", "db=glob(*)", "db=glob(*,exclude=pg)", "model/opt=sgd,adam", "+new=1,2", "++lr=0.5,0.25",
    "+nested.fresh=a,'b c'", "nested.a='1',1", "free=str(1),null", "nested.a=float(range(2))",
    "nested.a=bool(0,1)",     "+extra=one", "nested.a=tag(t,choice(1,2))",
    "nested.a=${lr},${seed}", r"nested.a='it\'s','q\"q'", "nested.a=nan,inf",
    "things.0=5,6", "nested.b={c:1},{c:2,z:3}",
]  # fmt: skip
TYPED_AXES = [
    "color=RED,GREEN", "optimizer.rate=1,2", "optimizer.color=GREEN,RED", "limit=null,3", "sizes=[3],[4,5]",
    "path=a/b,c",     "table={b:2},{a:3}", "optimizer.steps=range(2)", "lr=1,2", "sizes.0=7,8",
    "optimizer={rate:3},{steps:2}",
]  # fmt: skip
FIXED = [
    "lr=0.3", "nested.a=9", "nested={a:7}", "~things", "~nested.a", "~nested.b.c=2.5", "db=pg", "model/opt=adam",
    "+plus=[1,{x:2}]", "+nested.more={y:null}", "++seed=4", "~db", "things=[9]", "nested.b=null", "things.1=7",
    "free=null", "+extra@nested.deep=one",
]  # fmt: skip
TYPED_FIXED = ["color=RED", "optimizer.steps=3", "optimizer.color=2", "limit=5"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("equals")


@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_task_configs_equal_hydras(workspace: Path, data: st.DataObject) -> None:
    structured = data.draw(st.booleans(), label="structured")
    primary = data.draw(primaries, label="primary")
    if not structured:
        primary = {"lr": 0.1, "seed": 0, "free": 1, **primary}
    axes, others = (AXES + TYPED_AXES, FIXED + TYPED_FIXED) if structured else (AXES, FIXED)
    chosen = data.draw(st.lists(st.sampled_from(axes), min_size=1, max_size=3, unique=True), label="axes")
    fixed = data.draw(st.lists(st.sampled_from(others), max_size=2, unique=True), label="fixed")
    overrides = data.draw(st.permutations([*chosen, *fixed]))
    keys = [override.lstrip("+~'").partition("=")[0] for override in overrides]
    assume(len(set(keys)) == len(keys))
    # Sweepers of Hydra 1.4 write ~key as ~key=null, and its jobs then refuse it.
    assume(hasattr(version, "base_at_least") or not any(override.startswith("~") for override in overrides))
    conf, out = workspace / "conf", workspace / "out"
    write_conf(conf, primary, structured=structured)
    check_equal(conf, overrides, out)


def check_equal(conf: Path, overrides: list[str], out: Path) -> None:
    failure = None
    try:
        expected = hydra_jobs(conf, overrides, out)
    except Exception as error:  # noqa: BLE001  # whatever Hydra says, ours must refuse as well
        failure = error
    if failure is not None:
        with pytest.raises(SweeprunError):
            our_tasks(conf, overrides, out)
        return
    found = our_tasks(conf, overrides, out)
    assert found == expected
