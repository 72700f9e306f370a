"""What a task returned, as bytes: a *layout* (JSON: names, dims, types, attributes) and a *payload* (the raw data).

Tasks that return the same kind of thing have the same layout, and their payloads the same length, so that a million of
them are one NumPy structured array (`Layout.dtype`). Strings vary in length: a layout with any is decoded one by one.
Nothing here is ever unpickled.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import prod
from typing import Any

import numpy as np

from sweeprun.design.scalars import check_types
from sweeprun.errors import FormatError, ResultError
from sweeprun.store.dims import default_dims
from sweeprun.store.result_variables import TEXT, storable, variables_of

_TYPE = re.compile(r"[<|](?:[bi]1|u1|[iu][248]|f[248]|c(?:8|16)|S\d{1,9}|[mM]8(?:\[\d{0,9}(?:[YMWDhm]|[munpfa]?s)\])?)")
"""What `storable` gives; anything else, such as Python's objects, was never written by us."""

_MOST_DIMS = 32
_LARGEST = 2**40
_LARGEST_EMPTY = 2**31
_SHOWN = 500
_WIDEST = 2**24


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

    def check(self) -> None:
        """See `Layout.check`."""
        check_types(str, self.name, self.type, *self.dims)
        check_types(dict, self.attrs)
        check_types(bool, self.coordinate)
        if len(self.dims) != len(self.shape) or len(set(self.dims)) < len(self.dims) or len(self.dims) > _MOST_DIMS:
            raise ValueError(f"{self.name!r} has the dims {self.dims!r} and the shape {self.shape!r}")
        if not all(type(length) is int and length >= 0 for length in self.shape):
            raise ValueError(f"{self.name!r} has the shape {self.shape!r}")
        if prod(filter(None, self.shape)) > (_LARGEST if 0 not in self.shape else _LARGEST_EMPTY):
            raise ValueError(f"{self.name!r} has the shape {self.shape!r}, larger than any result")
        if self.type != TEXT and not _TYPE.fullmatch(self.type):
            raise ValueError(f"{self.name!r} has the type {self.type!r}")


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
            layout.check()
        except (KeyError, TypeError, ValueError, RecursionError, OverflowError) as error:
            raise FormatError(f"malformed layout of a result: {str(error)[:_SHOWN]}") from error
        return layout

    def check(self) -> None:
        """Refuse what `encode_result` never gives: the text may come from anybody.

        Raises
        ------
        ValueError, TypeError
            If something is wrong.
        """
        names = [variable.name for variable in self.variables]
        if len(set(names)) < len(names):
            raise ValueError("two variables have one name")
        lengths: dict[str, int] = {}
        for variable in self.variables:
            variable.check()
            for dim, length in zip(variable.dims, variable.shape, strict=True):
                if lengths.setdefault(dim, length) != length:
                    raise ValueError(f"dimension {dim!r} has two lengths")
        _ = self.dtype


@lru_cache(maxsize=2**14)
def known_layout(text: str) -> Layout | None:
    """A layout that was written; None if it can't be read. Every text is looked at once."""
    try:
        return Layout.from_json(text)
    except FormatError:
        return None


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
    for name, dims, data, variable_attrs, coordinate in variables_of(result, attrs):
        array, kind = storable(name, data)
        named = default_dims(name, array) if dims is None else dims
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
                array = _texts(payload[offset + 8 : offset + 8 + size]).reshape(variable.shape)
                offset += 8 + size
            else:
                dtype = np.dtype(variable.type)
                count = prod(variable.shape)
                array = np.frombuffer(payload, dtype, count, offset).reshape(variable.shape)
                offset += count * dtype.itemsize
            arrays.append(array)
    except (ValueError, TypeError, RecursionError) as error:
        raise FormatError(f"a payload doesn't fit its layout: {error}") from error
    if offset != len(payload):
        raise FormatError(f"a payload doesn't fit its layout: {len(payload)} bytes instead of {offset}")
    return arrays


def _texts(payload: bytes) -> np.ndarray:
    texts = json.loads(payload)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise TypeError("its strings are none")
    width = len(texts) * max(map(len, texts), default=0)  # in an array of fixed width all take as much as the longest
    return np.array(texts, dtype=object if width > max(_WIDEST, 16 * len(payload)) else str)


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
    """A layout as JSON, read once as it will be read: what a reader refuses, no worker writes."""
    variables = tuple(
        Variable(name=name, dims=dims, shape=shape, type=kind, coordinate=coordinate, attrs=json.loads(text))
        for name, dims, shape, kind, coordinate, text in signature
    )
    text = Layout(variables=variables, attrs=json.loads(attrs)).to_json()
    try:
        Layout.from_json(text)
    except FormatError as error:
        raise ResultError(f"the result can't be stored: {error}") from error
    return text
