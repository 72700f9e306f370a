"""What a task returned, as bytes: a *layout* (JSON: names, dims, types, attributes) and a *payload* (the raw data).

Tasks that return the same kind of thing have the same layout, and their payloads the same length, so that a million of
them are one NumPy structured array (`Layout.dtype`). Strings vary in length: a layout with any is decoded one by one.
Nothing here is ever unpickled.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from sweeprun.errors import FormatError, ResultError

RESULT_NAME = "result"
"""The name of a result that came without one."""

TEXT = "text"
"""The type of strings in a layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One named array of a result.

    Attributes
    ----------
    name, dims, shape
        As in xarray.
    type
        A NumPy type string such as ``<f8``, or `TEXT`.
    coordinate
        Whether it labels the others.
    attrs
        JSON-able attributes.
    """

    name: str
    dims: tuple[str, ...]
    shape: tuple[int, ...]
    type: str
    coordinate: bool
    attrs: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "dims": list(self.dims),
            "shape": list(self.shape),
            "type": self.type,
            "coordinate": self.coordinate,
            "attrs": self.attrs,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Variable":
        return cls(
            name=data["name"],
            dims=tuple(data["dims"]),
            shape=tuple(data["shape"]),
            type=data["type"],
            coordinate=data["coordinate"],
            attrs=data["attrs"],
        )


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The variables of a result, in order, and the attributes of the whole."""

    variables: tuple[Variable, ...]
    attrs: dict[str, Any]

    def renamed(self, taken: frozenset[str]) -> "Layout":
        """With ``result_NAME`` in the place of every name of a variable or dimension that is taken."""
        own = {name for variable in self.variables for name in (variable.name, *variable.dims)}

        def free(name: str) -> str:
            if name not in taken:
                return name
            name = f"result_{name}"
            while name in taken or name in own:
                name = f"result_{name}"
            return name

        return Layout(
            variables=tuple(
                replace(variable, name=free(variable.name), dims=tuple(map(free, variable.dims)))
                for variable in self.variables
            ),
            attrs=self.attrs,
        )

    @property
    def dtype(self) -> np.dtype[Any] | None:
        """The structured type of one payload; None if it holds strings, or more than NumPy has such types for."""
        if any(variable.type == TEXT for variable in self.variables):
            return None
        if sum(np.dtype(variable.type).itemsize * prod(variable.shape) for variable in self.variables) >= 2**31:
            return None
        fields = [(str(i), variable.type, variable.shape) for i, variable in enumerate(self.variables)]
        return np.dtype(fields)

    def to_json(self) -> str:
        data = {"variables": [variable.to_dict() for variable in self.variables], "attrs": self.attrs}
        return json.dumps(data)

    @classmethod
    def from_json(cls, text: str) -> "Layout":
        """The inverse of `to_json`.

        Raises
        ------
        FormatError
            If the text is no layout.
        """
        try:
            data = json.loads(text)
            variables = tuple(Variable.from_dict(variable) for variable in data["variables"])
            layout = cls(variables=variables, attrs=dict(data["attrs"]))
            for variable in variables:
                if variable.type != TEXT and np.dtype(variable.type).hasobject:
                    raise ValueError(f"type {variable.type}")
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f"malformed layout of a result: {error}") from error
        return layout


def encode_result(result: object, *, taken_names: frozenset[str] = frozenset()) -> tuple[str, bytes]:
    """Layout (as JSON) and payload of what a task function returned.

    Parameters
    ----------
    result
        None, a number, string, date or array; a mapping as ``xarray.Dataset(data_vars=…)`` takes it; a Dataset or
        DataArray.
    taken_names
        Names of axes and of collect's own coordinates: a scalar coordinate with such a name is left out, since it says
        the same. (Anything else with such a name is kept; collect calls it ``result_NAME``.)

    Raises
    ------
    ResultError
        If something in it can't be stored; the message names it.
    """
    attrs: dict[str, Any] = {}
    names: list[str] = []
    arrays: list[np.ndarray] = []
    signature: list[Any] = []
    lengths: dict[str, int] = {}
    for name, dims, data, variable_attrs, coordinate in _variables(result, attrs):
        array, kind = _storable(name, data)
        named = _default_dims(name, array) if dims is None else dims
        if coordinate and not named and name in taken_names:
            continue
        _check_dims(name, named, array, lengths)
        names.append(name)
        arrays.append(array)
        signature.append((name, named, array.shape, kind, coordinate, _attrs_json(f"result {name!r}", variable_attrs)))
    if len(set(names)) < len(names):
        raise ResultError(f"the result has two variables of one name: {sorted(n for n in names if names.count(n) > 1)}")
    layout = _layout_json(tuple(signature), _attrs_json("the result", attrs))
    return layout, b"".join(_payload(array) for array in arrays)


def decode_result(layout: Layout, payload: bytes) -> list[np.ndarray]:
    """The arrays of a payload, in the order of the layout's variables.

    Raises
    ------
    FormatError
        If the payload doesn't fit the layout.
    """
    arrays, offset = [], 0
    try:
        for variable in layout.variables:
            if variable.type == TEXT:
                size = int.from_bytes(payload[offset : offset + 8], "little")
                texts = json.loads(payload[offset + 8 : offset + 8 + size])
                array = np.array(texts, dtype=str).reshape(variable.shape)
                offset += 8 + size
            else:
                dtype = np.dtype(variable.type)
                count = int(np.prod(variable.shape, dtype=np.int64))
                array = np.frombuffer(payload, dtype, count, offset).reshape(variable.shape)
                offset += count * dtype.itemsize
            arrays.append(array)
    except ValueError as error:
        raise FormatError(f"a payload doesn't fit its layout: {error}") from error
    if offset != len(payload):
        raise FormatError(f"a payload doesn't fit its layout: {len(payload)} bytes instead of {offset}")
    return arrays


