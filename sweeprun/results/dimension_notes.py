"""What is to be said of the names of results' own dimensions: which have none, and which have another one."""

import json
import re
from collections.abc import Iterable, Mapping

from sweeprun.design.axes import RESERVED_NAMES
from sweeprun.design.result_dims import named
from sweeprun.results.notes import Note, NoteKind
from sweeprun.store.dims import default_dims
from sweeprun.store.manifest import Manifest
from sweeprun.store.payloads import Layout, Variable

_MOST_RESULTS = 5
_PLAIN = re.compile(r"[^\W\d][\w.-]*")
"""A name that needs no quotes in a config."""


def dimension_notes(manifest: Manifest, layouts: Iterable[Layout]) -> tuple[Note, ...]:
    """What is to be said of the dimensions of a run's results.

    Parameters
    ----------
    manifest
        The run.
    layouts
        What its tasks returned.
    """
    every = [one for layout in {id(own): own for own in layouts}.values() for one in layout.variables]
    variables = {_own_name(one): one.dims for one in every}
    if not variables:
        return ()
    unnamed = {name: dims for name, dims in variables.items() if dims and dims == default_dims(name, len(dims))}
    lengths = {_own_name(one): one.shape for one in every}
    texts = [_of_unnamed(manifest, unnamed, _may_label(unnamed, lengths))] if unnamed else []
    texts += [
        f"the dimension {dim!r} is called 'result_{dim}', since {dim!r} says something of each task"
        for dim in named(manifest.job.dims)
        if dim in RESERVED_NAMES
    ]
    return tuple(Note(kind=NoteKind.DIMENSIONS, name="", text=text) for text in texts)


def _own_name(variable: Variable) -> str:
    """What a task called a variable, as far as its dims tell: it may have another name in the Dataset."""
    own = variable.name.removeprefix("result_")
    return own if variable.dims and variable.dims == default_dims(own, len(variable.dims)) else variable.name


def _may_label(unnamed: Mapping[str, tuple[str, ...]], lengths: Mapping[str, tuple[int, ...]]) -> list[str]:
    """The lists that may be labels of a dimension of another result, by their lengths."""
    return [
        result
        for result, dims in unnamed.items()
        if len(dims) == 1
        and "." not in result
        and any(lengths[result][0] in lengths[other] for other in unnamed if other != result)
    ]


def _of_unnamed(manifest: Manifest, unnamed: Mapping[str, tuple[str, ...]], labels: list[str]) -> str:
    """Which dimensions have no names, and what is to be typed that they have in the next sweep."""
    dims = list(dict.fromkeys(dim for own in unnamed.values() for dim in own))
    missing = {result: own for result, own in unnamed.items() if result not in manifest.job.dims}
    called = f"dimensions without names are called {', '.join(_short(dims))}"
    if not missing:  # they have the wrong number of names, which is reported as what can't be stored
        return called
    python = manifest.calls_by_keywords
    names = _short(
        [f"{_key(result, python=python)}: {_placeholders(own, python=python)}" for result, own in missing.items()]
    )
    entries = ", ".join(names)
    hint = _of_labels([result for result in labels if result in missing])
    if python:
        return f"{called}; to name them in the next sweep, call sweeprun.sweep(…, dims={{{entries}}}){hint}"
    where = "in the config" if manifest.job.function else "beside `task` in the config"
    return f"{called}; to name them in the next sweep, write {where}: dims: {{{entries}}}{hint}"


def _of_labels(labels: list[str]) -> str:
    """What to write instead of a result that labels a dimension of another."""
    if not labels:
        return ""
    if len(labels) == 1:
        return (
            f"; if {labels[0]!r} labels a dimension of another result, name that one {labels[0]}, and leave it out here"
        )
    listed = ", ".join(map(repr, _short(labels)))
    return f"; if one of {listed} labels a dimension of another result, name that one after it, and leave it out here"


def _key(result: str, *, python: bool) -> str:
    return repr(result) if python else result if _PLAIN.fullmatch(result) else json.dumps(result, ensure_ascii=False)


def _placeholders(dims: tuple[str, ...], *, python: bool) -> str:
    return f"[{', '.join([repr('NAME') if python else 'NAME'] * len(dims))}]"


def _short(texts: list[str]) -> list[str]:
    return texts if len(texts) <= _MOST_RESULTS else [*texts[:_MOST_RESULTS], "…"]
