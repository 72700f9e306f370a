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


def give_names(found: Found, names: ResultNames, lengths: dict[str, int], left_out: dict[str, str]) -> None:
    """Call dims that came without names as the run says, with all that is along them, where that fits."""
    for name in [name for name in found if name in names.dims]:
        (_, own, shape, *_), _ = found[name]
        given = names.dims[name]
        if own != default_dims(name, len(shape)) or own == given:
            continue
        try:
            _check_count(given, len(shape))
            _rename(found, dict(zip(own, given, strict=True)), lengths)
        except Unstorable as error:
            left_out[f"dims.{name}"] = f"{error}; its dims are {', '.join(own) or 'none'}"


def _check_count(given: tuple[str, ...], count: int) -> None:
    if len(given) != count:
        dimensions = "1 dimension" if count == 1 else f"{count} dimensions"
        raise Unstorable(f"it has {dimensions}, and {len(given)} are named: {', '.join(given)}")


def _rename(found: Found, new: Mapping[str, str], lengths: dict[str, int]) -> None:
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
        if labels and new[name] not in found:
            renamed[key] = (new[name], own, shape, kind, True, attrs), array
        elif labels and _labels_itself(found[new[name]][0]):
            if not _equal(array, found[new[name]][1]):
                raise Unstorable(f"its labels are not those of others along {new[name]!r}")
            renamed[key] = found[new[name]]
    for old, (described, array) in renamed.items():
        if old != described[0]:
            del found[old]
        found[described[0]] = described, array
    for old, dim in [(old, dim) for old, dim in new.items() if old != dim]:
        lengths[dim] = lengths.pop(old)


def _labels_itself(described: Described) -> bool:
    name, dims, _, _, coordinate, _ = described
    return coordinate and dims == (name,)


def _equal(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and one.dtype.kind == other.dtype.kind and bool((one == other).all())


def add_labels(found: Found, names: ResultNames, lengths: Mapping[str, int], left_out: dict[str, str]) -> None:
    """Give named dims their coordinates: what the task returned under their names, or labels of the run."""
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
