"""Starting tasks of a run that exists: what ``resume`` and ``extend`` have in common."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sweeprun.config.frozen import read_configs
from sweeprun.config.launcher_options import check_shared, checked_options
from sweeprun.config.launcher_schema import known_options
from sweeprun.config.launching import Changes
from sweeprun.design.policy import Policy
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import UsageError
from sweeprun.launchers.launcher import DividesCpus
from sweeprun.launchers.packing import Group, plan_submissions
from sweeprun.launchers.registry import OUR_LAUNCHERS, is_launcher, make_launcher
from sweeprun.provenance.code import Code
from sweeprun.provenance.gather import keep_provenance
from sweeprun.provenance.inputs import InputFile, accepted
from sweeprun.provenance.mixed_threads import first_threads
from sweeprun.runs.events import SILENT, Observer, Warnings
from sweeprun.runs.launch import Launch, Started, launch
from sweeprun.store.snapshot import Snapshot, live_beats
from sweeprun.store.submissions import function_of
from sweeprun.store.workers import read_beats, read_exits
from sweeprun.wording import hydra, launcher
from sweeprun.worker.applications import import_types

THREADS = "cpus_per_task"
"""The option of our launchers that says how many threads a worker has."""

FRESH_PROCESS = "fresh_process"
"""The one that says whether each task has a process of its own."""


def start_tasks(
    snapshot: Snapshot,
    tasks: TaskIds,
    changes: Changes,
    command: Sequence[str],
    code: Code | None,
    *,
    inputs: Sequence[InputFile] = (),
    launch: Launch = launch,
    observer: Observer = SILENT,
) -> Started:
    """Start tasks of a run that exists, as new submissions.

    Parameters
    ----------
    snapshot
        The run.
    tasks
        The tasks.
    changes
        What is changed of their launchers, and of the policy.
    command, code
        The command line, and the code as it is now.
    inputs
        The input files that have changed, as they are now.
    launch
        Writes and launches submissions; by default in the foreground, if the launcher is one of those.
    observer
        Hears how it goes on.
    """
    run = snapshot.run
    policy = changes.policy(last_policy(snapshot))
    groups = _groups(snapshot, tasks, changes, observer)
    for group in groups:
        group.launcher.check(Warnings(observer))
    first = max((submission.number + 1 for submission in snapshot.activity.submissions), default=0)
    submissions = plan_submissions(
        groups, first=first, attempt=_next_attempt(snapshot), active=_active_shares(snapshot)
    )
    provenance = keep_provenance(run, command, code) | accepted(inputs)
    function = function_of(snapshot.activity.submissions)
    submissions = tuple(
        replace(submission, provenance=provenance, policy=policy, function=function) for submission in submissions
    )
    return Started(run=run, submissions=submissions, ended=launch(run, submissions, observer))


def last_policy(snapshot: Snapshot) -> Policy:
    """The policy of the last submission."""
    submissions = snapshot.activity.submissions
    return (submissions[-1].policy if submissions else None) or snapshot.manifest.policy


def _groups(snapshot: Snapshot, tasks: TaskIds, changes: Changes, observer: Observer) -> list[Group]:
    """Tasks by the launcher that they need, with some of its options changed."""
    merged: list[tuple[dict[str, Any], set[int]]] = []
    for options, own in _options(snapshot, tasks):
        if not own:
            continue
        if not is_launcher(str(options.get("name"))) and not changes.choose_launcher:
            raise UsageError(
                f"{snapshot.run.shown()} was run by {hydra('/launcher').to(options.get('name'))}, which can't resume; "
                f"choose one that can: {hydra('/launcher').to(', or '.join(OUR_LAUNCHERS))}"
            )
        changed = changes.launcher(_as_before(options))
        same = next((known for known_options, known in merged if known_options == changed), None)
        if same is None:
            merged.append((changed, set(own)))
        else:
            same |= own
    threads = 0 if changes.set_option(THREADS) else _threads_so_far(snapshot)
    return [_group(options, TaskIds.of(own), threads, observer) for options, own in merged]


def _as_before(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Options as an older sweeprun wrote them, whose tasks shared a worker however many an element had, said so."""
    if FRESH_PROCESS in options or FRESH_PROCESS not in (known_options(str(options.get("name"))) or ()):
        return options
    return {**options, FRESH_PROCESS: False}


