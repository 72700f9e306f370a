"""``sweeprun [-m] [key=value …]``: one task in the foreground, or a sweep."""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sweeprun.cli.hydra_words import config_source, parse_command_line
from sweeprun.config.application import Application, command_line_parser, full_errors, open_application, show
from sweeprun.config.composing import task_spec
from sweeprun.config.jobs import as_multirun
from sweeprun.config.result_names import misspelt_in, names_in
from sweeprun.config.schema import SWEEPER
from sweeprun.display.outcome import conclude
from sweeprun.display.plan import show_plan
from sweeprun.display.short_values import shown_lines
from sweeprun.display.terminal import TERMINAL
from sweeprun.errors import ResultError, SweeprunError, UsageError
from sweeprun.runs.plan import plan_of
from sweeprun.runs.prepare import compose_for_launch, import_early, prepare_sweep
from sweeprun.runs.start import start_run
from sweeprun.safe_text import plain_line
from sweeprun.store.named_dims import misfit_text
from sweeprun.store.payloads import Layout, encode_result
from sweeprun.store.result_names import ResultNames
from sweeprun.store.unused_names import unused_names
from sweeprun.worker.functions import load_task_function
from sweeprun.worker.jobs import PlainJob

_OF_SWEEPS = ("hydra/launcher=", "hydra.launcher.", "hydra/sweeper=", "hydra.sweep.")


def run(words: Sequence[str]) -> int:
    """Run Hydra's command line; the exit code."""
    parser = command_line_parser()
    args = parse_command_line(parser, words)
    source = config_source(args)
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    if args.help or args.hydra_help or args.cfg or args.info or args.shell_completion:
        with open_application(source) as application:
            import_early(application, args.overrides)
            if args.cfg or args.help:
                application.compose_single(args.overrides)
        show(parser, args, source)
        return 0
    if args.resolve or args.package:
        raise UsageError("--resolve and --package go with --cfg job|hydra|all")
    if args.run and args.multirun:
        raise UsageError("--run and --multirun exclude each other")
    with open_application(source) as application:
        import_early(application, args.overrides)
        if args.multirun or (not args.run and application.is_multirun(args.overrides)):
            return _run_sweep(application, args.overrides, ["sweeprun", *words])
        return _run_single(application, args.overrides)


def _run_sweep(application: Application, overrides: Sequence[str], command: Sequence[str]) -> int:
    sweep_config = compose_for_launch(application, overrides)
    sweeper, launcher = application.chosen_plugins(sweep_config)
    if sweeper == SWEEPER:
        prepared = prepare_sweep(application, sweep_config)
        if sweep_config.hydra.launcher.get("plan"):
            show_plan(plan_of(prepared, launcher))
            return 0
        with as_multirun(sweep_config, application.source.name):
            return conclude(start_run(prepared, command, observer=TERMINAL))
    if not any(word.lstrip("+~").startswith(("task=", "task.", "task@")) for word in overrides):  # else jobs may differ
        load_task_function(task_spec(sweep_config), Path.cwd())
    try:
        application.run_foreign_sweeper(overrides, PlainJob(Path.cwd()))
    except SweeprunError:
        raise
    except Exception as error:  # noqa: BLE001  # a task function may raise anything
        return _report(error)
    return 0


def _run_single(application: Application, overrides: Sequence[str]) -> int:
    ignored = [word for word in overrides if word.lstrip("+").startswith(_OF_SWEEPS)]
    if ignored:
        raise UsageError(
            f"{ignored[0]!r} is about sweeps, and without -m one task runs here, in this process; "
            "add -m, or leave it out"
        )
    config = application.compose_single(overrides)
    load_task_function(task_spec(config), Path.cwd())
    names = names_in(config)
    for text in misspelt_in(config):
        print(f"sweeprun: {text}", file=sys.stderr)
    job = PlainJob(Path.cwd())
    try:
        result = application.run_single(overrides, job)
    except Exception as error:
        if not job.started:
            raise UsageError(f"the task can't be started: {error}") from error
        return _report(error)
    for line in shown_lines(result):
        print(line)
    _check_recordable(result, names)
    return 0


def _check_recordable(result: Any, names: ResultNames) -> None:
    """Check a result as the workers of a sweep do, and say what a sweep would leave out.

    Raises
    ------
    ResultError
        If a sweep can record nothing of it.
    """
    if result is None:
        print("sweeprun: the task returned None, so a sweep records no result of it", file=sys.stderr)
    try:
        layout, _ = encode_result(result, names)
    except ResultError as error:
        raise ResultError(f"a sweep can't record this result: {error}") from error
    recorded = Layout.from_json(layout)
    for name, why in recorded.left_out.items():
        print(f"sweeprun: a sweep can't record {name!r}: {plain_line(why)}", file=sys.stderr)
    for one in recorded.variables:
        if one.dims and not one.coordinate:
            lengths = ", ".join(f"{dim} {length}" for dim, length in zip(one.dims, one.shape, strict=True))
            print(f"dimensions of {plain_line(one.name)}: {plain_line(lengths)}")
    unused = unused_names(names.dims, [recorded], "the task didn't return")
    for name, why in {**recorded.misfits, **unused}.items():
        print(f"sweeprun: {plain_line(misfit_text(name, why))}", file=sys.stderr)


def _report(error: Exception) -> int:
    """Say what a task function in this process raised; for a debugger, raise it."""
    if full_errors() or sys.gettrace() is not None:
        raise error
    if isinstance(error, SweeprunError):
        print(f"sweeprun: {error}", file=sys.stderr)
    else:
        _print_own_traceback(error)
    return 1


def _print_own_traceback(error: BaseException) -> None:
    """The traceback of a task function's failure, from the task function on."""
    trace = error.__traceback__
    own = (str(Path(__file__).parents[1]), str(Path(sys.modules["hydra"].__file__ or "").parent))
    while trace is not None and trace.tb_next is not None and trace.tb_frame.f_code.co_filename.startswith(own):
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)
