"""A task of a collected Dataset: everything that is needed to run it again, but the code, is in the file."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sweeprun.config.frozen import freeze_text
from sweeprun.design.axes import OWN_COORDINATES
from sweeprun.design.extension import places_of, whole_grid
from sweeprun.design.tasks import Task
from sweeprun.errors import FormatError, UsageError
from sweeprun.launchers.foreign_variables import HARMLESS, harmless
from sweeprun.provenance.code import Code
from sweeprun.results.attributes import (
    CHOSEN_ATTRIBUTE,
    CODE_ATTRIBUTE,
    MANIFEST_ATTRIBUTE,
    MASKED_ATTRIBUTE,
    RUN_DIGEST,
    RUN_PATH,
    digest_of,
)
from sweeprun.results.comparing import SomeOf
from sweeprun.results.formats.all_formats import DATASET_FORMATS, dataset_format, suffixes
from sweeprun.results.plan import dimension_names
from sweeprun.runs.defaults import ALLOW_DRIFT
from sweeprun.runs.drift import check_code
from sweeprun.runs.events import SILENT, Observer
from sweeprun.runs.replay import Recorded
from sweeprun.runs.task_selection import choose_task
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import config_text
from sweeprun.store.job_spec import BY_NUMBER
from sweeprun.store.manifest import Manifest, read_manifest
from sweeprun.store.trust import check_directories_trusted, check_file_trusted, check_trusted
from sweeprun.wording import Command

_OF_RUN = Command("replay", "RUN", ("…",))
_RUNS = "a task that runs again runs what it says"


def recorded_in_dataset(
    path: Path,
    chosen: Sequence[str],
    *,
    allow_drift: bool = False,
    trust: bool = False,
    observer: Observer = SILENT,
) -> Recorded:
    """A task as a Dataset has it; the arguments are those of `recorded_in_run`, but for the file.

    The configs in it are YAML: values that only a structured config can hold, such as enums, arrive as text. They say
    what is called, so a file is used like code: only if it is the user's, and says what its code was.

    Raises
    ------
    UsageError
        If the file is no Dataset that `sweeprun collect` made; it, or a directory that it says its code is in, is
        another user's, and not trusted; or its code is not known, and that isn't allowed.
    """
    check_file_trusted(path, trust=trust, doing=_RUNS)
    kind = dataset_format(path)
    if kind is None:
        raise UsageError(f"{str(path)!r} is no Dataset; name a file that ends in {suffixes(DATASET_FORMATS)}")
    try:
        dataset = kind.open(path)
    except Exception as error:
        raise UsageError(f"{str(path)!r} can't be opened as a Dataset: {error}") from error
    with dataset:
        text = dataset.attrs.get(MANIFEST_ATTRIBUTE)
        if not text:
            raise UsageError(f"{str(path)!r} does not say how it was made; name the run instead: {_OF_RUN}")
        try:
            manifest = Manifest.from_dict(json.loads(str(text)))
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise FormatError(f"{str(path)!r}: its attribute {MANIFEST_ATTRIBUTE} is malformed: {error}") from error
        if manifest.job.function is not None:
            raise UsageError(
                f"the task function of {str(path)!r} is in its run, and not in the file; name the run instead: "
                f"{_OF_RUN}"
            )
        task = choose_task(manifest.table, chosen)
        manifest = _with_harmless_variables(manifest, path, observer)
        accepted = _code(dataset)
        check_directories_trusted(path, _directories(manifest, accepted), trust=trust, doing=_RUNS)
        _check_known(accepted, path, allowed=allow_drift)
        code = check_code(
            accepted,
            str(path),
            manifest.python_path,
            allowed=allow_drift,
            doing="it would not be the same run again",
            observer=observer,
        )
        arrays = _values(dataset, manifest, task)
        config = str(dataset.attrs.get("base_config", ""))
        if masked := _masked(dataset):
            manifest, config = _unmasked(dataset, path, masked, task, trust=trust)
            task = manifest.table.task(task.task_id)
        frozen = [freeze_text(text) for text in config.split("---\n")]
        return Recorded(manifest=manifest, frozen=frozen, task=task, arrays=arrays, record=None, code=code)


def _masked(dataset: xr.Dataset) -> list[str]:
    """The keys whose values are not in a file, as they are secret."""
    with suppress(ValueError, TypeError, KeyError):
        return list(map(str, json.loads(str(dataset.attrs.get(MASKED_ATTRIBUTE)))["keys"]))
    return []


def _unmasked(
    dataset: xr.Dataset, path: Path, masked: Sequence[str], task: Task, *, trust: bool
) -> tuple[Manifest, str]:
    """The manifest and the configs of the run that a file is of, which alone has what the file masks.

    Raises
    ------
    UsageError
        If the run is not where it was, or is another user's and not trusted.
    """
    run = RunDirectory(Path(str(dataset.attrs.get(RUN_PATH, ""))))
    with suppress(OSError, FormatError):
        if digest_of(run) == dataset.attrs.get(RUN_DIGEST):
            check_trusted(run, trust=trust, doing=_RUNS)
            return read_manifest(run), config_text(run)
    raise UsageError(
        f"{str(path)!r} masks {', '.join(masked)}, and the run that has it is not in {str(run.path)!r} any more; where "
        f"it is now: {Command('replay', 'RUN', (task.task_id,))}"
    )


def _with_harmless_variables(manifest: Manifest, path: Path, observer: Observer) -> Manifest:
    """The manifest with those of its environment variables alone that may come from anybody; others are told."""
    variables = {str(name): str(value) for name, value in dict(manifest.launcher.get("variables") or {}).items()}
    of_tasks = manifest.job.task_variables
    kept = harmless(variables)
    left = [name for name in dict.fromkeys([*variables, *of_tasks]) if name not in kept and name not in HARMLESS]
    left += [name for name in variables if name in HARMLESS and name not in kept]
    if left:
        observer.note(
            f"{', '.join(left)}: not set as {str(path)!r} says, as such a variable can run code, and any user may have "
            f"written it into a file; if the task needs it, export it here, or name the run: {_OF_RUN}"
        )
    job = replace(manifest.job, task_variables=tuple(name for name in of_tasks if name in HARMLESS))
    if job.chdir or job.directories:
        observer.note(f"{str(path)!r} doesn't have Hydra's config, so the task runs where you are, not in a directory")
    job = replace(job, subdir=BY_NUMBER, chdir=False, directories=False)
    return replace(manifest, launcher=manifest.launcher | {"variables": kept}, job=job)


def _directories(manifest: Manifest, code: Code | None) -> list[Path]:
    """Where a file says that code is."""
    named = [*manifest.python_path, manifest.job.cwd or ".", *([] if code is None else [code.base])]
    return list(dict.fromkeys(Path(str(directory)) for directory in named))


def _check_known(code: Code | None, path: Path, *, allowed: bool) -> None:
    """Refuse code of which a file says nothing: whatever its configs name would be called."""
    if (code is None or not (code.files or code.functions)) and not allowed:
        raise UsageError(
            f"what code {path} was made with is not known, so whatever its configs name would be called; look at them "
            f"(its attribute base_config) and add {ALLOW_DRIFT}, or name the run: {_OF_RUN}"
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
    return SomeOf(values) if {CHOSEN_ATTRIBUTE, MASKED_ATTRIBUTE}.intersection(dataset.attrs) else values
