"""Options of submitit's launcher, as options of ours.

References
----------
hydra-submitit-launcher 1.2 to 1.4, ``BaseQueueConf`` and ``SlurmQueueConf``: the names, and what each of them sets.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sweeprun.errors import UsageError
from sweeprun.launchers.capabilities import Translated
from sweeprun.wording import launcher

_SBATCH = launcher("sbatch")


def _unchanged(value: Any) -> Any:
    return value


def _memory(gigabytes: Any) -> str:
    whole = float(gigabytes)
    return f"{whole:.0f}G" if whole == int(whole) else f"{math.ceil(whole * 1024)}M"


def _minutes(minutes: Any) -> str:
    hours, rest = divmod(math.ceil(float(minutes)), 60)
    return f"{hours // 24}-{hours % 24:02}:{rest:02}:00"


@dataclass(frozen=True, slots=True)
class _Of:
    """What an option becomes: an option of ours or, in ``sbatch``, one of Slurm's, and its value there."""

    name: str
    in_sbatch: bool = True
    value: Callable[[Any], Any] = _unchanged


_BECOMES = {
    "account": _Of("account"),
    "array_parallelism": _Of("throttle", in_sbatch=False),
    "comment": _Of("comment"),
    "constraint": _Of("constraint"),
    "exclude": _Of("exclude"),
    "gpus_per_node": _Of("gpus-per-node"),
    "gpus_per_task": _Of("gpus-per-task"),
    "gres": _Of("gres"),
    "job_name": _Of("job-name"),
    "max_num_timeout": _Of("requeues", in_sbatch=False),
    "mem_gb": _Of("mem", value=_memory),
    "mem_per_cpu": _Of("mem-per-cpu"),
    "mem_per_gpu": _Of("mem-per-gpu"),
    "partition": _Of("partition"),
    "qos": _Of("qos"),
    "signal_delay_s": _Of("warning_seconds", in_sbatch=False),
    "timeout_min": _Of("time", value=_minutes),
}

_WITHOUT_EFFECT = ("srun_args", "stderr_to_stdout", "submitit_folder", "use_srun")

_ONE_ONLY = {
    "nodes": "an element of an array runs on one node",
    "tasks_per_node": "a task is started once; let it start its other processes itself",
}
"""The options that may only be 1."""

_UNDERSTOOD = {*_BECOMES, *_WITHOUT_EFFECT, *_ONE_ONLY, "additional_parameters", "cpus_per_gpu"}


def from_submitit(options: Mapping[str, Any], defaults: Mapping[str, Any]) -> Translated:
    """Options of submitit's launcher as those of ours; ones that were given by our names stay as they are.

    Parameters
    ----------
    options
        All options, resolved: ours, submitit's, and any others, which are left alone.
    defaults
        Ours, as they are if nobody sets them.

    Raises
    ------
    UsageError
        If one asks for what the launcher can't do.
    """
    kept = dict(options)
    sbatch = dict(options.get("sbatch") or {})
    taken = {str(name).replace("_", "-") for name in sbatch}
    became: dict[str, str] = {}

    def becomes(name: str, of: _Of, value: Any) -> None:
        whose, place = (sbatch, _SBATCH[of.name]) if of.in_sbatch else (kept, launcher(of.name))
        own = of.name in taken if of.in_sbatch else kept.get(of.name, defaults.get(of.name)) != defaults.get(of.name)
        if own:
            became[name] = f"nothing, as {place} is set"
            return
        whose[of.name] = value
        became[name] = f"{place}={value}"

    for name in [name for name in options if name in _UNDERSTOOD]:
        value = kept.pop(name)
        if value is None:
            continue
        if name in _WITHOUT_EFFECT:
            became[name] = ""
        elif name in _ONE_ONLY:
            if value != 1:
                raise UsageError(f"{launcher(name)} is {value!r}, of submitit's launcher: {_ONE_ONLY[name]}")
        elif name == "additional_parameters":
            for key, own in value.items():
                becomes(f"{name}.{key}", _Of(str(key).replace("_", "-")), own)
        elif name == "cpus_per_gpu":
            gpus = options.get("gpus_per_node") or options.get("gpus_per_task") or 1
            becomes(name, _Of("cpus_per_task", in_sbatch=False), int(value) * int(gpus))
        else:
            becomes(name, _BECOMES[name], _converted(name, value))
    if sbatch:
        kept["sbatch"] = sbatch
    return Translated(options=kept, became=became)


def _converted(name: str, value: Any) -> Any:
    try:
        return _BECOMES[name].value(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{launcher(name)} is {value!r}, which is no number") from error
