"""Looking at a run: files first, and then, if it isn't complete, whoever runs it. Looking changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from sweeprun.design.task_ids import TaskIds
from sweeprun.launchers.activity import activity_of
from sweeprun.provenance.mixed_code import other_code_of
from sweeprun.provenance.mixed_threads import other_threads_of
from sweeprun.results.left_out import layouts_of, left_out_of, misfits_of, never_given, returned_nothing
from sweeprun.store.activity import Element, ElementState
from sweeprun.store.directory import RunDirectory
from sweeprun.store.notices import (
    count_failures,
    read_copied_generators,
    read_global_randomness,
    read_stream_clash,
    read_unrecorded_result,
    read_unseeded_generators,
)
from sweeprun.store.shards import ShardContents, read_shards
from sweeprun.store.snapshot import STATE_ORDER, Snapshot, TaskState, take_snapshot
from sweeprun.store.submissions import read_submissions
from sweeprun.store.unused_names import unused_names
from sweeprun.wording import Command, flag, sweeper

_SHOWN_REASONS = 5


def observe(run: RunDirectory, read: Callable[[Path], Iterable[ShardContents]] = read_shards) -> Snapshot:
    """All that a run has on disk, and what its launchers know of it.

    Parameters
    ----------
    run
        The run.
    read
        Reads all shards in a directory.
    """
    snapshot = take_snapshot(run, read=read)
    if snapshot.complete and not snapshot.lacks_something:
        return snapshot
    activity = activity_of(run)  # asked before the files are read: what has ended by then is in them
    return take_snapshot(run, activity, read)


def missing_tasks(snapshot: Snapshot, *, incomplete: bool = False) -> TaskIds:
    """The tasks that have no result, don't run, and that no element is to run.

    Parameters
    ----------
    snapshot
        The run.
    incomplete
        Whether those count, too, whose results lack something that could not be stored, and those that returned
        nothing.
    """
    missing = snapshot.states != STATE_ORDER.index(TaskState.SUCCEEDED)
    if incomplete:
        missing |= snapshot.best.incomplete | snapshot.best.empty
    for state in (TaskState.RUNNING, TaskState.EXCLUDED):
        missing &= snapshot.states != STATE_ORDER.index(state)
    for tasks in snapshot.activity.active_tasks():
        for ids in tasks.ranges:
            missing[ids.start : ids.stop : ids.step] = False
    return TaskIds.where(missing)


def counts_text(snapshot: Snapshot) -> str:
    """How many tasks are in each state, those with none left out."""
    lacking_some = {"incomplete": snapshot.incomplete, "returned nothing": snapshot.empty}
    lacks = ", ".join(f"{count} {what}" for what, count in lacking_some.items() if count)
    more = {TaskState.SUCCEEDED: f" ({lacks})"} if lacks else {}
    return ", ".join(
        f"{count} {state.value}{more.get(state, '')}" for state, count in snapshot.counts().items() if count
    )


def state_counts(snapshot: Snapshot) -> dict[str, int]:
    """How many tasks are in each state, by its name, as JSON has it."""
    return {state.value: count for state, count in snapshot.counts().items()}


def warnings_of(snapshot: Snapshot, *, in_full: bool = False) -> list[str]:
    """What the user of a run should know of it: what it lacks, mixes, or can't reproduce, and that it stopped early.

    Parameters
    ----------
    snapshot
        The run.
    in_full
        Whether what was said when it started is said again with all that can be done about it.
    """
    found = lacking(snapshot)
    submissions = snapshot.activity.submissions or read_submissions(snapshot.run)
    if submissions:
        last = submissions[-1]
        most = (last.policy or snapshot.manifest.policy).max_failures
        count = count_failures(snapshot.run, last.attempt) if most is not None else 0
        left = snapshot.counts()[TaskState.PENDING]
        if most is not None and count >= most and left:
            found.append(
                f"stopped after {count} {'failure' if count == 1 else 'failures'} "
                f"({sweeper('max_failures').to(most)}), {left} {'task was' if left == 1 else 'tasks were'} not run; "
                f"go on with: {Command('resume', snapshot.run.shown())}"
            )
    run = snapshot.run
    clash = read_stream_clash(run)
    noted = (
        other_code_of(snapshot),
        other_threads_of(snapshot),
        read_global_randomness(run),
        read_copied_generators(run),
        read_unseeded_generators(run),
        clash if clash is None or in_full else clash.brief(),
        read_unrecorded_result(run),
    )
    found += [str(notice) for notice in noted if notice is not None]
    return found


def lacking(snapshot: Snapshot) -> list[str]:
    """What tasks returned that their records don't have, and how it can be had."""
    left_out = left_out_of(snapshot)
    found = [str(group) for group in left_out[:_SHOWN_REASONS]]
    if more := len(left_out) - _SHOWN_REASONS:
        found += [f"… and {more} more such {'value' if more == 1 else 'values'}"] if more > 0 else []
    if left_out:
        found.append(
            f"{snapshot.incomplete} of {snapshot.total} tasks succeeded and are incomplete; when they return what can "
            f"be stored, run them again with: {_again(snapshot)}"
        )
    if snapshot.empty:
        found.append(_returned_nothing(snapshot))
    found += name_warnings(snapshot)
    if names := never_given(snapshot):
        found.append(f"no task gave a value for {', '.join(map(repr, names))}: all returned None, null or NA")
    if returned_nothing(snapshot):
        found.append("no task returned anything, so there is nothing to collect; does the function return its result?")
    return found


