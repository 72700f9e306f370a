"""Looking into a run: its tasks, and what they printed; and taking its results elsewhere."""

from collections.abc import Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeprun.notebook.advice import with_advice
from sweeprun.notebook.options import in_python
from sweeprun.notebook.seen import SeenRun, axes_of
from sweeprun.notebook.views import RunStatus, RunTask, TaskLogs, seen_as
from sweeprun.results.formats.all_formats import output_path
from sweeprun.runs.defaults import LEVEL
from sweeprun.runs.logs import output_of_task
from sweeprun.runs.show import describe_task
from sweeprun.runs.status import status_of
from sweeprun.runs.task_selection import find_task, words_of
from sweeprun.store.local_paths import local_path

if TYPE_CHECKING:
    from sweeprun.notebook.stats_views import RunStats, RunTarget


class Showing(SeenRun):
    """Verbs that read a run, and write files at most."""

    @with_advice("run.status")
    def status(self) -> RunStatus:
        """Where the run stands now: tasks by state, what waits and runs, how fast it goes, and what is to be known.

        Returns
        -------
        RunStatus
            ``.states``, ``.running``, ``.missing``, ``.warnings`` and so on; `failures` has failed tasks one by one.

        Examples
        --------
        >>> run.status()
        /...
        started ...: sweeprun.sweep(estimate, {'n': [100, 1000]}, members=3)
        6 tasks: 6 succeeded
        >>> run.status().states["succeeded"]
        6
        """
        with in_python():
            return seen_as(RunStatus, status_of(self._look()))

    @with_advice("run.task", axes_of)
    def task(self, task_id: int | None = None, **values: Any) -> RunTask:
        """A task: its coordinates, config and stream, and what its last attempt gave.

        Parameters
        ----------
        task_id
            The task; or its coordinates:
        **values
            A value on each axis.

        Returns
        -------
        RunTask
            ``.config``, ``.stream``, ``.state``, ``.result``, ``.failure``, ``.traceback``, ``.seconds``, ``.host``,
            ``.attempt`` and so on; ``[name]`` is a result.

        Raises
        ------
        UsageError
            If no task, or not one alone, is named.

        Examples
        --------
        >>> task = run.task(4)
        >>> task.config
        {'n': 1000, 'member': 1}
        >>> task.state.value, task.stream, task.attempt
        ('succeeded', 'default_rng(4)', 1)
        >>> run.task(n=1000, member=1)["pi"] == run["pi"].sel(n=1000, member=1)
        <xarray.DataArray 'pi' ()>...
        array(True)
        ...
        """
        with in_python():
            words = words_of(task_id, values)
            return seen_as(RunTask, describe_task(self._look(), words))

    @with_advice("run.logs", axes_of)
    def logs(self, task_id: int | None = None, **values: Any) -> TaskLogs:
        """What a task printed, in all attempts at it.

        Parameters
        ----------
        task_id
            The task; or its coordinates:
        **values
            A value on each axis.

        Returns
        -------
        TaskLogs
            ``.text``, and ``.files``, the logs that it is in.

        Raises
        ------
        UsageError
            If no task, or not one alone, is named.

        Examples
        --------
        >>> run.logs(4)
        task 4 has printed nothing
        """
        with in_python():
            words = words_of(task_id, values)
            snapshot = self._look()
            return seen_as(TaskLogs, output_of_task(snapshot, find_task(snapshot.manifest.table, words).task_id))

    @with_advice("run.stats")
    def stats(  # noqa: PLR0913  # each is one of the command line's options, by its name
        self,
        over: str | Sequence[str] | None = None,
        *,
        target: str | None = None,
        variables: str | Sequence[str] | None = None,
        interval: str | None = None,
        level: float = LEVEL,
        quantiles: float | Sequence[float] = (),
        seed: int = 0,
        independent: bool | None = None,
        nan: str = "omit",
    ) -> "RunStats | RunTarget":
        """Means over the members of an ensemble with their errors; or how far they are from a target.

        Parameters
        ----------
        over
            The axis or axes of the members; by default ``member``, or else ``seed``.
        target
            How precise a mean is to be, such as ``"sem(pi)<0.01"``.
        variables
            Which results; by default all that hold numbers.
        interval
            One of student, normal, bootstrap, wilson, counts, poisson and batches; by default the one that is right for
            the values.
        level
            How often the interval holds the mean.
        quantiles
            Which quantile or quantiles to add, each between 0 and 1.
        seed
            Of the bootstrap.
        independent
            True if members are independent, whatever the run says.
        nan
            Results that are NaN are left out (``"omit"``), make the statistics of their points NaN (``"propagate"``),
            or are refused (``"raise"``).

        Returns
        -------
        RunStats or RunTarget
            Statistics show themselves as tables, and have a Dataset, ``.dataset``; a target says whether it holds,
            ``.holds``, and how many more members are needed, ``.more``. Both have ``.notes``: what is to be known.

        Raises
        ------
        UsageError
            If an option is wrong, or no task has a result.

        Examples
        --------
        >>> run.stats().dataset["pi"].sel(statistic="n").values.tolist()
        [3.0, 3.0]
        >>> run.stats(target="sem(pi)<10")
        sem(pi)<10.0 holds at every point (2)
        """
        from sweeprun.notebook.stats_views import RunStats, RunTarget
        from sweeprun.results.variables import named
        from sweeprun.runs.stats import StatsOptions, look_at_run, run_statistics, target_of

        with in_python():
            options = StatsOptions.of(
                over=over.split(",") if isinstance(over, str) else over,
                interval=interval,
                level=level,
                independent=independent,
                nan=nan,
            )
            if target is not None:
                return seen_as(RunTarget, look_at_run(self._look(), target_of(target, options), options))
            only = None if variables is None else named([variables] if isinstance(variables, str) else variables)
            chosen = list(quantiles) if isinstance(quantiles, Iterable) else [quantiles]
            return seen_as(RunStats, run_statistics(self._look(), options, variables=only, quantiles=chosen, seed=seed))

    @with_advice("run.report")
    def report(self, path: str | PathLike[str] | None = None) -> Path:
        """Write one HTML page that shows the run, which may still be going.

        Parameters
        ----------
        path
            The file, ``.html``; by default ``report.html``.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        UsageError
            If it can't be written there.

        Examples
        --------
        >>> run.report("sweep.html")
        PosixPath('sweep.html')
        """
        from sweeprun.runs.report import write_report

        with in_python():
            output = None if path is None else local_path(path).expanduser()
            return write_report(self._directory, output).output

    @with_advice("run.collect")
    def collect(
        self,
        path: str | PathLike[str] = "results.nc",
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

        Examples
        --------
        >>> run.collect("results.nc")
        PosixPath('results.nc')
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
