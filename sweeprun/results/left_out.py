"""What succeeded tasks returned and their records don't have: values that can't be stored, or of which there is none.

Also names of the run that don't fit what they returned. Layouts say it, so no value is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sweeprun.results.layout_groups import chosen_rows
from sweeprun.store.named_dims import LABELS, misfit_text
from sweeprun.store.payloads import Layout, known_layout
from sweeprun.store.snapshot import Snapshot, TaskState

_KEPT_IDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A variable that could not be stored in some tasks, for one reason.

    Attributes
    ----------
    variable, why
        Its name, and why.
    count
        In how many tasks.
    task_ids
        The first of them.
    """

    variable: str
    why: str
    count: int
    task_ids: tuple[int, ...]

    def __str__(self) -> str:
        ids = ", ".join(map(str, self.task_ids)) + (", …" if self.count > len(self.task_ids) else "")
        tasks = f"task {ids} lacks" if self.count == 1 else f"{self.count} tasks ({ids}) lack"
        return f"{tasks} {self.variable!r}, which can't be stored: {self.why}"


def left_out_of(snapshot: Snapshot) -> list[LeftOut]:
    """What was left out of the records that count, what most tasks lack first."""
    if not snapshot.incomplete:
        return []
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for batch, task_ids, rows in chosen_rows(snapshot.shards, snapshot.best, snapshot.best.incomplete):
        numbers = batch.columns["layout"][rows]
        for number in np.unique(numbers).tolist():
            layout = known_layout(batch.layouts[number])
            for item in layout.left_out.items() if layout is not None else ():
                found.setdefault(item, []).append(task_ids[numbers == number])
    everything = {item: np.concatenate(ids) for item, ids in found.items()}
    groups = [
        LeftOut(variable=name, why=why, count=len(ids), task_ids=tuple(np.sort(ids)[:_KEPT_IDS].tolist()))
        for (name, why), ids in everything.items()
    ]
    return sorted(groups, key=lambda group: (-group.count, group.task_ids, group.variable))


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A name or labels that a run gives and that don't fit in some tasks, of which nothing is lost.

    Attributes
    ----------
    name, why
        As of `NamesGiven.misfits`; of the first task.
    count
        In how many tasks.
    task_ids
        The first of them.
    everywhere
        Whether these are all that succeeded.
    """

    name: str
    why: str
    count: int
    task_ids: tuple[int, ...]
    everywhere: bool

    def text(self, *, python: bool) -> str:
        """What is to be said of it, and what to do."""
        ids = ", ".join(map(str, self.task_ids)) + (", …" if self.count > len(self.task_ids) else "")
        tasks = f"task {ids}" if self.count == 1 else f"{self.count} tasks ({ids})"
        if self.name.startswith(LABELS):
            what = misfit_text(self.name, self.why, "in the constants" if python else "in the config")
            return f"{what} in task {self.task_ids[0]}, so it has no labels"
        source = "the arguments" if python else "the config"
        where = "" if self.everywhere else f" in {tasks}"
        return f"{self.why}{where}; names are fixed in a run: correct {source} and start a new sweep"


def misfits_of(snapshot: Snapshot) -> list[Misfit]:
    """What doesn't fit of the names that a run gives, what doesn't in most tasks first."""
    if not any(layout.misfits for layout in layouts_of(snapshot)):
        return []
    whys: dict[str, tuple[int, str]] = {}
    ids: dict[str, list[np.ndarray]] = {}
    wanted = snapshot.best.outcome == 1
    for batch, task_ids, rows in chosen_rows(snapshot.shards, snapshot.best, wanted):
        numbers = batch.columns["layout"][rows]
        for number in np.unique(numbers).tolist():
            layout = known_layout(batch.layouts[number])
            own = task_ids[numbers == number]
            for name, why in layout.misfits.items() if layout is not None else ():
                ids.setdefault(name, []).append(own)
                whys[name] = min(whys.get(name, (int(own.min()), why)), (int(own.min()), why))
    found = [(name, why, np.sort(np.concatenate(ids[name]))) for name, (_, why) in whys.items()]
    total = int(np.count_nonzero(wanted))
    return [
        Misfit(
            name=name, why=why, count=len(own), task_ids=tuple(own[:_KEPT_IDS].tolist()), everywhere=len(own) == total
        )
        for name, why, own in sorted(found, key=lambda one: (-len(one[2]), one[0]))
    ]


def returned_nothing(snapshot: Snapshot) -> bool:
    """Whether tasks succeeded, and none of them returned anything."""
    return bool(snapshot.counts()[TaskState.SUCCEEDED]) and not any(
        layout.variables or layout.missing for layout in layouts_of(snapshot)
    )


def never_given(snapshot: Snapshot) -> list[str]:
    """The names of values of which all tasks only said that there is none."""
    layouts = {id(layout): layout for layout in layouts_of(snapshot)}.values()
    missing = dict.fromkeys(name for layout in layouts for name in layout.missing)
    if not missing:
        return []
    given = {variable.name for layout in layouts for variable in layout.variables}
    given.update(name for layout in layouts for name in layout.left_out)
    return [name for name in missing if name not in given]


def layouts_of(snapshot: Snapshot) -> Iterator[Layout]:
    """What tasks returned, each kind about once."""
    for shard in snapshot.shards:
        for batch in shard.batches:
            yield from (layout for layout in map(known_layout, batch.layouts) if layout is not None)
