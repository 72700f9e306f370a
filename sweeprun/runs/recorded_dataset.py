"""A task of a collected Dataset: everything that is needed to run it again, but the code, is in the file."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.config.frozen import freeze_text
from sweeprun.design.axes import OWN_COORDINATES
from sweeprun.design.extension import places_of, whole_grid
from sweeprun.design.tasks import Task
from sweeprun.errors import FormatError, UsageError
from sweeprun.provenance.code import Code
from sweeprun.results.attributes import CHOSEN_ATTRIBUTE, CODE_ATTRIBUTE, MANIFEST_ATTRIBUTE
from sweeprun.results.comparing import SomeOf
from sweeprun.results.formats.netcdf import open_netcdf
from sweeprun.results.plan import dimension_names
from sweeprun.runs.drift import check_code
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.replay import Recorded
from sweeprun.runs.task_selection import choose_task
from sweeprun.store.manifest import Manifest


def recorded_in_dataset(
    path: Path, chosen: Sequence[str], *, allow_drift: bool = False, observer: Observer = SILENT
) -> Recorded:
    """A task as a Dataset has it; the arguments are those of `recorded_in_run`, but for the file.

    The configs in it are YAML: values that only a structured config can hold, such as enums, arrive as text.

    Raises
    ------
    UsageError
        If the file is no Dataset that `sweeprun collect` made.
    """
    try:
        dataset = open_netcdf(path) if path.suffix == ".nc" else xr.open_zarr(path)
    except Exception as error:
        raise UsageError(f"{str(path)!r} can't be opened as a Dataset: {error}") from error
    with dataset:
        text = dataset.attrs.get(MANIFEST_ATTRIBUTE)
        if not text:
            raise UsageError(f"{str(path)!r} does not say how it was made; name the run instead: sweeprun replay RUN …")
        try:
            manifest = Manifest.from_dict(json.loads(str(text)))
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise FormatError(f"{str(path)!r}: its attribute {MANIFEST_ATTRIBUTE} is malformed: {error}") from error
        if manifest.job.get("function") is not None:
            raise UsageError(
                f"the task function of {str(path)!r} is in its run, and not in the file; name the run instead: "
                "sweeprun replay RUN …"
            )
        task = choose_task(manifest.table, chosen)
        code = check_code(
            _code(dataset),
            str(path),
            manifest.python_path,
            allowed=allow_drift,
            doing="it would not be the same run again",
            observer=observer,
        )
        frozen = [freeze_text(text) for text in str(dataset.attrs.get("base_config", "")).split("---\n")]
        return Recorded(
            manifest=manifest, frozen=frozen, task=task, arrays=_values(dataset, manifest, task), record=None, code=code
        )


def _code(dataset: xr.Dataset) -> Code | None:
    with suppress(FormatError, KeyError, TypeError, ValueError, AttributeError):
        return Code.from_dict(json.loads(str(dataset.attrs[CODE_ATTRIBUTE])))
    return None


def _values(dataset: xr.Dataset, manifest: Manifest, task: Task) -> dict[str, np.ndarray] | None:
    """The values at the place of a task; None if the task had no result."""
    grid = whole_grid(manifest.table)
    names = dimension_names(grid)
    place = dict(zip(names, places_of(manifest.table, grid, task), strict=True))
    point = dataset.isel({name: index for name, index in place.items() if name in dataset.dims})
    if str(point["state"].item()) != "succeeded":
        return None
    taken: set[Any] = {*names, *grid.names(), *OWN_COORDINATES}
    values = {str(name): variable.to_numpy() for name, variable in point.variables.items() if name not in taken}
    return SomeOf(values) if CHOSEN_ATTRIBUTE in dataset.attrs else values
