"""From Hydra's configs to a run that can be made; what is wrong is found before anything is."""

import re
import sys
from pathlib import Path

import pytest
import xarray as xr

from sweeprun.config.application import ConfigSource, open_application
from sweeprun.config.launching import Words, policy_of
from sweeprun.design.policy import Policy
from sweeprun.errors import OverrideError, SweeprunError, TaskFunctionError, UsageError
from sweeprun.results.collect import collect_run
from sweeprun.results.left_out import misfits_of
from sweeprun.runs.collect import collect_into
from sweeprun.runs.extend import extend_run, plan_words
from sweeprun.runs.observe import observe
from sweeprun.runs.prepare import compose_for_launch, import_early, is_dated
from sweeprun.runs.recorded_dataset import recorded_in_dataset
from sweeprun.runs.replay import differences_from, recorded_in_run, run_here
from sweeprun.store.directory import RunDirectory
from tests.runs.observers import launch_here
from tests.runs.sweeping import prepare_words, sweep_words

pytestmark = pytest.mark.usefixtures("here")


def test_nothing_is_made_yet(here: Path) -> None:
    before = sorted(here.rglob("*"))
    prepared = prepare_words("lr=0.1,0.2", "seed=range(3)", "model=large", "hydra.launcher.throttle=2")
    assert sorted(here.rglob("*")) == before
    assert len(prepared.manifest.table) == 6
    assert [override.axis for override in prepared.manifest.overrides] == ["lr", "seed", None]
    assert prepared.manifest.job.cwd == str(here)
    assert prepared.manifest.job.config == {"path": str(here / "conf"), "name": "config", "extra": None}
    assert prepared.manifest.python_path[0] == str(here)
    assert "study.of_config" in prepared.code.functions
    assert re.fullmatch(r"multirun/\d{4}-\d\d-\d\d/\d\d-\d\d-\d\d", str(prepared.place.path))
    assert prepared.place.numbered
    assert prepared.launcher is not None
    assert prepared.launcher.to_dict()["throttle"] == 2
    assert prepared.manifest.launcher == prepared.launcher.to_dict()


def test_a_directory_that_is_named_is_not_numbered() -> None:
    prepared = prepare_words("seed=1,2", "hydra.sweep.dir='my run ü'")
    assert (prepared.place.path, prepared.place.numbered) == (Path("my run ü"), False)


def test_policy_and_choices_are_those_of_the_words() -> None:
    prepared = prepare_words("model=small,large", "hydra.sweeper.retries=2", "hydra.sweeper.retry_on=[LOST]")
    assert prepared.manifest.policy == Policy(retries=2, retry_on=("LOST",))
    assert prepared.manifest.composition_axes == ("model",)
    assert len(prepared.compositions) == 2


def test_a_launcher_of_another_package_runs_the_tasks_itself() -> None:
    prepared = prepare_words("seed=1,2", "hydra/launcher=basic")
    assert (prepared.groups, prepared.launcher) == ((), None)
    assert prepared.other_launcher is not None
    assert prepared.manifest.launcher == {"name": "basic"}


