"""Looking into a run: its tasks, and what they printed; and taking its results elsewhere."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from sweeprun.notebook.seen import SeenRun
from sweeprun.store.local_paths import output_path


class Showing(SeenRun):
    """Verbs that read a run, and write files at most."""

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
