"""Why a task gives something else when it runs again: experiments that tell causes apart."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from sweeprun.config.frozen import ConfigDeriver
from sweeprun.cpus import THREAD_VARIABLES, usable_cpus
from sweeprun.provenance.origin import Origin, cpu_model
from sweeprun.results.comparing import compare_records
from sweeprun.runs.commands import command_of, is_told_its_seed
from sweeprun.runs.rerun import Trials
from sweeprun.runs.scratch import SCRATCH
from sweeprun.store.manifest import Manifest
from sweeprun.store.records import Record
from sweeprun.wording import launcher, sweeper

_HASH_SEED = {"PYTHONHASHSEED": "0"}
_REPEATS = 5
"""How often a task runs in the same surroundings until it counts as the same each time: what has two results, equally
likely, is taken for constant once in 16 times."""


def likely_cause(trials: Trials, recorded: Record, now: Record) -> str:
    """What it most likely comes from that a task gave something else; found by experiments.

    Parameters
    ----------
    trials
        Runs tasks of the run.
    recorded, now
        What was recorded, and what it gave when it was run again in the same way.
    """
    origin = Origin.from_json(recorded.origin)
    if trials.code is not None and origin.code and origin.code != trials.code.digest:
        return "drift: it was made with other code or other packages"
    if SCRATCH.encode() in now.payload:
        return "paths: it returns the name of its directory, which is another one when it runs again"
    if any(_differ(now, _again(trials, recorded)) for _ in range(_REPEATS - 1)):
        return _cause_of_chance(trials, recorded)
    ones = dict.fromkeys(THREAD_VARIABLES, "1" if origin.threads != 1 else str(max(2, usable_cpus())))
    if _differ(now, _again(trials, recorded, variables=ones)):
        had = f"{origin.threads} threads" if origin.threads else "an unknown number of threads"
        return f"thread count: with another number of threads the result differs as well; it was made with {had}"
    return _cause_of_what_is_constant(trials, recorded, origin)


def _cause_of_what_is_constant(trials: Trials, recorded: Record, origin: Origin) -> str:
    """Why a task gives something else than was recorded, and the same each time."""
    seen = trials.randomness_of(recorded)
    shared = seen.copied or (seen.globals if seen.globals is not None and seen.globals.seeded else None)
    if shared is not None:
        return (
            f"state: it draws from {shared.generators}, and which numbers that gives depends on the tasks that ran "
            f"before it in the same process; {shared.advice()}"
        )
    if origin.cpu and origin.cpu != cpu_model():
        return (
            f"another processor: it was made on {origin.cpu}, and this is {cpu_model()}; the last bits of linear "
            "algebra depend on it"
        )
    return (
        "state: it gives the same each time in a fresh process; what was recorded depended on tasks that ran before "
        "it in the same process, or on files that have changed"
    )


def _cause_of_chance(trials: Trials, recorded: Record) -> str:
    """Why a task gives something else each time."""
    seeded = replace(trials.manifest, policy=replace(trials.manifest.policy, seed_globals=True))
    if not _differs(trials, recorded, manifest=seeded):
        if (drawn := trials.randomness_of(recorded).globals) is not None:
            return f"global randomness: it draws from {drawn.generators}; {drawn.advice()}"
        return (
            "global randomness: it is the same each time with seeds for global generators, some library's; seed that "
            f"from rng, or set {sweeper('seed_globals').to(True)}"
        )
    seen = trials.randomness_of(recorded)
    if seen.unseeded is not None:
        also = "" if seen.globals is None else f"; it draws from {seen.globals.generators}, too"
        return f"no seed: it makes {seen.unseeded.generators} without one; {seen.unseeded.advice()}{also}"
    if not _differs(trials, recorded, variables=_HASH_SEED):
        return (
            "the order of a set: it depends on hashes of strings, which Python randomises; sort what is taken from "
            "sets, or set PYTHONHASHSEED"
        )
    if not _differs(trials, recorded, variables=dict.fromkeys(THREAD_VARIABLES, "1")):
        return f"races between threads: with one thread it is the same each time ({launcher('cpus_per_task').to(1)})"
    return _cause_unknown(trials, recorded)


def _cause_unknown(trials: Trials, recorded: Record) -> str:
    """What to say of a task that gives something else each time, whatever is tried."""
    with suppress(Exception):  # a config that can't be derived has other troubles
        config = ConfigDeriver(trials.manifest, trials.frozen).derive_full(trials.manifest.table.task(recorded.task_id))
        command = command_of(config)
        if command is not None and not is_told_its_seed(command):
            return (
                "chance: it gives something else each time; the command has no {seed}, so what the program draws can't "
                "be had again: pass it one, or let it read SWEEPRUN_SEED"
            )
    return (
        "chance: it gives something else each time; does it depend on the time, on process ids, files or the network?"
    )


def _differs(
    trials: Trials,
    recorded: Record,
    *,
    variables: Mapping[str, str] | None = None,
    manifest: Manifest | None = None,
) -> bool:
    """Whether a task gives something else each time in some surroundings."""
    runs = (_again(trials, recorded, variables=variables, manifest=manifest) for _ in range(_REPEATS))
    first = next(runs)
    return first is None or any(_differ(first, other) for other in runs)


def _differ(one: Record, other: Record | None) -> bool:
    return other is None or bool(compare_records(one, other))


def _again(
    trials: Trials,
    recorded: Record,
    *,
    variables: Mapping[str, str] | None = None,
    manifest: Manifest | None = None,
) -> Record | None:
    """The record of one more run of a task; None if its process ended before it did."""
    ((_, record),) = trials.run({recorded.task_id: recorded}, variables=variables, manifest=manifest)
    return record
