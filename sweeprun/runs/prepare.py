"""From a Hydra config to a run that can be made: everything is checked before anything of it is made."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweeprun.config.application import Application, resolve_job_key
from sweeprun.config.composing import ComposedSweep, compose_for_sweep, compose_sweep
from sweeprun.config.environment import known_variables, task_variables
from sweeprun.config.frozen import ConfigDeriver
from sweeprun.config.jobs import changes_directory, needs_job_directories
from sweeprun.config.launcher_options import check_shared, checked_options, own_options, translation_note
from sweeprun.config.launcher_schema import NOT_OF_LAUNCHERS
from sweeprun.config.launching import policy_of
from sweeprun.config.resources import option_value, options_by_tasks, options_of_tasks
from sweeprun.config.result_names import dims_of_configs, labels_in, misspelt_in
from sweeprun.design.policy import Policy
from sweeprun.errors import OverrideError, SweeprunError, UsageError
from sweeprun.launchers.capabilities import VARIABLES
from sweeprun.launchers.packing import Group
from sweeprun.launchers.registry import OUR_LAUNCHERS, is_launcher, make_launcher
from sweeprun.runs.clashes import clash_of_configs
from sweeprun.runs.commands import check_commands, members_of_command
from sweeprun.runs.prepared_run import PreparedRun, RunPlace
from sweeprun.runs.python_path import python_path
from sweeprun.runs.shared_streams import members_that_share
from sweeprun.store.directory import RunDirectory
from sweeprun.store.job_spec import JobSpec
from sweeprun.store.local_paths import local_path
from sweeprun.store.manifest import Manifest
from sweeprun.store.result_names import ResultNames, check_labels
from sweeprun.store.task_directories import check_task_directory
from sweeprun.wording import hydra, sweeper
from sweeprun.worker.applications import ApplicationFunction
from sweeprun.worker.functions import load_task_function
from sweeprun.worker.main_script import script_of
from sweeprun.worker.sources import code_of


@dataclass(frozen=True, slots=True)
class HydraLauncher:
    """A launcher of another package, which runs the tasks as Hydra's jobs.

    Attributes
    ----------
    application, sweep_config
        What makes it.
    function
        The task function; None if the configs name it.
    """

    application: Application
    sweep_config: DictConfig
    function: Callable[..., Any] | None = None

    def run_tasks(self, run: RunDirectory, manifest: Manifest) -> None:
        from sweeprun.worker.jobs import RecordedJob  # with the worker, which nothing else here needs

        table = manifest.table
        jobs = [manifest.override_texts(table.task(task_id)) for task_id in range(len(table))]
        self.application.run_foreign_launcher(self.sweep_config, run.path, jobs, RecordedJob(run.path, self.function))


def compose_for_launch(application: Application, overrides: Sequence[str]) -> DictConfig:
    """Hydra's config of a sweep.

    Raises
    ------
    UsageError
        If the config can't be composed, or ``hydra.launcher`` is none.
    """
    config = compose_for_sweep(application, overrides)
    _check_launcher(config.hydra.launcher)
    return config


def import_early(application: Application, overrides: Sequence[str]) -> None:
    """Import the task function's module if it is known before composing: it may register structured configs.

    Whatever is wrong with it is told later, when the config is known.
    """
    spec: Any = application.peek("task")
    for override in overrides:
        key, _, value = override.partition("=")
        if key == "task":
            spec = value
    with suppress(SweeprunError):
        load_task_function(spec, Path.cwd())


def prepare_sweep(application: Application, sweep_config: DictConfig) -> PreparedRun:
    """Check everything that can be checked before anything runs.

    Raises
    ------
    UsageError
        On the first thing that is wrong.
    """
    sweep = compose_sweep(application, sweep_config)
    for spec in sweep.task_specs:
        load_task_function(spec, Path.cwd())
    return prepare_composed(application, sweep, policy_of(sweep_config.hydra.sweeper))


def prepare_composed(
    application: Application,
    sweep: ComposedSweep,
    policy: Policy,
    function: ApplicationFunction | None = None,
    *,
    begun: bool = False,
    composed_each: bool = False,
) -> PreparedRun:
    """Check what is left to be checked of a sweep whose configs are composed.

    Parameters
    ----------
    application, sweep, policy
        What composed it, the sweep, and what becomes of tasks that fail.
    function
        The task function, if the configs don't name it.
    begun
        Whether Hydra has made the directory of the sweep, as it does for applications.
    composed_each
        Whether each task has a config that Hydra composed for it alone.

    Raises
    ------
    UsageError
        On the first thing that is wrong.
    """
    sweep_config = sweep.sweep_config
    _, name = application.chosen_plugins(sweep_config)
    ours = is_launcher(name)
    _check_other_launcher(name, sweep_config, policy)
    script = None
    if function is not None:
        overrides: Any = OmegaConf.to_container(sweep_config.hydra.overrides.task)
        script = script_of(Path.cwd(), overrides)
        function = function.with_targets(script, sweep.targets())
    manifest = Manifest(
        table=sweep.table,
        overrides=sweep.overrides,
        composition_axes=sweep.composition_axes,
        launcher={"name": name},
        job=replace(
            _job_spec(application, sweep_config),
            function=None if function is None else function.reference,
            script=script,
            composed_each=composed_each,
            dims=_result_names(sweep, strict=function is None).dims,
        ),
        python_path=python_path(),
        provenance={},
        policy=policy,
    )
    deriver = ConfigDeriver(manifest, sweep.frozen())
    first = deriver.derive_full(sweep.table.task(0))
    if manifest.job.dims and function is None:
        check_labels(labels_in(first, manifest.job.dims))
    check_task_directory(local_path(str(resolve_job_key(first, "hydra.sweep.subdir")), "hydra.sweep.subdir"))
    for variable in task_variables(sweep_config):
        resolve_job_key(first, f"hydra.job.env_set.{variable}")
    if function is None:
        check_commands(sweep.task_specs, first)
    groups, translation = _groups(name, sweep, manifest) if ours else ((), "")
    if groups:
        manifest = replace(manifest, launcher=groups[0].launcher.to_dict())
    called = None if function is None else function.function
    specs: tuple[Any, ...] = sweep.task_specs if called is None else ()
    return PreparedRun(
        manifest=manifest,
        compositions=sweep.compositions,
        code=code_of(specs, Path.cwd(), given=[] if called is None else [called], targets=sweep.targets()),
        place=RunPlace(
            path=Path(sweep_config.hydra.sweep.dir),
            numbered=is_dated(sweep_config),
            begun=begun,
            listed=begun or not _is_typed(sweep_config, "hydra.sweep.dir"),
        ),
        groups=groups,
        other_launcher=None if ours else HydraLauncher(application, sweep_config, called),
        function=function,
        hydra_config=sweep_config,
        clash=clash_of_configs(manifest, sweep.frozen(), sweep.task_specs) if called is None else None,
        notes=((translation,) if translation else ())
        + members_that_share(sweep.table)
        + ((*misspelt_in(first), *members_of_command(manifest, deriver)) if called is None else ()),
    )


def _result_names(sweep: ComposedSweep, *, strict: bool) -> ResultNames:
    """The names that the configs give to dimensions of results; labels, which may follow an axis, stay in the configs.

    Those of an application may have something else under the same keys, which is left alone.
    """
    configs = [composition.task for composition in sweep.compositions]
    try:
        return ResultNames(dims=dims_of_configs(configs, sweep.overrides, sweep.table.blocks[0].design))
    except OverrideError:
        if strict:
            raise
        return ResultNames()


def _check_other_launcher(name: str, sweep_config: DictConfig, policy: Policy) -> None:
    """Refuse a launcher of another package if it can't be one, or can't do what the policy asks for."""
    if is_launcher(name):
        return
    if "_target_" not in sweep_config.hydra.launcher:
        raise UsageError(
            f"{hydra('/launcher').to(name)} says which options, but not of which launcher: begin its file with "
            f"{' or '.join(f'`defaults: [{ours}]`' for ours in reversed(OUR_LAUNCHERS))}"
        )
    if policy.timeout or policy.max_failures:
        raise UsageError(
            f"{hydra('/launcher').to(name)} runs the tasks itself, so {sweeper('timeout')} and max_failures have no "
            f"effect; choose {hydra('/launcher').to(' or '.join(OUR_LAUNCHERS))}, or leave them out"
        )


def _job_spec(application: Application, sweep_config: DictConfig) -> JobSpec:
    """What Hydra's config says of all tasks."""
    return JobSpec(
        subdir=_raw(sweep_config.hydra.sweep, "subdir"),
        chdir=changes_directory(sweep_config),
        directories=needs_job_directories(sweep_config),
        cwd=str(Path.cwd()),
        config=asdict(application.source) | {"path": application.source.absolute_path()},
        task_variables=tuple(task_variables(sweep_config)),
    )


