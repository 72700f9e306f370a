"""Which tasks read which files, where files are the values of an axis."""

from collections.abc import Iterable, Iterator

import numpy as np

from sweeprun.design.tasks import Block, TaskTable


def input_paths(blocks: Iterable[Block]) -> list[str]:
    """The files that are values of axes, each once."""
    axes = (axis for block in blocks for axis in block.design.axes)
    return list(dict.fromkeys(path for axis in axes for path in axis.values.paths()))


def input_paths_of(table: TaskTable, tasks: np.ndarray) -> frozenset[str]:
    """The files that some tasks are made of.

    Parameters
    ----------
    table
        All tasks.
    tasks
        Whether each is one of them; shape ``(tasks,)``.
    """
    return frozenset(path for block in table.blocks for path in _of_block(block, tasks))


def _of_block(block: Block, tasks: np.ndarray) -> Iterator[str]:
    design = block.design
    own = tasks[block.first_id : block.first_id + len(design)].reshape(design.shape)
    for number, dimension in enumerate(design.dimensions):
        for paths in (axis.values.paths() for axis in dimension.axes):
            if paths:
                others = tuple(other for other in range(own.ndim) if other != number)
                yield from (paths[place] for place in np.flatnonzero(own.any(axis=others)))
