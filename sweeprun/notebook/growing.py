"""Further values on the axes of a run, given in Python."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sweeprun.cli.extend import plan_words
from sweeprun.config.extending import Extension
from sweeprun.config.grammar import quoted
from sweeprun.design.axes import Axis
from sweeprun.design.extending import extend_table, join_new_points, whole_grid
from sweeprun.design.grid import Dimension
from sweeprun.design.values import IntegerRange
from sweeprun.errors import OverrideError, UsageError
from sweeprun.notebook.preparing import further_dimensions
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import Manifest


def plan_given(run: RunDirectory, manifest: Manifest, axes: Mapping[str, Any], members: int | None) -> Extension:
    """The tasks that further values of some axes add; nothing is written.

    Raises
    ------
    UsageError
        If there are none, or the run doesn't have such an axis.
    """
    if not axes and members is None:
        raise UsageError("name an axis with further values: run.extend(seed=range(40)), or run.extend(members=100)")
    dimensions = further_dimensions(axes, members)
    if not manifest.calls_by_keywords:  # of a run with configs, these check the values, in Hydra's grammar
        return plan_words(run, manifest, [_word(dimension) for dimension in dimensions])
    whole = {dimension.name: dimension for dimension in whole_grid(manifest.table).dimensions}
    added = [_joined(whole, dimension) for dimension in dimensions]
    blocks = extend_table(manifest.table, added).blocks[len(manifest.table.blocks) :]
    return Extension(blocks=blocks, compositions=(), task_specs=())


def _joined(whole: Mapping[str, Dimension], given: Dimension) -> Dimension:
    """A dimension with what is to be on it; of axes that move together, their new points numbered on."""
    own = whole.get(given.name)
    for known in whole.values():
        if known.joint is not None and given.joint is None and given.name in (known.name, *known.joint.axes):
            example = ", ".join(f"{name!r}: […]" for name in known.joint.axes)
            raise OverrideError(
                f"{given.name!r} belongs to axes that move together: run.extend({known.name}={{{example}}})"
            )
    if given.joint is None or own is None:
        return given
    if own.joint is None or {*own.joint.axes} != {*given.joint.axes}:
        raise OverrideError(f"{given.name!r} does not hold {', '.join(given.joint.axes)} in this run, moving together")
    by_name = {axis.name: axis for axis in given.axes}
    ordered = replace(given, axes=tuple(by_name[axis.name] for axis in own.axes), joint=replace(own.joint, first=0))
    return join_new_points(own, ordered)


def _word(dimension: Dimension) -> str:
    if dimension.joint is not None:
        members = ",".join(f"{axis.name}=[{_texts(axis)}]" for axis in dimension.axes)
        return f"{dimension.name}=zip({members})"
    (axis,) = dimension.axes
    if axis.name == "member":
        return f"hydra.sweeper.members={len(axis)}"
    if isinstance(axis.values, IntegerRange):
        return f"{axis.name}={axis.values.written()}"
    return f"{axis.name}={_texts(axis)}"


def _texts(axis: Axis) -> str:
    """The values in Hydra's grammar: texts in quotes, as they may hold anything."""
    texts = []
    for index in range(len(axis)):
        label = axis.values.label(index)
        texts.append(quoted(label) if isinstance(label, str) else axis.values.text(index))
    return ",".join(texts)