def _threads_so_far(snapshot: Snapshot) -> int:
    """With how many threads the first submission ran; 0 if that isn't known.

    Its records say so, or, while its workers have yet to write any (their launcher was killed, say), its launcher.
    """
    if (known := first_threads(snapshot)) or not live_beats(snapshot.run, snapshot.activity):
        return known
    first = snapshot.activity.submissions[0]
    began_with = make_launcher(first.launcher)
    return began_with.threads(first.array.tasks) if isinstance(began_with, DividesCpus) else 0


def _group(options: Mapping[str, Any], tasks: TaskIds, threads: int, observer: Observer) -> Group:
    """Tasks with their launcher, which keeps to a number of threads if its options don't say how many; 0 for none.

    A number that was told before is among the options of the submission that it was told for.
    """
    known = known_options(str(options.get("name"))) or ()
    if not threads or options.get(THREADS) is not None or THREADS not in known:
        return Group(tasks=tasks, launcher=make_launcher(options))
    group = Group(tasks=tasks, launcher=make_launcher({**options, THREADS: threads}))
    for line in _told_of_threads(options, group, threads):
        observer.note(line)
    return group


def _told_of_threads(options: Mapping[str, Any], group: Group, threads: int) -> Iterator[str]:
    """What the user should know of the threads that workers keep: that it would be others, or will be all the same."""
    given, free = group.launcher, make_launcher(options)
    if not isinstance(given, DividesCpus) or not isinstance(free, DividesCpus):
        return
    will_be, would_be = given.threads(group.tasks), free.threads(group.tasks)
    had = f"{threads} {'thread' if threads == 1 else 'threads'}"
    if will_be != threads:
        yield f"workers had {had} each before, and have {will_be} now, as OMP_NUM_THREADS is set: results may differ"
    elif would_be != threads:
        yield (
            f"workers keep {had} each, as in the first submission, so that results agree; "
            f"with {launcher('cpus_per_task').to(would_be)} they have {would_be}"
        )


def _options(snapshot: Snapshot, tasks: TaskIds) -> Iterator[tuple[Mapping[str, Any], set[int]]]:
    """Options of launchers with the tasks that they are for: those of their last submission, or else the run's."""
    rest = set(tasks)
    for submission in reversed(snapshot.activity.submissions):
        own = {task_id for task_id in rest if task_id in submission.array.tasks}
        rest -= own
        yield submission.launcher, own
    manifest = snapshot.manifest
    if not rest or manifest.calls_by_keywords or not snapshot.run.frozen_configs.exists():
        yield manifest.launcher, rest
        return
    from sweeprun.config.resources import options_by_tasks, options_of_tasks  # with Hydra, which only this needs

    import_types(manifest.job, snapshot.run)
    name, compositions = str(manifest.launcher.get("name")), read_configs(snapshot.run)
    of_tasks = options_of_tasks(compositions, name)
    first_id = manifest.table.block_of(min(rest)).first_id
    found = options_by_tasks(manifest, compositions, of_tasks, first_id=first_id)
    check_shared(name, [options for options, _ in found])
    for options, tasks_of_options in found:
        yield manifest.launcher | checked_options(name, options), rest & set(tasks_of_options)


def _active_shares(snapshot: Snapshot) -> dict[int, int]:
    """The submissions of which something waits or runs: how many of their elements may run at once."""
    left: dict[int, int] = {}
    arrays = {}
    for submission, index in snapshot.activity.active_elements():
        arrays[submission.number] = submission.array
        left[submission.number] = left.get(submission.number, 0) + (len(submission.array) if index is None else 1)
    return {number: min(array.throttle, left[number]) for number, array in arrays.items()}


def _next_attempt(snapshot: Snapshot) -> int:
    """A number that no attempt at any task has had."""
    last = last_policy(snapshot)
    attempts = [snapshot.best.last_attempt]
    attempts += [own.attempt + (own.policy or last).retries for own in snapshot.activity.submissions]
    attempts += [beat.place.attempt for beat in read_beats(snapshot.run)]
    attempts += [noted.place.attempt for noted in read_exits(snapshot.run)]
    return 1 + max(attempts)
