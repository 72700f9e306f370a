"""netCDF-4, ``.nc``."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeprun.results.formats.dataset_format import DatasetFormat
from sweeprun.results.formats.output_format import WriteOptions, WrittenResults
from sweeprun.store.local_paths import OutputPath

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.results.plan import Plan
    from sweeprun.store.snapshot import Snapshot
    from sweeprun.wording import Command

_SHOWN_BYTES = 2**22
"""A Dataset as small as this is read at once."""


class NetCDF(DatasetFormat):
    """One file, which xarray and all of the field's programs read.

    A collected run follows the CF conventions as far as it can; see `with_conventions`. There are no half floats, so
    these are single ones. Complex numbers are the compound type that ``xarray.open_dataset(path, auto_complex=True)``
    reads as such.
    """

    suffix = ".nc"

    def _why_not(self, path: Path) -> str | None:
        if not _has_name_for_libraries(path):
            return (
                f"netCDF can't open this path, as the encoding of file names is {sys.getfilesystemencoding()}; "
                "set PYTHONUTF8=1 or LC_ALL=C.UTF-8, or choose another format"
            )
        if "\\" in str(path):
            return "netCDF can't open a path with a backslash; choose another, or .zarr"
        return super()._why_not(path)

    def write_run(
        self, snapshot: "Snapshot", output: OutputPath, options: WriteOptions, again: "Command"
    ) -> WrittenResults:
        written = super().write_run(snapshot, output, options, again)
        if written.collected.dataset.nbytes <= _SHOWN_BYTES:
            written.collected.dataset.load()  # so that it shows its values
        return written

    def write_plan(self, plan: "Plan", output: OutputPath) -> None:
        from sweeprun.results.formats.netcdf_streams import write_run

        assert isinstance(output, Path)
        write_run(plan, output, self.check)

    def write_file(self, dataset: "xr.Dataset", temporary: Path) -> None:
        from sweeprun.results.formats.netcdf import write_portable

        write_portable(dataset, temporary)

    def open(self, path: Path) -> "xr.Dataset":
        from sweeprun.results.formats.netcdf import open_netcdf

        return open_netcdf(path)

    def attributes(self, path: Path) -> Mapping[str, Any]:
        import xarray as xr

        with xr.open_dataset(path, engine="netcdf4", decode_cf=False) as dataset:
            return dict(dataset.attrs)

    def how_to_read(self, dataset: "xr.Dataset") -> Iterator[str]:
        if any(v.dtype.kind == "c" for v in dataset.variables.values()):
            yield "complex numbers: read it with xarray.open_dataset(path, auto_complex=True)"
        yield from super().how_to_read(dataset)


def _has_name_for_libraries(path: Path) -> bool:
    """Whether a path is a text that can be handed to a library of C: one of bytes that the encoding lacks is not."""
    try:
        str(path).encode(sys.getfilesystemencoding())
    except UnicodeEncodeError:
        return False
    return True
