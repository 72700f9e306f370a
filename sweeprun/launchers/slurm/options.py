"""Options of ``sbatch`` as data: which there are, which are the user's to set, and how one stands in a script.

References
----------
Slurm's manual of ``sbatch``, versions 20.11 to 25.11: the options here are those of all of them together.
"""

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sweeprun.errors import UsageError
from sweeprun.wording import Command, Option, hydra, launcher


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FLAGS = _words(
    """
    consolidate-segments contiguous help hold ignore-pbs no-requeue overcommit oversubscribe parsable quiet reboot
    requeue spread-job spread-segments stepmgr test-only usage use-min-nodes verbose version wait
    """
)
"""The options that take no value."""

MAYBE_FLAGS = _words("exclusive get-user-env nice no-kill oom-kill-step propagate resv-ports")
"""The options that may go without a value."""

OPTIONS = (
    FLAGS
    | MAYBE_FLAGS
    | _words(
        """
        account acctg-freq array batch bb bbf begin chdir cluster cluster-constraint clusters comment constraint
        container container-id container-type core-spec cores-per-socket cpu-freq cpus-per-gpu cpus-per-task deadline
        delay-boot dependency distribution error exclude export export-file extra extra-node-info gid gpu-bind
        gpu-freq gpus gpus-per-node gpus-per-socket gpus-per-task gres gres-flags hint input job-name
        kill-on-invalid-dep licenses mail-type mail-user mcs-label mem mem-bind mem-per-cpu mem-per-gpu mincpus
        network nodefile nodelist nodes ntasks ntasks-per-core ntasks-per-gpu ntasks-per-node ntasks-per-socket
        ntasks-per-tres open-mode output partition power prefer priority profile qos reservation segment signal
        sockets-per-node switches tasks-per-node thread-spec threads-per-core time time-min tmp tres-bind
        tres-per-task uid wait-all-nodes wckey wrap
        """
    )
)
"""All long options of ``sbatch``."""

EXCLUSIVE = (
    frozenset({"mem", "mem-per-cpu", "mem-per-gpu"}),
    frozenset({"exclusive", "oversubscribe"}),
    frozenset({"core-spec", "thread-spec"}),
)
"""Options of which ``sbatch`` takes one at most."""

_SBATCH = launcher("sbatch")
_WORKERS = "each element is one job on one node; use {workers_per_job} for more workers in it"
_LOGS = "logs are in the run directory; `{logs}` shows them"
_REQUEUES = "use {requeues}, 0 for none"
_SWEEPRUN_CALLS = "it is about how sbatch is called, which sweeprun does itself"
_YOURS = "jobs are submitted as the user who runs sweeprun"
_ONE_CLUSTER = "jobs of several clusters are not supported"
_SCRIPT = "the script is made by sweeprun; use {setup} for lines that it runs first"

OURS = {
    "array": "use {throttle} for how many elements may run at once, {tasks_per_job} for how "
    "many tasks each of them runs",
    "batch": "an element runs on one node; use {key[constraint]}",
    "chdir": "workers run in the directory that the sweep is started in",
    "cluster": _ONE_CLUSTER,
    "clusters": _ONE_CLUSTER,
    "cpus-per-gpu": "sbatch can't combine it with cpus-per-task; use {cpus_per_task}",
    "cpus-per-task": "use {cpus_per_task}",
    "error": _LOGS,
    "export-file": "use {key[export]}, {env_set}, or {setup}",
    "gid": _YOURS,
    "help": _SWEEPRUN_CALLS,
    "ignore-pbs": _SWEEPRUN_CALLS,
    "input": "workers read no standard input",
    "no-requeue": _REQUEUES,
    "nodes": _WORKERS,
    "ntasks": _WORKERS,
    "ntasks-per-node": _WORKERS,
    "open-mode": _LOGS,
    "output": _LOGS,
    "parsable": _SWEEPRUN_CALLS,
    "quiet": _SWEEPRUN_CALLS,
    "requeue": _REQUEUES,
    "signal": "use {warning_seconds}",
    "tasks-per-node": _WORKERS,
    "test-only": "use `{plan}`",
    "uid": _YOURS,
    "usage": _SWEEPRUN_CALLS,
    "verbose": _SWEEPRUN_CALLS,
    "version": _SWEEPRUN_CALLS,
    "wait": "use `{wait}`",
    "wrap": _SCRIPT,
}
"""The options that are not the user's to set, and what to do instead; options in braces are spelled when it is said."""

_LAUNCHER_OPTIONS = _words(
    """
    after_collect collect_sbatch cpus_per_task python requeues sbatch setup tasks_per_job throttle warning_seconds
    workers_per_job
    """
)

_SUBMITIT = {
    "additional-parameters": "write its entries into {key}",
    "array-parallelism": "use {throttle}",
    "max-num-timeout": "use {requeues}",
    "mem-gb": "use {key[mem]}=NG, N being the gigabytes",
    "name": "use {key[job-name]}",
    "signal-delay-s": "use {warning_seconds}",
    "srun-args": "there is no srun: the job script starts the workers",
    "stderr-to-stdout": "a log always holds both; `{logs}` shows it",
    "submitit-folder": _LOGS,
    "tasks-per-node": "use {workers_per_job}",
    "timeout-min": "use {key[time]}, in minutes",
    "use-srun": "there is no srun: the job script starts the workers",
}

