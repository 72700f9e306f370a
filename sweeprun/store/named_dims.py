"""The dims of a result's variables: whether they go together, and the names that a run gives to those without."""

from collections.abc import Mapping

import numpy as np

from sweeprun.store.dims import default_dims
from sweeprun.store.object_values import Unstorable
from sweeprun.store.result_attributes import NO_ATTRS, json_of
from sweeprun.store.result_names import ResultNames

Described = tuple[str, tuple[str, ...], tuple[int, ...], str, bool, str]
"""Name, dims, shape, type, whether it is a coordinate, and attributes as JSON, of a variable."""


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


def named_dims(
    name: str,
    dims: tuple[str, ...],
    array: np.ndarray,
    names: ResultNames,
    lengths: Mapping[str, int],
    left_out: dict[str, str],
) -> tuple[str, ...]:
    """The dims of a variable for which names are given: these, if it comes without names and they fit."""
    own, given = default_dims(name, array.ndim), names.dims[name]
    if dims != own:
        return dims
    try:
        if len(given) != array.ndim:
            count = "1 dimension" if array.ndim == 1 else f"{array.ndim} dimensions"
            raise Unstorable(f"it has {count}, and {len(given)} are named: {', '.join(given)}")
        check_dims(given, array, lengths)
    except Unstorable as error:
        left_out[f"dims.{name}"] = f"{error}; its dims are {', '.join(own) or 'none'}"
        return own
    return given


def add_labels(found: Found, names: ResultNames, lengths: Mapping[str, int], left_out: dict[str, str]) -> None:
    """Give named dims their coordinates: what the task returned under their names, or labels of the run."""
    _move_labels(found, names, left_out)
    given = {dim for name in names.dims if name in found for dim in names.dims[name] if dim in found[name][0][1]}
    for dim in sorted(given):
        if dim in found:
            (_, dims, shape, kind, _, attrs), array = found[dim]
            if dims == default_dims(dim, 1) and shape == (lengths[dim],):
                found[dim] = (dim, (dim,), shape, kind, True, attrs), array
        elif dim in names.labels:
            labels = names.labels[dim]
            try:
                array, kind, own_attrs = labels.array()
                if len(array) != lengths[dim]:
                    raise Unstorable(f"it has {len(array)} values, and the dimension {lengths[dim]}")
            except Unstorable as error:
                if labels.given:
                    left_out[f"coords.{dim}"] = str(error)
                continue
            attrs = json_of(own_attrs, f"{dim}.", left_out) if own_attrs else NO_ATTRS
            found[dim] = (dim, (dim,), array.shape, kind, True, attrs), array


def _move_labels(found: Found, names: ResultNames, left_out: dict[str, str]) -> None:
    """Have the labels that a Series came with along the name that its dim has now, unless others are there."""
    for name in (name for name in names.dims if name in found):
        (_, own, lengths, own_kind, coordinate, own_attrs), array = found[name]
        for old, new in zip(default_dims(name, len(own)), own, strict=True):
            if old == new or old not in found or found[old][0][1] != (old,):
                continue
            (_, _, shape, kind, _, attrs), labels = found[old]
            there = _along(new, len(labels), found, names)
            if there is not None and not np.array_equal(there, labels):
                left_out[f"dims.{name}"] = f"it has labels of its own, not those along {new!r}; its dims are {old}"
                found[name] = (name, (old,), lengths, own_kind, coordinate, own_attrs), array
                continue
            if not any(old in dims for other, ((_, dims, *_), _) in found.items() if other != old):
                del found[old]
            if new not in found:
                found[new] = (new, (new,), shape, kind, True, attrs), labels


def _along(dim: str, length: int, found: Found, names: ResultNames) -> np.ndarray | None:
    """The labels that a dim has, of the task or of the run; None if there are none of this length."""
    if dim in found:
        return found[dim][1]
    try:
        labels = names.labels[dim].array()[0]
    except (KeyError, Unstorable):
        return None
    return labels if len(labels) == length else None
