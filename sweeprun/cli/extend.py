"""``sweeprun extend``: further values on the axes of a run. Only the new points run; nothing old changes."""

from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import add_allow_drift, add_trust, chosen_run, run_and_words, subcommand_parser
from sweeprun.errors import UsageError
from sweeprun.runs.defaults import ALLOW_DRIFT, MOST_MEMBERS
from sweeprun.store.directory import RunDirectory
from sweeprun.store.trust import TRUST, check_trusted

if TYPE_CHECKING:
    from sweeprun.runs.launch import Started

_OF_UNTIL = ("over", "interval", "level", "batch", "limit", "nan", "independent")
_LAUNCHER = ("hydra.launcher.", "hydra/launcher=")


def main(words: Sequence[str]) -> int:
    """Add tasks to a run, and run them."""
    parser = subcommand_parser(
        "extend",
        "Give axes of a run further values: the points that are new run as new tasks, and `sweeprun collect` gives the "
        "whole enlarged grid. No task that is there changes its id, its stream or its result. Workers keep the threads "
        "that the run began with, unless hydra.launcher.cpus_per_task is given.",
        "sweeprun extend multirun/2026-05-04/10-11-12 'seed=range(40)'",
    )
    parser.add_argument("words", nargs="*", metavar="RUN | AXIS=VALUES", help="the run; by default the newest")
    parser.add_argument("--until", metavar="TARGET", help="add members until it holds everywhere: 'sem(loss)<0.01'")
    parser.add_argument("--over", help="of --until: the axis of the members; by default member, or seed")
    parser.add_argument("--interval", help="of --until: the interval that a half-width is of, as of `sweeprun stats`")
    parser.add_argument("--level", type=float, help="of --until: how often that interval holds the mean (0.95)")
    parser.add_argument(
        "--independent",
        action="store_true",
        default=None,
        help="of --until: members are independent, whatever the run says",
    )
    parser.add_argument("--batch", type=int, help="of --until: members to add at once; by default what seems needed")
    parser.add_argument("--limit", type=int, help=f"of --until: how many members there may be ({MOST_MEMBERS})")
    parser.add_argument(
        "--nan",
        metavar="omit|propagate|raise",
        help="of --until: what becomes of results that are NaN; by default omit",
    )
    add_allow_drift(parser)
    add_trust(parser)
    args = parser.parse_intermixed_args(words)
    path, overrides = run_and_words(args.words)

    from sweeprun.display.outcome import conclude

    if args.until is not None:
        return _extend_until(chosen_run(path), args, overrides)
    if any(getattr(args, name) is not None for name in _OF_UNTIL):
        names = ", ".join(f"--{name}" for name in _OF_UNTIL)
        raise UsageError(f"{names} go with --until: sweeprun extend --until 'sem(loss)<0.01'")
    return conclude(_extend(chosen_run(path), overrides, words, args))


def _extend_until(run: RunDirectory, args: Namespace, overrides: list[str]) -> int:
    """Add members until a target is reached, and wait for each batch of them."""
    from sweeprun.display.outcome import INTERRUPTED, conclude, conclude_waiting
    from sweeprun.display.terminal import TERMINAL
    from sweeprun.runs.extend_until import extend_until
    from sweeprun.runs.observe import is_active, observe
    from sweeprun.runs.stopping_rule import MoreMembers, Stop, StoppingRule
    from sweeprun.runs.wait import wait_for

    if any(not word.startswith(_LAUNCHER) for word in overrides):
        raise UsageError(f"--until says itself which members to add, so {' '.join(overrides)!r} can't be given with it")
    rule = StoppingRule.of(args.until, **{name: getattr(args, name) for name in _OF_UNTIL})
    check_trusted(run, trust=args.trust, doing="its tasks would run what is in it")

    def extend(more: MoreMembers, added: Callable[[], None]) -> bool:
        flags = [flag for flag, given in ((str(ALLOW_DRIFT), args.allow_drift), (TRUST, args.trust)) if given]
        told = [str(run.path), more.word, *overrides, *flags]
        code = conclude(_extend(run, [more.word, *overrides], told, args, added))
        if code == 0 and is_active(observe(run)):
            code = conclude_waiting(wait_for(run, TERMINAL))
        return code != INTERRUPTED

    match extend_until(run, rule, extend, TERMINAL).stop:
        case Stop.HOLDS:
            return 0
        case Stop.LIMIT | Stop.UNDETERMINED:
            return 1
        case Stop.INTERRUPTED:
            return INTERRUPTED


def _extend(
    run: RunDirectory,
    overrides: list[str],
    words: Sequence[str],
    args: Namespace,
    added: Callable[[], None] = lambda: None,
) -> "Started":
    """Add the tasks that words ask for to a run, and start them; what is given is called when they are there."""
    from sweeprun.config.launching import Words, is_of_policy
    from sweeprun.display.terminal import TERMINAL
    from sweeprun.runs.extend import extend_run, plan_words

    of_launch = [word for word in overrides if word.startswith(_LAUNCHER) or is_of_policy(word)]
    of_axes = [word for word in overrides if word not in of_launch]
    if not of_axes:
        raise UsageError("name an axis with further values: sweeprun extend RUN 'seed=range(40)'")
    return extend_run(
        run,
        lambda manifest: plan_words(run, manifest, of_axes),
        Words(of_launch),
        ["sweeprun", "extend", *words],
        allow_drift=args.allow_drift,
        trust=args.trust,
        added=added,
        observer=TERMINAL,
    )
