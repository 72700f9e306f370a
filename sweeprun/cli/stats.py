"""``sweeprun stats``: means over the members of an ensemble, with their errors."""

import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import chosen_run, run_parser
from sweeprun.display.json_text import print_json
from sweeprun.display.streams import verdict_code
from sweeprun.errors import UsageError
from sweeprun.safe_text import plain, plain_line
from sweeprun.store.directory import RunDirectory
from sweeprun.store.local_paths import local_path
from sweeprun.wording import Command, flag

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.store.snapshot import Snapshot

_LEVEL = 0.95


def main(words: Sequence[str]) -> int:
    """Print statistics of a run, or write them to a file; with a target, 1 if it isn't reached everywhere."""
    args = _parser().parse_args(words)

    from sweeprun.cli.look_display import look_json, look_text, print_look_notes
    from sweeprun.cli.stats_display import print_notes, print_tables, statistics_json
    from sweeprun.results.formats.netcdf import write_dataset
    from sweeprun.results.variables import names_in
    from sweeprun.runs.observe import observe
    from sweeprun.statistics.choices import choice
    from sweeprun.statistics.dependence import members_along
    from sweeprun.statistics.ensembles import ensemble_statistics
    from sweeprun.statistics.estimators import IntervalKind
    from sweeprun.statistics.interim import look_at
    from sweeprun.statistics.not_finite import NanPolicy
    from sweeprun.statistics.targets import Target

    kind = None if args.interval is None else choice(IntervalKind, args.interval, flag("interval"))
    target = None if args.target is None else Target.parse(args.target, args.level, kind)
    policy = choice(NanPolicy, args.nan, flag("nan"))
    over = None if args.over is None else _names(args.over)
    variables = None if args.variables is None else names_in(args.variables)
    only = variables if target is None else [target.variable]
    if args.output is not None:
        _check_output(args.output)
    run = _run(args)
    replaced = None if args.output is None else _replaced(args.output, run)
    named = "" if args.run is None else shlex.quote(str(args.run))
    snapshot = observe(run)
    dataset = _read(snapshot, only)
    members = members_along(dataset, _members(dataset, over), independent=args.independent)
    if target is not None:
        look = look_at(dataset, target, members.over, independent=args.independent, nan=policy)
        if args.json:
            print_json(look_json(look))
        else:
            print(plain(look_text(look, members, _options(args), named)))
        print_look_notes(dataset, look, members, policy)
        return verdict_code(1 if look.open_points else 0)
    found = ensemble_statistics(
        dataset,
        members.over,
        kind=kind,
        level=args.level,
        probabilities=() if args.quantiles is None else _numbers(args.quantiles),
        seed=args.seed,
        variables=variables,
        independent=args.independent,
        nan=policy,
    )
    if args.output is not None:
        write_dataset(found, args.output)
        if replaced is not None:
            print(plain(f"in the place of statistics of {replaced.shown()}"), file=sys.stderr)
        print(f"written to {args.output}", file=sys.stderr)
    if args.json:
        print_json(statistics_json(found))
    elif args.output is None:
        print_tables(dataset, found, everything=variables is None)
    print_notes(dataset, found, members, policy, named=named, everything=variables is None)
    return 0


def _check_output(output: Path) -> None:
    """Refuse to write where no statistics can be."""
    from sweeprun.results.formats.netcdf import check_output

    if output.suffix not in (".nc", ".zarr"):
        raise UsageError(f"statistics are written as .nc or .zarr, not as {str(output)!r}")
    check_output(output)


def _replaced(output: Path, run: RunDirectory) -> RunDirectory | None:
    """The run whose statistics are there now; anything else there is refused."""
    from sweeprun.results.formats.owners import check_replaceable

    return check_replaceable(output, run, f"choose another name: -o stats{output.suffix}", statistics=True)


