"""From a Hydra config to a run that can be made: everything is checked before anything of it is made."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweeprun.config.application import Application, resolve_job_key, resolve_key
from sweeprun.config.composing import ComposedSweep, compose_for_sweep, compose_sweep
from sweeprun.config.environment import _variables, task_variables
from sweeprun.config.frozen import ConfigDeriver, write_configs
from sweeprun.config.jobs import changes_directory, needs_job_directories
from sweeprun.config.launching import policy_of
from sweeprun.config.resources import options_by_tasks
from sweeprun.config.schema import LOCAL, NOT_OF_LAUNCHERS, SLURM, LocalNode, LocalOptions, SlurmOptions
from sweeprun.design.policy import Policy
from sweeprun.errors import OverrideError, SweeprunError, UsageError
from sweeprun.launchers.launcher import Launcher
from sweeprun.launchers.packing import Group
from sweeprun.launchers.registry import is_launcher, make_launcher
from sweeprun.provenance.code import Code
from sweeprun.provenance.gather import keep_provenance
from sweeprun.provenance.inputs import InputFile, input_paths, read_input_files, write_inputs
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.files import create_file
from sweeprun.store.manifest import Manifest, write_manifest
from sweeprun.worker.applications import ApplicationFunction
from sweeprun.worker.functions import load_task_function
from sweeprun.worker.sources import code_of

_MUCH_TO_READ = 2 * 10**9

_UNKNOWN_OPTION = re.compile(r"Key '([^']*)' not in '?(SlurmNode|LocalNode)'?")

_initial_path = frozenset(sys.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSweep:
    """A sweep that was checked and can be started; nothing is on disk yet."""

    sweep: ComposedSweep
    manifest: Manifest
    groups: tuple[Group, ...]
    code: Code
    given: ApplicationFunction | None = None

    @property
    def launcher(self) -> Launcher | None:
        """Our launcher; None if somebody else's was chosen."""
        return self.groups[0].launcher if self.groups else None


def compose_for_launch(application: Application, overrides: Sequence[str]) -> DictConfig:
    """Hydra's config of a sweep. An option that our launcher doesn't have is answered with those that it has.

    Raises
    ------
    UsageError
        If the config can't be composed.
    """
    try:
        config = compose_for_sweep(application, overrides)
        _check_launcher(config.hydra.launcher)
        return config
    except OverrideError as error:
        found = _UNKNOWN_OPTION.search(str(error))
        if found is None:
            raise
        raise UsageError(_unknown_option(*found.groups())) from error


def _unknown_option(key: str, options: str) -> str:
    if options == LocalNode.__name__:
        has = f"its options are {', '.join(LocalOptions.__dataclass_fields__)}"
        hint = f"it is one of hydra/launcher={SLURM}" if key in SlurmOptions.__dataclass_fields__ else has
        return f"hydra.launcher.{key} is no option of hydra/launcher={LOCAL}: {hint}"
    from sweeprun.launchers.slurm.options import submitit_hint

    hint = submitit_hint(key) or f"its options are {', '.join(SlurmOptions.__dataclass_fields__)}"
    return f"hydra.launcher.{key} is no option of hydra/launcher={SLURM}: {hint}"


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


def prepare_sweep(application: Application, sweep_config: DictConfig) -> PreparedSweep:
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
    application: Application, sweep: ComposedSweep, policy: Policy, given: ApplicationFunction | None = None
) -> PreparedSweep:
    """Check what is left to be checked of a sweep whose configs are composed.

    Parameters
    ----------
    application, sweep, policy
        What composed it, the sweep, and what becomes of tasks that fail.
    given
        The task function, if the configs don't name it.

    Raises
    ------
    UsageError
        On the first thing that is wrong.
    """
    sweep_config = sweep.sweep_config
    of_tasks = task_variables(sweep_config)
    _, name = application.chosen_plugins(sweep_config)
    hydra = sweep_config.hydra
    if not is_launcher(name) and "_target_" not in hydra.launcher:
        raise UsageError(
            f"hydra/launcher={name} says which options, but not of which launcher: begin its file with "
            "`defaults: [slurm]` or `defaults: [local]`"
        )
    manifest = Manifest(
        table=sweep.table,
        overrides=sweep.overrides,
        composition_axes=sweep.composition_axes,
        launcher={"name": name},
        job={
            "subdir": _raw(hydra.sweep, "subdir"),
            "chdir": changes_directory(sweep_config),
            "directories": needs_job_directories(sweep_config),
            "cwd": str(Path.cwd()),
            "config": asdict(application.source) | {"path": application.source.absolute_path()},
        }
        | ({} if given is None else {"function": given.reference})
        | ({"task_variables": of_tasks} if of_tasks else {}),
        python_path=_python_path(),
        provenance={},
        policy=policy,
    )
    if not is_launcher(name) and (manifest.policy.timeout or manifest.policy.max_failures):
        raise UsageError(
            f"hydra/launcher={name} runs the tasks itself, so hydra.sweeper.timeout and max_failures have no effect; "
            f"choose hydra/launcher={LOCAL} or {SLURM}, or leave them out"
        )
    deriver = ConfigDeriver(manifest, sweep.frozen())
    first = deriver.derive_full(sweep.table.task(0))
    for key in ("sweep.subdir", *(f"job.env_set.{name}" for name in of_tasks)):
        resolve_job_key(first, f"hydra.{key}")
    groups = tuple(_groups(name, sweep, manifest)) if is_launcher(name) else ()
    if groups:
        manifest = replace(manifest, launcher=groups[0].launcher.to_dict())
    if given is None:
        code = code_of(sweep.task_specs, Path.cwd(), targets=sweep.targets())
    else:
        code = code_of((), Path.cwd(), given=[given.function], targets=sweep.targets())
    return PreparedSweep(sweep=sweep, manifest=manifest, groups=groups, code=code, given=given)


