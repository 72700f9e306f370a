"""A run in a notebook: what is there of it now, as a Dataset whose values are read when they are needed."""

import html
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeprun.display.terminal import TERMINAL
from sweeprun.errors import SweeprunError
from sweeprun.notebook.options import changes_of, in_python, trusts
from sweeprun.notebook.results import Results, tell
from sweeprun.notebook.summary import summarise
from sweeprun.runs.background import reap
from sweeprun.runs.observe import observe, state_counts
from sweeprun.runs.prepare_call import call_text
from sweeprun.safe_text import plain
from sweeprun.store.clean_names import clean_name
from sweeprun.store.directory import RunDirectory
from sweeprun.store.finding import chosen_run
from sweeprun.store.incremental_reader import ShardReader
from sweeprun.store.local_paths import local_path, output_path
from sweeprun.store.snapshot import Snapshot

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.notebook.failed_tasks import FailedTasks
    from sweeprun.runs.replay import Replayed


def open_run(path: str | PathLike[str] | None = None, *, reveal: str | Sequence[str] = ()) -> "Run":
    """Open a run, which may still be going on.

    Parameters
    ----------
    path
        The run directory; by default the newest below ``./multirun``.
    reveal
        Keys and results that Datasets have although their names say that they are secret.

    Raises
    ------
    RunDirectoryError
        If there is no such run.
    FormatError
        If it can't be read.

    Examples
    --------
    >>> run = sweeprun.open_run()           # doctest: +SKIP
    >>> run["loss"].mean("seed").plot()     # doctest: +SKIP
    >>> run.refresh().counts                # doctest: +SKIP
    """
    import_module("sweeprun.mc")  # Datasets have `.mc` from then on
    directory = chosen_run(None if path is None else local_path(path).expanduser(), TERMINAL.warn)
    return Run(directory, [reveal] if isinstance(reveal, str) else reveal)


