"""The model of a page: all that it shows of a run, as plain data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import xarray as xr

from sweeprun._version import __version__
from sweeprun.errors import SweeprunError
from sweeprun.report.cubes import Cube, cube_of
from sweeprun.report.outputs import MOST_BYTES, LeftOut, Numbers, Texts, read_outputs, told_missing
from sweeprun.report.reproducibility import Fact, Reproducibility, config_of, header_facts, reproducibility_of
from sweeprun.report.scatter import Points, points_of, values_at
from sweeprun.report.spread import Spread, spread_of
from sweeprun.report.state_maps import StateMap, state_maps
from sweeprun.report.text import LONGEST_MESSAGE, LONGEST_TEXT, shown
from sweeprun.report.timing import Timing, timing_of
from sweeprun.results.collect import open_snapshot
from sweeprun.results.failures import failures_of
from sweeprun.results.masking import Masking, masking_of
from sweeprun.statistics.doubts import doubts_within
from sweeprun.store.snapshot import Snapshot
from sweeprun.wording import Command

_CELLS = 36_000
_MOST_CELLS = 10_000
_LEAST_CELLS = 600
_MOST_GROUPS = 20
_LONGEST_TRACEBACK = 8_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output with all that can be drawn of it.

    Attributes
    ----------
    of_values
        Whether intervals over several points are of as many values as a point has: of proportions and counts.
    points
        Its values at the points of the page; empty if it has dims of its own.
    notes
        What no picture of it shows.
    """

    name: str
    label: str
    units: str
    of_values: bool
    cube: Cube
    spread: Spread | None
    points: tuple[float | int | str | None, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Tasks that failed in one way.

    Attributes
    ----------
    kind, what, where, message, traceback
        Of the first: the exception, with its message in one line, the line of code, and what else it said.
    tasks
        The ids and coordinates of the first.
    common
        What they have in common; empty if there is nothing to say.
    """

    kind: str
    what: str
    where: str
    message: str
    traceback: str
    count: int
    tasks: tuple[tuple[int, str], ...]
    common: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Failed and lost tasks.

    Attributes
    ----------
    groups
        The largest first.
    more_kinds, more_tasks
        How many groups and tasks are left out.
    common
        What all failed tasks have in common; empty if there is nothing to say.
    """

    groups: tuple[Failed, ...]
    more_kinds: int = 0
    more_tasks: int = 0
    common: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A run as a page shows it.

    Attributes
    ----------
    title, path
        The run, by name and as one would type it.
    made, version
        When the page was made, and with which sweeprun.
    active
        Whether anything of the run waits or runs.
    counts
        State -> how many tasks.
    warnings
        What the user of the run should know.
    texts, left_out
        Outputs of texts, and those that are not shown.
    problem
        Why no output can be shown; empty if they can.
    nothing
        That there is no number to show, and what tasks came to instead; empty if there is one.
    """

    title: str
    path: str
    made: str
    version: str
    active: bool
    tasks: int
    counts: dict[str, int]
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]
    maps: tuple[StateMap, ...]
    outputs: tuple[Output, ...]
    texts: tuple[Texts, ...]
    left_out: tuple[LeftOut, ...]
    points: Points | None
    problem: str
    nothing: str
    timing: Timing
    failures: Failures
    reproducibility: Reproducibility


def page_of(snapshot: Snapshot, *, active: bool = False, warnings: Sequence[str] = ()) -> Page:
    """The page of a run as it was when somebody looked.

    Parameters
    ----------
    snapshot
        The run.
    active
        Whether anything of it waits or runs.
    warnings
        What its user should know.
    """
    dataset, refused, problem = _dataset(snapshot)
    masking = masking_of(snapshot)
    config = config_of(snapshot, masking)
    told = replace(snapshot, manifest=masking.manifest)
    read = [] if dataset is None else list(_outputs(dataset))
    read += [LeftOut(name=shown(name), why=shown(why, LONGEST_MESSAGE)) for name, why in refused.items()]
    counts = {state.value: amount for state, amount in snapshot.counts().items()}
    is_nothing = dataset is not None and not any(isinstance(one, Output | LeftOut) for one in read)
    return Page(
        title=shown(snapshot.run.path.resolve().parent.name + "/" + snapshot.run.path.resolve().name),
        path=shown(snapshot.run.shown(), 500),
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        version=__version__,
        active=active,
        tasks=len(snapshot.states),
        counts=counts,
        facts=header_facts(told),
        warnings=tuple(
            shown(masking.hidden.everywhere(warning), LONGEST_MESSAGE)
            for warning in (*warnings, *_told_masked(masking), *_doubts(dataset))
        ),
        maps=state_maps(snapshot.states, dataset),
        outputs=tuple(one for one in read if isinstance(one, Output)),
        texts=tuple(one for one in read if isinstance(one, Texts)),
        left_out=_few([one for one in read if isinstance(one, LeftOut)]),
        points=None if dataset is None else points_of(dataset),
        problem=shown(problem, LONGEST_MESSAGE),
        nothing=_told_nothing(counts, active=active) if is_nothing else "",
        timing=timing_of(told),
        failures=_failures(snapshot),
        reproducibility=reproducibility_of(told, config),
    )


def _dataset(snapshot: Snapshot) -> tuple[xr.Dataset | None, Mapping[str, str], str]:
    """The results; those in which tasks disagree, and why; and why there are none at all."""
    try:
        opened = open_snapshot(snapshot, all_is_read=True, in_part=True)
    except SweeprunError as error:
        return None, {}, str(error)
    return opened.dataset, opened.refused, ""


def _told_masked(masking: Masking) -> list[str]:
    """That values are masked, once configs are read."""
    keys = ", ".join(masking.hidden.values)
    return [f"masked, as their names say that they are secret: {keys}"] if keys else []


def _doubts(dataset: xr.Dataset | None) -> list[str]:
    """What the user should know of the values."""
    return [] if dataset is None else doubts_within(dataset, MOST_BYTES)


def _told_nothing(counts: Mapping[str, int], *, active: bool) -> str:
    """That no task gave a number, or none has yet, and what became of them."""
    waiting = active or any(counts[state] for state in ("pending", "running"))
    told = [f"{amount:,} {state}" for state, amount in counts.items() if amount and state != "succeeded"]
    if succeeded := counts["succeeded"]:
        told.insert(0, f"{succeeded:,} succeeded without one")
    return f"No task {'has given a number yet' if waiting else 'gave a number'}: {', '.join(told) or 'there is none'}"


def _few(left_out: list[LeftOut]) -> tuple[LeftOut, ...]:
    if len(left_out) <= _MOST_GROUPS:
        return tuple(left_out)
    rest = len(left_out) - _MOST_GROUPS
    return (*left_out[:_MOST_GROUPS], LeftOut(name=f"… and {rest} more", why=f"see {Command('collect')}"))


def _outputs(dataset: xr.Dataset) -> Iterator[Output | Texts | LeftOut]:
    drawable = sum(1 for one in dataset.data_vars.values() if one.dtype.kind in "biufcmM")
    most_cells = int(np.clip(_CELLS // max(drawable, 1), _LEAST_CELLS, _MOST_CELLS))
    for one in read_outputs(dataset):
        if isinstance(one, Numbers):
            yield _output(dataset, one, most_cells)
        else:
            yield one


def _output(dataset: xr.Dataset, read: Numbers, most_cells: int) -> Output:
    return Output(
        name=read.name,
        label=read.label,
        units=read.units,
        of_values=read.kind.is_open_if_all_agree,
        cube=cube_of(dataset, read, most_cells),
        spread=spread_of(dataset, read),
        points=values_at(dataset, read),
        notes=tuple(told_missing(read.values)),
    )


def _failures(snapshot: Snapshot) -> Failures:
    """The failures, as failed tasks are told everywhere: what is secret in them is masked already."""
    found = failures_of(snapshot)
    kept, rest = found.groups[:_MOST_GROUPS], found.groups[_MOST_GROUPS:]
    return Failures(
        groups=tuple(
            Failed(
                kind=shown(group.kind, 300),
                what=shown(group.what, 300),
                where=shown(found.where(group), 300),
                message=shown(group.message, LONGEST_MESSAGE) if group.message.strip() not in group.what else "",
                traceback=_end_of(shown(group.traceback, LONGEST_TEXT * 50)),
                count=group.count,
                tasks=tuple((task.task_id, shown(found.coordinates(task), 500)) for task in group.tasks),
                common="" if group.common is None else shown(group.common, 500),
            )
            for group in kept
        ),
        more_kinds=len(rest),
        more_tasks=sum(group.count for group in rest),
        common="" if found.common is None else shown(found.common, 500),
    )


def _end_of(traceback: str) -> str:
    """The end of a traceback, which tells the most."""
    return traceback if len(traceback) <= _LONGEST_TRACEBACK else f"… {traceback[-_LONGEST_TRACEBACK:]}"


def drawn_data(page: Page) -> dict[str, Any]:
    """What the page's script draws, as JSON has it."""
    from dataclasses import asdict

    return {
        "maps": [asdict(one) for one in page.maps],
        "outputs": [_plain(asdict(one)) for one in page.outputs],
        "points": None if page.points is None else _plain(asdict(page.points)),
        "running": {"edges": page.timing.edges, "running": page.timing.running},
        "durations": None if page.timing.durations is None else asdict(page.timing.durations),
        "hosts": [asdict(one) for one in page.timing.hosts],
    }


def _plain(data: Any) -> Any:
    """Enums by their values."""
    from enum import Enum

    if isinstance(data, dict):
        return {key: _plain(item) for key, item in data.items()}
    if isinstance(data, Enum):
        return data.value
    if isinstance(data, tuple | list) and data and not isinstance(data[0], int | float | str | None):
        return [_plain(item) for item in data]
    return data
