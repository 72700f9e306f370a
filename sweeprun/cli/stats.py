"""``sweeprun stats``: means over the members of an ensemble, with their errors."""

import shlex
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sweeprun.cli.arguments import chosen_run, run_parser
from sweeprun.display.json_text import print_json
from sweeprun.display.streams import verdict_code
from sweeprun.errors import UsageError
from sweeprun.results.formats.all_formats import DATASET_FORMATS, suffixes
from sweeprun.runs.defaults import LEVEL
from sweeprun.safe_text import plain, plain_line
from sweeprun.store.directory import RunDirectory
from sweeprun.store.local_paths import local_path

if TYPE_CHECKING:
    from sweeprun.runs.stats import RunLook, RunStatistics


def main(words: Sequence[str]) -> int:
    """Print statistics of a run, or write them to a file; with a target, 1 if it isn't reached everywhere."""
    args = _parser().parse_args(words)

    from sweeprun.results.variables import names_in
    from sweeprun.runs.observe import observe
    from sweeprun.runs.stats import (
        StatsOptions,
        check_stats_output,
        check_stats_replaceable,
        look_at_run,
        run_statistics,
        target_of,
        write_statistics,
    )

    options = StatsOptions.of(
        over=None if args.over is None else _names(args.over),
        interval=args.interval,
        level=args.level,
        independent=args.independent,
        nan=args.nan,
    )
    target = None if args.target is None else target_of(args.target, options)
    variables = None if args.variables is None else names_in(args.variables)
    quantiles = () if args.quantiles is None else _numbers(args.quantiles)
    if args.output is not None:
        check_stats_output(args.output)
    run = _run(args)
    replaced = None if args.output is None else check_stats_replaceable(args.output, run)
    named = None if args.run is None else shlex.quote(str(args.run))
    if target is not None:
        return _show_look(look_at_run(observe(run), target, options, named), named, as_json=args.json)
    found = run_statistics(observe(run), options, variables=variables, quantiles=quantiles, seed=args.seed, named=named)
    _print_lines(found.warnings)
    if args.output is not None:
        write_statistics(found, args.output)
        if replaced is not None:
            print(plain(f"in the place of statistics of {replaced.shown()}"), file=sys.stderr)
        print(f"written to {args.output}", file=sys.stderr)
    _show(found, as_json=args.json, is_written=args.output is not None)
    return 0


def _show(found: "RunStatistics", *, as_json: bool, is_written: bool) -> None:
    """Print statistics, if they were not written to a file instead, and what is to be known of them."""
    from sweeprun.display.stats_tables import print_tables, statistics_json, stats_tables

    if as_json:
        print_json(statistics_json(found.statistics))
    elif not is_written:
        tables = stats_tables(found.results, found.statistics, everything=found.everything)
        print_tables(tables, rest="sweeprun stats -o stats.nc")
    _print_lines(found.notes)


def _show_look(found: "RunLook", named: str | None, *, as_json: bool) -> int:
    """Print how far a run is from a target; 1 if it isn't reached everywhere."""
    from sweeprun.display.look_text import look_json, look_text

    _print_lines(found.warnings)
    if as_json:
        print_json(look_json(found.look))
    else:
        print(plain(look_text(found.look, found.members, found.options.settings(), named)))
    _print_lines(found.notes)
    return verdict_code(1 if found.look.open_points else 0)


def _print_lines(lines: Sequence[str]) -> None:
    for line in lines:
        print(plain_line(line), file=sys.stderr)


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
    parser.add_argument("--level", type=float, default=LEVEL, help="how often the interval holds the mean: 0.95")
    parser.add_argument("--quantiles", help="quantiles to add, with their intervals: 0.05,0.5,0.95")
    parser.add_argument(
        "--nan",
        metavar="omit|propagate|raise",
        default="omit",
        help="results that are NaN are left out and counted, make their point NaN, or are an error. By default omit",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap")
    parser.add_argument("--target", help="tell which points have not reached it: 'sem(loss)<0.001'")
    parser.add_argument("-o", "--output", type=local_path, help=f"write them to a file, {suffixes(DATASET_FORMATS)}")
    return parser


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
