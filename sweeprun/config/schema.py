"""The options of the sweeper and of the launchers, as Hydra config groups."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sweeprun.design.policy import GRACE_SECONDS
from sweeprun.design.streams import BitGenerator

SWEEPER = "sweeprun"
LOCAL = "local"
SLURM = "slurm"
OUR_DEFAULTS = ("sweeper", "launcher")
PLUGIN = "hydra_plugins.sweeprun_plugin"
"""The module that Hydra finds our plugins in."""

NOT_OF_LAUNCHERS = ("_target_", "job_directories", "wait")
"""Keys of ``hydra.launcher`` that say what Hydra is to do, and nothing about how workers get started."""


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
    """

    params: dict[str, str] = field(default_factory=dict)
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
    warning_seconds
        How long tasks that run may go on after Ctrl-C or SIGTERM, to end or to write a checkpoint.
    job_directories
        Whether every task gets what Hydra's own launchers give to a job: a directory with ``.hydra`` and the job's log
        in it. By default only tasks that ask for their directory have one, and all of them with ``hydra.job.chdir``.
    wait
        Without effect, since the end of local workers is always waited for: so one command line fits both launchers.
    """

    throttle: int | None = None
    cpus_per_task: int | None = None
    tasks_per_job: int = 1
    warning_seconds: float = GRACE_SECONDS
    job_directories: bool = False
    wait: bool | None = None


@dataclass
class SlurmOptions:
    """``hydra.launcher`` for one throttled job array of Slurm.

    Attributes
    ----------
    throttle
        Elements that may run at once: the N of ``--array=0-99%N``.
    cpus_per_task
        CPUs, and so threads, of each worker.
    tasks_per_job
        Consecutive tasks of one element; by default 1, or the least that fits the site's limits.
    workers_per_job
        Workers that run side by side in one element, for sites that give out whole nodes.
    sbatch
        Options of ``sbatch`` by their long names: ``{partition: short, time: '4:00:00', mem-per-cpu: 2G}``. They may
        refer to swept keys (``mem: ${memory}``): tasks that need different options get arrays of their own.
    setup
        Lines of bash that every job runs first: ``['module load gcc', 'source env/bin/activate']``.
    python
        The interpreter of the workers; by default this one.
    requeues
        How often an element whose time is up may queue itself again; 0 where the site forbids it.
    warning_seconds
        How long before its time limit an element stops starting tasks.
    after_collect
        Whether a dependent job collects into ``results.nc`` in the run directory when everything has ended.
    collect_sbatch
        Options of ``sbatch`` for that job.
    job_directories
        Whether every task gets what Hydra's own launchers give to a job: a directory with ``.hydra`` and the job's log
        in it. By default only tasks that ask for their directory have one, and all of them with ``hydra.job.chdir``.
    wait
        Whether a Hydra application waits for the results; by default only for sweepers that go on from them, such as
        Optuna's. Hydra's own sweeper and ours submit and return.
    """

    throttle: int = 10
    cpus_per_task: int = 1
    tasks_per_job: int | None = None
    workers_per_job: int = 1
    sbatch: dict[str, Any] = field(default_factory=dict)
    setup: list[str] = field(default_factory=list)
    python: str | None = None
    requeues: int = 10
    warning_seconds: int = 120
    after_collect: bool = False
    collect_sbatch: dict[str, Any] = field(default_factory=dict)
    job_directories: bool = False
    wait: bool | None = None


@dataclass
class SweeperNode(SweeperOptions):
    """`SweeperOptions`, as Hydra instantiates them."""

    _target_: str = f"{PLUGIN}.SweeprunSweeper"


@dataclass
class LocalNode(LocalOptions):
    """`LocalOptions`, as Hydra instantiates them."""

    _target_: str = f"{PLUGIN}.LocalLauncher"


@dataclass
class SlurmNode(SlurmOptions):
    """`SlurmOptions`, as Hydra instantiates them."""

    _target_: str = f"{PLUGIN}.SlurmLauncher"


OUR_OPTIONS: dict[type | None, str] = {SweeperNode: SWEEPER, LocalNode: LOCAL, SlurmNode: SLURM}
"""Whose options they are."""

OPTIONS_OF = {LOCAL: LocalOptions, SLURM: SlurmOptions}
"""The options of our launchers."""


def register_plugins() -> None:
    """Make the options known to Hydra in this process, by the names that they have in any Hydra application."""
    from hydra.core.config_store import ConfigStore

    store = ConfigStore.instance()
    store.store(group="hydra/sweeper", name=SWEEPER, node=SweeperNode, provider="sweeprun")
    store.store(group="hydra/launcher", name=f"sweeprun_{LOCAL}", node=LocalNode, provider="sweeprun")
    store.store(group="hydra/launcher", name=f"sweeprun_{SLURM}", node=_slurm_node(), provider="sweeprun")


def register_options(*, as_defaults: Collection[str]) -> None:
    """Make the options known to Hydra in this process, by the short names that they have in our own command line, too.

    Parameters
    ----------
    as_defaults
        Those of ``sweeper`` and ``launcher`` for which ours takes the place of Hydra's basic one, at the lowest
        precedence: any defaults list or command line that chooses another still wins.
    """
    from hydra.conf import HydraConf
    from hydra.core.config_store import ConfigStore

    register_plugins()
    store = ConfigStore.instance()
    store.store(group="hydra/launcher", name=LOCAL, node=LocalNode, provider="sweeprun")
    store.store(group="hydra/launcher", name=SLURM, node=_slurm_node(), provider="sweeprun")
    ours = {"sweeper": SWEEPER, "launcher": LOCAL}
    node = HydraConf()
    node.defaults = [
        {group: ours[group] if group in as_defaults else option for group, option in item.items()}
        for item in node.defaults
    ]
    store.store(group="hydra", name="config", node=node, provider="hydra")


def _slurm_node() -> Any:
    from omegaconf import OmegaConf

    slurm = OmegaConf.structured(SlurmNode)
    for name in ("sbatch", "collect_sbatch"):  # of any keys, so that an override of one needs no +
        OmegaConf.set_struct(slurm[name], False)
    return slurm
