"""The dims of a result's variables: whether they go together, and the names that a run gives to those without."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from sweeprun.store.dims import default_dims
from sweeprun.store.object_values import Unstorable
from sweeprun.store.result_attributes import NO_ATTRS, json_of
from sweeprun.store.result_names import ResultNames

Described = tuple[str, tuple[str, ...], tuple[int, ...], str, bool, str]
"""Name, dims, shape, type, whether it is a coordinate, and attributes as JSON, of a variable."""


LABELS = "labels."
"""How the names of lists begin that are called like a dimension and don't fit."""

Found = dict[str, tuple[Described, np.ndarray]]
"""The variables of a result by name, with their values."""


def check_dims(dims: tuple[str, ...], array: np.ndarray, lengths: Mapping[str, int]) -> None:
    """Refuse dims that an array can't have beside others, whose lengths are known.

    Raises
    ------
    Unstorable
        If it can't.
    """
    if not all(dims):
        raise Unstorable("the name of a dimension is empty")
    if len(dims) != array.ndim or len(set(dims)) < len(dims):
        raise Unstorable(f"it has {array.ndim} dimensions, and names for {len(dims)}")
    for dim, length in zip(dims, array.shape, strict=True):
        if lengths.get(dim, length) != length:
            raise Unstorable(f"it has another length along {dim!r} than other variables")


@dataclass(frozen=True, slots=True)
class NamesGiven:
    """What became of the names that a run gives.

    Attributes
    ----------
    misfits
        Names and labels that don't fit, though all values are recorded: ``dims.RESULT`` or ``coords.DIM`` -> what is
        wrong, as a sentence; ``labels.DIM``, of a list that is only called like a dimension -> the end of one.
    implied
        The dimensions that such a list labels.
    """

    misfits: dict[str, str] = field(default_factory=dict)
    implied: list[str] = field(default_factory=list)


def give_names(found: Found, names: ResultNames, lengths: dict[str, int], given: NamesGiven) -> None:
    """Call dims that came without names as the run says, with all that is along them, where that fits."""
    for name in [name for name in found if name in names.dims]:
        (_, own, shape, *_), _ = found[name]
        new = names.dims[name]
        if own != default_dims(name, len(shape)) or own == new:
            continue
        recorded = f"along {', '.join(own)}" if own else "without dimensions"
        if len(new) != len(own):
            named = f"{len(new)} dimension{'s' * (len(new) != 1)} ({', '.join(new)})"
            wrong = f"names {named}, but {name} has {len(own) or 'none'}"
        else:
            try:
                _rename(found, dict(zip(own, new, strict=True)), names, lengths)
            except Unstorable as error:
                wrong = f"doesn't fit: {error}"
            else:
                continue
        given.misfits[f"dims.{name}"] = f"dims.{name} {wrong}; it is recorded {recorded}"


def _rename(found: Found, new: Mapping[str, str], names: ResultNames, lengths: dict[str, int]) -> None:
    """Rename dims of all variables, and what labels them.

    Raises
    ------
    Unstorable
        If they can't have the new names; nothing is renamed then.
    """
    others = {dim: length for dim, length in lengths.items() if dim not in new}
    renamed: Found = {}
    for key, ((name, dims, shape, kind, coordinate, attrs), array) in found.items():
        if new.keys().isdisjoint(dims):
            continue
        own = tuple([new.get(dim, dim) for dim in dims])
        check_dims(own, array, others)
        labels = coordinate and dims == (name,)
        renamed[key] = (name, own, shape, kind, coordinate or own == (name,), attrs), array
        if labels:
            there = _labels_along(new[name], found, names)
            if there is not None and not _equal(array, there):
                raise Unstorable(f"its labels are not those of others along {new[name]!r}")
            if there is not None or new[name] not in found:
                renamed[key] = (new[name], own, shape, kind, True, attrs), array
    for old, (described, array) in renamed.items():
        if old != described[0]:
            del found[old]
        found[described[0]] = described, array
    for old, dim in [(old, dim) for old, dim in new.items() if old != dim]:
        lengths[dim] = lengths.pop(old)


def _labels_along(dim: str, found: Found, names: ResultNames) -> np.ndarray | None:
    """What is along a dim already, by what the task returned or by ``coords``; None if nothing is."""
    if dim in found:
        (_, dims, _, _, coordinate, _), array = found[dim]
        return array if coordinate and dims == (dim,) else None
    if dim in names.labels and names.labels[dim].given:
        with suppress(Unstorable):
            return names.labels[dim].array()[0]
    return None


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.dtype.kind == other.dtype.kind and bool((one == other).all())


def add_labels(
    found: Found, names: ResultNames, lengths: Mapping[str, int], given: NamesGiven, left_out: dict[str, str]
) -> None:
    """Give named dims their coordinates: what the task returned under their names, or labels of the run."""
    dims_given = {dim for name in names.dims if name in found for dim in names.dims[name] if dim in found[name][0][1]}
    for dim in sorted(dims_given):
        if dim in found:
            (_, dims, shape, kind, _, attrs), array = found[dim]
            if dims == default_dims(dim, 1) and shape == (lengths[dim],):
                found[dim] = (dim, (dim,), shape, kind, True, attrs), array
        elif dim in names.labels:
            labels = names.labels[dim]
            try:
                array, kind, own_attrs = labels.array()
            except Unstorable as error:
                if labels.given:
                    wrong = f"coords.{dim} can't label the dimension: {error}"
                    given.misfits[f"coords.{dim}"] = f"{wrong}; it is recorded without labels"
                continue
            if len(array) != lengths[dim]:
                _note_length(dim, len(array), lengths[dim], given, implied=not labels.given)
                continue
            if not labels.given:
                given.implied.append(dim)
            attrs = json_of(own_attrs, f"{dim}.", left_out) if own_attrs else NO_ATTRS
            found[dim] = (dim, (dim,), array.shape, kind, True, attrs), array


def _note_length(dim: str, values: int, length: int, given: NamesGiven, *, implied: bool) -> None:
    count = f"{values} value{'s' * (values != 1)}"
    if implied:
        given.misfits[f"{LABELS}{dim}"] = f"has {count} and the dimension {length}"
    else:
        wrong = f"coords.{dim} has {count}, but the dimension has {length}"
        given.misfits[f"coords.{dim}"] = f"{wrong}; it is recorded without labels"


def misfit_text(name: str, why: str, where: str = "in the config") -> str:
    """What doesn't fit, in words.

    Parameters
    ----------
    name, why
        As of `NamesGiven.misfits`.
    where
        Where a list is that is called like a dimension.
    """
    return f"`{name.removeprefix(LABELS)}` {where} {why}" if name.startswith(LABELS) else why


def misfits_text(misfits: Mapping[str, str]) -> str:
    """The same of several, in one line."""
    return "; ".join(" ".join(misfit_text(name, why).split()) for name, why in misfits.items())