_SHORT = {
    pair[0]: pair[2:]
    for pair in _words(
        """
        A=account B=extra-node-info C=constraint D=chdir F=nodefile G=gpus H=hold J=job-name L=licenses M=clusters
        N=nodes O=overcommit Q=quiet S=core-spec V=version W=wait a=array b=begin c=cpus-per-task d=dependency e=error
        h=help i=input k=no-kill m=distribution n=ntasks o=output p=partition q=qos s=oversubscribe t=time v=verbose
        w=nodelist x=exclude
        """
    )
}

_LONGEST_BARE_TIME = 24 * 60
_BARE = re.compile(r"[A-Za-z0-9_./:,@%+=^-]+")


def normalize_options(options: Mapping[str, Any], *, key: Option = _SBATCH) -> dict[str, str | None]:
    """Options of ``sbatch`` by their long names, each with its value as text, None for a flag.

    Parameters
    ----------
    options
        Names are written with ``-`` or ``_``. True stands for a flag; an option that is None or False is left out;
        lists are joined by commas.
    key
        Where they are in the config, for messages.

    Raises
    ------
    UsageError
        If an option is unknown, given twice, not the user's to set, at odds with another, or its value is none.
    """
    normalized: dict[str, str | None] = {}
    for given, value in options.items():
        name = _known_name(str(given), key)
        if value is None:
            continue
        if name in OURS:
            raise UsageError(f"{key[given]}={value!r}: --{name} is set by sweeprun; {_spelled(OURS[name], key)}")
        if value is False or (_is_list(value) and not value):
            continue
        if name in normalized:
            raise UsageError(f"{key} has --{name} twice, once as {given}; leave one out")
        normalized[name] = _value(name, value, str(key[given]))
    for group in EXCLUSIVE:
        together = [name for name in normalized if name in group]
        if len(together) > 1:
            raise UsageError(f"{key} has {' and '.join(together)}, of which sbatch takes only one; leave one out")
    return normalized


def directive(name: str, value: str | None) -> str:
    r"""The line of a script that sets an option.

    ``sbatch`` reads such a line by rules of its own. Blanks separate words and ``#`` begins a comment, both unless
    quoted; single quotes are like double ones: in either, and outside, ``\`` makes the next character an ordinary one;
    nothing is expanded.
    """
    if value is None:
        return f"#SBATCH --{name}"
    if not _BARE.fullmatch(value):
        value = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"#SBATCH --{name}={value}"


def submitit_hint(name: str) -> str | None:
    """What to use instead of an option that the launcher doesn't have.

    Knows the options of submitit's launcher, and those of ``sbatch`` given one level too high.
    """
    return _hint(name.replace("_", "-"), _SBATCH)


def _hint(name: str, key: Option) -> str | None:
    if name.replace("-", "_") in _LAUNCHER_OPTIONS:
        return f"use {launcher(name.replace('-', '_'))}"
    hint = _SUBMITIT.get(name) or OURS.get(name)
    if hint is not None:
        return _spelled(hint, key)
    return f"use {key[name]}" if name in OPTIONS else None


def _spelled(advice: str, key: Option) -> str:
    """Advice with its options and commands in the words of the door that is open."""
    options = {name: launcher(name) for name in _LAUNCHER_OPTIONS}
    commands = {name: Command(name) for name in ("logs", "plan", "wait")}
    return advice.format(key=key, env_set=hydra("job.env_set"), **options, **commands)


def _known_name(given: str, key: Option) -> str:
    name = given.replace("_", "-")
    if name in OPTIONS:
        return name
    bare = name.lstrip("-")
    if not bare:
        raise UsageError(
            f"{key} has an option with the name {given!r}; names are sbatch's long ones, such as partition"
        )
    if bare in _SHORT:
        raise UsageError(f"{key[given]} is a short option; use its long name, {key[_SHORT[bare]]}")
    if bare in OPTIONS:
        raise UsageError(f"{key[given]} has too many dashes; write {key[bare]}")
    hint = _hint(bare, key)
    if hint is None:
        close = difflib.get_close_matches(bare.lower(), sorted(OPTIONS - set(OURS)), n=1)
        hint = f"did you mean {key[close[0]]}?" if close else "names are sbatch's long ones, such as partition"
    raise UsageError(f"{key[given]} is no option of sbatch: {hint}")


def _value(name: str, value: Any, where: str) -> str | None:
    if value is True:
        if name not in FLAGS | MAYBE_FLAGS:
            raise UsageError(f"{where} is true, but --{name} needs a value")
        return None
    if name in FLAGS:
        raise UsageError(f"{where} is {value!r}, but --{name} takes no value; write true, or leave it out")
    items = value if _is_list(value) else [value]
    for item in items:
        if isinstance(item, bool) or not (isinstance(item, str | int) or _is_finite(item)):
            raise UsageError(f"{where} is {value!r}; it must be a text, a number, or a list of them")
    if name in {"time", "time-min"} and isinstance(value, int | float) and value > _LONGEST_BARE_TIME:
        # YAML reads 4:00:00 as the number 14400, which sbatch would take for minutes.
        raise UsageError(
            f"{where} is the number {value:g}, which is minutes ({_days(value)}); if you wrote hours, minutes and "
            f"seconds, put them in quotes, as in '4:00:00'; if you mean it, write '{_days(value)}'"
        )
    text = ",".join(map(str, items))
    if "\n" in text or "\0" in text:
        raise UsageError(f"{where} is {text!r}; it may hold no newline or NUL, since it is one line of the job script")
    return text


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _is_finite(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _days(minutes: float) -> str:
    """Minutes as ``sbatch`` writes long times."""
    hours, rest = divmod(math.ceil(minutes), 60)
    return f"{hours // 24}-{hours % 24:02}:{rest:02}"
