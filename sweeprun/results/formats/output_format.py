"""What a format of files of results is: how its files are named, written and read, and what it can't hold.

Each format is a module with one class, and `all_formats` lists them. These modules are light: what writes and reads is
imported when it is called.
"""

import errno
import os
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from sweeprun.errors import UsageError
from sweeprun.store.local_paths import OutputPath

if TYPE_CHECKING:
    import xarray as xr

    from sweeprun.results.collect import Collected
    from sweeprun.results.formats.columns import Output
    from sweeprun.store.snapshot import Snapshot
    from sweeprun.wording import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOptions:
    """How results are to be written.

    Attributes
    ----------
    only
        The results that are wanted; None for all.
    tolerance
        How far apart labels of dimensions that results have of their own may be that are one; a table has no such.
    zarr_format
        3, or 2 for readers that know no other: that is written at once, from memory, each time.
    csv_safe
        Whether texts in a ``.csv`` that a spreadsheet would take for formulas begin with an apostrophe.
    """

    only: Collection[str] | None = None
    tolerance: float = 0.0
    zarr_format: int = 3
    csv_safe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenResults:
    """What was written.

    Attributes
    ----------
    collected
        What is in the file.
    left_out
        Results that are too large for the format.
    """

    collected: "Collected"
    left_out: "tuple[Output, ...]" = ()


class OutputFormat(ABC):
    """A format of files of results.

    Attributes
    ----------
    suffix
        The ending of the names of its files.
    refused_become
        What becomes of a result that can't be one variable.
    is_in_object_stores
        Whether it can be written to an object store.
    zarr_formats
        The versions of Zarr that can be asked for; 3 is what is written if nothing is asked for.
    is_for_spreadsheets
        Whether spreadsheets open it, and take some texts for formulas.
    """

    suffix: ClassVar[str]
    refused_become: ClassVar[str] = "left out"
    is_in_object_stores: ClassVar[bool] = False
    zarr_formats: ClassVar[tuple[int, ...]] = (3,)
    is_for_spreadsheets: ClassVar[bool] = False

    @abstractmethod
    def write_run(
        self, snapshot: "Snapshot", output: OutputPath, options: WriteOptions, again: "Command"
    ) -> WrittenResults:
        """Write what there is of a run, in the place of what was there.

        Parameters
        ----------
        snapshot, output, options
            The run, where it is written to, and how.
        again
            What was called, and can be called again for other results.
        """

    @abstractmethod
    def attributes(self, path: Path) -> Mapping[str, Any]:
        """What a file says of itself: of which run it is. If it can't be read, any error of reading."""

    def check(self, path: Path) -> None:
        """Refuse a path that can't be written, before the work is done.

        Raises
        ------
        UsageError
            If the directory doesn't exist, or something else is there.
        """
        shown = f"can't write {str(path)!r}"
        path = path.absolute()
        if not path.parent.is_dir():
            raise UsageError(f"{shown}: there is no directory {str(path.parent)!r}")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise UsageError(f"{shown}: no permission to write to {str(path.parent)!r}")
        if (why := self._why_not(path)) is not None:
            raise UsageError(f"{shown}: {why}")

    def _why_not(self, path: Path) -> str | None:
        """Why a file can't be written to a directory that is fine; None if it can."""
        return "it is a directory" if path.is_dir() else None

    def check_options(self, output: OutputPath, options: WriteOptions) -> None:
        """Refuse what means nothing for this format.

        Raises
        ------
        UsageError
            If the tolerance is no distance, or an option is one of another format.
        """
        if not (options.tolerance >= 0 and isfinite(options.tolerance)):
            raise UsageError(
                f"the tolerance is {options.tolerance!r}; it should be a distance between labels, such as 1e-9"
            )
        if options.zarr_format not in self.zarr_formats:
            raise UsageError(
                f"{str(output)!r} can't be of Zarr format {options.zarr_format}; a .zarr is of format 3, or 2"
            )
        if options.csv_safe and not self.is_for_spreadsheets:
            raise UsageError(
                f"{str(output)!r} is no .csv, and only texts in those are taken for formulas: leave it out"
            )

    def was_edited(self, path: Path) -> bool:  # noqa: ARG002  # of formats that know it
        """Whether somebody changed a file since sweeprun wrote it."""
        return False

    def how_to_read(self, dataset: "xr.Dataset") -> Iterator[str]:  # noqa: ARG002  # of formats that need it
        """What readers have to be told to get all that is in a file."""
        yield from ()


def read_regular(path: Path) -> bytes:
    """The content of a file of ours; a pipe in its place would be waited for."""
    if not path.is_file():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fspath(path))
    return path.read_bytes()