def _parser() -> ArgumentParser:
    parser = run_parser(
        "stats",
        "Mean, standard deviation, standard error and interval of confidence of every number that tasks returned, over "
        "the members of an ensemble. Tasks without a result are left out, and counted.",
        "sweeprun stats --over seed --target 'sem(loss)<0.001'",
    )
    parser.add_argument("--over", help="the axis of the members, or several with commas; by default member, or seed")
    parser.add_argument("--variables", help="which of them, with commas; by default all that hold numbers")
    parser.add_argument(
        "--interval",
        help="student, normal, bootstrap, wilson (of proportions), counts, poisson, or batches (of the steps of a "
        "chain); by default wilson if all values are 0 or 1, counts if they are whole numbers from 0, and else student",
    )
    parser.add_argument(
        "--independent", action="store_true", help="members are independent, whatever the run says: you know better"
    )
    parser.add_argument("--level", type=float, default=_LEVEL, help="how often the interval holds the mean: 0.95")
    parser.add_argument("--quantiles", help="quantiles to add, with their intervals: 0.05,0.5,0.95")
    parser.add_argument(
        "--nan",
        metavar="omit|propagate|raise",
        default="omit",
        help="results that are NaN are left out and counted, make their point NaN, or are an error. By default omit",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap")
    parser.add_argument("--target", help="tell which points have not reached it: 'sem(loss)<0.001'")
    parser.add_argument("-o", "--output", type=local_path, help="write them to a file, .nc or .zarr")
    return parser


def _read(snapshot: "Snapshot", only: Sequence[str] | None) -> "xr.Dataset":
    """The results, and what is to be said of them: those that were named, or else all that can be one variable."""
    from sweeprun.results.collect import collect_compatible, dataset_having
    from sweeprun.runs.observe import warnings_of
    from sweeprun.statistics.spans import spans_in_seconds

    left_out: list[str] = []
    if only is None:
        collected = collect_compatible(snapshot, Command("stats", snapshot.run.shown()))
        dataset, left_out = collected.dataset, [f"left out: {why}" for why in collected.refused.values()]
    else:
        dataset = dataset_having(snapshot, only, "stats")
    if not dataset.data_vars:
        raise UsageError("no task has a result yet, so there is nothing to take statistics of; see `sweeprun status`")
    for line in (*warnings_of(snapshot), *left_out):
        print(plain_line(line), file=sys.stderr)
    return spans_in_seconds(dataset)


def _run(args: Namespace) -> RunDirectory:
    """The run; a name that isn't a run is perhaps meant for a variable."""
    try:
        return chosen_run(args.run)
    except UsageError as error:
        name = "" if args.run is None else str(args.run)
        if not name or "/" in name or args.run.exists():
            raise
        words = f"sweeprun stats --variables {shlex.quote(name)}"
        raise UsageError(f"{error}; if it is the name of a result: {words}") from error


def _members(dataset: "xr.Dataset", over: list[str] | None) -> tuple[str, ...]:
    """The axes of the members; if there are none, the error says what to type."""
    from sweeprun.statistics.ensembles import members_of

    try:
        return members_of(dataset, over)
    except UsageError as error:
        if over is not None:
            raise
        of_tasks = [str(dim) for dim in dataset["state"].dims]
        name = f"name one of them: sweeprun stats --over {shlex.quote(of_tasks[-1])}; " if of_tasks else ""
        members = "a run has members with: sweeprun -m … hydra.sweeper.members=30"
        raise UsageError(f"{error}; {name}{members}") from error


def _options(args: Namespace) -> str:
    """The options of a target, to be typed again."""
    level = "" if args.level == _LEVEL else f" --level {args.level:g}"
    interval = "" if args.interval is None else f" --interval {args.interval}"
    nan = "" if args.nan == "omit" else f" --nan {args.nan}"
    return level + interval + nan + (" --independent" if args.independent else "")


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _numbers(text: str) -> list[float]:
    wrong = f"--quantiles is {text!r}; write numbers between 0 and 1: 0.05,0.5,0.95"
    try:
        numbers = [float(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise UsageError(wrong) from error
    if not numbers:
        raise UsageError(wrong)
    return numbers
