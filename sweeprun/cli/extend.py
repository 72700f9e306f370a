"""``sweeprun extend``: further values on the axes of a run. Only the new points run; nothing old changes."""

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import chosen_run, run_and_words, subcommand_parser
from sweeprun.cli.drift import ALLOW_DRIFT, add_allow_drift, check_drift
from sweeprun.cli.starting import start_tasks
from sweeprun.cli.until import DEFAULT_LIMIT, StoppingRule, extend_until
from sweeprun.errors import RunDirectoryError, UsageError
from sweeprun.store.directory import RunDirectory

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sweeprun.cli.launching import Launch
    from sweeprun.config.application import Application
    from sweeprun.config.extending import Extension
    from sweeprun.config.launching import Changes
    from sweeprun.store.code import Code
    from sweeprun.store.manifest import Manifest

_LAUNCHER = ("hydra.launcher.", "hydra/launcher=")


def main(words: Sequence[str]) -> int:
    """Add tasks to a run, and run them."""
    parser = subcommand_parser(
        "extend",
        "Give axes of a run further values: the points that are new run as new tasks, and `sweeprun collect` gives the "
        "whole enlarged grid. No task that is there changes its id, its stream or its result.",
        "sweeprun extend multirun/2026-05-04/10-11-12 'seed=range(40)'",
    )
    parser.add_argument("words", nargs="*", metavar="RUN | AXIS=VALUES", help="the run; by default the newest")
    parser.add_argument("--until", metavar="TARGET", help="add members until it holds everywhere: 'sem(loss)<0.01'")
    parser.add_argument("--over", help="of --until: the axis of the members; by default member, or seed")
    parser.add_argument("--batch", type=int, help="of --until: members to add at once; by default what seems needed")
    parser.add_argument("--limit", type=int, help=f"of --until: how many members there may be ({DEFAULT_LIMIT})")
    add_allow_drift(parser)
    args = parser.parse_intermixed_args(words)
    path, overrides = run_and_words(args.words)
    if args.until is not None:
        return _extend_until(chosen_run(path), args, overrides)
    if args.over or args.batch is not None or args.limit is not None:
        raise UsageError("--over, --batch and --limit go with --until: sweeprun extend --until 'sem(loss)<0.01'")
    return _extend(chosen_run(path), overrides, words, allow_drift=args.allow_drift)


def _extend_until(run: RunDirectory, args: Namespace, overrides: list[str]) -> int:
    """Add members until a target is reached, and wait for each batch of them."""
    from sweeprun.cli.observing import is_active, observe
    from sweeprun.cli.wait import wait_for
    from sweeprun.results.precision import Target

    if any(not word.startswith(_LAUNCHER) for word in overrides):
        raise UsageError(f"--until says itself which members to add, so {' '.join(overrides)!r} can't be given with it")
    for name in ("batch", "limit"):
        if getattr(args, name) is not None and getattr(args, name) < 1:
            raise UsageError(f"--{name} is {getattr(args, name)}; it must be at least 1")
    limit = DEFAULT_LIMIT if args.limit is None else args.limit
    rule = StoppingRule(target=Target.parse(args.until), over=args.over, batch=args.batch, limit=limit)

    def extend(word: str) -> int:
        told = [word, *overrides, *([ALLOW_DRIFT] if args.allow_drift else [])]
        code = _extend(run, [word, *overrides], [str(run.path), *told], allow_drift=args.allow_drift)
        return wait_for(run) if code == 0 and is_active(observe(run)) else code

    return extend_until(run, rule, extend)


def _extend(run: RunDirectory, overrides: list[str], words: Sequence[str], *, allow_drift: bool) -> int:
    """Add the tasks that words ask for to a run, and start them."""
    from sweeprun.config.launching import Words, is_of_policy

    of_launch = [word for word in overrides if word.startswith(_LAUNCHER) or is_of_policy(word)]
    of_axes = [word for word in overrides if word not in of_launch]
    if not of_axes:
        raise UsageError("name an axis with further values: sweeprun extend RUN 'seed=range(40)'")
    return extend_run(
        run,
        lambda manifest: plan_words(run, manifest, of_axes),
        Words(of_launch),
        ["sweeprun", "extend", *words],
        allow_drift=allow_drift,
    )


