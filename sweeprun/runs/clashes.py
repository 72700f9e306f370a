"""Generators of a task function's own that draw what a task's stream draws: told before anything of it runs."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from omegaconf import DictConfig

from sweeprun.config.extending import Extension
from sweeprun.config.frozen import ConfigDeriver, read_configs
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import Manifest
from sweeprun.store.notices import StreamClash
from sweeprun.store.submissions import function_of, read_submissions
from sweeprun.worker.functions import load_task_function
from sweeprun.worker.pickled_functions import load_given_function, with_function
from sweeprun.worker.stream_clashes import clash_of_task


def clash_of_configs(
    manifest: Manifest, frozen: Sequence[tuple[bytes, bytes]], specs: Iterable[Any], *, first: int = 0
) -> StreamClash | None:
    """The first clash of task functions that configs name.

    Parameters
    ----------
    manifest, frozen
        The run, and its pickled configs.
    specs
        What configs name the functions by.
    first
        The task whose config says what is as in every other.
    """
    if manifest.table.streams.root_seed is not None:
        return None
    functions = [load_task_function(spec, manifest.job.base) for spec in specs]
    with suppress(Exception):  # a config that can't be derived is the task's to say
        config = ConfigDeriver(manifest, frozen).derive(manifest.table.task(first))
        found = (clash_of_task(function, manifest, config) for function in functions)
        return next((clash for clash in found if clash is not None), None)
    return None


def clash_of_extended(run: RunDirectory, manifest: Manifest, added: Extension) -> StreamClash | None:
    """The first clash in a run to which tasks are added, unless it was said before.

    Parameters
    ----------
    run, manifest
        The run as it is.
    added
        What is added.
    """
    first, manifest = len(manifest.table), replace(manifest, table=manifest.table.with_blocks(added.blocks))
    if run.stream_clash.exists() or manifest.table.streams.root_seed is not None:
        return None
    with suppress(Exception):  # what can't be loaded is the workers' to say
        if not manifest.calls_by_keywords:
            frozen = [*read_configs(run), *((own.task, own.full) for own in added.compositions)]
            config = ConfigDeriver(manifest, frozen).derive(manifest.table.task(first))
            return clash_of_configs(manifest, frozen, [config.get("task"), *added.task_specs], first=first)
        reference = with_function(manifest, function_of(read_submissions(run))).job.function
        if reference is not None:
            return clash_of_task(load_given_function(reference, run.path), manifest, DictConfig({}))
    return None