class Run:
    """What is there of a run, as it was when it was last looked at.

    Nothing changes by itself: `refresh` looks again. Datasets that were taken before stay as they are.

    Parameters
    ----------
    directory
        The run directory.
    reveal
        Keys and results that Datasets have although their names say that they are secret.

    Attributes
    ----------
    path
        Where it is.
    """

    def __init__(self, directory: RunDirectory, reveal: Sequence[str] = ()) -> None:
        self._directory = directory
        self._revealed = frozenset(reveal)
        self._reader = ShardReader()
        self._told: set[str] = set()
        self.refresh()

    @property
    def path(self) -> Path:
        return self._directory.path

    def refresh(self) -> "Run":
        """Look again, at what has changed since; returns the run itself, so that it shows at the end of a cell."""
        self._look()
        return self

    def _look(self) -> Snapshot:
        reap()
        self._snapshot = replace(observe(self._directory, self._reader.read), revealed=self._revealed)
        self._results = Results(self._snapshot)
        return self._snapshot

    def progress(self) -> "Run":
        """Show how the run goes on until everything has ended; returns the run as it is then.

        Interrupting it (the stop button, Ctrl-C) ends the watching, and not the run.
        """
        from sweeprun.notebook.watching import watch

        watch(self._look(), self._look)
        return self.refresh()

    def wait(self, timeout: float | None = None) -> "Run":
        """Wait until everything has ended; returns the run as it is then.

        Parameters
        ----------
        timeout
            How long at most, in seconds; None for as long as it takes.

        Raises
        ------
        TimeoutError
            If it hasn't ended by then. The run goes on.
        """
        from sweeprun.notebook.watching import wait

        if not wait(self._look(), self._look, timeout):
            raise TimeoutError(f"{self._directory.shown()} has not ended after {timeout:g} s; it goes on")
        self._tell_of_names()
        return self

    def _tell_of_names(self) -> None:
        """Say once what is wrong with the names of dimensions."""
        from sweeprun.notebook.watching import tell_of_names

        tell_of_names(self._snapshot, self._told)

    def resume(
        self,
        *,
        function: Callable[..., Any] | None = None,
        launcher: Any = None,
        throttle: int | None = None,
        incomplete: bool = False,
        allow_drift: bool = False,
        trust: bool = False,
        **policy: Any,
    ) -> "Run":
        """Run the tasks that have no result again, in the background; returns the run.

        Parameters
        ----------
        function
            The function that they are to run, if not as before: one that was mended, which takes the same arguments.
            Every result says which code it was made with.
        launcher, throttle
            As of `sweeprun.sweep`, if they are to be others.
        incomplete
            Whether tasks run again, too, that returned something that could not be stored.
        allow_drift
            Whether to go on with other code than the run was made with.
        trust
            Whether to go on with a run that belongs to another user, or has files of another.
        **policy
            ``retries``, ``retry_on``, ``timeout``, ``max_failures``.

        Raises
        ------
        SweeprunError
            If nothing can be started.
        """
        from sweeprun.notebook.new_function import how_to_start
        from sweeprun.runs.resume import resume_run

        with in_python():
            changes = changes_of(launcher, throttle, policy)
            started, launch, code = how_to_start(self._directory, self._snapshot.manifest, "run.resume", function)
            asked = {"incomplete": True} if incomplete else {}
            command = [call_text("run.resume", changes.told() | asked, *started)]
            resume_run(
                self._look(),
                changes,
                command,
                incomplete=incomplete,
                allow_drift=allow_drift,
                trust=trust,
                launch=launch,
                code=code,
                observer=TERMINAL,
            )
        return self.refresh()

    def extend(
        self,
        axes: Mapping[str, Any] | None = None,
        *,
        members: int | None = None,
        function: Callable[..., Any] | None = None,
        launcher: Any = None,
        throttle: int | None = None,
        allow_drift: bool = False,
        trust: bool = False,
        **values: Any,
    ) -> "Run":
        """Give axes further values: the points that are new run, in the background; returns the run.

        Parameters
        ----------
        axes, **values
            Axis -> values, as of `sweeprun.sweep`: all that it is to have, or only further ones.
        members
            The size that the ensemble is to have.
        function, launcher, throttle, allow_drift, trust
            As of `resume`.

        Raises
        ------
        SweeprunError
            If the run doesn't have such an axis, or a value isn't one of its type.

        Examples
        --------
        >>> run.extend(seed=range(40)).progress()   # doctest: +SKIP
        """
        from sweeprun.notebook.new_function import how_to_start
        from sweeprun.runs.extend import extend_run, plan_given

        with in_python():
            changes = changes_of(launcher, throttle, {})
            trusted = trusts(trust, values)
            wanted = {**(axes or {}), **values}
            told = wanted | ({} if members is None else {"members": members}) | changes.told()
            started, launch, code = how_to_start(self._directory, self._snapshot.manifest, "run.extend", function)
            extend_run(
                self._directory,
                lambda manifest: plan_given(self._directory, manifest, wanted, members),
                changes,
                [call_text("run.extend", told, *started)],
                allow_drift=allow_drift,
                trust=trusted,
                launch=launch,
                code=code,
                observer=TERMINAL,
            )
        return self.refresh()

    def replay(
        self, task_id: int | None = None, *, allow_drift: bool = False, trust: bool = False, **values: Any
    ) -> "Replayed":
        """Run one task again, and compare the result with the recorded one; the run is not changed.

        Parameters
        ----------
        task_id
            The task; or its coordinates:
        **values
            A value on each axis.
        allow_drift
            Whether to do so with other code than the run was made with.
        trust
            Whether to do so with a run that belongs to another user, or has files of another.

        Returns
        -------
        Replayed
            Shows whether it is equal to the bit; ``.equal``, ``.result``.

        Examples
        --------
        >>> run.replay(17)                # doctest: +SKIP
        >>> run.replay(lr=0.1, seed=3)    # doctest: +SKIP
        """
        from sweeprun.runs.replay import replay

        with in_python():
            trusted = trusts(trust, values)
            return replay(self._look(), task_id, values, allow_drift=allow_drift, trust=trusted, observer=TERMINAL)

    def collect(
        self,
        path: str | PathLike[str],
        variables: str | Sequence[str] | None = None,
        *,
        tolerance: float = 0.0,
        zarr_format: int = 3,
        reveal: str | Sequence[str] = (),
        csv_safe: bool = False,
    ) -> Path | str:
        """Write what there is now to a file.

        Parameters
        ----------
        path
            Its name says in which format: .nc, .zarr, .csv or .parquet. A .zarr may be in an object store:
            ``s3://bucket/results.zarr``.
        variables
            Which results, by name, with their coordinates; by default all.
        tolerance
            How far apart labels of dimensions that results have of their own may be that become one.
        zarr_format
            Of a ``.zarr``: 3, or 2 for readers that know no other, which is not streamed.
        reveal
            Keys and results that are written although their names say that they are secret.
        csv_safe
            Whether texts in a ``.csv`` that a spreadsheet would take for formulas begin with an apostrophe.

        Returns
        -------
        Path or str
            The file, or the URL.

        Raises
        ------
        ResultError
            If two tasks returned what can't be one variable.
        """
        from sweeprun.display.collected import print_notes, print_warnings
        from sweeprun.display.streams import standard_streams
        from sweeprun.results.variables import named
        from sweeprun.runs.collect import collect_into

        output = output_path(path)
        output = output.expanduser() if isinstance(output, Path) else output
        only = None if variables is None else named([variables] if isinstance(variables, str) else variables)
        file = collect_into(
            self._look(),
            output,
            only,
            tolerance=tolerance,
            zarr_format=zarr_format,
            csv_safe=csv_safe,
            reveal=[reveal] if isinstance(reveal, str) else reveal,
        )
        with standard_streams():
            print_warnings(file)
            print_notes(file)
        return output if isinstance(output, Path) else str(output)

    def cancel(self, *, trust: bool = False) -> "Run":
        """Stop what waits or runs; what is recorded stays, and `resume` goes on later. Returns the run.

        It returns when everything has stopped.

        Parameters
        ----------
        trust
            Whether to do so with a run that belongs to another user, or has files of another.
        """
        from sweeprun.runs.cancel import cancel_run

        with in_python():
            stopped = cancel_run(self._directory, trust=trust)
        if stopped is not None:
            return self.wait()
        return self.refresh()

    @property
    def dataset(self) -> "xr.Dataset":
        """All results so far, as `sweeprun collect` would write them; values are read when they are needed.

        Raises
        ------
        ResultError
            If two tasks returned what can't be one variable.
        """
        self._tell_of_names()
        dataset = self._results.whole
        tell(self._results.secrets, self._told)
        return dataset

    @property
    def counts(self) -> dict[str, int]:
        """How many tasks are in each state."""
        return state_counts(self._snapshot)

    @property
    def states(self) -> "xr.DataArray":
        """The state of each task, over the axes."""
        return self._results.states

    @property
    def complete(self) -> bool:
        """Whether every task succeeded."""
        return self._snapshot.complete

    @property
    def failures(self) -> "FailedTasks":
        """The failed and lost tasks: where each stands, in which line it failed, and why."""
        from sweeprun.notebook.failed_tasks import FailedTasks

        return FailedTasks(self._snapshot)

    def __getitem__(self, name: Hashable | Sequence[Hashable]) -> Any:
        """A variable of the Dataset; of a list of names, the Dataset with these, whatever becomes of the others."""
        if not isinstance(name, list):
            name = self._recorded(name)
            return self._results.having([name])[name]
        names = [self._recorded(one) for one in name]
        return self._results.having(names)[names]

    def _recorded(self, name: Hashable) -> Hashable:
        """The name that a result has in the Dataset: what a task called ``val/acc`` is ``val.acc``."""
        is_key = isinstance(name, str) and "/" in name and name not in self._results.available
        return clean_name(name)[0] if is_key else name

    def __iter__(self) -> Iterator[Hashable]:
        """The names of the results."""
        return iter(self._results.available)

    def _ipython_key_completions_(self) -> list[Hashable]:
        return list(self._results.available.variables)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or the run in another process, is the run opened again."""
        return partial(open_run, reveal=tuple(self._revealed)), (self.path.absolute(),)

    def __repr__(self) -> str:
        try:
            shown = repr(self._results.available)
            if self._results.problem:
                shown = f"not all results: {self._results.problem}\n{shown}"
        except SweeprunError as error:
            shown = f"no Dataset: {error}"
        return f"{summarise(self._snapshot, self._results.doubts).text()}\n{plain(shown)}"

    def _repr_html_(self) -> str:
        try:
            shown = self._results.available._repr_html_()
            if self._results.problem:
                shown = f"<div>⚠ not all results: {html.escape(self._results.problem)}</div>{shown}"
        except SweeprunError as error:
            shown = f"<div>no Dataset: {html.escape(str(error))}</div>"
        return summarise(self._snapshot, self._results.doubts).html() + plain(shown)
