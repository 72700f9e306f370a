"""The options of the sweeper, and those of launchers, as Hydra config groups."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from omegaconf import OmegaConf

from sweeprun.config.launcher_schema import PLUGIN, PREFIX, has_schema, schema_of
from sweeprun.design.streams import BitGenerator
from sweeprun.launchers.registry import DEFAULT_LAUNCHER, OUR_LAUNCHERS, other_launchers

SWEEPER = "sweeprun"
SWEEPERS = "hydra/sweeper"
LAUNCHERS = "hydra/launcher"
OUR_DEFAULTS = ("sweeper", "launcher")


@dataclass
class SampleOptions:
    """``hydra.sweeper.sample``: how the values of keys that follow an interval or a distribution are drawn.

    Attributes
    ----------
    n
        How many points.
    method
        ``sobol``, ``halton``, ``latin_hypercube`` or ``random``.
    seed
        Of the points; by default the root seed, or 0.
    replicates
        How many independent samples of ``n`` points each: their means have an error, which points that fill the space
        evenly don't have.
    """

    n: int | None = None
    method: str = "sobol"
    seed: int | None = None
    replicates: int = 1


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
    bit_generator
        NumPy's bit generator of all streams: ``PCG64``, ``PCG64DXSM``, ``Philox`` or ``SFC64``.
    sample
        How the values of keys that follow an interval or a distribution are drawn.
    exclude
        Conditions over the axes, one or a list of them: the points for which one holds are left out.
    only
        Conditions of which all must hold; all other points are left out.
    retries
        How often a task that failed runs again before the run goes on without it; it has the same stream each time.
    retry_on
        For which failures: ``LOST`` (its worker died), ``timeout``, names of exceptions; by default for all.
    timeout
        After how many seconds a task has failed.
    max_failures
        After so many tasks that failed for good, no further one is started.
    seed_globals
        Whether ``random``, NumPy's legacy generator and torch are seeded from the task's stream before each task.
    max_batch_size
        Of Hydra's own sweeper: how many jobs a launcher of another package is given at once. Launchers of sweeprun's
        take all tasks.
    """

    params: dict[str, Any] | None = field(default_factory=dict)
    members: int | None = None
    root_seed: int | None = None
    streams: list[str] | None = None
    bit_generator: BitGenerator = BitGenerator.PCG64
    sample: SampleOptions = field(default_factory=SampleOptions)
    exclude: Any = None
    only: Any = None
    retries: int = 0
    retry_on: list[str] | None = None
    timeout: float | None = None
    max_failures: int | None = None
    seed_globals: bool = False
    max_batch_size: int | None = None


@dataclass
class SweeperNode(SweeperOptions):
    """`SweeperOptions`, as Hydra instantiates them.

    A config may choose a sampler for Optuna, which Hydra allows only where the defaults have one.
    """

    defaults: list[Any] = field(default_factory=lambda: [{"optional sampler": None}])
    _target_: str = f"{PLUGIN}.SweeprunSweeper"


LocalNode = SlurmNode = dict
"""What ``hydra.launcher`` is in the configs of runs that were made while these were classes, which pickles name."""


def sweeper_schema() -> Any:
    """The config ``hydra.sweeper`` of our sweeper: a config may have options of others, which are looked at later."""
    schema = OmegaConf.structured(SweeperNode)
    OmegaConf.set_struct(schema, False)
    return schema


def options_in(group: str, name: str) -> Any:
    """Options by the name of their config; None if no config has that name."""
    if group == SWEEPERS:
        return sweeper_schema() if name == SWEEPER else None
    launcher = name.removeprefix(PREFIX)
    return schema_of(launcher) if group == LAUNCHERS and has_schema(launcher) else None


def option_names(group: str) -> list[str]:
    """The names of configs of options that any Hydra application may choose."""
    if group == SWEEPERS:
        return [SWEEPER]
    return sorted([*(PREFIX + name for name in OUR_LAUNCHERS), *other_launchers()])


def register_options(*, as_defaults: Collection[str]) -> None:
    """Make the options known to Hydra in this process, for our own command line.

    Parameters
    ----------
    as_defaults
        Those of ``sweeper`` and ``launcher`` for which ours takes the place of Hydra's basic one, at the lowest
        precedence: any defaults list or command line that chooses another still wins.
    """
    from hydra.conf import HydraConf

    from sweeprun.config.hydra_internals import store_config

    store_config(group=SWEEPERS, name=SWEEPER, node=sweeper_schema(), provider="sweeprun")
    for name in OUR_LAUNCHERS:
        for chosen in (name, PREFIX + name):
            store_config(group=LAUNCHERS, name=chosen, node=schema_of(name), provider="sweeprun")
    ours = {"sweeper": SWEEPER, "launcher": DEFAULT_LAUNCHER}
    node = HydraConf()
    node.defaults = [
        {group: ours[group] if group in as_defaults else option for group, option in item.items()}
        for item in node.defaults
    ]
    store_config(group="hydra", name="config", node=node, provider="hydra")
