"""The manifest: what a run is, written once at submission as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sweeprun.design.overrides import Override
from sweeprun.design.policy import Policy
from sweeprun.design.scalars import check_types
from sweeprun.design.tasks import Task, TaskTable
from sweeprun.errors import FormatError, UsageError
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import read_extensions
from sweeprun.store.files import MOST_JSON, create_file, read_json
from sweeprun.store.job_spec import JobSpec

FORMAT = "sweeprun-run"
VERSION = 5

MOST_TASKS = 10**8
"""Of so many the states alone take a gigabyte."""

MOST_BATCHES = 10_000
"""So many blocks of one task or a few, as sweepers of others add them, are read in some seconds."""

_MOST_BLOCKS = 1000
_SMALL_BLOCK = 1000
_MOST_ADDED = 10**7
_READABLE_VERSIONS = (1, 2, 3, 4, VERSION)
"""Version 1 held the array, too, which nobody who reads a run needs; version 3 can leave points out, version 4 have
other values of Python than numbers and texts on its axes, and a task function that no config names; version 5 names
dimensions of results, and says which bit generator makes the streams, what seeds of commands are, and which spawn key
samples are drawn with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All that is known of a run before its first task starts.

    Attributes
    ----------
    table
        Its tasks.
    overrides
        Every override in the order in which it takes effect.
    composition_axes
        The axes that choose options of config groups; each combination of their values has a composed config.
    launcher
        The launcher's name and options.
    job
        What is the same for all tasks.
    python_path
        Directories that workers put in front of ``sys.path``.
    provenance
        Where it came from: command line, versions, host, time.
    policy
        What becomes of tasks that fail, as the run was started.
    """

    table: TaskTable
    overrides: tuple[Override, ...]
    composition_axes: tuple[str, ...]
    launcher: dict[str, Any]
    job: JobSpec
    python_path: tuple[str, ...]
    provenance: dict[str, Any]
    policy: Policy = field(default_factory=Policy)

    def composition(self, task: Task) -> int:
        """The number of the composed config that a task derives from; leftmost axis slowest."""
        block = self.table.block_of(task.task_id)
        number = place = 0
        for dimension in block.design.dimensions:
            if any(axis.name in self.composition_axes for axis in dimension.axes):
                number = number * len(dimension) + task.indices[place]
            place += len(dimension.axes)
        return number if block.compositions is None else block.compositions[number]

    @property
    def calls_by_keywords(self) -> bool:
        """Whether a task's config is nothing but its arguments: the values of its axes, and constants."""
        return self.job.function is not None and self.job.function.keywords

    def values(self, task: Task) -> dict[str, Any]:
        """The values of a task by axis, as they were given."""
        axes = self.table.block_of(task.task_id).design.axes
        return {axis.name: axis.values.value(index) for axis, index in zip(axes, task.indices, strict=True)}

    def override_texts(self, task: Task) -> list[str]:
        """The overrides of a task as they would be typed."""
        return self.table.written(task, self.overrides)

    def to_dict(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            **self.table.to_dict(),
            "overrides": [override.to_dict() for override in self.overrides],
            "composition_axes": list(self.composition_axes),
            "launcher": self.launcher,
            "job": self.job.to_dict(),
            "python_path": list(self.python_path),
            "provenance": self.provenance,
            "policy": self.policy.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Manifest":
        if data.get("format") != FORMAT:
            raise FormatError(f"this is no manifest of a run: its format is {data.get('format')!r}, not {FORMAT!r}")
        if data.get("version") not in _READABLE_VERSIONS:
            raise FormatError(
                f"the manifest has version {data.get('version')!r} and this sweeprun reads version {VERSION}; "
                "use the sweeprun that made the run, or a newer one"
            )
        return cls(
            table=TaskTable.from_dict(data),
            overrides=tuple(Override.from_dict(override) for override in data["overrides"]),
            composition_axes=tuple(data["composition_axes"]),
            launcher=dict(data["launcher"]),
            job=JobSpec.from_dict(data["job"]),
            python_path=tuple(data["python_path"]),
            provenance=dict(data["provenance"]),
            policy=Policy.from_dict(data["policy"]) if "policy" in data else Policy(),
        )


def write_manifest(run: RunDirectory, manifest: Manifest) -> None:
    """Write the manifest of a new run; with it, the run exists."""
    create_file(run.manifest, json.dumps(manifest.to_dict(), indent=1).encode())


def read_manifest(run: RunDirectory) -> Manifest:
    """The manifest of a run, with the tasks that were added later in its table.

    Raises
    ------
    FormatError
        If it is malformed or of an unknown version.
    """
    try:
        data = read_json(run.manifest)
        manifest = Manifest.from_dict(data)
        added = tuple(read_extensions(run))
        if added:
            manifest = replace(manifest, table=manifest.table.with_blocks(added))
        _check_readable(manifest)
    except FormatError as error:
        raise FormatError(str(error) if str(run.path) in str(error) else f"{run.manifest}: {error}") from error
    except FileNotFoundError as error:
        raise FormatError(f"{run.path} has no manifest.json any more") from error
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, UsageError) as error:
        raise FormatError(f"{run.manifest} is malformed: {type(error).__name__}: {error}") from error
    return manifest


def check_size(manifest: Manifest) -> None:
    """Refuse a run that nobody could look at, before anything of it is made.

    Raises
    ------
    UsageError
        If it has too many tasks, or its manifest would be too large to be read.
    """
    if (count := len(manifest.table)) > MOST_TASKS:
        raise UsageError(
            f"a sweep of {count} tasks is too large: a run has at most {MOST_TASKS}. Let each task do more (such as "
            "many seeds in one), or split it into several sweeps"
        )
    if (size := len(json.dumps(manifest.to_dict(), indent=1))) > MOST_JSON // 2:
        raise UsageError(
            f"the values of the axes take {size} bytes when they are listed, and a run holds {MOST_JSON // 2}; write "
            "them as range(…), draw fewer points, or read them in the task function"
        )


def _check_readable(manifest: Manifest) -> None:
    table = manifest.table
    if not table.blocks:
        raise ValueError("it has no tasks")
    if len(table) > MOST_TASKS:
        raise ValueError(f"it claims {len(table)} tasks, and a run has at most {MOST_TASKS}")
    most = MOST_BATCHES if all(len(block.design) <= _SMALL_BLOCK for block in table.blocks) else _MOST_BLOCKS
    if len(table.blocks) > 1 and (
        len(table.blocks) > most or max(map(len, table.blocks[-1].design.axes), default=0) > _MOST_ADDED
    ):
        raise ValueError(f"it was extended more than {most} times, or beyond {_MOST_ADDED} values of an axis")
    first = table.blocks[0].design
    names = [axis.name for axis in first.axes]
    for block in table.blocks:
        joint = [(joint.name, joint.axes) for joint in block.design.joint]
        if [axis.name for axis in block.design.axes] != names or joint != [(one.name, one.axes) for one in first.joint]:
            raise ValueError("its blocks of tasks have different axes")
    if any(override.axis is not None and override.axis not in names for override in manifest.overrides):
        raise ValueError("an override follows an axis that there is not")
    command = manifest.provenance.get("command", [])
    check_types(list, command)
    check_types(str, *command)
