"""``sweeprun.sweep()``: a sweep that is started from a notebook or a script, without any config."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sweeprun.design.python_axes import whole_number
from sweeprun.display.terminal import TERMINAL
from sweeprun.errors import UsageError
from sweeprun.notebook.advice import with_advice
from sweeprun.notebook.options import changes_of, in_python
from sweeprun.notebook.run import Run, open_run
from sweeprun.notebook.stale import tell_of_stale_modules
from sweeprun.notebook.views import PlannedSweep, seen_as
from sweeprun.runs.background import launch_in_background
from sweeprun.runs.plan import plan_of
from sweeprun.runs.prepare_call import Asked, prepare_call
from sweeprun.runs.start import start_run
from sweeprun.worker.copied_generators import is_generator
from sweeprun.worker.task_handle import INSIDE

_OPTIONS = (
    "constants",
    "members",
    "root_seed",
    "streams",
    "bit_generator",
    "exclude",
    "only",
    "dims",
    "coords",
    "launcher",
    "throttle",
    "directory",
    "retries",
    "retry_on",
    "timeout",
    "max_failures",
    "seed_globals",
)


@with_advice("sweeprun.sweep")
def sweep(  # noqa: PLR0913  # each is one of the command line's options, by its name
    function: Callable[..., Any],
    axes: Mapping[str, Any],
    *,
    constants: Mapping[str, Any] | None = None,
    members: int | None = None,
    root_seed: int | None = None,
    streams: str | Sequence[str] | None = None,
    bit_generator: str | None = None,
    exclude: str | Sequence[str] = (),
    only: str | Sequence[str] = (),
    dims: Mapping[str, Any] | None = None,
    coords: Mapping[str, Any] | None = None,
    launcher: str | Mapping[str, Any] | Any = None,
    throttle: int | None = None,
    directory: str | os.PathLike[str] | None = None,
    retries: int | None = None,
    retry_on: str | Sequence[str] | None = None,
    timeout: float | None = None,
    max_failures: int | None = None,
    seed_globals: bool | None = None,
) -> Run:
    """Run a function for every combination of the values of some axes, in the background.

    It returns at once; the run goes on if the notebook, its kernel or the terminal ends.

    Parameters
    ----------
    function
        What one task runs: called by keywords, with the values of the axes and the constants that it has parameters
        for, and with ``rng``, ``task`` and ``cfg`` (a mapping of all values) if it names them. It returns what task
        functions return: a number, an array, a mapping of them, an xarray object. Functions of notebooks and scripts
        are sent to the workers by value.
    axes
        Name -> values, such as ``{"lr": [0.1, 0.01], "seed": range(20)}``: booleans, numbers, texts, dates, time spans,
        paths, None, or tuples. A mapping in the place of values holds axes that move together:
        ``{"schedule": {"lr": [0.1, 0.01], "epochs": [5, 50]}}``.
    constants
        Arguments that are the same in all tasks, of any type that can be pickled.
    members
        The size of an ensemble: adds the axis ``member``.
    root_seed
        Derives all random streams from this number instead of from the task ids alone.
    streams
        Axes whose values determine the stream: tasks that agree on them share one (common random numbers).
    bit_generator
        NumPy's bit generator of all streams: ``"PCG64"`` (by default), ``"PCG64DXSM"``, ``"Philox"`` or ``"SFC64"``.
    exclude, only
        Conditions over the axes, such as ``"lr > 0.05 and seed == 3"``: points to leave out, and to keep.
    dims, coords
        The names of the dimensions of results that come without names (arrays, lists), and what is along these:
        ``dims={"trajectories": ["trial", "time"]}, coords={"time": np.linspace(0, 1, 101)}``. A dimension that is
        called like a constant, a list or array of its length, has that along it.
    launcher
        ``"local"``, ``"slurm"``, or its options with its name: ``{"name": "slurm", "sbatch": {"time": 30}}``; a
        dataclass with these fields will do.
    throttle
        How many workers or array elements may run at once.
    directory
        Where the run directory is made; by default ``multirun/DATE/TIME``.
    retries, retry_on, timeout, max_failures, seed_globals
        What becomes of tasks that fail: see ``hydra.sweeper``.

    Raises
    ------
    SweeprunError
        If something can't be right; then nothing was made.

    Examples
    --------
    >>> def estimate(n, rng):
    ...     return {"pi": 4 * ((rng.random((n, 2)) ** 2).sum(axis=1) <= 1).mean()}
    >>> run = sweeprun.sweep(estimate, {"n": [100, 1000]}, members=3)
    >>> run.wait().complete
    True
    >>> run["pi"].mean("member").sizes
    Frozen({'n': 2})
    """
    _refuse_inside()
    with in_python():
        asked = _asked(
            function,
            axes,
            constants=constants,
            members=members,
            root_seed=root_seed,
            streams=streams,
            bit_generator=bit_generator,
            exclude=exclude,
            only=only,
            dims=dims,
            coords=coords,
            launcher=launcher,
            throttle=throttle,
            directory=directory,
            retries=retries,
            retry_on=retry_on,
            timeout=timeout,
            max_failures=max_failures,
            seed_globals=seed_globals,
        )
        prepared = prepare_call(asked)
        tell_of_stale_modules(prepared.code)
        _tell_of_generators(asked.constants)
        started = start_run(prepared, [asked.written()], launch=launch_in_background, observer=TERMINAL)
    return open_run(started.run.path)


@with_advice("sweeprun.plan", lambda *_: _OPTIONS)
def plan(function: Callable[..., Any], axes: Mapping[str, Any], **options: Any) -> PlannedSweep:
    """What `sweep` would run with the same arguments: nothing runs, and nothing is made.

    Parameters
    ----------
    function, axes, **options
        As of `sweep`.

    Returns
    -------
    PlannedSweep
        ``.tasks``, ``.axes``, ``.arrays``, ``.files``, ``.shown_tasks`` and so on.

    Raises
    ------
    SweeprunError
        If something can't be right.

    Examples
    --------
    >>> sweeprun.plan(estimate, {"n": [100, 1000]}, members=3)
    tasks: 6
    axes, the first varies slowest:
      n (2, int64): 100, 1000
      member (3, int64): 0, 1, 2
    ...
      5: n=1000 member=2  default_rng(5)
    >>> sweeprun.plan(estimate, {"n": [100, 1000]}, members=3).tasks
    6
    """
    with in_python():
        prepared = prepare_call(_asked(function, axes, **options))
        planned = plan_of(prepared, str(prepared.manifest.launcher.get("name")))
        for text in planned.warnings:
            TERMINAL.warn(text)
        for text in planned.notes:
            TERMINAL.note(text)
    return seen_as(PlannedSweep, planned)


def _asked(function: Callable[..., Any], axes: Mapping[str, Any], **options: Any) -> Asked:
    """What the arguments of a call ask for; what is not given is as usual."""
    retry_on = options.get("retry_on")
    of_policy = {
        "retries": options.get("retries"),
        "retry_on": None if retry_on is None else list(retry_on),
        "timeout": options.get("timeout"),
        "max_failures": options.get("max_failures"),
        "seed_globals": options.get("seed_globals"),
    }
    constants = options.get("constants")
    return Asked(
        function=function,
        axes=axes,
        constants={} if constants is None else constants,
        members=whole_number("members", options.get("members")),
        root_seed=whole_number("root_seed", options.get("root_seed")),
        streams=options.get("streams"),
        bit_generator=options.get("bit_generator"),
        exclude=options.get("exclude", ()),
        only=options.get("only", ()),
        dims=options.get("dims"),
        coords=options.get("coords"),
        changes=changes_of(options.get("launcher"), options.get("throttle"), of_policy),
        directory=options.get("directory"),
    )


def _tell_of_generators(constants: Mapping[str, Any]) -> None:
    """Say of which generators every task gets a copy."""
    for name, value in constants.items():
        if is_generator(value):
            print(
                f"sweeprun: constants[{name!r}] is a random generator, and each task gets its own copy, so all draw "
                "the same numbers from it; draw from the argument rng",
                file=sys.stderr,
            )


def _refuse_inside() -> None:
    """A worker that imports a script must not start the sweep that the script starts: it would never end.

    Raises
    ------
    UsageError
        If this process is a worker, or was started by a task.
    """
    run = os.environ.get(INSIDE)
    if run is not None:
        raise UsageError(
            f"sweeprun.sweep() was called inside a task of {run}, or while a worker imported the module that defines "
            "its function; put what starts a sweep below `if __name__ == '__main__':`"
        )