def extend_run(
    run: RunDirectory,
    plan: "Callable[[Manifest], Extension]",
    changes: "Changes",
    command: Sequence[str],
    *,
    allow_drift: bool,
    launch: "Launch | None" = None,
    code: "Code | None" = None,
) -> int:
    """Add tasks to a run, and start them; the exit code.

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
    launch
        Writes and launches submissions; by default in the foreground.
    code
        The code that is to run, if it is that of another function.
    """
    from sweeprun.cli.launching import Notes
    from sweeprun.cli.observing import observe
    from sweeprun.launchers.registry import make_launcher
    from sweeprun.store.extensions import count_extensions
    from sweeprun.store.manifest import check_size, read_manifest

    number = count_extensions(run) + 1  # before the tasks are read: of two at once, one finds its number taken
    manifest = read_manifest(run)
    _check_extendable(run, manifest)
    changes.policy(manifest.policy)  # before anything is made
    make_launcher(changes.launcher(manifest.launcher)).check(Notes())
    doing = "results would be mixed that don't belong together"
    code = check_drift(run, manifest, allowed=allow_drift, doing=doing, code=code)
    sys.path[:0] = [place for place in manifest.python_path if place not in sys.path]
    extension = plan(manifest)
    if not extension.blocks:
        print(f"nothing to add: {run.shown()} has all these points; see `sweeprun status`", file=sys.stderr)
        return 0
    check_size(replace(manifest, table=manifest.table.with_blocks(extension.blocks)))
    code = _with_new_functions(code, extension)
    first_id = len(manifest.table)
    _write(run, manifest, extension, number)
    snapshot = observe(run)
    table = snapshot.manifest.table
    tasks = table.selected(first_id)
    if left_out := len(table) - first_id - len(tasks):
        print(f"{left_out} of {len(table) - first_id} new points are left out", file=sys.stderr)
    if not tasks:
        return 0
    print(f"{len(tasks)} new {'task' if len(tasks) == 1 else 'tasks'}: {tasks}", file=sys.stderr)
    return start_tasks(snapshot, tasks, changes, command, code, launch)


def _check_extendable(run: RunDirectory, manifest: "Manifest") -> None:
    """Refuse a run that makes no grid, and one whose local workers have this machine's CPUs already."""
    from sweeprun.cli.observing import observe
    from sweeprun.config.schema import LOCAL

    if manifest.job.get("composed_each"):
        raise UsageError(
            f"{run.shown()} can't be extended: its jobs make no grid (its sweeper chose them one by one, or gave a "
            "value twice); start another sweep"
        )
    if any(submission.launcher.get("name") == LOCAL for submission, _ in observe(run).activity.active_elements()):
        raise UsageError(
            f"local workers still run tasks of {run.shown()}, and more beside them would crowd this machine; "
            f"wait for them (sweeprun wait {run.shown()}), or stop them (sweeprun cancel {run.shown()})"
        )


def plan_words(run: RunDirectory, manifest: "Manifest", words: Sequence[str]) -> "Extension":
    """What ``AXIS=VALUES`` and the like add to a run."""
    from sweeprun.config.application import ConfigSource, open_application
    from sweeprun.config.extending import plan_extension
    from sweeprun.config.frozen import read_configs
    from sweeprun.worker.applications import import_types

    import_types(manifest.job, run)
    source = manifest.job.get("config")

    def open_config() -> "AbstractContextManager[Application]":
        if source is None:
            raise UsageError("an older sweeprun made the run, and did not note where its configs came from")
        return open_application(ConfigSource(**source))

    return plan_extension(manifest, read_configs(run), words, open_config)


def _with_new_functions(code: "Code | None", extension: "Extension") -> "Code | None":
    """The code with that of task functions that the run didn't have before."""
    from sweeprun.worker.sources import code_of

    if code is None or not extension.task_specs:
        return code
    return code.joined(code_of(extension.task_specs, Path(code.base)))


def _write(run: RunDirectory, manifest: "Manifest", extension: "Extension", number: int) -> None:
    """Add the tasks to the run; the configs first, so that no worker finds a task without its config."""
    from sweeprun.cli.sweeping import read_inputs_aloud
    from sweeprun.config.frozen import write_added_configs
    from sweeprun.store.extensions import write_extension
    from sweeprun.store.files import make_directory
    from sweeprun.store.inputs import input_paths, read_inputs

    known = read_inputs(run)
    new = [path for path in input_paths(extension.blocks) if path not in known]
    inputs = read_inputs_aloud(Path(manifest.job.get("cwd", ".")), new)
    try:
        make_directory(run.extensions)
        configs = write_added_configs(run, extension.compositions) if extension.compositions else None
        write_extension(run, number, extension.blocks, configs, [asdict(file) for file in inputs])
    except FileExistsError as error:
        raise RunDirectoryError(
            f"somebody else has just extended {run.shown()}; see `sweeprun show {run.shown()}`"
        ) from error
