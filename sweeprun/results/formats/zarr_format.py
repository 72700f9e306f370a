"""Zarr stores, ``.zarr``: a directory, or a place in an object store."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeprun.errors import UsageError
from sweeprun.results.formats.dataset_format import DatasetFormat
from sweeprun.results.formats.output_format import WriteOptions, WrittenResults, read_regular
from sweeprun.results.formats.own_group import attributes_of_store
from sweeprun.store.local_paths import OutputPath, StoreUrl

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.results.plan import Plan
    from sweeprun.store.snapshot import Snapshot
    from sweeprun.wording import Command

_ZARR_FILES = {".zgroup", ".zmetadata", "zarr.json"}


class Zarr(DatasetFormat):
    """A store of many files, which is brought up to date by what is new.

    Of format 3; a single Dataset is of format 2, as 3 specifies neither strings of fixed width nor consolidated
    metadata yet, and warns of both.
    """

    suffix = ".zarr"
    is_in_object_stores = True
    zarr_formats = (3, 2)

    def _why_not(self, path: Path) -> str | None:
        return "what is there is no Zarr store, so it is not replaced" if _holds_something_else(path) else None

    def check_options(self, output: OutputPath, options: WriteOptions) -> None:
        super().check_options(output, options)
        if options.zarr_format == 2 and isinstance(output, StoreUrl):
            raise UsageError(f"{str(output)!r} can't be of Zarr format 2, which is written to local folders only")

    def write_run(
        self, snapshot: "Snapshot", output: OutputPath, options: WriteOptions, again: "Command"
    ) -> WrittenResults:
        if options.zarr_format == 3 or isinstance(output, StoreUrl):
            return super().write_run(snapshot, output, options, again)
        from sweeprun.results.collect import collect_snapshot

        collected = collect_snapshot(snapshot, options.only, again=again, tolerance=options.tolerance)
        self.write_dataset(collected.dataset, output)
        return WrittenResults(collected=collected)

    def write_plan(self, plan: "Plan", output: OutputPath) -> None:
        from sweeprun.results.formats.zarr_store import write_store

        if isinstance(output, Path):
            self.check(output)
        write_store(plan, output)

    def write_file(self, dataset: "xr.Dataset", temporary: Path) -> None:
        from zarr.storage import LocalStore

        dataset.to_zarr(LocalStore(temporary), mode="w", zarr_format=2, consolidated=True)

    def open(self, path: Path) -> "xr.Dataset":
        import xarray as xr

        dataset: xr.Dataset = xr.open_zarr(path)
        return dataset

    def attributes(self, path: Path) -> Mapping[str, Any]:
        return attributes_of_store(lambda key: read_regular(path / key))


def _holds_something_else(path: Path) -> bool:
    """Whether what is at a path is no Zarr store; another collect may be replacing it at this moment."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except NotADirectoryError:
            return True
        try:
            if _ZARR_FILES.intersection(os.listdir(descriptor)):  # noqa: PTH208  # of what is open, whatever is at the path by now
                return False
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(descriptor), path.stat()):
                    return True
        finally:
            os.close(descriptor)
