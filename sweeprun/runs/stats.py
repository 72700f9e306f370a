"""Statistics of the results of a run over the members of an ensemble, and how far they are from a target."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from sweeprun.errors import UsageError
from sweeprun.results.collect import collect_compatible, dataset_having
from sweeprun.results.formats.all_formats import DATASET_FORMATS, dataset_format, suffixes
from sweeprun.results.formats.dataset_format import DatasetFormat
from sweeprun.results.formats.owners import check_replaceable
from sweeprun.runs.defaults import LEVEL
from sweeprun.runs.observe import warnings_of
from sweeprun.statistics.choices import choice
from sweeprun.statistics.dependence import Members, members_along
from sweeprun.statistics.doubts import doubts_of
from sweeprun.statistics.ensembles import (
    STATISTIC,
    ensemble_statistics,
    kinds_of,
    members_of,
    told_averaged,
    told_left_out,
)
from sweeprun.statistics.estimators import IntervalKind
from sweeprun.statistics.interim import Look, look_at
from sweeprun.statistics.kinds import taken_note
from sweeprun.statistics.not_finite import NanPolicy
from sweeprun.statistics.rare_values import told_only_one_value
from sweeprun.statistics.short_chains import told_short
from sweeprun.statistics.spans import spans_in_seconds
from sweeprun.statistics.targets import Target
from sweeprun.store.directory import RunDirectory
from sweeprun.store.snapshot import Snapshot
from sweeprun.wording import Command, Setting, flag, sweeper


@dataclass(frozen=True, slots=True, kw_only=True)
class StatsOptions:
    """How statistics are taken.

    Attributes
    ----------
    over
        The axes of the members; by default ``member``, or else ``seed``.
    interval, level
        The kind of interval, and how often it holds the mean; by default the kind that is right for the values.
    independent
        True if members are known to be independent, whatever the run says.
    nan
        What becomes of results that are NaN.
    """

    over: Sequence[str] | None = None
    interval: IntervalKind | None = None
    level: float = LEVEL
    independent: bool | None = None
    nan: NanPolicy = NanPolicy.OMIT

    @classmethod
    def of(
        cls,
        *,
        over: Sequence[str] | None = None,
        interval: str | None = None,
        level: float | None = None,
        independent: bool | None = None,
        nan: str | None = None,
    ) -> "StatsOptions":
        """What names of options say.

        Raises
        ------
        UsageError
            If there is no such kind of interval, or no such policy.
        """
        return cls(
            over=over,
            interval=None if interval is None else choice(IntervalKind, interval, flag("interval")),
            level=LEVEL if level is None else level,
            independent=independent,
            nan=NanPolicy.OMIT if nan is None else choice(NanPolicy, nan, flag("nan")),
        )

    def settings(self) -> tuple[Setting, ...]:
        """Those that are not as usual, to be given again."""
        told: list[Setting] = []
        if self.level != LEVEL:
            told.append(flag("level").to(self.level))
        if self.interval is not None:
            told.append(flag("interval").to(self.interval.value))
        if self.nan is not NanPolicy.OMIT:
            told.append(flag("nan").to(self.nan.value))
        if self.independent:
            told.append(flag("independent").to(True))
        return tuple(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatistics:
    """Statistics of the results of a run.

    Attributes
    ----------
    run
        The run.
    results, statistics
        The results, and their statistics over the members.
    everything
        Whether all results were asked for, and not some by name.
    warnings
        What is to be known of the run.
    notes
        What was left out, what values were taken for, and of what no error is known.
    """

    run: RunDirectory
    results: xr.Dataset
    statistics: xr.Dataset
    everything: bool
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLook:
    """How far the results of a run are from a target.

    Attributes
    ----------
    run
        The run.
    look, members
        The look at its results, and their members.
    options
        How it was taken.
    warnings
        What is to be known of the run.
    notes
        What values were taken for, whether members are independent, and what is to be doubted.
    """

    run: RunDirectory
    look: Look
    members: Members
    options: StatsOptions
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def run_statistics(
    snapshot: Snapshot,
    options: StatsOptions,
    *,
    variables: Sequence[str] | None = None,
    quantiles: Sequence[float] = (),
    seed: int = 0,
    named: str | None = None,
) -> RunStatistics:
    """Statistics of the results of a run.

    Parameters
    ----------
    snapshot, options
        The run, and how they are taken.
    variables
        Of which results; by default of all that hold numbers.
    quantiles
        Which quantiles to add.
    seed
        Of the bootstrap.
    named
        How the user named the run; None for the newest.

    Raises
    ------
    UsageError
        If an option is wrong, or no task has a result.
    """
    dataset, warnings = _results(snapshot, variables)
    members = members_along(dataset, _members(dataset, options.over, named), independent=options.independent)
    found = ensemble_statistics(
        dataset,
        members.over,
        kind=options.interval,
        level=options.level,
        probabilities=quantiles,
        seed=seed,
        variables=variables,
        independent=options.independent,
        nan=options.nan,
    )
    everything = variables is None
    return RunStatistics(
        run=snapshot.run,
        results=dataset,
        statistics=found,
        everything=everything,
        warnings=warnings,
        notes=tuple(notes_of(dataset, found, members, options.nan, named=named, everything=everything)),
    )


def look_at_run(snapshot: Snapshot, target: Target, options: StatsOptions, named: str | None = None) -> RunLook:
    """How far the results of a run are from a target; the arguments are those of `run_statistics`.

    Raises
    ------
    UsageError
        If an option is wrong, or no task has a result.
    """
    dataset, warnings = _results(snapshot, [target.variable])
    members = members_along(dataset, _members(dataset, options.over, named), independent=options.independent)
    look = look_at(dataset, target, members.over, independent=options.independent, nan=options.nan)
    return RunLook(
        run=snapshot.run,
        look=look,
        members=members,
        options=options,
        warnings=warnings,
        notes=tuple(look_notes(dataset, look, members, options.nan)),
    )


def target_of(text: str, options: StatsOptions) -> Target:
    """A target, with the interval of some options."""
    return Target.parse(text, options.level, options.interval)


def check_stats_output(output: Path) -> None:
    """Refuse to write where no statistics can be.

    Raises
    ------
    UsageError
        If it is no netCDF or Zarr, or can't be written.
    """
    _format_of(output).check(output)


def check_stats_replaceable(output: Path, run: RunDirectory) -> RunDirectory | None:
    """The run whose statistics a file has now, if it isn't this one; what else is there is refused.

    Raises
    ------
    UsageError
        If something else is there.
    """
    again = flag("output").to(f"stats{output.suffix}")
    return check_replaceable(output, run, f"choose another name: {again}", statistics=True)


def write_statistics(found: RunStatistics, output: Path) -> None:
    """Write statistics to a file."""
    _format_of(output).write_dataset(found.statistics, output)


def _format_of(output: Path) -> DatasetFormat:
    found = dataset_format(output)
    if found is None:
        raise UsageError(f"statistics are written as {suffixes(DATASET_FORMATS)}, not as {str(output)!r}")
    return found


def _results(snapshot: Snapshot, only: Sequence[str] | None) -> tuple[xr.Dataset, tuple[str, ...]]:
    """The results, and what is to be said of them: those that were named, or else all that can be one variable."""
    left_out: list[str] = []
    if only is None:
        collected = collect_compatible(snapshot, Command("stats", snapshot.run.shown()))
        dataset, left_out = collected.dataset, [f"left out: {why}" for why in collected.refused.values()]
    else:
        dataset = dataset_having(snapshot, only, "stats")
    if not dataset.data_vars:
        raise UsageError(
            "no task has a result yet, so there is nothing to take statistics of; see "
            f"`{Command('status', snapshot.run.shown())}`"
        )
    return spans_in_seconds(dataset), (*warnings_of(snapshot), *left_out)


def _members(dataset: xr.Dataset, over: Sequence[str] | None, named: str | None) -> tuple[str, ...]:
    """The axes of the members; if there are none, the error says what to do."""
    try:
        return members_of(dataset, over)
    except UsageError as error:
        if over is not None:
            raise
        of_tasks = [str(dim) for dim in dataset["state"].dims]
        again = [Command("stats", named, options=(flag("over").to(dim),)) for dim in of_tasks[-1:]]
        name = "".join(f"name one of them: {command}; " for command in again)
        raise UsageError(f"{error}; {name}a sweep has members with {sweeper('members').to(30)}") from error


def notes_of(
    dataset: xr.Dataset,
    found: xr.Dataset,
    members: Members,
    policy: NanPolicy = NanPolicy.OMIT,
    *,
    named: str | None = None,
    everything: bool = True,
) -> Iterator[str]:
    """What is left out of statistics, what values were taken for, and of what no error is known.

    Parameters
    ----------
    dataset, found, members, policy
        What was collected, its statistics, and how they were taken.
    named
        How the user named the run; None for the newest.
    everything
        Whether all variables were asked for.
    """
    states = dataset["state"].values
    missing = int(((states != "succeeded") & (states != "excluded")).sum())
    if missing:
        told = "1 task has no result and is" if missing == 1 else f"{missing} tasks have no result and are"
        yield f"{told} left out; see `{Command('status', named)}`"
    variables = [str(name) for name, variable in found.data_vars.items() if STATISTIC in variable.dims]
    batches = {name for name in variables if found[name].attrs["interval"].startswith("batches")}
    if members.note and not batches:
        yield members.note
        if members.have_no_error and members.are_steps:
            options = (flag("over").to(members.over[0]), flag("interval").to("batches"))
            yield f"if they are the steps of a chain: {Command('stats', named, options=options)}"
    yield from told_averaged(found)
    yield from doubts_of(dataset, members, variables, policy)
    yield from told_only_one_value(dataset, members, kinds_of(found))
    yield from told_short(found)
    for why in dict.fromkeys(found[name].attrs.get("taken_for", "") for name in variables):
        taken = taken_note([one for one in variables if found[one].attrs.get("taken_for") == why], why)
        if taken:
            yield taken
    results = (found[name].sel({STATISTIC: ["n", "nan"]}).sum(STATISTIC) for name in variables)
    if all(bool((count < 2).all()) for count in results):
        yield "with one member there is no error: std, sem and interval are nan"
    yield from told_left_out(dataset, members.over) if everything else ()


def look_notes(dataset: xr.Dataset, look: Look, members: Members, policy: NanPolicy = NanPolicy.OMIT) -> Iterator[str]:
    """What the values of a target were taken for, whether members are independent, and what is to be doubted."""
    doubts = doubts_of(dataset, members, [look.target.variable], policy)
    alike = told_only_one_value(dataset, members, look.kinds)
    yield from filter(None, (look.taken_note, look.widened_note, members.note, *doubts, *alike))
