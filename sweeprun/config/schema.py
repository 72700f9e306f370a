"""The options of the sweeper and of the launchers, as Hydra config groups."""

from collections.abc import Collection
from dataclasses import dataclass, field

SWEEPER = "sweeprun"
LOCAL = "local"
OUR_DEFAULTS = ("sweeper", "launcher")


@dataclass
class SweeperOptions:
    """``hydra.sweeper``.

    Attributes
    ----------
    params
        Axes and overrides of the sweep, as on the command line: ``{lr: '0.1,0.01', seed: 'range(20)'}``.
    members
        The size of an ensemble: adds the axis ``member``, 0 to ``members - 1``, which varies fastest.
    root_seed
        Derives all streams from this number instead of from the task ids alone.
    streams
        Axes whose values determine the stream: tasks that agree on them share one (common random numbers).
    """

    params: dict[str, str] = field(default_factory=dict)
    members: int | None = None
    root_seed: int | None = None
    streams: list[str] | None = None


@dataclass
class LocalOptions:
    """``hydra.launcher`` for worker processes of this machine.

    Attributes
    ----------
    throttle
        Workers at once; by default as many as fit on the CPUs that this process may use.
    cpus_per_task
        CPUs, and so threads, of each worker; by default the CPUs divided by the workers.
    tasks_per_job
        Consecutive tasks of one array element.
    """

    throttle: int | None = None
    cpus_per_task: int | None = None
    tasks_per_job: int = 1


def register_options(*, as_defaults: Collection[str]) -> None:
    """Make the options known to Hydra in this process.

    Parameters
    ----------
    as_defaults
        Those of ``sweeper`` and ``launcher`` for which ours takes the place of Hydra's basic one, at the lowest
        precedence: any defaults list or command line that chooses another still wins.
    """
    from hydra.conf import HydraConf
    from hydra.core.config_store import ConfigStore

    store = ConfigStore.instance()
    store.store(group="hydra/sweeper", name=SWEEPER, node=SweeperOptions, provider="sweeprun")
    store.store(group="hydra/launcher", name=LOCAL, node=LocalOptions, provider="sweeprun")
    ours = {"sweeper": SWEEPER, "launcher": LOCAL}
    node = HydraConf()
    node.defaults = [
        {group: ours[group] if group in as_defaults else option for group, option in item.items()}
        for item in node.defaults
    ]
    store.store(group="hydra", name="config", node=node, provider="hydra")