@pytest.mark.parametrize(
    ("words", "kind", "message"),
    [
        (["task=study.nothing", "seed=1,2"], TaskFunctionError, "nothing"),
        (["task=null", "seed=1,2"], TaskFunctionError, "there is nothing to run|no key `task`"),
        (["seed=1,2", "hydra.sweeper.retries=-1"], OverrideError, "retries is -1"),
        (["seed=1,2", "hydra.launcher.throttle=0"], UsageError, "throttle is 0; it must be at least 1"),
        (["seed=1,2", "hydra.launcher=slurm"], UsageError, "chosen with a slash: hydra/launcher=slurm"),
        (["seed=1,2", "hydra.sweep.subdir=${nowhere}"], UsageError, r"hydra\.sweep\.subdir can't be resolved"),
        (["seed=1,2", "+hydra.job.env_set.A=${nowhere}"], UsageError, "nowhere"),
        (
            ["seed=1,2", "hydra/launcher=basic", "hydra.sweeper.timeout=3"],
            UsageError,
            r"hydra/launcher=basic runs the tasks itself, so hydra\.sweeper\.timeout and max_failures have no effect",
        ),
    ],
)
def test_what_is_wrong_is_found_before_anything_is_made(
    here: Path, words: list[str], kind: type[SweeprunError], message: str
) -> None:
    before = sorted(here.rglob("*"))
    with pytest.raises(kind, match=message):
        prepare_words(*words)
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hydra.launcher.workers=3"], r"workers is no option of .*local: did you mean hydra\.launcher\.throttle\?"),
        (["hydra/launcher=slurm", "hydra.launcher.workers=3"], r"=slurm: did you mean hydra\.launcher\.throttle\?"),
        (["hydra.launcher.throtle=3"], "throtle is no option of hydra/launcher=local: its options are .*throttle"),
        (
            ["hydra.launcher.sbatch.time=3"],
            "is no option of hydra/launcher=local: it is one of hydra/launcher=slurm",
        ),
        (["hydra/launcher=slurm", "hydra.launcher.throtle=3"], "no option of hydra/launcher=slurm: its options are"),
        (["hydra.launcher.timeout_min=3"], "timeout_min is no option of .*local: it is one of submitit's launcher"),
    ],
)
def test_an_option_that_the_launcher_does_not_have_is_answered_with_what_it_has(words: list[str], message: str) -> None:
    with open_application(ConfigSource()) as application, pytest.raises(UsageError, match=message):
        compose_for_launch(application, ["seed=1,2", *words])


def test_a_config_of_options_without_a_launcher_is_refused(here: Path) -> None:
    (here / "conf" / "hydra" / "launcher").mkdir(parents=True)
    (here / "conf" / "hydra" / "launcher" / "mine.yaml").write_text("throttle: 3\n")
    with pytest.raises(UsageError, match=r"hydra/launcher=mine says which options.*`defaults: \[slurm\]`"):
        prepare_words("seed=1,2", "hydra/launcher=mine")
    (here / "conf" / "hydra" / "launcher" / "mine.yaml").write_text("defaults: [local]\nthrottle: 3\n")
    prepared = prepare_words("seed=1,2", "hydra/launcher=mine")
    assert (prepared.manifest.launcher["name"], prepared.manifest.launcher["throttle"]) == ("local", 3)


def test_a_name_is_dated_if_the_time_is_in_it() -> None:
    with open_application(ConfigSource()) as application:

        def dated(*words: str) -> bool:
            return is_dated(compose_for_launch(application, ["seed=1,2", *words]))

        assert dated()
        assert dated("hydra.sweep.dir='runs/${now:%H-%M}'")
        assert not dated("hydra.sweep.dir=runs/now")


def test_the_policy_of_a_config_is_the_default_one() -> None:
    with open_application(ConfigSource()) as application:
        assert policy_of(compose_for_launch(application, ["seed=1,2"]).hydra.sweeper) == Policy()


NAMED = (
    "task=study.curves",
    "seed=1,2",
    "+length=3",
    "+dims={curves: [trial, time], fit: {levels: level}}",
    "+coords.time=[0, 0.5, 1]",
    "+level=[low, high]",
)


def dims_of(run: RunDirectory) -> dict[str, tuple[str, ...]]:
    dataset = collect_run(run).dataset
    return {str(name): tuple(map(str, one.dims)) for name, one in dataset.data_vars.items()}


