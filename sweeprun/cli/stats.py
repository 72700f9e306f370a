"""``sweeprun stats``: means over the members of an ensemble, with their errors."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from sweeprun.cli.arguments import run_parser
from sweeprun.errors import UsageError
from sweeprun.safe_text import plain, plain_json, plain_message
from sweeprun.store.directory import chosen_run
from sweeprun.store.local_paths import local_path


def main(words: Sequence[str]) -> int:
    """Print statistics of a run, or write them to a file; with a target, 1 if it isn't reached everywhere."""
    args = _parser().parse_args(words)

    from sweeprun.cli.stats_display import (
        look_json,
        look_text,
        print_dependence,
        print_doubts,
        print_notes,
        print_tables,
        statistics_json,
    )
    from sweeprun.results.collect import dataset_having
    from sweeprun.results.formats.netcdf import check_output, write_dataset
    from sweeprun.results.formats.owners import check_replaceable
    from sweeprun.results.variables import names_in
    from sweeprun.runs.observe import observe, warnings_of
    from sweeprun.statistics.ensembles import ensemble_statistics, members_of
    from sweeprun.statistics.estimators import IntervalKind
    from sweeprun.statistics.interim import look_at
    from sweeprun.statistics.not_finite import NanPolicy
    from sweeprun.statistics.targets import Target

    target = None if args.target is None else Target.parse(args.target, args.level)
    kind = None if args.interval is None else IntervalKind.parse(args.interval)
    policy = NanPolicy.parse(args.nan)
    over = None if args.over is None else _names(args.over)
    variables = None if args.variables is None else names_in(args.variables)
    only = variables if target is None else [target.variable]
    if args.output is not None:
        if args.output.suffix not in (".nc", ".zarr"):
            raise UsageError(f"statistics are written as .nc or .zarr, not as {str(args.output)!r}")
        check_output(args.output)
    run = chosen_run(args.run)
    if args.output is not None:
        check_replaceable(args.output, run)
    snapshot = observe(run)
    dataset = dataset_having(snapshot, only, "stats")
    if not dataset.data_vars:
        raise UsageError("no task has a result yet, so there is nothing to take statistics of; see `sweeprun status`")
    for line in warnings_of(snapshot):
        print(plain_message(line), file=sys.stderr)
    if target is not None:
        look = look_at(dataset, target, over, policy)
        print(plain_json(look_json(look)) if args.json else plain(look_text(look)))
        print_dependence(dataset, members_of(dataset, over))
        print_doubts(dataset, members_of(dataset, over), [target.variable], policy)
        return 1 if look.open_points else 0
    found = ensemble_statistics(
        dataset,
        over,
        kind=kind,
        level=args.level,
        probabilities=_numbers(args.quantiles),
        seed=args.seed,
        variables=variables,
        nan=policy,
    )
    if args.output is not None:
        write_dataset(found, args.output)
        print(f"written to {args.output}", file=sys.stderr)
    if args.json:
        print(plain_json(statistics_json(found)))
    elif args.output is None:
        print_tables(dataset, found)
    print_notes(dataset, found, policy)
    return 0


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
        "--interval", help="student (for numbers the default), normal, bootstrap, or wilson (for true and false)"
    )
    parser.add_argument("--level", type=float, default=0.95, help="how often the interval holds the mean: 0.95")
    parser.add_argument("--quantiles", default="", help="quantiles to add, with their errors: 0.05,0.5,0.95")
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


def _names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise UsageError(f"--quantiles is {text!r}; write numbers between 0 and 1: 0.05,0.5,0.95") from error
