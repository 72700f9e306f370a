"""Options that configs hold for launchers and sweepers of other packages: whose they are.

References
----------
The schemas of hydra-submitit-launcher, hydra-joblib-launcher, hydra-ray-launcher and hydra-rq-launcher, and those of
hydra-optuna-sweeper, hydra-ax-sweeper and hydra-nevergrad-sweeper, in all versions up to those for Hydra 1.4.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from omegaconf import OmegaConf


@dataclass(frozen=True, slots=True)
class OtherPlugin:
    """A launcher or sweeper of another package.

    Attributes
    ----------
    whose
        How it is spoken of: ``submitit's launcher``.
    choice
        The name of its config.
    options
        The keys of its config.
    """

    whose: str
    choice: str
    options: frozenset[str]


def _plugin(whose: str, choice: str, options: str) -> OtherPlugin:
    return OtherPlugin(whose, choice, frozenset(options.split()))


_KNOWN = {
    "launcher": (
        _plugin(
            "submitit's launcher",
            "submitit_slurm",
            "account additional_parameters array_parallelism comment constraint cpus_per_gpu cpus_per_task exclude "
            "gpus_per_node gpus_per_task gres job_name max_num_timeout mem_gb mem_per_cpu mem_per_gpu nodes partition "
            "python qos setup signal_delay_s srun_args stderr_to_stdout submitit_folder tasks_per_node timeout_min "
            "use_srun",
        ),
        _plugin(
            "joblib's launcher",
            "joblib",
            "backend batch_size inner_max_num_threads max_nbytes mmap_mode n_jobs pre_dispatch prefer require "
            "temp_folder timeout verbose",
        ),
        _plugin("RQ's launcher", "rq", "enqueue queue redis stop_after_enqueue wait_polling"),
        _plugin(
            "Ray's launcher",
            "ray",
            "create_update_cluster env_setup logging mandatory_install ray ray_cluster_cfg ray_init_cfg "
            "ray_remote_cfg stop_cluster sync_down sync_up teardown_cluster",
        ),
    ),
    "sweeper": (
        _plugin(
            "Optuna's sweeper",
            "optuna",
            "custom_search_space direction max_failure_rate n_jobs n_trials optuna_config sampler search_space seed "
            "storage study_name",
        ),
        _plugin("Ax's sweeper", "ax", "ax_config max_batch_size"),
        _plugin("Nevergrad's sweeper", "nevergrad", "optim parametrization"),
        _plugin("Hydra's own sweeper", "basic", "max_batch_size"),
    ),
}


def owner_of(kind: str, keys: Iterable[str]) -> OtherPlugin | None:
    """The other launcher or sweeper that has the most of some options; None if none has any.

    Parameters
    ----------
    kind
        ``launcher`` or ``sweeper``.
    keys
        The names of options.
    """
    given = set(keys)
    plugins = [*_KNOWN[kind], *_installed(kind)]
    best = max(plugins, key=lambda plugin: len(given & plugin.options))
    return best if given & best.options else None


def _installed(kind: str) -> Iterator[OtherPlugin]:
    """Those that are known to Hydra in this process, other than ours."""
    from hydra.core.config_store import ConfigStore  # only where an option is of another plugin: it is all of Hydra

    store = ConfigStore.instance()
    nodes: Any = store.repo.get("hydra", {}).get(kind, {})
    for file, stored in nodes.items():
        if not hasattr(stored, "node") or stored.provider in ("sweeprun", "hydra"):
            continue
        choice = file.removesuffix(".yaml")
        keys = map(str, stored.node) if OmegaConf.is_dict(stored.node) else ()
        own = frozenset(keys) - {"_target_", "defaults", "params", "name"}
        yield OtherPlugin(f"the {kind} {choice!r}", choice, own)
