"""``sweeprun resume``: run again exactly the tasks that have no result, and that are in no queue."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sweeprun.cli.arguments import chosen_run, run_and_words, subcommand_parser
from sweeprun.cli.drift import add_allow_drift, check_drift
from sweeprun.errors import LaunchError, UsageError
from sweeprun.store.directory import RunDirectory

if TYPE_CHECKING:
    from sweeprun.design.policy import Policy
    from sweeprun.design.task_ids import TaskIds
    from sweeprun.launchers.launcher import Group
    from sweeprun.store.code import Code
    from sweeprun.store.states import Snapshot


def main(words: Sequence[str]) -> int:
    """Launch what is missing of a run."""
    parser = subcommand_parser(
        "resume",
        "Run the tasks of a run that have no successful record and wait or run nowhere: locally to their end, on Slurm "
        "as one new array. Options of the launcher can be changed for it.",
        "sweeprun resume multirun/2026-05-04/10-11-12 hydra.launcher.sbatch.time=4:00:00",
    )
    parser.add_argument("words", nargs="*", metavar="RUN | KEY=VALUE", help="by default the newest run")
    parser.add_argument("--after-collect", action="store_true", help="collect when everything has ended (Slurm)")
    parser.add_argument(
        "--assume-ended", action="store_true", help="take all that was started before for ended, without asking"
    )
    add_allow_drift(parser)
    args = parser.parse_intermixed_args(words)
    path, overrides = run_and_words(args.words)
    if args.after_collect:
        overrides.append("hydra.launcher.after_collect=true")
    run = chosen_run(path)

    from sweeprun.cli.observing import missing_tasks, observe
    from sweeprun.cli.progress import counts_text
    from sweeprun.config.launching import change_launcher, is_of_policy

    snapshot = _as_ended(run) if args.assume_ended else observe(run)
    if snapshot.activity.problem:
        raise LaunchError(
            f"what still waits or runs can't be told, so nothing was started: {snapshot.activity.problem}"
        )
    missing = missing_tasks(snapshot)
    if not missing:
        # what is wrong with them is told all the same
        change_launcher(snapshot.manifest.launcher, [word for word in overrides if not is_of_policy(word)])
        print(f"nothing to start: {counts_text(snapshot)}", file=sys.stderr)
        return 0
    code = check_drift(
        run, snapshot.manifest, allowed=args.allow_drift, doing="its results would be mixed with those of other code"
    )
    return start_tasks(snapshot, missing, overrides, ["sweeprun", "resume", *words], code)


def _as_ended(run: RunDirectory) -> "Snapshot":
    """The run, as it is if all that was started of it has ended."""
    from sweeprun.store.activity import Activity
    from sweeprun.store.states import take_snapshot
    from sweeprun.store.submissions import read_submissions

    submissions = read_submissions(run)
    asked = frozenset(submission.number for submission in submissions)
    return take_snapshot(run, Activity(submissions=submissions, asked=asked))


def start_tasks(
    snapshot: "Snapshot", tasks: "TaskIds", overrides: Sequence[str], command: Sequence[str], code: "Code | None"
) -> int:
    """Start tasks of a run that exists, as new submissions; the exit code.

    Parameters
    ----------
    snapshot
        The run.
    tasks
        The tasks.
    overrides
        What is changed of their launchers.
    command, code
        The command line, and the code as it is now.
    """
    from sweeprun.cli.launching import Notes, launch
    from sweeprun.config.launching import change_policy, is_of_policy
    from sweeprun.launchers.launcher import plan_submissions
    from sweeprun.store.provenance import keep_provenance

    run = snapshot.run
    policy = change_policy(_last_policy(snapshot), [word for word in overrides if is_of_policy(word)])
    groups = _groups(run, snapshot, tasks, [word for word in overrides if not is_of_policy(word)])
    for group in groups:
        group.launcher.check(Notes())
    first = max((submission.number + 1 for submission in snapshot.activity.submissions), default=0)
    submissions = plan_submissions(
        groups, first=first, attempt=_next_attempt(snapshot), active=_active_shares(snapshot)
    )
    provenance = keep_provenance(run, command, code)
    return launch(run, [replace(submission, provenance=provenance, policy=policy) for submission in submissions])


def _last_policy(snapshot: "Snapshot") -> "Policy":
    """The policy of the last submission."""
    submissions = snapshot.activity.submissions
    return (submissions[-1].policy if submissions else None) or snapshot.manifest.policy


def _groups(run: RunDirectory, snapshot: "Snapshot", missing: "TaskIds", overrides: Sequence[str]) -> list["Group"]:
    """The missing tasks by the launcher that last had them, with some of its options changed."""
    from sweeprun.config.launching import change_launcher
    from sweeprun.design.task_ids import TaskIds
    from sweeprun.launchers.launcher import Group
    from sweeprun.launchers.registry import is_launcher, make_launcher

    rest = set(missing)
    found: list[tuple[Mapping[str, Any], set[int]]] = []
    for submission in reversed(snapshot.activity.submissions):
        own = {task_id for task_id in rest if task_id in submission.array.tasks}
        rest -= own
        found.append((submission.launcher, own))
    found.append((snapshot.manifest.launcher, rest))
    merged: list[tuple[dict[str, Any], set[int]]] = []
    for options, tasks in found:
        if not tasks:
            continue
        if not is_launcher(str(options.get("name"))) and not any(
            word.startswith("hydra/launcher=") for word in overrides
        ):
            raise UsageError(
                f"{run.shown()} was run by hydra/launcher={options.get('name')}, which can't resume; "
                "choose one that can: hydra/launcher=local, or slurm"
            )
        changed = change_launcher(options, overrides)
        same = next((known for known_options, known in merged if known_options == changed), None)
        if same is None:
            merged.append((changed, set(tasks)))
        else:
            same |= tasks
    return [Group(tasks=TaskIds.of(tasks), launcher=make_launcher(options)) for options, tasks in merged]


def _active_shares(snapshot: "Snapshot") -> dict[int, int]:
    """The submissions of which something waits or runs: how many of their elements may run at once."""
    left: dict[int, int] = {}
    arrays = {}
    for submission, index in snapshot.activity.active_elements():
        arrays[submission.number] = submission.array
        left[submission.number] = left.get(submission.number, 0) + (len(submission.array) if index is None else 1)
    return {number: min(array.throttle, left[number]) for number, array in arrays.items()}


def _next_attempt(snapshot: "Snapshot") -> int:
    """A number that no attempt at any task has had."""
    from sweeprun.store.workers import read_beats, read_exits

    last = _last_policy(snapshot)
    attempts = [0]
    attempts += [own.attempt + (own.policy or last).retries for own in snapshot.activity.submissions]
    attempts += [beat.place.attempt for beat in read_beats(snapshot.run)]
    attempts += [noted.place.attempt for noted in read_exits(snapshot.run)]
    for shard in snapshot.shards:
        attempts += [int(batch.columns["attempt"].max()) for batch in shard.batches if len(batch)]
    return 1 + max(attempts)
