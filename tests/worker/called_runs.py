"""Runs of Python functions that are called by keywords, made by hand; the worker needs neither Hydra nor configs."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid
from sweeprun.design.policy import Policy
from sweeprun.design.streams import Streams
from sweeprun.design.tasks import TaskTable
from sweeprun.store.directory import RunDirectory, make_run_directory
from sweeprun.store.job_spec import PICKLED, FunctionReference, JobSpec
from sweeprun.store.manifest import Manifest, write_manifest
from sweeprun.worker.pack_function import pack_function


def make_called_run(
    path: Path,
    function: Callable[..., Any],
    *axes: Axis,
    constants: Mapping[str, Any] | None = None,
    policy: Policy | None = None,
    streams: Streams | None = None,
    **job: Any,
) -> RunDirectory:
    run = make_run_directory(path, numbered=False)
    given = constants or {}
    pack_function(function, path.parent, given).keep(run.function, run.function_source)
    names = tuple(sorted(given))
    reference = FunctionReference(kind=PICKLED, path=run.function.name, keywords=True, constants=names)
    manifest = Manifest(
        table=TaskTable.of(Grid(axes=axes), streams),
        overrides=(),
        composition_axes=(),
        launcher={"name": "local"},
        job=JobSpec(cwd=str(path.parent), function=reference, **job),
        python_path=(),
        provenance={},
    )
    write_manifest(run, replace(manifest, policy=policy or Policy()))
    return run
