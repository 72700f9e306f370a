"""The task table: task_id -> task, computed on demand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from sweeprun.design.grid import Grid
from sweeprun.design.overrides import Override
from sweeprun.design.scalars import Scalar
from sweeprun.design.selection import Kept, Selection
from sweeprun.design.streams import Streams
from sweeprun.design.task_ids import TaskIds
from sweeprun.errors import OverrideError, UsageError
from sweeprun.wording import sweeper


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One point of a design.

    Attributes
    ----------
    task_id
        Its permanent number, from 0.
    indices
        Its index into each axis of its block.
    coordinates
        Axis name -> label, in the order of the axes.
    stream
        The number of its random stream.
    """

    task_id: int
    indices: tuple[int, ...]
    coordinates: dict[str, Scalar]
    stream: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The tasks of one design, numbered on from ``first_id``.

    Attributes
    ----------
    first_id
        The id of its first task.
    design
        What its tasks are.
    compositions
        The number of the composed config for each combination of the points of its composition dimensions, leftmost
        slowest; None if they are numbered in that order.
    """

    first_id: int
    design: Grid
    compositions: tuple[int, ...] | None = None

    def __contains__(self, task_id: object) -> bool:
        return isinstance(task_id, int) and 0 <= task_id - self.first_id < len(self.design)

    def first_of(self, design: Grid, places: Sequence[int], shared_by: Iterable[str]) -> int | None:
        """The id of the first task here that agrees with a point of another design in some axes; None if none does."""
        names = set(shared_by)
        own_places = []
        for own, other, place in zip(self.design.dimensions, design.dimensions, places, strict=True):
            own_place = own.first_like(other, place, names)
            if own_place is None:
                return None
            own_places.append(own_place)
        return self.first_id + self.design.position(own_places)

    def to_dict(self) -> dict[str, Any]:
        data = {"first_id": self.first_id, "design": self.design.to_dict()}
        return data if self.compositions is None else data | {"compositions": list(self.compositions)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Block":
        compositions = data.get("compositions")
        return cls(
            first_id=data["first_id"],
            design=Grid.from_dict(data["design"]),
            compositions=None if compositions is None else tuple(map(int, compositions)),
        )


@dataclass(frozen=True, kw_only=True)
class TaskTable:
    """All tasks of a run: a list of blocks, how their streams are numbered, and which of them are run.

    A sweep starts with one block. An id, once given, never means anything else, so a sweep grows by appending blocks.
    """

    blocks: tuple[Block, ...]
    streams: Streams = field(default_factory=Streams)
    selection: Selection = field(default_factory=Selection)

    def __post_init__(self) -> None:
        expected = 0
        for block in self.blocks:
            if block.first_id != expected:
                raise ValueError(f"a block starts at task {block.first_id}, not at {expected}")
            expected += len(block.design)
        for name in self.streams.shared_by or ():
            if any(name not in block.design.names() for block in self.blocks):
                names = ", ".join(axis.name for axis in self.blocks[0].design.axes) or "none"
                raise OverrideError(f"{sweeper('streams')} names {name!r}, which is not an axis; axes: {names}")

    @classmethod
    def of(
        cls,
        design: Grid,
        streams: Streams | None = None,
        selection: Selection | None = None,
        compositions: tuple[int, ...] | None = None,
    ) -> "TaskTable":
        """The table of a new sweep.

        Raises
        ------
        OverrideError
            If the streams or the selection name what isn't an axis, or no point is left.
        """
        block = Block(first_id=0, design=design, compositions=compositions)
        table = cls(blocks=(block,), streams=streams or Streams(), selection=selection or Selection())
        if not table.count_selected():
            raise OverrideError(
                f"{sweeper('exclude')} and only leave none of the {len(table)} points; there is nothing to run"
            )
        return table

    def with_blocks(self, blocks: Iterable[Block]) -> "TaskTable":
        """The table with further blocks."""
        return replace(self, blocks=(*self.blocks, *blocks))

    def __len__(self) -> int:
        return sum(len(block.design) for block in self.blocks)

    def task(self, task_id: int) -> Task:
        """The task with that id.

        Raises
        ------
        UsageError
            If there is none.
        """
        block = self.block_of(task_id)
        position = task_id - block.first_id
        return Task(
            task_id=task_id,
            indices=block.design.indices(position),
            coordinates=block.design.coordinates(position),
            stream=self._stream(block, position),
        )

    def block_of(self, task_id: int) -> Block:
        """The block that a task belongs to."""
        for block in self.blocks:
            if task_id in block:
                return block
        raise UsageError(f"there is no task {task_id}; this sweep has tasks 0 to {len(self) - 1}")

    def is_selected(self, task_id: int) -> bool:
        """Whether a task is run, and not excluded."""
        if not self.selection:
            return True
        block = self.block_of(task_id)
        return task_id - block.first_id in self._kept[self.blocks.index(block)]

    def count_selected(self) -> int:
        """How many tasks are run."""
        return sum(map(len, self._kept)) if self.selection else len(self)

    def selected(self, first_id: int = 0) -> TaskIds:
        """The tasks that are run, of the block that begins at ``first_id`` and of all later ones."""
        if not self.selection:
            return TaskIds((range(first_id, len(self)),))
        parts = [pair for pair in zip(self.blocks, self._kept, strict=True) if pair[0].first_id >= first_id]
        return TaskIds(tuple(run for block, kept in parts for run in kept.task_ids(block.first_id).ranges))

    def selected_mask(self) -> np.ndarray:
        """Whether each task is run; shape ``(tasks,)``."""
        if not self.selection:
            return np.ones(len(self), bool)
        return np.concatenate([kept.whole_mask() for kept in self._kept])

    @cached_property
    def _kept(self) -> tuple[Kept, ...]:
        return tuple(self.selection.kept(block.design) for block in self.blocks)

    def _stream(self, block: Block, position: int) -> int:
        """The id of the first task that shares this task's stream; its own id unless sharing was asked for."""
        shared_by = self.streams.shared_by
        if shared_by is None:
            return block.first_id + position
        places = block.design.places(position)
        for earlier in self.blocks:
            if earlier is block:
                break
            found = earlier.first_of(block.design, places, shared_by)
            if found is not None:
                return found
        return block.first_id + block.design.first_position(position, shared_by)

    def written(self, task: Task, overrides: Iterable[Override]) -> list[str]:
        """The overrides of a task as they would be typed."""
        axes = self.block_of(task.task_id).design.axes
        texts = {axis.name: axis.values.text(index) for axis, index in zip(axes, task.indices, strict=True)}
        return [override.written(texts[override.axis] if override.axis else None) for override in overrides]

    def to_dict(self) -> dict[str, Any]:
        data = {"blocks": [block.to_dict() for block in self.blocks], "streams": self.streams.to_dict()}
        return data | {"selection": self.selection.to_dict()} if self.selection else data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "TaskTable":
        return cls(
            blocks=tuple(Block.from_dict(block) for block in data["blocks"]),
            streams=Streams.from_dict(data["streams"]),
            selection=Selection.from_dict(data["selection"]) if "selection" in data else Selection(),
        )
