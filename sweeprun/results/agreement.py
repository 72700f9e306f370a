"""The attributes that the results of many tasks have in common."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sweeprun.errors import ResultError
from sweeprun.results.notes import Note, NoteKind
from sweeprun.store.clean_names import renamed_from

_MEANING = ("units", "calendar")
"""Attributes without which numbers can't be compared."""

Given = Sequence[tuple[int, Mapping[str, Any]]]
"""The id of each task, and the attributes that it gave."""


def check_meaning(name: str, given: Given) -> None:
    """Refuse a variable that is something else in another task: another result by the same name, or in other units.

    Raises
    ------
    ResultError
        If two tasks have different ones; it names both.
    """
    called = [(task_id, renamed_from(name, attrs)) for task_id, attrs in given]
    for task_id, own in called:
        first_id, first = called[0]
        if own != first:
            raise ResultError(
                f"{name!r} is what task {first_id} called {(first or name)!r} and task {task_id} {(own or name)!r}; "
                "names have a dot in the place of a slash, and these are two results: give them names that differ"
            )
    check_units(repr(name), given)


def check_units(what: str, given: Given) -> None:
    """Refuse attributes that give the same number another meaning in another task.

    Raises
    ------
    ResultError
        If two tasks have different ones; it names both.
    """
    for name in _MEANING:
        having = [(task_id, attrs[name]) for task_id, attrs in given if name in attrs]
        for task_id, value in having:
            first_id, first = having[0]
            if _text(value) != _text(first):
                raise ResultError(
                    f"{what} has {name} {first!r} in task {first_id} and {name} {value!r} in task {task_id}; "
                    "they must agree, since values are not converted"
                )


def common_attrs(given: Given) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The attributes that all tasks agree on, and the names of all others."""
    if not given:
        return {}, ()
    first = dict(given[0][1])
    texts = {name: _text(value) for name, value in first.items()}
    apart: dict[str, None] = {}
    for _, attrs in given[1:]:
        if attrs is not given[0][1]:
            apart |= dict.fromkeys(
                name for name in {**first, **attrs} if _text(attrs.get(name, _NONE)) != texts.get(name)
            )
    return {name: value for name, value in first.items() if name not in apart}, tuple(apart)


_NONE = object()


def _text(value: Any) -> str | None:
    """What tells attributes from one another: a record has them as JSON, with NaN that equals NaN."""
    return None if value is _NONE else json.dumps(value, sort_keys=True, default=str)


def dropped_note(name: str, dropped: Sequence[str]) -> tuple[Note, ...]:
    """What is to be said of attributes that tasks don't agree on; nothing if there are none.

    Parameters
    ----------
    name
        The variable that they are of; empty if of the whole result.
    dropped
        Their names.
    """
    if not dropped:
        return ()
    which = f"of {name!r}" if name else "of the results"
    text = f"attributes {which} that differ from task to task are left out: {', '.join(dropped)}"
    return (Note(kind=NoteKind.ATTRIBUTES, name=name, text=text),)
