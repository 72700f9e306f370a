"""Jobs that a sweeper of somebody else decides on, batch by batch, as tasks of one run."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

from hydra.core.override_parser.types import Override as HydraOverride
from omegaconf import DictConfig, OmegaConf

from sweeprun.config.application import Application
from sweeprun.config.chosen_plugins import JobsDisagreeError
from sweeprun.config.composing import ComposedSweep, compose_sweep, task_spec
from sweeprun.config.frozen import Composition, freeze
from sweeprun.config.hydra_internals import BasicSweeperConf
from sweeprun.config.parse_sweep import OPERATIONS, choice_of
from sweeprun.config.schema import SweeperOptions
from sweeprun.design.axes import Axis, axis_name
from sweeprun.design.extension import grid_of
from sweeprun.design.grid import Dimension, Grid, Joint
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.overrides import Override
from sweeprun.design.ranges import IntegerRange
from sweeprun.design.tasks import Block, TaskTable
from sweeprun.errors import SweeprunError
from sweeprun.store.manifest import Manifest

log = logging.getLogger(__name__)

JOB = "job"
"""The dimension of jobs that make no grid."""


def enumerates(sweep_config: DictConfig) -> bool:
    """Whether a sweep is one of Hydra's basic sweeper, which knows all jobs before the first one runs."""
    return OmegaConf.get_type(sweep_config.hydra.sweeper) is BasicSweeperConf


def enumerated_sweep(
    application: Application, sweep_config: DictConfig, jobs: Sequence[Sequence[str]]
) -> ComposedSweep | None:
    """The whole sweep of Hydra's basic sweeper, of which some jobs are the first; None if ours would be another one.

    Ours reads ``range(0,1,0.1)`` in decimal; this is the only difference that counts as none.
    """
    params: Any = OmegaConf.to_container(sweep_config.hydra.sweeper.params or OmegaConf.create())
    options = OmegaConf.structured(SweeperOptions(params={str(key): str(value) for key, value in params.items()}))
    try:
        sweep = compose_sweep(application, sweep_config, options)
    except JobsDisagreeError:
        raise
    except SweeprunError as error:  # of a value that is there twice, say
        log.warning("the jobs make no grid, so the results have the dimension %s: %s", JOB, error)
        return None
    return sweep if agrees(sweep.table, sweep.overrides, jobs, first_id=0) else None


def agrees(table: TaskTable, overrides: Sequence[Override], jobs: Sequence[Sequence[str]], *, first_id: int) -> bool:
    """Whether jobs are the tasks from ``first_id`` on."""
    return first_id + len(jobs) <= len(table) and all(
        len(written := table.written(table.task(first_id + place), overrides)) == len(job)
        and all(map(_same, written, job))
        for place, job in enumerate(jobs)
    )


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    (key, _, value), (other_key, _, other_value) = one.partition("="), other.partition("=")
    try:
        return key == other_key and isclose(float(value), float(other_value), rel_tol=1e-12, abs_tol=1e-12)
    except ValueError:
        return False


def compose_jobs(application: Application, sweep_config: DictConfig, jobs: Sequence[Sequence[str]]) -> ComposedSweep:
    """The first jobs of a sweep whose next ones nobody knows: a dimension of jobs, each with a config of its own.

    Raises
    ------
    OverrideError, ConfigError
        If a config can't be composed.
    """
    parsed = [_by_key(application, job) for job in jobs]
    keys = list(dict.fromkeys(key for job in parsed for key in job))
    overrides = [
        Override(operation=OPERATIONS[one.type], key=_bare_key(one), selects=True, axis=axis_name(key))
        for key in keys
        for one in [next(job[key] for job in parsed if key in job)]
    ]
    configs = [application.compose_job(sweep_config, job) for job in jobs]
    grid = _grid(application, [override.axis or "" for override in overrides], keys, parsed, configs, first=0)
    specs: list[Any] = []
    for spec in map(task_spec, configs):
        if spec not in specs:
            specs.append(spec)
    return ComposedSweep(
        table=TaskTable.of(grid),
        overrides=tuple(overrides),
        composition_axes=tuple(axis.name for axis in grid.axes),
        compositions=tuple(map(freeze, configs)),
        sweep_config=sweep_config,
        task_specs=tuple(specs),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedJobs:
    """Further jobs of a sweep.

    Attributes
    ----------
    block
        Their tasks.
    compositions
        Their configs.
    unknown_keys
        Keys that earlier jobs did not have: they are in the configs, but no coordinates.
    """

    block: Block
    compositions: tuple[Composition, ...]
    unknown_keys: tuple[str, ...]


def add_jobs(
    application: Application, sweep_config: DictConfig, manifest: Manifest, jobs: Sequence[Sequence[str]]
) -> AddedJobs:
    """Further jobs of a sweep that `compose_jobs` began.

    Raises
    ------
    OverrideError, ConfigError
        If a config can't be composed.
    """
    first = len(manifest.table)
    names = [override.axis or "" for override in manifest.overrides]
    parsed = [_by_key(application, job) for job in jobs]
    by_name = {axis_name(key): key for job in parsed for key in job}
    keys = [by_name.get(name, name) for name in names]
    configs = [application.compose_job(sweep_config, job) for job in jobs]
    grid = _grid(application, names, keys, parsed, configs, first=first)
    return AddedJobs(
        block=Block(first_id=first, design=grid, compositions=tuple(range(first, first + len(jobs)))),
        compositions=tuple(map(freeze, configs)),
        unknown_keys=tuple(key for name, key in by_name.items() if name not in names),
    )


def _by_key(application: Application, job: Sequence[str]) -> dict[str, HydraOverride]:
    return {_bare_key(one): one for one in application.parse(job)}


def _bare_key(parsed: HydraOverride) -> str:
    key: str = parsed.get_key_element()
    return key.lstrip("+~")


def _grid(
    application: Application,
    names: Sequence[str],
    keys: Sequence[str],
    parsed: Sequence[dict[str, HydraOverride]],
    configs: Sequence[DictConfig],
    *,
    first: int,
) -> Grid:
    """The dimension of jobs, whose axes are the keys that they set; of a job that doesn't, what its config has."""
    name = next(name for name in _job_names() if name not in names)
    axes: list[Axis] = []
    for own, key in zip(names, keys, strict=True):
        jobs = zip(parsed, configs, strict=True)
        values = choice_of(application, [job[key]._value if key in job else _held(config, key) for job, config in jobs])
        axes.append(Axis(name=own, values=values, kind=values.kind()))
    if not axes:
        values_of_none = IntegerRange(start=first, stop=first + len(parsed))
        return grid_of([Dimension.of(Axis(name=name, values=values_of_none, kind=LabelKind.INTEGER))])
    joint = Joint(name=name, axes=tuple(names), first=first)
    return grid_of([Dimension(name=name, axes=tuple(axes), joint=joint)])


def _held(config: DictConfig, key: str) -> Any:
    """What a composed config has for a key: a plain value, the option of a config group, or else None."""
    choices = config.hydra.runtime.choices
    value = choices[key] if key in choices else OmegaConf.select(config, key, throw_on_resolution_failure=False)
    return value if isinstance(value, bool | int | float | str) else None


def _job_names() -> Iterator[str]:
    yield JOB
    number = 1
    while True:
        yield f"{JOB}_{number}"
        number += 1
