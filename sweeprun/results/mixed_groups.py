"""Results that are one variable in some tasks and several in others, as if two programs had written them."""

from collections.abc import Sequence

from sweeprun.results.layout_groups import Part
from sweeprun.results.notes import Note, NoteKind

_SHOWN = 3


def mixed_groups(parts: Sequence[Part]) -> tuple[Note, ...]:
    """What is to be said of each result that is a variable here and a group of variables with its name there.

    Such is a table in a mapping, which earlier versions recorded as one array, in a run that goes on with this one.
    """
    layouts = {id(part.layout): part for part in reversed(parts)}.values()
    names = [(part.first_task, {variable.name for variable in part.layout.variables}) for part in layouts]
    first: dict[str, int] = {}
    for task_id, own in names:
        first.update((name, min(task_id, first.get(name, task_id))) for name in own)
    groups: dict[str, list[str]] = {}
    for name in sorted(first):
        for group in _groups_of(name):
            if group in first and not any({name, group} <= own for _, own in names):
                groups.setdefault(group, []).append(name)
    return tuple(_note(group, first[group], inside, first[inside[0]]) for group, inside in groups.items())


def _groups_of(name: str) -> list[str]:
    """The groups that a dotted name says it is in."""
    parts = name.split(".")
    return [".".join(parts[:count]) for count in range(1, len(parts))]


def _note(name: str, task_id: int, inside: Sequence[str], other_id: int) -> Note:
    shown = ", ".join(map(repr, inside[:_SHOWN])) + (", …" if len(inside) > _SHOWN else "")
    text = (
        f"{name!r} is one variable in task {task_id} and several in task {other_id} ({shown}), so each is missing "
        "where the other was returned; a table in a mapping was one array in earlier versions of sweeprun"
    )
    return Note(kind=NoteKind.GROUPS, name=name, text=text)
