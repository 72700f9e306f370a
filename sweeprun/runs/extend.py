"""Further values on the axes of a run. Only the new points run; nothing old changes."""

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from sweeprun.config.application import Application, ConfigSource, open_application
from sweeprun.config.extending import Extension, plan_extension
from sweeprun.config.frozen import read_configs, write_added_configs
from sweeprun.config.grammar import quoted
from sweeprun.config.launching import Changes
from sweeprun.design.extension import extend_table, join_new_points, whole_grid
from sweeprun.design.grid import Dimension
from sweeprun.design.input_paths import input_paths
from sweeprun.design.python_axes import further_dimensions
from sweeprun.errors import OverrideError, RunDirectoryError, UsageError
from sweeprun.launchers.registry import capabilities_of, make_launcher
from sweeprun.provenance.code import Code
from sweeprun.provenance.inputs import read_inputs
from sweeprun.runs.clashes import clash_of_extended
from sweeprun.runs.drift import check_drift
from sweeprun.runs.events import SILENT, Observer, Warnings
from sweeprun.runs.input_drift import check_new_tasks
from sweeprun.runs.launch import Launch, Started, launch
from sweeprun.runs.observe import observe
from sweeprun.runs.prepared_run import note_inputs
from sweeprun.runs.submit import start_tasks
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import count_extensions, write_extension
from sweeprun.store.files import make_directory
from sweeprun.store.manifest import Manifest, check_size, read_manifest
from sweeprun.store.notices import note_stream_clash
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.trust import check_trusted
from sweeprun.wording import Command
from sweeprun.worker.applications import import_types
from sweeprun.worker.sources import code_of


def extend_run(  # noqa: PLR0913  # what may be gone on with is a flag each
    run: RunDirectory,
    plan: Callable[[Manifest], Extension],
    changes: Changes,
    command: Sequence[str],
    *,
    allow_drift: bool = False,
    trust: bool = False,
    launch: Launch = launch,
    code: Code | None = None,
    added: Callable[[], None] = lambda: None,
    observer: Observer = SILENT,
) -> Started:
    """Add tasks to a run, and start them.

    Parameters
    ----------
    run
        The run.
    plan
        What is to be added to it.
    changes
        What is changed of its launcher, and of its policy.
    command
        The command line.
    allow_drift
        Whether to go on with other code.
    trust
        Whether to go on with a run of another user, or with files of another in it.
    launch
        Writes and launches submissions; by default in the foreground.
    code
        The code that is to run, if it is that of another function.
    added
        Called when the tasks are in the run, before they are started.
    observer
        Hears how it goes on.

    Returns
    -------
    Started
        Without submissions if the run has all these points, or all new ones are left out.

    Raises
    ------
    UsageError
        If the run can't be extended so, the code is not what it was made with and that isn't allowed, or the run is
        another user's, and not trusted.
    """
    check_trusted(run, trust=trust, doing="its tasks would run what is in it")
    number = count_extensions(run) + 1  # before the tasks are read: of two at once, one finds its number taken
    manifest = read_manifest(run)
    before = observe(run)
    _check_extendable(before)
    changes.policy(manifest.policy)  # before anything is made
    make_launcher(changes.launcher(manifest.launcher)).check(Warnings(observer))
    doing = "results would be mixed that don't belong together"
    allowed = allow_drift or not before.has_results  # then nothing can be mixed
    code = check_drift(run, manifest, allowed=allowed, doing=doing, code=code, observer=observer)
    sys.path[:0] = [place for place in manifest.python_path if place not in sys.path]
    extension = plan(manifest)
    if not extension.blocks:
        return Started(
            run=run,
            nothing=f"nothing to add: {run.shown()} has all these points; see `{Command('status', run.shown())}`",
        )
    paths = input_paths(extension.blocks)
    changed = check_new_tasks(before, paths, allowed=allow_drift, observer=observer)
    check_size(replace(manifest, table=manifest.table.with_blocks(extension.blocks)))
    clash = clash_of_extended(run, manifest, extension)
    if clash is not None:
        observer.warn(str(clash))
    code = _with_new_functions(code, extension)
    first_id = len(manifest.table)
    _write(run, manifest, extension, number, observer)
    added()
    if clash is not None:
        note_stream_clash(run, clash)
    snapshot = observe(run)
    table = snapshot.manifest.table
    tasks = table.selected(first_id)
    left_out = len(table) - first_id - len(tasks)
    if not tasks:
        return Started(run=run, nothing=f"nothing to start: all new points ({left_out}) are left out")
    if left_out:
        observer.note(f"{left_out} of {len(table) - first_id} new points are left out")
    observer.note(f"{len(tasks)} new {'task' if len(tasks) == 1 else 'tasks'}: {tasks}")
    return start_tasks(snapshot, tasks, changes, command, code, inputs=changed, launch=launch, observer=observer)


