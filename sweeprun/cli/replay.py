"""``sweeprun replay``: run one task again, here and now, and compare what it gives with what was recorded."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sweeprun.cli.arguments import add_allow_drift, add_trust, subcommand_parser
from sweeprun.display.streams import verdict_code

if TYPE_CHECKING:
    from sweeprun.runs.events import Observer
    from sweeprun.runs.replay import Recorded, Replayed

_AGAIN = "SWEEPRUN_REPLAY_ENVIRONMENT_IS_SET"
_SHOWN_NUMBERS = 6


def main(words: Sequence[str]) -> int:
    """Run a task again; 0 if it gives what was recorded, to the bit, and 1 if not."""
    parser = subcommand_parser(
        "replay",
        "Run one task again in the foreground, with its config, its stream and as many threads, and compare the result "
        "with the recorded one. The run is not changed; the task's directory is a temporary one. The task is named by "
        "its id or its coordinates; instead of the run, a collected Dataset will do, where the code is.",
        "sweeprun replay results.nc lr=0.1 seed=3",
    )
    parser.add_argument("words", nargs="+", metavar="RUN | FILE | TASK | AXIS=VALUE", help="by default the newest run")
    parser.add_argument("--pdb", action="store_true", help="open a debugger where the task fails")
    add_allow_drift(parser)
    add_trust(parser)
    args = parser.parse_intermixed_args(words)

    from sweeprun.cli.arguments import split_words
    from sweeprun.display.terminal import TERMINAL
    from sweeprun.results.formats.all_formats import dataset_format
    from sweeprun.runs.events import SILENT

    again = _AGAIN in os.environ  # what differs was said before
    allow_drift, observer = (True, SILENT) if again else (args.allow_drift, TERMINAL)
    source, chosen = split_words(args.words)
    if source is not None and dataset_format(source) is not None:
        from sweeprun.runs.recorded_dataset import recorded_in_dataset

        recorded = recorded_in_dataset(source, chosen, allow_drift=allow_drift, trust=args.trust, observer=observer)
    else:
        from sweeprun.runs.replay import recorded_in_run

        recorded = recorded_in_run(source, chosen, allow_drift=allow_drift, trust=args.trust, observer=observer)
    _set_environment(recorded, words, observer)
    return verdict_code(_replay(recorded, debug=args.pdb))


def _set_environment(recorded: "Recorded", words: Sequence[str], observer: "Observer") -> None:
    """Start again with the threads and variables of the record: libraries read them once."""
    from sweeprun.launchers.variables import expand
    from sweeprun.runs.replay import overruled, thread_variables_of

    if os.environ.pop(_AGAIN, None):
        return
    variables = expand(recorded.manifest.launcher.get("variables", {}), os.environ)
    for line in overruled(recorded.record, variables, os.environ):
        observer.note(line)
    wanted = variables | thread_variables_of(recorded.record)
    if any(os.environ.get(name) != value for name, value in wanted.items()):
        sys.stdout.flush()
        command = [sys.executable, "-m", "sweeprun", "replay", *words]
        os.execve(sys.executable, command, {**os.environ, **wanted, _AGAIN: "1"})


def _replay(recorded: "Recorded", *, debug: bool) -> int:
    from sweeprun.runs.replay import replay_here
    from sweeprun.worker.stop_signals import Stop

    task = recorded.task
    where = " ".join(f"{name}={value}" for name, value in task.coordinates.items())
    stream = recorded.manifest.table.streams.describe(task.stream)
    print(f"task {task.task_id}: {where or 'the only one'}; rng = {stream}", file=sys.stderr, flush=True)
    try:
        replayed = replay_here(recorded, on_failure=_debug if debug else None)
    except Stop:
        print("stopped", file=sys.stderr)
        return 130
    if replayed.failure is not None:
        print(replayed.failure.traceback.rstrip(), file=sys.stderr)
    _print_results(replayed)
    return _conclude(replayed, of_dataset=recorded.record is None)


def _debug(error: BaseException) -> None:
    """Open a debugger where a task failed."""
    import pdb  # noqa: T100  # it is what was asked for
    import traceback

    traceback.print_exception(error)
    pdb.post_mortem(error.__traceback__)


def _print_results(replayed: "Replayed") -> None:
    before, now = replayed.recorded, replayed.result
    names = list(dict.fromkeys([*before, *now]))
    width = max(map(len, names), default=0)
    for name in names:
        if name in before:
            print(f"{name:<{width}}  recorded {_shown(before[name])}")
        if name in now:
            print(f"{'' if name in before else name:<{width}}  now      {_shown(now[name])}")


def _shown(value: Any) -> str:
    import numpy as np

    array = np.asarray(value)
    if array.dtype.kind in "mM":
        array = array.astype(str)
    if not array.ndim:
        return repr(array.item())
    flat = array.reshape(-1)
    head = ", ".join(repr(item) for item in flat[:_SHOWN_NUMBERS].tolist())
    return f"{array.dtype}{array.shape} [{head}{', …' if flat.size > _SHOWN_NUMBERS else ''}]"


def _conclude(replayed: "Replayed", *, of_dataset: bool) -> int:
    failed = replayed.failure is not None
    if replayed.equal is None:
        print("nothing was recorded of this task to compare with")
        return int(failed)
    if replayed.equal:
        print("it fails as it did" if failed else "equal to the bit")
        return 0
    for difference in replayed.differences:
        name = f"{difference.variable}: " if difference.variable else ""
        size = f", at most by {difference.absolute:.3g}" if difference.absolute == difference.absolute else ""
        size += f" (relative {difference.relative:.3g})" if difference.relative == difference.relative else ""
        print(f"differs: {name}{difference.what}{size}")
    if of_dataset:
        print("a collected file holds configs as YAML, without types; the run knows them: sweeprun replay RUN …")
    else:
        print("`sweeprun verify` looks for the cause")
    return 1
