"""What a task function returned, as named arrays of types that can be stored."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from sweeprun.errors import ResultError
from sweeprun.store.dims import default_dims, is_of_pandas

RESULT_NAME = "result"
"""The name of a result that came without one."""

TEXT = "text"
"""The type of strings in a layout."""

Item = tuple[str, tuple[str, ...] | None, Any, Mapping[Any, Any], bool]
"""Name, dims (None: to be named after the variable), data, attributes, whether it is a coordinate."""


def variables_of(result: object, attrs: dict[str, Any]) -> Iterator[Item]:
    """The variables of a result; ``attrs`` receives the attributes of the whole."""
    if result is None:
        return
    if is_of_pandas(result):
        from sweeprun.store.pandas_results import as_xarray

        result = as_xarray(result, RESULT_NAME)
    if hasattr(result, "data_vars"):
        yield from _dataset_variables(result, attrs)
    elif _is_data_array(result):
        array: Any = result
        if array.name in array.coords:  # a coordinate itself, of which xarray makes no Dataset
            array = array.drop_vars(array.name)
        yield from _dataset_variables(array.to_dataset(name=RESULT_NAME if array.name is None else array.name), attrs)
    elif isinstance(result, Mapping):
        if any(map(is_of_pandas, result.values())):
            from sweeprun.store.pandas_results import with_labels

            result = {name: with_labels(value, _name(name)) for name, value in result.items()}
        if any(map(_is_data_array, result.values())):
            yield from _dataset_variables(_dataset(result), attrs)
        else:
            dims = _named_dims(result)
            for name, value in result.items():
                yield _as_coordinate(_mapping_variable(name, value), dims)
    else:
        yield (RESULT_NAME, None, result, {}, False)


def _is_data_array(value: object) -> bool:
    return hasattr(value, "dims") and hasattr(value, "coords") and not hasattr(value, "data_vars")


def _dataset(result: Mapping[Any, Any]) -> Any:
    """A mapping that holds DataArrays, as a Dataset; its other values are what they would be without them."""
    import xarray as xr

    data_vars: dict[str, Any] = {}
    known = _named_dims(result)
    for key, value in result.items():
        if _is_data_array(value):
            data_vars[_name(key)] = value
        else:
            name, dims, data, attrs, _ = _as_coordinate(_mapping_variable(key, value), known)
            array, _ = storable(name, data)
            data_vars[name] = (default_dims(name, array) if dims is None else dims, array, attrs)
    try:
        return xr.Dataset(data_vars)
    except (ValueError, TypeError) as error:
        raise ResultError(f"the result is not what xarray.Dataset(data_vars=…) takes: {error}") from error


def _dataset_variables(dataset: Any, attrs: dict[str, Any]) -> Iterator[Item]:
    attrs.update(dataset.attrs)
    for name, variable in dataset.variables.items():
        if variable.dtype.kind == "O" and getattr(dataset.indexes.get(name), "nlevels", 1) > 1:
            continue  # the tuples of stacked dims, whose levels are coordinates of their own
        yield _name(name), tuple(map(str, variable.dims)), variable.values, variable.attrs, name in dataset.coords


def _mapping_variable(name: object, value: Any) -> Item:
    name = _name(name)
    if isinstance(value, Mapping):
        raise ResultError(f"result {name!r} is a mapping; return a flat one, such as {{'{name}.part': …}}")
    if not isinstance(value, tuple):
        dims = tuple(map(str, value.dims)) if hasattr(value, "dims") else None
        return name, dims, value, getattr(value, "attrs", {}), False
    if len(value) < 2 or not isinstance(value[0], str | Sequence) or isinstance(value[0], bytes):
        raise ResultError(f"result {name!r} is a tuple, but not (dims, data) or (dims, data, attrs): {value!r}")
    dims = (value[0],) if isinstance(value[0], str) else tuple(map(str, value[0]))
    attrs = value[2] if len(value) > 2 and value[2] is not None else {}
    return name, dims, value[1], attrs, dims == (name,)


def _named_dims(result: Mapping[Any, Any]) -> set[str]:
    """The dims that some variables of a mapping name."""
    found: set[str] = set()
    for value in result.values():
        dims = value[0] if type(value) is tuple and value else getattr(value, "dims", ())
        if isinstance(dims, str):
            found.add(dims)
        elif isinstance(dims, Sequence):
            found.update(map(str, dims))
    return found


def _as_coordinate(item: Item, dims: Collection[str]) -> Item:
    """A variable without dims that is named like one of others: its coordinate, as xarray takes it."""
    name, own, data, attrs, _ = item
    return (name, (name,), data, attrs, True) if own is None and name in dims else item


def _name(name: object) -> str:
    if not isinstance(name, str) or not name or "/" in name:
        raise ResultError(f"a variable of the result is named {name!r}; a name is a non-empty string without '/'")
    return name


def storable(name: str, data: Any) -> tuple[np.ndarray, str]:
    """The data as an array that can be written as it is, and its type in the layout."""
    if isinstance(data, np.ma.MaskedArray):
        data = _unmasked(name, data)
    try:
        array = np.asarray(data)
    except (ValueError, TypeError, RuntimeError) as error:  # PyTorch's tensors raise the last
        raise ResultError(f"result {name!r} is no array: {error}") from error
    if array.dtype.kind == "O" and array.size:
        array = _typed_objects(name, array)
    kind = array.dtype.kind
    if kind == "U" and isinstance(data, list | tuple):
        _refuse_numbers_among_texts(name, data)
    if kind == "U" or (kind == "T" and all(isinstance(item, str) for item in array.flat)):
        return np.array(array.tolist(), dtype=str).reshape(array.shape), TEXT
    if kind not in "biufcMmS" or array.dtype.char in "gG":
        shown = _object_type(data, array) if kind == "O" else array.dtype
        if kind == "O" and all(type(item) is int for item in array.flat):
            raise ResultError(f"result {name!r} has integers beyond 64 bits; return them as floats or as texts")
        raise ResultError(
            f"result {name!r} has a type that can't be stored: {shown}; "
            "return numbers, strings, dates, or NumPy arrays of them"
        )
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return array, array.dtype.str


def _refuse_numbers_among_texts(name: str, items: Sequence[Any]) -> None:
    """NumPy would make texts of them all."""
    for item in items:
        if isinstance(item, list | tuple):
            _refuse_numbers_among_texts(name, item)
        elif not isinstance(item, str | np.ndarray):
            raise ResultError(
                f"result {name!r} holds texts and other things, such as {item!r}; return each by a name of its own: "
                "{'loss': 0.1, 'optimiser': 'adam'}"
            )


def _typed_objects(name: str, array: np.ndarray) -> np.ndarray:
    """An array of Python's strings, dates or time spans in NumPy's type for them; any other as it is."""
    items = list(array.flat)
    if all(isinstance(item, str) for item in items):
        return array.astype(str)
    if all(isinstance(item, timedelta) for item in items):
        return _as_times(array, items, "m8[us]")
    if all(isinstance(item, date) for item in items):
        if any(isinstance(item, datetime) and item.tzinfo is not None for item in items):
            raise ResultError(f"result {name!r} has a time zone, which can't be stored; convert it to UTC without one")
        return _as_times(array, items, "M8[us]")
    return array


def _as_times(array: np.ndarray, items: Sequence[Any], kind: str) -> np.ndarray:
    """Python's dates or time spans as NumPy's; pandas' own may hold nanoseconds."""
    if all(hasattr(item, "to_numpy") for item in items):
        return np.array([item.to_numpy() for item in items]).reshape(array.shape)
    return array.astype(kind)


def _unmasked(name: str, array: np.ma.MaskedArray[Any, Any]) -> np.ndarray:
    """NaN or NaT in the place of what is masked, as xarray has it; integers become floats."""
    if not np.ma.is_masked(array):
        return np.asarray(array)
    kind = array.dtype.kind
    if kind not in "biufcmM":
        raise ResultError(f"result {name!r} is a masked array of {array.dtype}, which has no missing value; fill it")
    typed: Any = array.astype(np.float64) if kind in "biu" else array
    filled: np.ndarray = typed.filled(typed.dtype.type("NaT" if kind in "mM" else np.nan))
    return filled


def _object_type(data: Any, array: np.ndarray) -> str:
    """What an object array came from and holds, in words."""
    types = sorted({type(item).__name__ for item in array.flat})
    return f"{type(data).__name__} of {', '.join(types) or 'object'}" if array.ndim else type(data).__name__
