"""A run that was checked and can be made, whichever door asked for it; and the making of its directory."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from omegaconf import DictConfig, OmegaConf

from sweeprun.config.frozen import Composition, write_configs
from sweeprun.design.input_paths import input_paths
from sweeprun.errors import RunDirectoryError
from sweeprun.launchers.launcher import Launcher
from sweeprun.launchers.packing import Group
from sweeprun.provenance.code import Code
from sweeprun.provenance.gather import keep_provenance
from sweeprun.provenance.inputs import InputFile, read_input_files, write_inputs
from sweeprun.results.masking import secret_keys
from sweeprun.runs.events import Observer
from sweeprun.runs.observe import is_active, observe
from sweeprun.secrecy import MASK, is_secret_name
from sweeprun.store.archive import set_aside
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.elsewhere import list_run
from sweeprun.store.files import create_file, undone_on_error
from sweeprun.store.job_spec import FunctionReference
from sweeprun.store.manifest import Manifest, write_manifest
from sweeprun.store.notices import StreamClash, note_stream_clash
from sweeprun.wording import Command, hydra

_MUCH_TO_READ = 2 * 10**9


class RunFunction(Protocol):
    """A task function that a run must hold something of, because its configs don't name it."""

    def keep(self, run: RunDirectory) -> FunctionReference:
        """Write what workers need of it into a new run; what the manifest is to say of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlace:
    """Where a run is to be.

    Attributes
    ----------
    path
        The directory.
    numbered
        Whether a number is added to its name if another run is there, as of names that are times.
    begun
        Whether a sweeper of another package has made the directory, and written into it.
    listed
        Whether it is noted where the run is, if runs aren't looked for there.
    """

    path: Path
    numbered: bool
    begun: bool = False
    listed: bool = False


class OtherLauncher(Protocol):
    """A launcher of another package, which runs the tasks itself."""

    def run_tasks(self, run: RunDirectory, manifest: Manifest) -> None:
        """Run all tasks of a run to their end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRun:
    """A run that was checked and can be made; nothing is on disk yet.

    Attributes
    ----------
    manifest
        What it is, but for its provenance.
    compositions
        Its frozen configs.
    code
        The code that its tasks run.
    place
        Where it is to be.
    groups
        The tasks, by the launcher that they need.
    other_launcher
        Runs the tasks if no launcher of ours does; then there are no groups.
    function
        The task function, if the configs don't name it.
    hydra_config
        Hydra's own config of the sweep; None if Hydra took no part.
    clash
        A generator of the task function's own that draws what the stream of a task does, if there is one.
    notes
        What else is to be said when it starts.
    """

    manifest: Manifest
    compositions: tuple[Composition, ...]
    code: Code
    place: RunPlace
    groups: tuple[Group, ...] = ()
    other_launcher: OtherLauncher | None = None
    function: RunFunction | None = None
    hydra_config: DictConfig | None = None
    clash: StreamClash | None = None
    notes: tuple[str, ...] = ()

    @property
    def launcher(self) -> Launcher | None:
        """Our launcher; None if one of another package was chosen."""
        return self.groups[0].launcher if self.groups else None


def create_run(prepared: PreparedRun, command: Sequence[str], observer: Observer) -> tuple[RunDirectory, Manifest]:
    """Make the run directory, with everything that workers and collect will need.

    Parameters
    ----------
    prepared, command
        The run, and the command line or call that started it.
    observer
        Hears if that may take a while.

    Raises
    ------
    RunDirectoryError
        If the directory is there already, or can't be made; or a run in it that is to be set aside still goes on.
    """
    place = prepared.place
    if place.begun and not place.numbered:
        _make_room(RunDirectory(place.path.resolve()), observer)
    run = make_run_directory(place.path, numbered=place.numbered, begun=place.begun)
    with undone_on_error(lambda: None if place.begun else shutil.rmtree(run.path)):  # half of a run is in the way
        manifest = _fill(run, prepared, command, observer)
    if place.listed:
        list_run(run)
    return run, manifest


def _fill(run: RunDirectory, prepared: PreparedRun, command: Sequence[str], observer: Observer) -> Manifest:
    """Write everything that workers and collect will need; its manifest last."""
    place, manifest = prepared.place, prepared.manifest
    _keep_secrets(run, prepared, observer)
    provenance = keep_provenance(run, command, prepared.code)
    if paths := input_paths(manifest.table.blocks):
        write_inputs(run, note_inputs(Path.cwd(), paths, observer))
    write_configs(run, prepared.compositions)
    job = manifest.job
    if prepared.function is not None:
        job = replace(job, function=prepared.function.keep(run))
    if prepared.hydra_config is not None:
        if place.begun:  # Hydra's own sweeper has written the same
            run.hydra_config.unlink(missing_ok=True)
        create_file(run.hydra_config, OmegaConf.to_yaml(prepared.hydra_config).encode())
    manifest = replace(manifest, provenance=provenance, job=job)
    if prepared.clash is not None:
        note_stream_clash(run, prepared.clash)
    write_manifest(run, manifest)
    return manifest


def _keep_secrets(run: RunDirectory, prepared: PreparedRun, observer: Observer) -> None:
    """Let only its owner into a run that holds secrets."""
    keys = secret_keys(prepared.manifest, (composition.text for composition in prepared.compositions))
    if keys:
        run.path.chmod(0o700)
        how = "secret by name" if all(map(is_secret_name, keys)) else "secret by name, or as it holds a password"
        first = keys[0].rpartition(".")[2]
        observer.note(
            f"{', '.join(keys)}: {how}, so only you can read {run.shown()}, and what is collected of it has "
            f"{MASK!r} instead; with {first}: ${{oc.env:{first.upper()}}} in the config it is not written down at all"
        )


def _make_room(run: RunDirectory, observer: Observer) -> None:
    """Set aside a run that is where another is to be, since applications may begin again in the same directory.

    Raises
    ------
    RunDirectoryError
        If something of that run still waits or runs.
    """
    if not (run.manifest.exists() or run.submissions.exists()):
        return
    if run.manifest.exists() and is_active(observe(run)):
        raise RunDirectoryError(
            f"{run.shown()} holds a run that still goes on; wait for it ({Command('wait', run.shown())}), stop it "
            f"({Command('cancel', run.shown())}), or choose another {hydra('sweep.dir')}"
        )
    observer.note(f"the run that was in {run.shown()} is kept in {set_aside(run).shown()}")


def note_inputs(base: Path, paths: Sequence[str], observer: Observer) -> list[InputFile]:
    """Read input files to note what is in them; if that may take a while, say so."""
    size = sum(path.stat().st_size for path in (base / path for path in paths) if path.is_file())
    if size > _MUCH_TO_READ:
        files = "1 input file" if len(paths) == 1 else f"{len(paths)} input files"
        observer.note(f"noting what is in {files} ({size / 1e9:.0f} GB)")
    return read_input_files(base, paths)