def _check_extendable(snapshot: Snapshot) -> None:
    """Refuse a run that makes no grid, and one whose local workers have this machine's CPUs already."""
    run = snapshot.run
    if snapshot.manifest.job.composed_each:
        raise UsageError(
            f"{run.shown()} can't be extended: its jobs make no grid (its sweeper chose them one by one, or gave a "
            "value twice); start another sweep"
        )
    active = {str(submission.launcher.get("name")) for submission, _ in snapshot.activity.active_elements()}
    if any(capabilities_of(name).on_this_machine for name in active):
        raise UsageError(
            f"local workers still run tasks of {run.shown()}, and more beside them would crowd this machine; "
            f"wait for them ({Command('wait', run.shown())}), or stop them ({Command('cancel', run.shown())})"
        )


def plan_words(run: RunDirectory, manifest: Manifest, words: Sequence[str]) -> Extension:
    """What ``AXIS=VALUES`` and the like add to a run."""
    import_types(manifest.job, run)
    source = manifest.job.config

    def open_config() -> AbstractContextManager[Application]:
        if source is None:
            raise UsageError("an older sweeprun made the run, and did not note where its configs came from")
        return open_application(ConfigSource(**source))

    return plan_extension(manifest, read_configs(run), words, open_config)


def _with_new_functions(code: Code | None, extension: Extension) -> Code | None:
    """The code with that of task functions that the run didn't have before."""
    if code is None or not extension.task_specs:
        return code
    return code.joined(code_of(extension.task_specs, Path(code.base)))


def _write(run: RunDirectory, manifest: Manifest, extension: Extension, number: int, observer: Observer) -> None:
    """Add the tasks to the run; the configs first, so that no worker finds a task without its config."""
    known = read_inputs(run)
    new = [path for path in input_paths(extension.blocks) if path not in known]
    inputs = note_inputs(manifest.job.base, new, observer)
    try:
        make_directory(run.extensions)
        configs = write_added_configs(run, extension.compositions) if extension.compositions else None
        write_extension(run, number, extension.blocks, configs, [asdict(file) for file in inputs])
    except FileExistsError as error:
        raise RunDirectoryError(
            f"another process has just extended {run.shown()}; see `{Command('show', run.shown())}`"
        ) from error


def plan_given(run: RunDirectory, manifest: Manifest, axes: Mapping[str, Any], members: int | None) -> Extension:
    """The tasks that further values of some axes add; nothing is written.

    Raises
    ------
    UsageError
        If there are none, or the run doesn't have such an axis.
    """
    if not axes and members is None:
        raise UsageError("name an axis with further values, such as seed=range(40), or members=100")
    dimensions = further_dimensions(axes, members)
    if not manifest.calls_by_keywords:  # of a run with configs, these check the values, in Hydra's grammar
        return plan_words(run, manifest, [_word(dimension) for dimension in dimensions])
    whole = {dimension.name: dimension for dimension in whole_grid(manifest.table).dimensions}
    added = [_joined(whole, dimension) for dimension in dimensions]
    blocks = extend_table(manifest.table, added).blocks[len(manifest.table.blocks) :]
    return Extension(blocks=blocks, compositions=(), task_specs=())


def _joined(whole: Mapping[str, Dimension], given: Dimension) -> Dimension:
    """A dimension with what is to be on it; of axes that move together, their new points numbered on."""
    own = whole.get(given.name)
    for known in whole.values():
        if known.joint is not None and given.joint is None and given.name in (known.name, *known.joint.axes):
            example = ", ".join(f"{name!r}: […]" for name in known.joint.axes)
            raise OverrideError(f"{given.name!r} belongs to axes that move together: {known.name}={{{example}}}")
    if given.joint is None or own is None:
        return given
    if own.joint is None or {*own.joint.axes} != {*given.joint.axes}:
        raise OverrideError(f"{given.name!r} does not hold {', '.join(given.joint.axes)} in this run, moving together")
    by_name = {axis.name: axis for axis in given.axes}
    ordered = replace(given, axes=tuple(by_name[axis.name] for axis in own.axes), joint=replace(own.joint, first=0))
    return join_new_points(own, ordered)


def _word(dimension: Dimension) -> str:
    if dimension.joint is not None:
        members = ",".join(f"{axis.name}=[{axis.values.listed(quoted)}]" for axis in dimension.axes)
        return f"{dimension.name}=zip({members})"
    (axis,) = dimension.axes
    if axis.name == "member":
        return f"hydra.sweeper.members={len(axis)}"
    return f"{axis.name}={axis.values.swept(quoted)}"