def _returned_nothing(snapshot: Snapshot) -> str:
    """Which tasks returned nothing, beside others that returned something."""
    ids = np.flatnonzero(snapshot.best.empty)
    shown = ", ".join(map(str, ids[:_SHOWN_REASONS])) + (", …" if len(ids) > _SHOWN_REASONS else "")
    tasks, they, them = ("task", "it returns", "it") if len(ids) == 1 else ("tasks", "they return", "them")
    return (
        f"{len(ids)} {tasks} ({shown}) returned nothing, unlike others; when {they} something, run {them} again "
        f"with: {_again(snapshot)}"
    )


def name_warnings(snapshot: Snapshot) -> list[str]:
    """What is wrong with the names that a run gives to dimensions of results, and with their labels."""
    python = snapshot.manifest.calls_by_keywords
    found = [misfit.text(python=python) for misfit in misfits_of(snapshot)]
    missing = "no task returned so far" if is_active(snapshot) else "no task returned"
    found += unused_names(snapshot.manifest.job.dims, layouts_of(snapshot), missing).values()
    return found[:_SHOWN_REASONS]


def lacked_by_all(snapshot: Snapshot) -> str:
    """While a run goes on: what all tasks so far lack that could not be stored; an empty text if there is nothing."""
    succeeded = snapshot.counts()[TaskState.SUCCEEDED]
    if not succeeded or not is_active(snapshot):
        return ""
    python = snapshot.manifest.calls_by_keywords
    misfits = [f"in every task so far, {one.text(python=python)}" for one in misfits_of(snapshot) if one.everywhere]
    misfits += unused_names(snapshot.manifest.job.dims, layouts_of(snapshot), "no task returned so far").values()
    lacks = [f"{group.variable!r} ({group.why})" for group in left_out_of(snapshot) if group.count == succeeded]
    found = [f"every task so far lacks what can't be stored: {'; '.join(lacks)}"] if lacks else []
    return "; ".join([*found, *misfits])


def is_active(snapshot: Snapshot) -> bool:
    """Whether anything of a run waits or runs, or may do so."""
    if snapshot.complete and not snapshot.lacks_something:
        return False
    return next(snapshot.activity.active_elements(), None) is not None


def ended_reasons(snapshot: Snapshot) -> dict[str, int]:
    """How elements ended that left tasks undone, with how many did so, as far as their launcher says."""
    return dict(Counter(element.reason for _, _, element in _ended_too_early(snapshot)))


def left_no_trace(snapshot: Snapshot) -> bool:
    """Whether elements started, and ended with nothing on disk, not even a log, as if they saw no run directory."""
    run = snapshot.run
    return any(
        element.host != ""
        and not element.reason.startswith("CANCELLED")
        and not run.element_log(number, index).exists()
        and not any(run.shards.glob(f"{number}.{index}-*"))
        and not any(run.logs.glob(f"{number}.{index}-*"))
        for number, index, element in _ended_too_early(snapshot)
    )


def _ended_too_early(snapshot: Snapshot) -> Iterator[tuple[int, int, Element]]:
    """The elements that are known to have ended, and that left tasks undone: ``(submission, index, element)``."""
    done = {STATE_ORDER.index(state) for state in (TaskState.SUCCEEDED, TaskState.FAILED)}
    by_number = {submission.number: submission for submission in snapshot.activity.submissions}
    for (number, index), element in snapshot.activity.elements.items():
        array = by_number[number].array
        if index is None or index >= len(array) or element.state is not ElementState.ENDED:
            continue
        chunk = array.chunk(index)
        if any(int(snapshot.states[task_id]) not in done for task_id in chunk if task_id < len(snapshot.states)):
            yield number, index, element


def _again(snapshot: Snapshot) -> Command:
    """What runs incomplete tasks again."""
    return Command("resume", snapshot.run.shown()).with_option(flag("incomplete").to(True))
