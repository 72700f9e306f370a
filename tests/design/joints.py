"""Grids with axes that move together, for tests."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from sweeprun.design.axes import Axis
from sweeprun.design.grid import Grid, Joint
from sweeprun.design.label_kinds import LabelKind
from sweeprun.design.values import Choice


def listed(name: str, labels: Sequence[Any]) -> Axis:
    """An axis with these labels as its values."""
    values = tuple(labels)
    choice = Choice(values=values, texts=tuple(map(str, values)), labels=values)
    return Axis(name=name, values=choice, kind=LabelKind.of(values))


def joint_grid(*groups: Sequence[Sequence[Any]]) -> Grid:
    """A grid of dimensions ``d0, d1, …``; of several lists of labels, axes ``d0.0, d0.1, …`` that move together."""
    axes: list[Axis] = []
    joints = []
    for number, group in enumerate(groups):
        if len(group) == 1:
            axes.append(listed(f"d{number}", group[0]))
            continue
        own = [listed(f"d{number}.{place}", labels) for place, labels in enumerate(group)]
        joints.append(Joint(name=f"d{number}", axes=tuple(axis.name for axis in own)))
        axes += own
    return Grid(axes=tuple(axes), joint=tuple(joints))


@st.composite
def joint_grids(draw: st.DrawFn) -> Grid:
    """Small grids of single axes, with distinct labels, and of axes that move together, whose labels repeat."""
    groups = []
    for _ in range(draw(st.integers(0, 3))):
        length = draw(st.integers(1, 4))
        columns = draw(st.integers(1, 3))
        if columns == 1:
            groups.append([draw(st.permutations(range(length)))])
        else:
            column = st.lists(st.integers(0, 2), min_size=length, max_size=length)
            groups.append([draw(column) for _ in range(columns)])
    return joint_grid(*groups)