def test_names_of_dimensions_are_frozen_with_the_run(here: Path) -> None:
    run = sweep_words(*NAMED)
    expected = {"curves": ("seed", "trial", "time"), "fit.levels": ("seed", "level")}
    assert dims_of(run) == expected
    (here / "conf" / "config.yaml").write_text("defaults: [{model: small}, _self_]\ndims: {curves: [a, b]}\n")
    extend_run(
        run,
        lambda manifest: plan_words(run, manifest, ["seed=1,2,3"]),
        Words(),
        ["sweeprun", "extend", "seed=1,2,3"],
        launch=launch_here,
    )
    dataset = collect_run(run).dataset
    assert (dims_of(run), dataset.sizes["seed"], dataset["time"].dtype) == (expected, 3, float)
    assert (dataset["time"].values.tolist(), dataset["level"].values.tolist()) == ([0, 0.5, 1], ["low", "high"])
    recorded = recorded_in_run(run.path, ["seed=3"])
    assert differences_from(recorded, run_here(recorded)) == []
    for name in ("results.nc", "results.zarr", "results.parquet", "results.csv"):
        collect_into(observe(run), here / name)
    for stored in (xr.open_dataset(here / "results.nc"), xr.open_zarr(here / "results.zarr")):
        assert {str(name): one.dims for name, one in stored.data_vars.items()} == expected
        stored.close()


def test_labels_follow_what_is_swept() -> None:
    run = sweep_words(*NAMED, "+half=1,2", "coords.time=[0, '${half}', 9]")
    time = collect_run(run).dataset["time"]
    assert time.values.tolist() == [0, 1, 2, 9]


def test_a_task_runs_again_whose_implied_labels_the_dataset_does_not_have(here: Path) -> None:
    run = sweep_words("task=study.curves", "+length=3,4", "+dims={curves: [trial, time]}", "+time=[0, 0.5, 1]")
    collect_into(observe(run), here / "results.nc")
    for length in (3, 4):
        recorded = recorded_in_dataset(here / "results.nc", [f"length={length}"])
        assert differences_from(recorded, run_here(recorded)) == []


def test_names_that_do_not_fit_cost_no_value() -> None:
    run = sweep_words(*NAMED, "coords=null", "dims.curves=[time]")
    dataset = collect_run(run).dataset
    assert dataset["curves"].dims == ("seed", "curves_0", "curves_1")
    (misfit,) = misfits_of(observe(run))
    assert misfit.text(python=False).startswith(
        "dims.curves names 1 dimension (time), but curves has 2; it is recorded"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["+dims={curves: [seed]}"], "dims.curves has 'seed', which is an axis"),
        (["+dims={curves: [member]}", "hydra.sweeper.members=2"], "dims.curves has 'member', which is an axis"),
        (["+dims=[time]"], r"dims is \['time'\]"),
        (["+dims={x: [t]}", "+coords={u: [1]}"], "coords has 'u'"),
        (["+dims={x: [t]}", "+coords={t: 5}"], "coords.t can't label the dimension"),
        (["+dims.x=[t],[u]"], "dims.x is an axis"),
    ],
)
def test_names_that_can_be_none_are_refused(here: Path, words: list[str], message: str) -> None:
    before = sorted(here.rglob("*"))
    with pytest.raises(OverrideError, match=message):
        prepare_words("task=study.curves", "seed=1,2", "+length=3", *words)
    assert sorted(here.rglob("*")) == before


def test_the_module_of_the_task_function_may_register_what_the_configs_need(here: Path) -> None:
    (here / "registering.py").write_text(
        "from omegaconf import OmegaConf\n\n"
        "OmegaConf.register_new_resolver('twice', lambda x: 2 * x, replace=True)\n\n\ndef f(cfg):\n    return cfg.n\n"
    )
    with open_application(ConfigSource()) as application:
        import_early(application, ["seed=1,2"])
        assert "study" in sys.modules  # the config says so
        assert "registering" not in sys.modules
        import_early(application, ["task=registering.f", "seed=1,2"])
        assert "registering" in sys.modules
        import_early(application, ["task=no.such.module", "seed=1,2"])  # that is told when the configs are known
    prepare_words("task=registering.f", "+n=${twice:4}", "seed=1,2")
