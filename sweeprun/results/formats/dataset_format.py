"""Formats that hold a whole Dataset, with its dimensions: of results or statistics, which can be opened again."""

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sweeprun.results.formats.output_format import OutputFormat, WriteOptions, WrittenResults
from sweeprun.store.local_paths import OutputPath

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.results.plan import Plan
    from sweeprun.store.snapshot import Snapshot
    from sweeprun.wording import Command

_MOST_DATES = 2**27
"""Bytes of dates that are looked through; of more, it is said in any case how to read them."""


class DatasetFormat(OutputFormat):
    """A format of Datasets."""

    @abstractmethod
    def write_plan(self, plan: "Plan", output: OutputPath) -> None:
        """Write a run region by region, so that it may be larger than memory.

        Raises
        ------
        UsageError
            If it can't be written.
        """

    @abstractmethod
    def write_file(self, dataset: "xr.Dataset", temporary: Path) -> None:
        """Write a Dataset, whose names and attributes are `portable`, to a new file."""

    @abstractmethod
    def open(self, path: Path) -> "xr.Dataset":
        """Open a file, so that its values are read when they are wanted."""

    def write_dataset(self, dataset: "xr.Dataset", path: Path) -> None:
        """Write a Dataset, in the place of what was there.

        What a format lacks is stored as the nearest that it has: attributes other than numbers and strings as JSON,
        names as `portable` says. Dates come back in xarray's default unit, ns.

        Raises
        ------
        UsageError
            If the path can't be written.
        """
        from sweeprun.results.formats.in_place import write_in_place
        from sweeprun.results.formats.portable import portable

        plain = portable(dataset)
        write_in_place(path, lambda temporary: self.write_file(plain, temporary), self.check)

    def write_run(
        self, snapshot: "Snapshot", output: OutputPath, options: WriteOptions, again: "Command"
    ) -> WrittenResults:
        from sweeprun.results.collect import stream_snapshot

        collected = stream_snapshot(
            snapshot,
            lambda plan: self.write_plan(plan, output),
            options.only,
            again=again,
            tolerance=options.tolerance,
        )
        return WrittenResults(collected=collected)

    def how_to_read(self, dataset: "xr.Dataset") -> Iterator[str]:
        from sweeprun.results.dtypes import beyond_nanoseconds

        dates = [v for v in dataset.variables.values() if v.dtype.kind == "M" and v.dtype != "datetime64[ns]"]
        if any(v.nbytes > _MOST_DATES or beyond_nanoseconds(v.values) for v in dates):
            coder = 'decode_times=xarray.coders.CFDatetimeCoder(time_unit="us")'
            yield f"dates before 1677 or after 2262: open it with {coder}"
