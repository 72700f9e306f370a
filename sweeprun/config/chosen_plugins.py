"""The launcher and the sweeper are those of the whole sweep: what an option of a swept config group says of them."""

from collections.abc import Sequence
from typing import Any

from omegaconf import DictConfig, OmegaConf

from sweeprun.config.schema import LAUNCHERS, SWEEPERS
from sweeprun.config.sweeper_options import is_ours
from sweeprun.errors import OverrideError
from sweeprun.wording import hydra, sweeper

_GROUPS = (LAUNCHERS, SWEEPERS)


class JobsDisagreeError(OverrideError):
    """A job's config chooses what is chosen once for all jobs."""


def check_same_plugins(sweep_config: DictConfig, job_config: DictConfig, overrides: Sequence[str]) -> None:
    """Refuse jobs whose config chooses another launcher or sweeper than the sweep has, or other options of ours.

    They are chosen once, before there is any job; the options of launchers may differ from job to job.

    Parameters
    ----------
    sweep_config, job_config
        Hydra's config of the sweep, and that of a job.
    overrides
        What the job sets.

    Raises
    ------
    JobsDisagreeError
        If a job's config does.
    """
    of_sweep, of_job = sweep_config.hydra.runtime.choices, job_config.hydra.runtime.choices
    words = ", ".join(overrides) or "the config of a job"
    for group in _GROUPS:
        if of_job.get(group) != of_sweep.get(group):
            plugin = group.rpartition("/")[2]
            wanted = hydra(f"/{plugin}").to(of_job.get(group))
            raise JobsDisagreeError(
                f"{words}: its config chooses {wanted}, and a sweep has one {plugin}, {of_sweep.get(group)}. Choose it "
                f"for the whole sweep, by {wanted}, or let the config of the option leave it alone"
            )
    if not is_ours(sweep_config.hydra.sweeper):
        return
    own, common = (_options(config.hydra.sweeper) for config in (job_config, sweep_config))
    differing = [key for key in {**common, **own} if own.get(key) != common.get(key)]
    if "params" in differing:
        _refuse_params(words, own["params"] or {}, common["params"] or {})
    if differing:
        key = differing[0]
        raise JobsDisagreeError(
            f"{words}: with it {sweeper(key)} is {own.get(key)!r}, and the sweep has {common.get(key)!r}. It is the "
            "same for all tasks; set it in a config that is not swept over, or on the command line"
        )


def _refuse_params(words: str, own: dict[str, Any], common: dict[str, Any]) -> None:
    keys = [key for key in {**common, **own} if own.get(key) != common.get(key)]
    with_it = ", ".join(f"{key}={own[key]}" if key in own else f"no {key}" for key in keys)
    without = ", ".join(f"{key}={common[key]}" if key in common else f"no {key}" for key in keys)
    raise JobsDisagreeError(
        f"{words}: its config sweeps over keys of its own, by {sweeper('params')} ({with_it}; for the sweep: "
        f"{without}). Axes are the same for all options of a config group: give the key to the whole sweep, and "
        f"leave points out by {sweeper('exclude')}, or make one sweep for each option"
    )


def _options(node: Any) -> dict[str, Any]:
    options: Any = OmegaConf.to_container(node, resolve=False)
    return {str(key): value for key, value in options.items()}