_Item = tuple[str, tuple[str, ...] | None, Any, Mapping[Any, Any], bool]
"""Name, dims (None: to be named after the variable), data, attributes, whether it is a coordinate."""


def _variables(result: object, attrs: dict[str, Any]) -> Iterator[_Item]:
    """The variables of a result; ``attrs`` receives the attributes of the whole."""
    if result is None:
        return
    if hasattr(result, "data_vars"):
        yield from _dataset_variables(result, attrs)
    elif _is_data_array(result):
        array: Any = result
        if array.name in array.coords:  # a coordinate itself, of which xarray makes no Dataset
            array = array.drop_vars(array.name)
        yield from _dataset_variables(array.to_dataset(name=RESULT_NAME if array.name is None else array.name), attrs)
    elif isinstance(result, Mapping):
        if any(map(_is_data_array, result.values())):
            yield from _dataset_variables(_dataset(result), attrs)
        else:
            for name, value in result.items():
                yield _mapping_variable(name, value)
    else:
        yield (RESULT_NAME, None, result, {}, False)


def _is_data_array(value: object) -> bool:
    return hasattr(value, "dims") and hasattr(value, "coords") and not hasattr(value, "data_vars")


def _dataset(result: Mapping[Any, Any]) -> Any:
    """A mapping that holds DataArrays, as a Dataset; its other values are what they would be without them."""
    import xarray as xr

    data_vars: dict[str, Any] = {}
    for key, value in result.items():
        if _is_data_array(value):
            data_vars[_name(key)] = value
        else:
            name, dims, data, attrs, _ = _mapping_variable(key, value)
            array, _ = _storable(name, data)
            data_vars[name] = (_default_dims(name, array) if dims is None else dims, array, attrs)
    try:
        return xr.Dataset(data_vars)
    except (ValueError, TypeError) as error:
        raise ResultError(f"the result is not what xarray.Dataset(data_vars=…) takes: {error}") from error


def _default_dims(name: str, array: np.ndarray) -> tuple[str, ...]:
    return tuple(f"{name}_{i}" for i in range(array.ndim))


def _dataset_variables(dataset: Any, attrs: dict[str, Any]) -> Iterator[_Item]:
    attrs.update(dataset.attrs)
    for name, variable in dataset.variables.items():
        yield _name(name), tuple(map(str, variable.dims)), variable.values, variable.attrs, name in dataset.coords


def _mapping_variable(name: object, value: Any) -> _Item:
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


def _name(name: object) -> str:
    if not isinstance(name, str) or not name or "/" in name:
        raise ResultError(f"a variable of the result is named {name!r}; a name is a non-empty string without '/'")
    return name


def _storable(name: str, data: Any) -> tuple[np.ndarray, str]:
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
    if kind == "U" or (kind == "T" and all(isinstance(item, str) for item in array.flat)):
        return np.array(array.tolist(), dtype=str).reshape(array.shape), TEXT
    if kind not in "biufcMmS" or array.dtype.char in "gG":
        shown = _object_type(data, array) if kind == "O" else array.dtype
        raise ResultError(
            f"result {name!r} has a type that can't be stored: {shown}; "
            "return numbers, strings, dates, or NumPy arrays of them"
        )
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return array, array.dtype.str


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


def _check_dims(name: str, dims: tuple[str, ...], array: np.ndarray, lengths: dict[str, int]) -> None:
    for dim in dims:
        if not dim or "/" in dim:
            raise ResultError(f"result {name!r} has a dimension {dim!r}; a name is a non-empty string without '/'")
    if len(dims) != array.ndim or len(set(dims)) < len(dims):
        raise ResultError(f"result {name!r} has {array.ndim} dimensions, but dims {dims}")
    for dim, length in zip(dims, array.shape, strict=True):
        if lengths.setdefault(dim, length) != length:
            raise ResultError(f"result {name!r} has length {length} along {dim!r}, others have {lengths[dim]}")


def _payload(array: np.ndarray) -> bytes:
    if array.dtype.kind != "U":
        return array.tobytes()
    texts = json.dumps(array.reshape(-1).tolist(), ensure_ascii=False).encode("utf-8", "surrogatepass")
    return len(texts).to_bytes(8, "little") + texts


def _attrs_json(what: str, attrs: Any) -> str:
    if not isinstance(attrs, Mapping):
        raise ResultError(f"the attributes of {what} should be a mapping, not {attrs!r}")
    try:
        return json.dumps({str(key): value for key, value in attrs.items()}, default=_plain) if attrs else "{}"
    except (ValueError, TypeError, RecursionError) as error:
        raise ResultError(f"the attributes of {what} can't be stored: {error}") from error


def _plain(value: Any) -> Any:
    """NumPy scalars and arrays as Python's; dates and anything else by their text."""
    if isinstance(value, np.ndarray):
        return value.astype(str).tolist() if value.dtype.kind in "mM" else value.tolist()
    plain = value.item() if isinstance(value, np.generic) and value.dtype.kind in "biufSU" else value
    return str(value) if plain is value or isinstance(plain, np.generic | bytes) else plain


@lru_cache(maxsize=256)
def _layout_json(signature: tuple[Any, ...], attrs: str) -> str:
    variables = tuple(
        Variable(name=name, dims=dims, shape=shape, type=kind, coordinate=coordinate, attrs=json.loads(text))
        for name, dims, shape, kind, coordinate, text in signature
    )
    return Layout(variables=variables, attrs=json.loads(attrs)).to_json()