def _check_launcher(launcher: Any) -> None:
    if not OmegaConf.is_config(launcher):
        raise UsageError(
            f"hydra.launcher is {launcher!r}; a launcher is chosen with a slash: hydra/launcher={launcher}"
        )


def _groups(name: str, sweep: ComposedSweep, manifest: Manifest) -> Iterator[Group]:
    """The tasks by the launcher that they need."""
    hydra = sweep.sweep_config.hydra
    options: Any = OmegaConf.to_container(hydra.launcher, resolve=False)
    own = [str(key) for key in options if key != "sbatch" and key not in NOT_OF_LAUNCHERS]
    shared = {key: resolve_key(sweep.sweep_config, f"hydra.launcher.{key}") for key in own}
    shared |= {"name": name, "variables": _variables(sweep.sweep_config)}
    if not options.get("sbatch") and (name != SLURM or not manifest.composition_axes):
        yield Group(tasks=sweep.table.selected(), launcher=make_launcher(shared))
        return
    for sbatch, tasks in options_by_tasks(manifest, sweep.frozen()):
        yield Group(tasks=tasks, launcher=make_launcher(shared | {"sbatch": sbatch}))


def create_run(
    prepared: PreparedSweep, command: Sequence[str], *, begun: bool = False
) -> tuple[RunDirectory, Manifest]:
    """Make the run directory, with everything that workers and collect will need.

    Parameters
    ----------
    prepared, command
        The sweep, and the command line that started it.
    begun
        Whether a sweeper of somebody else has made the directory, and written into it.
    """
    sweep = prepared.sweep
    hydra = sweep.sweep_config.hydra
    run = make_run_directory(Path(hydra.sweep.dir), numbered=is_dated(sweep.sweep_config), begun=begun)
    manifest = replace(prepared.manifest, provenance=keep_provenance(run, command, prepared.code))
    if paths := input_paths(sweep.table.blocks):
        write_inputs(run, read_inputs_aloud(Path.cwd(), paths))
    write_configs(run, sweep.compositions)
    if prepared.given is not None:
        manifest = replace(manifest, job=manifest.job | {"function": prepared.given.write(run)})
    if begun:  # Hydra's own sweeper has written the same
        run.hydra_config.unlink(missing_ok=True)
    create_file(run.hydra_config, OmegaConf.to_yaml(sweep.sweep_config).encode())
    write_manifest(run, manifest)
    return run, manifest


def is_dated(sweep_config: DictConfig) -> bool:
    """Whether a run directory's name is a time, so that two sweeps have the same one by chance only."""
    return "${now:" in _raw(sweep_config.hydra.sweep, "dir")


def read_inputs_aloud(base: Path, paths: Sequence[str]) -> list[InputFile]:
    """Read input files to note what is in them; if that may take a while, say so."""
    size = sum(path.stat().st_size for path in (base / path for path in paths) if path.is_file())
    if size > _MUCH_TO_READ:
        print(f"noting what is in {len(paths)} input files ({size / 1e9:.0f} GB)", file=sys.stderr, flush=True)
    return read_input_files(base, paths)


def _raw(node: DictConfig, key: str) -> str:
    """A value as the config writes it, interpolations unresolved."""
    content = OmegaConf.to_container(node, resolve=False)
    assert isinstance(content, dict)
    return str(content[key])


def _python_path() -> tuple[str, ...]:
    """Directories that the task function's import added to ``sys.path``, and the working directory."""
    here = str(Path.cwd())
    added = [path for path in sys.path if path and Path(path).is_dir() and path not in _initial_path]
    return tuple(dict.fromkeys([here, *added]))
