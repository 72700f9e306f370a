"""Values of other packages as what they are to NumPy or xarray, known by what they can do: none of these is imported.

Tensors leave their graph and device; quantities keep their units; tables keep their columns; tuples with names, and
dataclasses, are mappings; trees are mappings of Datasets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from sweeprun.store.object_values import Unstorable


@dataclass(frozen=True, slots=True, kw_only=True)
class WithAttributes:
    """A value with what it says of itself, such as its units."""

    data: Any
    attrs: Mapping[str, Any]


def converted(value: Any) -> Any:
    """A value as what it is to NumPy or xarray; what isn't known is returned as it is.

    Raises
    ------
    Unstorable
        If its own conversion fails.
    """
    package = type(value).__module__.partition(".")[0]
    if package in _LABELLED:  # whose attributes may be called anything
        return _of_tree(value) if type(value).__name__ == "DataTree" else value
    if isinstance(value, Mapping):
        return value
    for matches, convert in _KINDS:
        if matches(value):
            try:
                return convert(value)
            except Unstorable:
                raise
            except Exception as error:  # a foreign type's own code may raise anything
                raise Unstorable(f"{type(value).__name__} gives no array ({type(error).__name__})") from error
    return value


_LABELLED = ("xarray", "pandas")


def _has(*names: str) -> Callable[[Any], bool]:
    return lambda value: not isinstance(value, type) and all(hasattr(value, name) for name in names)


def _of_tensor(tensor: Any) -> Any:
    """A tensor of PyTorch, wherever it is; brain floats as single ones, which hold them."""
    tensor = tensor.detach().cpu()
    if str(getattr(tensor, "layout", "torch.strided")) != "torch.strided":
        tensor = tensor.to_dense()
    for resolve in ("resolve_conj", "resolve_neg"):
        tensor = getattr(tensor, resolve, lambda own=tensor: own)()
    if str(getattr(tensor, "dtype", "")) in _NARROW_FLOATS:
        tensor = tensor.float()
    return np.asarray(tensor.numpy())


_NARROW_FLOATS = ("torch.bfloat16", "torch.float8_e4m3fn", "torch.float8_e5m2")


def _of_quantity(quantity: Any) -> WithAttributes:
    """A quantity of pint, or one of astropy or unyt."""
    if hasattr(quantity, "magnitude"):
        data, units = quantity.magnitude, quantity.units
    else:
        data = quantity.value
        units = quantity.unit if hasattr(quantity, "unit") else quantity.units
    return WithAttributes(data=np.asarray(data) if isinstance(data, np.ndarray) else data, attrs={"units": str(units)})


def _is_quantity(value: Any) -> bool:
    return _has("magnitude", "units")(value) or (
        hasattr(value, "value") and (hasattr(value, "unit") or (hasattr(value, "units") and hasattr(value, "ndim")))
    )


def _of_arrow(table: Any) -> Any:
    """A table or column of pyarrow, polars or whatever else speaks Arrow's C interface."""
    from sweeprun.store.arrow_results import as_columns

    return as_columns(table)


def _of_tree(tree: Any) -> Mapping[str, Any]:
    """The groups of a tree of Datasets, by their paths."""
    return {node.path: node.to_dataset(inherit=False) for node in tree.subtree}


def _of_named_tuple(value: Any) -> Mapping[str, Any]:
    """Its fields; SciPy's results have more than those, and private ones."""
    return {name: part for name, part in value._asdict().items() if not name.startswith("_")}


def _of_dataclass(value: Any) -> Mapping[str, Any]:
    return {field.name: getattr(value, field.name) for field in fields(value)}


_KINDS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Any]], ...] = (
    (_has("detach", "cpu", "numpy"), _of_tensor),
    (_is_quantity, _of_quantity),
    (lambda value: isinstance(value, tuple) and hasattr(value, "_asdict"), _of_named_tuple),
    (lambda value: is_dataclass(value) and not isinstance(value, type), _of_dataclass),
    (lambda value: isinstance(value, np.ndarray | np.void) and value.dtype.names is not None,
     lambda value: {name: value[name] for name in value.dtype.names}),
    (lambda value: hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__"), _of_arrow),
    (_has("as_py"), lambda value: value.as_py()),
    (lambda value: hasattr(value, "__cuda_array_interface__") and hasattr(value, "get"), lambda value: value.get()),
    (_has("toarray", "nnz"), lambda value: value.toarray()),
)  # fmt: skip
"""How a kind of value is known, and what it is to us; the first that fits counts."""