def _check_launcher(chosen: Any) -> None:
    if not OmegaConf.is_config(chosen):
        raise UsageError(
            f"{hydra('launcher')} is {chosen!r}; a launcher is chosen with a slash: {hydra('/launcher').to(chosen)}"
        )


def _groups(name: str, sweep: ComposedSweep, manifest: Manifest) -> tuple[tuple[Group, ...], str]:
    """The tasks by the launcher that they need, and what became of options of other launchers."""
    node = sweep.sweep_config.hydra.launcher
    compositions = sweep.frozen()
    of_tasks = options_of_tasks(compositions, name)
    shared = {
        str(key): option_value(sweep.sweep_config, str(key))
        for key in node
        if key not in of_tasks and key not in NOT_OF_LAUNCHERS
    }
    context = {"name": name, VARIABLES: known_variables(sweep.sweep_config)}
    found = [(shared | own, tasks) for own, tasks in options_by_tasks(manifest, compositions, of_tasks)]
    checked = [(checked_options(name, given), tasks) for given, tasks in found]
    check_shared(name, [options for options, _ in checked])
    groups = tuple(Group(tasks=tasks, launcher=make_launcher(options | context)) for options, tasks in checked)
    return groups, translation_note(name, own_options(name, found[0][0]).became) if found else ""


def _is_typed(sweep_config: DictConfig, key: str) -> bool:
    """Whether the command line sets a key, so that the user knows it."""
    words: Any = OmegaConf.to_container(sweep_config.hydra.overrides.hydra, resolve=False)
    return any(word.lstrip("+").partition("=")[0] == key for word in words)


def is_dated(sweep_config: DictConfig) -> bool:
    """Whether a run directory's name is a time, so that two sweeps have the same one by chance only."""
    return "${now:" in _raw(sweep_config.hydra.sweep, "dir")


def _raw(node: DictConfig, key: str) -> str:
    """A value as the config writes it, interpolations unresolved."""
    content = OmegaConf.to_container(node, resolve=False)
    assert isinstance(content, dict)
    return str(content[key])
