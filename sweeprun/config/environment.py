"""The environment variables of workers (``hydra.job.env_set``): which are known now, and which only in a task."""

import re
from contextlib import nullcontext, suppress
from copy import deepcopy
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweeprun.config.application import resolve_key
from sweeprun.errors import ConfigError
from sweeprun.secrecy import REFERENCE


def known_variables(sweep_config: DictConfig) -> dict[str, str]:
    """``hydra.job.env_set``, resolved but for what refers to the environment, which is not to be written down.

    What only a job can resolve is left out: workers set it for each task.
    """
    masked = deepcopy(sweep_config)
    OmegaConf.set_readonly(masked.hydra.job.env_set, False)
    references: list[str] = []

    def mask(reference: "re.Match[str]") -> str:
        references.append(reference[0])
        return f"\0{len(references) - 1}\0"

    env_set: Any = OmegaConf.to_container(masked.hydra.job.env_set, resolve=False)
    for name, value in env_set.items():
        if isinstance(value, str):
            masked.hydra.job.env_set[name] = REFERENCE.sub(mask, value)
    resolved: dict[str, Any] = {}
    of_tasks = task_variables(sweep_config)
    for name in env_set:
        with suppress(ConfigError) if name in of_tasks else nullcontext():
            resolved[name] = resolve_key(masked, f"hydra.job.env_set.{name}")
    return {
        name: re.sub("\0(\\d+)\0", lambda place: references[int(place[1])], str(value))
        for name, value in resolved.items()
    }


def task_variables(sweep_config: DictConfig) -> list[str]:
    """The names in ``hydra.job.env_set`` whose values may depend on the task: they refer to the config."""
    env_set: Any = OmegaConf.to_container(sweep_config.hydra.job.env_set, resolve=False)
    return [name for name, value in env_set.items() if "${" in REFERENCE.sub("", str(value))]
